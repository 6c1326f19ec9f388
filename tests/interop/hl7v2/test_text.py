"""Delimiters, escapes and charsets: what the sender meant, or a clear refusal."""

from __future__ import annotations

import pytest

from kinfirst.interop.hl7v2 import Identifier, Name, Rejected, read
from tests.interop.hl7v2.messages import MSH, PID, message, pid, with_fields
from tests.interop.hl7v2.reading import one


@pytest.mark.parametrize(
    ("header", "person", "family", "given", "authority"),
    [
        pytest.param(
            r"MSH|^~\&|S|F|R|F|20260302||ADT^A03|1|P|2.5",
            "PID|||7^^^A&1.2^MR||Orr^Ray",
            "Orr",
            "Ray",
            "A",
            id="usual",
        ),
        pytest.param(
            "MSH$*@!%$S$F$R$F$20260302$$ADT*A03$1$P$2.5",
            "PID$$$7***A%1.2*MR$$Orr*Ray",
            "Orr",
            "Ray",
            "A",
            id="all others",
        ),
        pytest.param(
            "MSH|^~\\&#|S|F|R|F|20260302||ADT^A03|1|P|2.8",
            "PID|||7^^^A&1.2^MR||Orr^Ray",
            "Orr",
            "Ray",
            "A",
            id="truncation sign",
        ),
        pytest.param(
            "MSH|^~\\|S|F|R|F|20260302||ADT^A03|1|P|2.5",
            "PID|||7^^^A&B^MR||Ash & Orr^Ray",
            "Ash & Orr",
            "Ray",
            "A&B",
            id="no subcomponents defined",
        ),
        pytest.param(
            "MSH|^~|S|F|R|F|20260302||ADT^A03|1|P|2.5",
            "PID|||7^^^A^MR||O\\T\\r^Ray",
            "O\\T\\r",
            "Ray",
            "A",
            id="no escape defined",
        ),
        pytest.param(
            "MSH|^|S|F|R|F|20260302||ADT^A03|1|P|2.5",
            "PID|||7^^^A^MR||Or~r^Ray",
            "Or~r",
            "Ray",
            "A",
            id="no repetition defined",
        ),
    ],
)
def test_delimiters_are_the_senders(header: str, person: str, family: str, given: str, authority: str) -> None:
    patient = one(message(header, person)).patient
    assert patient.names == (Name(family=family, given=given),)
    assert patient.identifiers == (Identifier(value="7", source="PID-3", kind="MR", authority=authority),)


@pytest.mark.parametrize(
    ("header", "what"),
    [
        pytest.param(r"MSH|^&&^|S|F|R|F|2026||ADT^A03|1|P|2.5", "two purposes", id="one sign twice"),
        pytest.param(r"MSH|^~\\&|S|F|R|F|2026||ADT^A03|1|P|2.5", "two purposes", id="doubled backslash"),
        pytest.param(r"MSH|^|~\&|S|F|R|F|2026||ADT^A03|1", "MSH-9", id="field sign inside"),
        pytest.param("MSH||S|F|R|F|2026||ADT^A03|1|P|2.5", "empty", id="empty"),
        pytest.param("MSH|^\ufffd\\&|S|F|R|F|2026||ADT^A03|1|P|2.5", "cannot be a delimiter", id="not ASCII"),
        pytest.param("MSH|^~\\&#!|S|F|R|F|2026||ADT^A03|1|P|2.5", "more than five", id="too many"),
    ],
)
def test_delimiters_that_cannot_separate_are_refused(header: str, what: str) -> None:
    (outcome,) = read(message(header, PID)).outcomes
    assert isinstance(outcome, Rejected)
    assert what in str(outcome)
    assert outcome.right


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        pytest.param(r"O\T\Brien", "O&Brien", id="subcomponent"),
        pytest.param(r"a\F\b\S\c\R\d\E\e", "a|b^c~d\\e", id="all five"),
        pytest.param(r"M\XC3BC\ller", "Müller", id="hex, UTF-8"),
        pytest.param(r"M\XFC\ller", "Müller", id="hex, Latin-1"),
        pytest.param(r"M\X0D\PID", r"M\X0D\PID", id="hex control character stays written"),
        pytest.param(r"a\.br\b", r"a\.br\b", id="formatting stays written"),
        pytest.param(r"a\Zx\b\T\c", r"a\Zx\b&c", id="unknown stays, the next is read"),
        pytest.param(r"C:\Temp", r"C:\Temp", id="a lone backslash"),
        pytest.param("\\", "\\", id="nothing but one"),
    ],
)
def test_escapes(sent: str, meant: str) -> None:
    assert one(message(MSH, pid(f5=f"{sent}^Ray"))).patient.names[0].family == meant


