"""What a death note still lacks, named field by field (R05, R07, R57)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kinfirst.core.deathnote import lacking
from kinfirst.core.events import AnyEvent, DeviceReported, Resuscitated
from tests.core.case_builder import Story

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def fields(play: Story, *events: AnyEvent) -> set[str]:
    return {one.field for one in lacking(play.case, play.policy, events)}


def resuscitated(*done: str) -> tuple[AnyEvent, ...]:
    return tuple(Resuscitated(what=what, when=AT) for what in done)


def test_an_open_case_lacks_nearly_everything() -> None:
    assert fields(Story().opened()) == {
        "no_resuscitation",
        "pronouncement",
        "identity",
        "chart",
        "coroner",
        "belongings",
    }


@pytest.mark.parametrize(
    ("done", "lacks"),
    [
        pytest.param(("start",), {"place", "first_rhythm", "compressions", "leader"}, id="begun"),
        pytest.param(("start", "compressions"), {"place", "first_rhythm", "leader"}, id="compressions"),
        pytest.param(("start", "compressions", "rhythm"), {"place", "leader"}, id="a rhythm was read"),
    ],
)
def test_a_resuscitation_record_names_its_blanks(done: tuple[str, ...], lacks: set[str]) -> None:
    found = lacking(Story().opened().case, Story().policy, resuscitated(*done))
    assert {one.field for one in found if one.rule == "R57"} == lacks


def test_a_bed_is_a_place_and_the_one_who_pronounced_led() -> None:
    play = Story().pronounced()
    found = fields(play, *resuscitated("start", "rhythm"), DeviceReported(device="asystole", bed="4"))
    assert "place" not in found
    assert "leader" not in found
    assert "compressions" in found


def test_facts_fill_what_no_device_says() -> None:
    play = Story().opened()
    for fact in ("place", "leader"):
        play.does("off", "amend", fact=fact, value="said", why="asked")
    assert fields(play, *resuscitated("start")) & {"place", "leader"} == set()


def test_it_has_an_end() -> None:
    play = Story().opened().does("doc", "resuscitate", what="start")
    assert "end" in fields(play, *resuscitated("start"))
    play.does("doc", "resuscitate", what="stop", detail="no pulse")
    assert "end" not in fields(play, *resuscitated("start", "stop"))


def test_every_entry_is_signed_and_a_trainees_twice() -> None:
    play = Story().opened().does("mir", "chart", text="note:1")
    assert {"signatures", "cosignatures"} <= fields(play)
    play.does("mir", "sign", entry="mir")
    assert "signatures" not in fields(play)
    play.does("doc", "cosign", entry="mir")
    assert "cosignatures" not in fields(play)


def test_organ_procurement_is_asked_for_where_the_policy_has_it() -> None:
    assert "organ_procurement" in fields(Story("us-hospital").opened())
    assert "organ_procurement" not in fields(Story("village").opened())


def test_a_complete_note_lacks_nothing() -> None:
    play = Story().identified().does("doc", "chart", text="note:1").does("doc", "sign", entry="doc")
    play.does("doc", "coroner", decision="not_required", ground="known")
    play.does("kee", "inventory", items=["watch"], with_="doc")
    assert fields(play) == set()
