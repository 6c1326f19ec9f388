"""Time: when it alone changes something, and what (engine.md section 1). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from kinfirst.core.case import Case
from kinfirst.core.closing import hold_until
from kinfirst.core.events import CaseEvent, EffectsUnclaimed, HoldEnded, TaskOverdue
from kinfirst.core.policy import Policy
from kinfirst.core.redraw import next_coming_of_age, redrawn
from kinfirst.core.task import Task
from kinfirst.core.tasks import tasks


def due(case: Case, policy: Policy, *, known: Sequence[Task] | None = None) -> datetime | None:
    """The next moment (UTC) at which time alone changes something; None if time alone changes nothing.

    `known` are the open tasks, where the caller has them already.
    """
    return min((at for at, _ in _coming(case, policy, known)), default=None)


def tick(case: Case, policy: Policy, now: datetime, *, known: Sequence[Task] | None = None) -> tuple[CaseEvent, ...]:
    """What time alone has brought by `now`, in order: what is overdue, who came of age, the hold, unclaimed effects.

    `known` as in `due`.
    """
    ready = [(at, event) for at, event in _coming(case, policy, known) if at <= now]
    return tuple(event for _, event in sorted(ready, key=lambda pair: (pair[0], repr(pair[1]))))


def _coming(case: Case, policy: Policy, known: Sequence[Task] | None) -> Iterator[tuple[datetime, CaseEvent]]:
    if case.opened_at is None or case.closing.closed:
        return
    for task in tasks(case, policy) if known is None else known:
        if task.kind == "escalate":
            continue
        noted = case.escalated.get(task.name)
        for moment in (task.due,) if task.again is None else sorted({task.due, task.again}):
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
