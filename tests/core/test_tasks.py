"""Tasks: what appears, who holds it, by when, and what makes it go (R26, R36, R58, engine.md section 7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from kinfirst.core.task import KINDS, Task
from tests.core.case_builder import START, Story

DEADLINE = START + timedelta(hours=4)


def ready(**overrides: Any) -> Story:
    """A wife and a mother, two offices; teams of one."""
    play = Story("us-military", **{"team.min": 1, **overrides}).kin("ana", "spouse").kin("mum", "parent")
    return play.office("division_head:second", "head").office("leader", "boss")


def kinds(play: Story) -> set[str]:
    """Names of the open tasks, without those of organisations, support and escalations."""
    return {name for name in play.tasks if name.split(":")[0] not in ("tell_org", "offer_support", "escalate")}


def test_a_case_from_opening_to_the_last_office() -> None:
    play = ready().opened()
    seen = [kinds(play)]
    seen.append(kinds(play.pronounced()))
    seen.append(kinds(play.identified()))
    seen.append(kinds(play.does("doc", "coroner", decision="not_required", ground="seen")))
    seen.append(kinds(play.does("off", "draw_chain")))
    seen.append(kinds(play.does("off", "assign", place="ana", lead="cho")))
    seen.append(kinds(play.does("cho", "tell", place="ana", channel="person", understood=True)))
    seen.append(kinds(play.told_by("mum")))
    seen.append(kinds(play.told_by("head").told_by("boss")))
    assert seen == [
        {"identify"},
        {"identify", "coroner_decision"},
        {"draw_chain", "coroner_decision"},
        {"draw_chain"},
        {"assign:ana"},
        {"attempt:ana"},
        {"assign:mum"},
        {"assign:head"},
        set(),
    ]


@pytest.mark.parametrize(
    ("name", "holder", "due"),
    [
        pytest.param("identify", "role:clinician", DEADLINE, id="identify"),
        pytest.param("coroner_decision", "role:clinician", START + timedelta(hours=24), id="coroner"),
        pytest.param("confirm_roll", "role:casualty_officer", DEADLINE, id="roll"),
        pytest.param("offer_support:doc", "role:supporter", START + timedelta(hours=24), id="support"),
        pytest.param("tell_org:pay", "role:casualty_officer", START + timedelta(days=1), id="an organisation"),
    ],
)
def test_holder_and_due_after_death(name: str, holder: str, due: datetime) -> None:
    play = Story("us-military").kin("ana", "spouse", recorded=None).pronounced()
    assert (play.tasks[name].holder, play.tasks[name].due) == (holder, due)


def test_drawing_is_due_though_the_deadline_has_passed() -> None:
    play = ready().opened(received="2026-03-01T09:00:00Z").pronounced()
    assert play.tasks["identify"].due < play.now
    play.identified()
    assert play.tasks["draw_chain"].due == play.now


@pytest.mark.parametrize(
    ("knocked", "due"),
    [
        pytest.param([0], START + timedelta(hours=2), id="the retry comes first"),
        pytest.param([0, 130], DEADLINE, id="a second try: the deadline comes first"),
        pytest.param([120], DEADLINE, id="the retry is the deadline"),
        pytest.param([180], DEADLINE, id="the retry is after the deadline"),
    ],
)
def test_due_of_an_attempt(knocked: list[int], due: datetime) -> None:
    play = ready().drawn().does("off", "assign", place="ana", lead="cho")
    assert play.tasks["attempt:ana"].due == DEADLINE
    for minutes in knocked:
        play.until(START + timedelta(minutes=minutes)).does("cho", "attempt", place="ana", result="no_answer")
    assert (play.tasks["attempt:ana"].holder, play.tasks["attempt:ana"].due) == ("cho", due)


def test_missed_deadline_stays_missed_whatever_is_planned() -> None:
    play = ready().drawn().does("off", "assign", place="ana", lead="cho").later(hours=3)
    play.does("cho", "attempt", place="ana", result="no_answer").later(hours=1, minutes=10)
    assert "attempt:ana" in play.overdue
    assert play.tasks["escalate:attempt:ana"].holder == "role:authority"
    play.later(hours=2)
    assert play.case.escalated["attempt:ana"] == START + timedelta(hours=5)
    assert {"attempt:ana", "escalate:attempt:ana"} <= set(play.tasks)
    play.does("cho", "tell", place="ana", channel="person", understood=True)
    assert not {"attempt:ana", "escalate:attempt:ana"} & set(play.tasks)


def test_next_attempt_is_planned_inside_the_window() -> None:
    play = ready(**{"retry.after": "PT16H"}).drawn().does("off", "assign", place="ana", lead="cho")
    play.does("cho", "attempt", place="ana", result="not_home")
    assert play.case.again["ana"] == datetime.fromisoformat("2026-03-03T05:00:00+00:00")
    play.does("out", "leak", source="tv").does("cho", "attempt", place="ana", result="not_home")
    assert play.case.again["ana"] == START + timedelta(hours=16)


def test_reassigning_keeps_the_plan() -> None:
    play = ready().drawn().does("off", "assign", place="ana", lead="cho")
    play.does("cho", "attempt", place="ana", result="no_answer")
    play.does("off", "assign", place="ana", lead="cho", team=["ode"])
    assert play.tasks["attempt:ana"].due == START + timedelta(hours=2)


def test_one_review_at_a_time() -> None:
    play = ready().drawn()
    for rule in ("R27", "R29"):
        play.does("auth", "override", rule=rule, place="ana", reason="haste", second="off", minutes=60)
    assert play.tasks["review_override"].due == START + timedelta(hours=25)
    play.does("off", "review_override", override=1, note="right")
    assert "review_override" in play.tasks
    play.does("off", "review_override", override=2, note="right")
    assert "review_override" not in play.tasks


def test_nothing_is_open_before_a_case_or_after_it_is_closed() -> None:
    play = Story("us-military", **{"close.requires": ["kin"]})
    assert play.tasks == {}
    play.kin("ana", "spouse").drawn().told_by("ana", "cho", "ode")
    for office in ("office:division_head:second", "office:leader"):
        play.does("auth", "override", rule="R73", place=office, reason="none", second="doc", minutes=5)
    play.does("off", "close_case")
    assert play.tasks == {}


def test_retracted_case_asks_only_for_what_is_owed() -> None:
    play = ready().drawn().told_by("ana").does("off", "assign", place="mum", lead="ode")
    play.does("auth", "retract", kind="alive", second="off")
    assert kinds(play) == {"retract:ana"}
    assert play.tasks["retract:ana"].holder == "cho"


def test_every_kind_says_what_it_asks() -> None:
    assert all(text.endswith(".") for text in KINDS.values())
    assert Task(kind="assign", about="ana", holder="off", opened=START, due=DEADLINE).name == "assign:ana"
    assert Task(kind="identify", holder="off", opened=START, due=DEADLINE).name == "identify"
