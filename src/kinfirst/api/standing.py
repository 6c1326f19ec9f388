"""Where a ledger stood when a command had been done: computed from its entries, so that a replay says the same."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kinfirst.api.shapes import Done, OpenTask
from kinfirst.core.case import Case
from kinfirst.core.cover import tasks_house
from kinfirst.core.house import House
from kinfirst.core.policy import Policy
from kinfirst.core.stages import stage_of
from kinfirst.core.task import KINDS, Task
from kinfirst.core.tasks import tasks
from kinfirst.records import queries, store
from kinfirst.records.access import Sight
from kinfirst.records.actions import Outcome
from kinfirst.records.deciding import house_id
from kinfirst.records.moments import micros
from kinfirst.records.snapshots import case_of, refold_case, refold_house
from kinfirst.records.store import Line


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """A case at one entry of its ledger."""

    seq: int
    state: Case


def of_sight(sight: Sight) -> Stood:
    """Where the case stands that was just read."""
    return Stood(seq=sight.row.seq, state=sight.state)


def now_at(case: str) -> tuple[Stood, ...]:
    """Where a case stands now, as a list of one; empty when there is none."""
    row = store.load(case)
    return () if row is None else (Stood(seq=row.seq, state=case_of(row)),)


def done_on_case(outcome: Outcome, policy: Policy, *, known: Iterable[Stood]) -> Done:
    """What a command on a case did. `known` are states read meanwhile; what they lack is folded again."""
    states = {one.seq: one.state for one in known}
    case, first = outcome.case or "", outcome.seq - len(outcome.events)
    before = states.get(first) or _case_at(case, first)
    after = states.get(outcome.seq) or _case_at(case, outcome.seq)
    return Done(
        case=case,
        alias=after.alias,
        seq=outcome.seq,
        stage=str(stage_of(after, policy)),
        version=after.version,
        tasks=lines(_new(tasks(before, policy), tasks(after, policy))),
    )


def done_in_house(outcome: Outcome, realm: str) -> Done:
    """What a command of the house did."""
    first = outcome.seq - len(outcome.events)
    before, after = (_house_at(realm, seq) for seq in (first, outcome.seq))
    new = lines(_new(tasks_house(before), tasks_house(after)))
    return Done(case=None, alias=None, seq=outcome.seq, stage=None, version=None, tasks=new)


def line(task: Task) -> OpenTask:
    """A task as the API shows it."""
    return OpenTask(
        name=task.name,
        kind=task.kind,
        asks=KINDS[task.kind],
        about=task.about,
        holder=task.holder,
        opened=task.opened,
        due=task.due,
    )


def lines(found: Iterable[Task]) -> tuple[OpenTask, ...]:
    """Tasks as the API shows them."""
    return tuple(line(task) for task in found)


def _new(before: Iterable[Task], after: Iterable[Task]) -> list[Task]:
    known = {task.name for task in before}
    return [task for task in after if task.name not in known]


def _case_at(case: str, seq: int) -> Case:
    return refold_case(case, _entries(case, seq))


def _house_at(realm: str, seq: int) -> House:
    return refold_house(_entries(house_id(realm), seq))


def _entries(ledger: str, seq: int) -> list[Line]:
    return [
        Line(seq=row.seq, at=micros(row.at), actor=row.actor, kind=row.kind, data=row.data, digest=bytes(row.digest))
        for row in queries.entries(ledger)
        if row.seq <= seq and row.at is not None
    ]
