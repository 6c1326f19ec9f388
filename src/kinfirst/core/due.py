"""Time: when it alone changes something, and what (engine.md section 1). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kinfirst.core.case import Case
from kinfirst.core.closing import hold_until
from kinfirst.core.events import CaseEvent, EffectsUnclaimed, HoldEnded, TaskOverdue
from kinfirst.core.policy import Policy
from kinfirst.core.redraw import next_coming_of_age, redrawn
from kinfirst.core.tasks import tasks


def due(case: Case, policy: Policy) -> datetime | None:
    """The next moment (UTC) at which time alone changes something; None if time alone changes nothing."""
    return min((at for at, _ in _coming(case, policy)), default=None)


def tick(case: Case, policy: Policy, now: datetime) -> tuple[CaseEvent, ...]:
    """What time alone has brought by `now`, in order: what is overdue, who came of age, the hold, unclaimed effects."""
    ready = [(at, event) for at, event in _coming(case, policy) if at <= now]
    return tuple(event for _, event in sorted(ready, key=lambda pair: (pair[0], repr(pair[1]))))


def _coming(case: Case, policy: Policy) -> Iterator[tuple[datetime, CaseEvent]]:
    if case.opened_at is None or case.closing.closed:
        return
    for task in tasks(case, policy):
        noted = case.escalated.get(task.name)
        moments = {task.due, task.again or task.due} if task.kind != "escalate" else set()
        for moment in sorted(moments):
            if noted is None or noted < moment:
                yield moment, TaskOverdue(task=task.name, due=moment)
    grown = next_coming_of_age(case, policy)
    if grown is not None:
        yield from ((grown, event) for event in redrawn(case, policy, grown))
    if not case.retracted and not case.closing.hold_ended:
        ends = hold_until(case, policy)
        if ends is not None:
            yield ends, HoldEnded()
    waiting = [e.listed for e in case.effects if e.released_to is None]
    if waiting and not case.closing.unclaimed and case.death.recorded_at is not None and not case.retracted:
        yield min(waiting) + policy.effects.unclaimed, EffectsUnclaimed()
