"""Whole plays through the API alone: the night, and every command at least once."""

from __future__ import annotations

from typing import Any

import pytest

from kinfirst.clock import SimulatedClock
from kinfirst.core.commands import COMMANDS
from tests.api.acting import NOON, Stage

pytestmark = pytest.mark.django_db

# A greedy cover of all commands; the last test says which one is missing when a play changes.
PLAYS = (
    "rule-r01-the-monitor-cannot-declare",
    "18-lost-portions",
    "20-addressed-to-the-dead",
    "06-sister-by-id-card",
    "10-platoon-message",
    "14-twelve-alive",
    "rule-r20-passed-to-patrol",
    "rule-r36-search-before-passing-over",
    "rule-r39-the-name-in-public",
    "11-live-stream",
    "19-pronounced-by-phone",
    "rule-r17-nobody-knows-who-is-elder",
    "rule-r18-a-daughter-of-nine",
    "rule-r41-the-adviser-has-it",
    "rule-r60-who-looked",
    "rule-r67-the-form-is-two-years-old",
)
# Given below, because no play does.
BESIDE = {"decline_cover", "recall", "review_override"}


def played(name: str, settings: Any) -> Stage:
    clock = SimulatedClock(NOON.replace(year=1990))
    settings.KINFIRST_CLOCK = clock
    stage = Stage(name, clock)
    stage.play()
    return stage


def test_the_night(settings: Any) -> None:
    stage = played("the-night", settings)
    known = stage.by("kakashi").get(f"cases/{stage.case}/timeline").body["learnt"]
    told = [stage.company.handles[line["who"]] for line in known if line["how"] == "told"]
    assert told == ["kakashi", "commander", "counsel"]


def test_every_command_over_http(settings: Any) -> None:
    given = [played(name, settings).given for name in ("the-night", *PLAYS)]
    assert set(COMMANDS) - set().union(*given) == BESIDE


def test_cover_is_declined_and_somebody_called_back(settings: Any) -> None:
    stage = played("the-night", settings)
    lines = stage.by("hiro").get("house").body["patients"]
    owner = lines[0]["clinician"]
    giver = stage.company.handles[owner]
    taker = "hiro" if giver == "sakura" else "sakura"
    offer = {
        "patients": [line["patient"] for line in lines if line["clinician"] == owner],
        "to": stage.company.ids[taker],
        "until": stage.clock.now().replace(year=2027).isoformat(),
        "recall": "any",
        "ipass": dict.fromkeys(("illness", "summary", "actions", "contingency"), "as it was"),
    }
    offered = stage.by(giver).give(None, "hand_over", offer)
    assert [task["kind"] for task in offered.body["tasks"]] == ["accept_cover"], offered.body
    declined = stage.by(taker).give(None, "decline_cover", {"offer": owner})
    assert (declined.status, declined.body["case"], declined.body["stage"]) == (200, None, None)
    stage.by(giver).give(None, "hand_over", offer)
    accepted = stage.by(taker).give(None, "accept_cover", {"offer": owner, "read_back": "all of it, until then"})
    assert accepted.status == 200, accepted.body
    assert stage.by(giver).give(None, "go_off").status == 200
    back = stage.by("desk").give(None, "recall", {"person": owner, "why": "emergency"})
    assert back.status == 200, back.body


def test_an_override_is_reviewed(settings: Any) -> None:
    stage = played("rule-r35-an-exception-on-record", settings)
    officers = [cast.handle for cast in stage.scenario.people if "casualty_officer" in cast.person.roles]
    number = stage.by(officers[0]).get(f"cases/{stage.case}").body["overrides"][0]["number"]
    came = [
        stage.by(who).give(stage.case, "review_override", {"override": number, "note": "It was right."})
        for who in stage.scenario.handles
    ]
    assert 200 in [one.status for one in came], [one.body for one in came]
