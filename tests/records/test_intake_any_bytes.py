"""The whole intake on damaged, enormous and foreign files: never an exception, never half a message."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinfirst.people import models
from kinfirst.records import models as record
from kinfirst.records.actions import Given
from kinfirst.records.intake_findings import Told
from kinfirst.records.verify import verify
from tests.interop.hl7v2.messages import MSH, PID, message, nk1, pid, pv1, with_fields
from tests.interop.hl7v2.test_any_bytes import FRAGMENTS
from tests.records.intake_desk import DEAD, again, bring, counts, enter

SAMPLE = message(
    "BHS|^~\\&",
    MSH,
    pid(f29="202603021437+0900", f30="Y", f32="AL~UD"),
    pv1(f36="07", f44="20260301"),
    "PDA|I46.9^Cardiac arrest^I10|BAY^1|Y|2026|77^Haruno^Sakura|N|2026^2026|78^Orr^Ito|Y",
    nk1(),
    nk1(f2="Orr^Bea", f3="CHD", f9='""', f16="201504"),
    with_fields(MSH, f10="C-2"),
    PID,
    nk1(f2="Orr^Cid", f3="FTH"),
    "BTS|2",
)


@pytest.fixture
def desk(db: None) -> Given:
    return enter("live")


def assert_whole(before: list[int], found: list[Told]) -> None:
    """Rows only for messages that were brought in; every case at its beginning, with its report."""
    brought = [told for told in found if told.did in ("opened", "added")]
    after = counts()
    assert after[7] - before[7] == len(brought)
    assert after[4] - before[4] >= sum(told.did == "opened" for told in found)
    if not brought:
        assert after == before
    cases = record.Case.objects.filter(kind="case")
    assert {(case.stage, case.state, case.level) for case in cases} <= {("opened", "unknown", 0)}
    assert not models.Kin.objects.exclude(of_id__in=cases.values("casualty")).exists()
    assert all(told.what for told in found)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 12), st.sampled_from([b"", *FRAGMENTS])),
        min_size=1,
        max_size=6,
    )
)
def test_a_good_file_damaged_anywhere(desk: Given, edits: list[tuple[int, int, bytes]]) -> None:
    raw = SAMPLE
    for at, length, put in edits:
        raw = raw[:at] + put + raw[at + length :]
    before = counts()
    assert_whole(before, bring(raw, desk))
    settled = counts()
    bring(raw, desk)
    assert counts() == settled
    assert verify().ok


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.integers(0, len(SAMPLE)))
def test_a_file_cut_off_anywhere(desk: Given, length: int) -> None:
    before = counts()
    assert_whole(before, bring(SAMPLE[:length], desk))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(exclude_characters="|^~\\&\r\n"), min_size=1, max_size=80))
def test_any_text_for_a_name(desk: Given, text: str) -> None:
    raw = message(with_fields(MSH, f10=""), pid(f5=f"{text}^{text}", f30="Y"), nk1(f2=text, f5=text, f20=text))
    before = counts()
    assert_whole(before, bring(raw, desk))


@pytest.mark.parametrize(
    ("build", "did"),
    [
        pytest.param(lambda: message(MSH, pid(f5="O" * 10_000_000, f30="Y")), "rejected", id="a name of 10 MB"),
        pytest.param(lambda: message(MSH, DEAD, nk1(f4="X" * 10_000_000)), "rejected", id="an address of 10 MB"),
        pytest.param(lambda: message(MSH, DEAD, "OBX|1|TX|" + "X" * 10_000_000), "opened", id="a result of 10 MB"),
        pytest.param(lambda: message(MSH, pid(f5="O" * 5_000, f30="Y")), "opened", id="a name too long to keep"),
        pytest.param(lambda: message(with_fields(MSH, f18="KLINGON"), DEAD), "opened", id="unknown character set"),
        pytest.param(lambda: message(MSH, DEAD).replace(b"Orr", b"\xd6r"), "opened", id="bytes of another set"),
        pytest.param(lambda: message(MSH, DEAD, PID.replace("4711", "4712")), "rejected", id="two patients"),
        pytest.param(lambda: message(MSH, DEAD)[:40], "rejected", id="a header cut off"),
        pytest.param(lambda: message(PID), "rejected", id="no header"),
        pytest.param(lambda: b"", "rejected", id="an empty file"),
        pytest.param(lambda: message(MSH, DEAD).decode().encode("utf-16"), "rejected", id="UTF-16"),
    ],
)
def test_what_becomes_of_strange_files(desk: Given, build: Callable[[], bytes], did: str) -> None:
    (told,) = bring(build(), desk)
    assert told.did == did


def test_a_bad_message_never_stops_the_others(desk: Given) -> None:
    raw = again(DEAD, "1") + message(MSH, DEAD, PID) + b"nonsense\r" + again(with_fields(DEAD, f3="8^^^L^MR"), "3")
    assert [told.did for told in bring(raw, desk)] == ["opened", "rejected", "opened"]


def test_blocks_and_batches_are_taken_message_by_message(desk: Given) -> None:
    blocks = b"".join(
        b"\x0b" + again(with_fields(DEAD, f3=f"{number}^^^LEAF^MR"), str(number)) + b"\x1c\r" for number in (81, 82, 83)
    )
    assert [told.did for told in bring(blocks, desk)] == ["opened"] * 3