@pytest.mark.parametrize(
    ("charset", "codec", "note"),
    [
        pytest.param("", "utf-8", None, id="none: UTF-8"),
        pytest.param("UNICODE UTF-8", "utf-8", None, id="UTF-8"),
        pytest.param("8859/1", "iso-8859-1", None, id="Latin-1"),
        pytest.param("8859/1~UNICODE UTF-8", "iso-8859-1", None, id="the first of several"),
        pytest.param("", "iso-8859-1", "read as iso-8859-1", id="undeclared Latin-1"),
        pytest.param("UNICODE UTF-8", "iso-8859-1", "read as iso-8859-1", id="declared wrong"),
        pytest.param("ASCII", "utf-8", None, id="ASCII that is UTF-8"),
        pytest.param("KLINGON", "utf-8", "names no charset", id="unknown"),
    ],
)
def test_charsets(charset: str, codec: str, note: str | None) -> None:
    header = with_fields(MSH, f18=charset)
    report = one(f"{header}\r{pid(f5='Müller^Zoë')}".encode(codec))
    assert report.patient.names == (Name(family="Müller", given="Zoë"),)
    notes = [each.what for each in report.notes if each.field == "MSH-18"]
    assert len(notes) == (note is not None)
    assert note is None or note in notes[0]


def test_windows_quotes_are_letters_not_controls() -> None:
    report = one(f"{MSH}\r{pid(f5='O’Brien^Ray')}".encode("cp1252"))
    assert report.patient.names[0].family == "O’Brien"


@pytest.mark.parametrize("family", ["山田", "Ó Súilleabháin", "محمد", "Łukasiewicz-Ðorđević", "나", "N'Golo"])
def test_names_of_any_script_survive(family: str) -> None:
    assert one(message(MSH, pid(f5=f"{family}^Ray"))).patient.names[0].family == family


@pytest.mark.parametrize(
    ("segment", "field", "what"),
    [
        pytest.param(pid(f5="O\x00rr^Ray"), "PID-5", "control", id="NUL"),
        pytest.param(pid(f5="O\x1brr^Ray"), "PID-5", "control", id="escape character"),
        pytest.param(pid(f5="O\u2028rr^Ray"), "PID-5", "control", id="line separator"),
        pytest.param(pid(f11="x" * 10_000_000), "PID-11", "10000000 characters", id="10 MB in one field"),
        pytest.param("PID|||" + "|" * 1_000_000, "PID", "1000006 characters", id="a million fields"),
        pytest.param(pid(f3="~".join("1" * 300)), "PID-3", "repeats too often", id="300 repetitions"),
    ],
)
def test_limits(segment: str, field: str, what: str) -> None:
    (outcome,) = read(message(MSH, segment)).outcomes
    assert isinstance(outcome, Rejected)
    assert outcome.where.field == field
    assert what in outcome.what
    assert len(str(outcome)) < 200


def test_all_kin_together_have_a_limit() -> None:
    (outcome,) = read(message(MSH, PID, *["NK1|1|" + "|".join(["x" * 19_000] * 4)] * 14)).outcomes
    assert isinstance(outcome, Rejected)
    assert "together" in outcome.what


@pytest.mark.parametrize("sign", [b"\x0b", b"\x1c", b"\x0b\x1c", b"\x00", b" ", b"\r"])
def test_a_long_run_of_nothing_is_one_refusal(sign: bytes) -> None:
    assert len(read(sign * 200_000).outcomes) == 1


def test_big_results_beside_the_patient_do_no_harm() -> None:
    assert one(message(MSH, PID, "OBX|1|ED|" + "x" * 2_000_000)).trigger == "A03"


def test_a_segment_broken_over_lines_is_not_read_by_half() -> None:
    (outcome,) = read(message(MSH, PID, "NK1|1|Orr^A", "na|SPO")).outcomes
    assert isinstance(outcome, Rejected)
    assert (outcome.where.line, "NK1" in outcome.what) == (4, True)


def test_a_text_broken_over_lines_elsewhere_is_left() -> None:
    report = one(message(MSH, PID, "OBX|1|TX|x||first", "second"))
    assert ("text", "1 line(s) that are no segment") in [(each.field, each.why) for each in report.left]
