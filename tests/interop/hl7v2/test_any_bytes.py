"""`read` never raises and accounts for everything, whatever the bytes."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from kinfirst.interop.hl7v2 import read
from tests.interop.hl7v2.messages import MSH, NK1, PID, message, nk1, pid, pv1
from tests.interop.hl7v2.reading import assert_accounted

SAMPLE = message(
    "FHS|^~\\&",
    "BHS|^~\\&",
    MSH,
    pid(f29="202603021437+0900", f30="Y", f32="AL~UD"),
    pv1(f36="07", f44="20260301"),
    "PDA|I46.9^Cardiac arrest^I10|BAY^1|Y|2026|77^Haruno^Sakura|N|2026^2026|78^Orr^Ito|Y",
    NK1,
    nk1(f3="EMC^^^CHD", f5="~^PRN^PH^^1^2^3", f9='""'),
    MSH.replace("ADT", "ORU"),
    PID,
    "BTS|2",
    "FTS|1",
)
FRAGMENTS = [
    b"MSH|^~\\&|",
    b"MSH",
    b"\x0b",
    b"\x1c\r",
    b"\r",
    b"\n",
    b"|",
    b"^",
    b"~",
    b"\\",
    b"&",
    b'""',
    b"PID|",
    b"NK1|",
]
FRAGMENTS += [
    b"BHS|",
    b"\xff",
    b"\x00",
    b"\\X0D\\",
    b"\\T\\",
    b"\xef\xbb\xbf",
    b"ADT^A03",
    b"\xc3\xbc",
    b"2026",
    b" ",
    b"\x85",
]


@given(st.binary(max_size=400))
def test_any_bytes(raw: bytes) -> None:
    assert_accounted(raw, read(raw))


@given(st.lists(st.sampled_from([*FRAGMENTS, MSH.encode(), PID.encode(), NK1.encode()]), max_size=40))
def test_any_heap_of_fragments(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    assert_accounted(raw, read(raw))


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 12), st.sampled_from([b"", *FRAGMENTS])),
        min_size=1,
        max_size=6,
    )
)
def test_a_good_file_damaged_anywhere(edits: list[tuple[int, int, bytes]]) -> None:
    raw = SAMPLE
    for at, length, put in edits:
        raw = raw[:at] + put + raw[at + length :]
    assert_accounted(raw, read(raw))


@given(st.integers(0, len(SAMPLE)))
def test_a_file_cut_off_anywhere(length: int) -> None:
    raw = SAMPLE[:length]
    assert_accounted(raw, read(raw))


@given(st.permutations(string.punctuation.replace('"', "").replace("'", "")).map(lambda signs: signs[:5]))
def test_any_five_signs_may_be_the_delimiters(signs: list[str]) -> None:
    usual = "|^~\\&"
    text = "MSH|^~\\&|S|F|R|F|2026||ADT^A03|1|P|2.5\rPID|||7^^^LEAF&12^MR~8||Orr^Ray|Ash\\T\\Orr^Ito\r"
    raw = text.translate(str.maketrans(usual, "".join(signs))).encode()
    (report,) = read(raw).taken
    assert [(each.value, each.authority) for each in report.patient.identifiers] == [
        ("7", "LEAF"),
        ("8", None),
    ]
    assert [(name.family, name.given) for name in report.patient.names] == [("Orr", "Ray")]
