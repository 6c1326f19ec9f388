"""Faulty engines: the core with one thing broken, to see that the check finds it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kinfirst.core import decide, fold, tasks
from kinfirst.core.ask import Ask
from kinfirst.core.case import Case
from kinfirst.core.commands import Command
from kinfirst.core.errors import Refusal
from kinfirst.core.events import CaseEvent, Told
from kinfirst.core.facts import Person
from kinfirst.core.policy import Policy
from kinfirst.core.rules import EFFECTS
from kinfirst.core.task import Task
from kinfirst.policies.engine import Decide, Engine


def without(*rules: str) -> Decide:
    """A `decide` that never heard of some rules: what they alone refuse goes through."""

    def lax(case: Case, command: Command, policy: Policy, now: datetime) -> tuple[CaseEvent, ...] | Refusal:
        answer = decide(case, command, policy, now)
        if not isinstance(answer, Refusal) or {reason.rule for reason in answer.reasons} - set(rules):
            return answer
        ask: Ask[Any] = Ask(case=case, command=command, policy=policy, now=now, do=command.do)
        return tuple(EFFECTS[command.name](ask))

    return lax


def forgets_tellings(case: Case, event: CaseEvent, *, at: datetime, by: str) -> Case:
    """A `fold` that drops that somebody was told."""
    return case if isinstance(event, Told) else fold(case, event, at=at, by=by)


def tells_everybody(case: Case, viewer: Person) -> bool:
    """A `may_see` that says yes."""
    return True


def never_ticks(case: Case, policy: Policy, now: datetime) -> tuple[CaseEvent, ...]:
    """A `tick` to which time brings nothing."""
    return ()


def asks_nobody_to_decide(case: Case, policy: Policy) -> tuple[Task, ...]:
    """`tasks` without the question of the hours."""
    return tuple(task for task in tasks(case, policy) if task.kind != "decide_hours")


def asks_nobody_at_all(case: Case, policy: Policy) -> tuple[Task, ...]:
    """`tasks` that are always empty."""
    return ()


def stands_still(case: Case, policy: Policy) -> datetime | None:
    """A `due` that never comes: nothing becomes overdue."""
    return None


OUT_OF_TURN = Engine(decide=without("R23", "R31", "R42", "R71"))
BEFORE_DEATH = Engine(decide=without("R03", "stage"))
TWICE = Engine(decide=without("R70"))
FORGETFUL = Engine(fold=forgets_tellings)
TOO_EARLY = Engine(decide=without("R39"))
OPEN_BOOK = Engine(may_see=tells_everybody)
NO_TICK = Engine(tick=never_ticks)
NO_CLOCK = Engine(due=stands_still)
NO_QUESTION = Engine(tasks=asks_nobody_to_decide)
NO_TASKS = Engine(tasks=asks_nobody_at_all)
NO_CHANNEL = Engine(decide=without("R27"))
NO_HOURS = Engine(decide=without("R25"))
