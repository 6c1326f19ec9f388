"""Time alone: what is due next, and that what was consumed never comes again (engine.md section 1)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kinfirst.core import due, tick
from kinfirst.core.events import ChainDrawn, EffectsUnclaimed, HoldEnded, TaskOverdue
from tests.core.case_builder import START, Story

STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("off", "assign", {"place": "ana", "lead": "cho"}),
    ("off", "assign", {"place": "gran", "lead": "cho"}),
    ("cho", "attempt", {"place": "ana", "result": "no_answer"}),
    ("cho", "attempt", {"place": "gran", "result": "moved"}),
    ("cho", "tell", {"place": "ana", "channel": "person", "understood": True}),
    ("cho", "tell", {"place": "gran", "channel": "person", "understood": True}),
    ("cho", "already_aware", {"place": "ana", "source": "tv", "right": False}),
    ("out", "leak", {"source": "tv"}),
    ("out", "flag_doubt", {"about": "identity", "note": "a second band"}),
    ("auth", "clear_doubt", {"why": "it belongs to another"}),
    ("off", "hand_to_agency", {"place": "ana", "agency": "police"}),
    ("off", "exclude_kin", {"person": "ana", "ground": "disqualified", "evidence": "decree"}),
    ("off", "add_kin", {"person": "out", "relation": "child"}),
    ("auth", "override", {"rule": "R25", "place": "ana", "reason": "vigil", "second": "doc", "minutes": 30}),
    ("doc", "inventory", {"items": ["a ring"], "with": "med"}),
    ("mir", "chart", {"text": "found at the gate"}),
    ("bed", "device_event", {"kind": "asystole", "bed": "3"}),
    ("auth", "retract", {"kind": "alive", "second": "off"}),
)


def night() -> Story:
    """A wife, a child who comes of age tomorrow and its guardian, at ten in the evening; teams of one."""
    play = Story("us-military", at=START + timedelta(hours=13), **{"team.min": 1})
    play.knows("bed", roles=("system",)).knows("kid", born=date(2008, 3, 4)).knows("gran")
    return play.kin("ana", "spouse").kin("kid", "child", guardian="gran").drawn()


@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3000)), max_size=8))
def test_no_moment_comes_twice(steps: list[tuple[tuple[str, str, dict[str, Any]], int]]) -> None:
    play = night()
    for (by, do, arguments), minutes in steps:
        play.tries(by, do, **arguments)
        play.later(minutes=minutes)
        after = due(play.case, play.policy)
        assert after is None or after > play.now
        assert tick(play.case, play.policy, play.now) == ()


@given(jump=st.integers(1, 60 * 24 * 60))
def test_late_worker_catches_up_in_one_go(jump: int) -> None:
    play = night().does("off", "assign", place="ana", lead="cho")
    play.now += timedelta(minutes=jump)
    before = due(play.case, play.policy)
    assert before is not None
    events = tick(play.case, play.policy, play.now)
    assert bool(events) is (before <= play.now)
    play._folded(events, "system")
    assert tick(play.case, play.policy, play.now) == ()


def test_nothing_is_due_before_a_case_is_open() -> None:
    play = Story()
    assert due(play.case, play.policy) is None
    assert tick(play.case, play.policy, play.now) == ()


def test_what_time_brings() -> None:
    play = Story("us-military", **{"team.min": 1}).kin("ana", "spouse").drawn().told_by("ana")
    play.does("doc", "inventory", items=["a ring"], with_="med")
    assert due(play.case, play.policy) == START + timedelta(hours=4)
    brought = tick(play.case, play.policy, START + timedelta(days=31))
    assert [type(event) for event in brought if not isinstance(event, TaskOverdue)] == [HoldEnded, EffectsUnclaimed]
    assert play.later(days=31).tasks["unclaimed_effects"].due > play.now


def test_coming_of_age_is_due_at_midnight_where_they_live() -> None:
    play = Story("us-military").knows("kid", born=date(2008, 3, 3), zone="America/Denver").knows("gran")
    play.kin("kid", "child", guardian="gran").drawn()
    events = tick(play.case, play.policy, START + timedelta(hours=22))
    assert [event for event in events if isinstance(event, ChainDrawn)]
    assert not any(isinstance(e, ChainDrawn) for e in tick(play.case, play.policy, START + timedelta(hours=21)))
