"""Where a ledger stood when a command had been done; a repeated one is answered from the entries and says the same."""

from __future__ import annotations

from collections.abc import Iterable

from kinfirst.api.shapes import Done, OpenTask
from kinfirst.core.cover import tasks_house
from kinfirst.core.house import House
from kinfirst.core.policy import Policy
from kinfirst.core.stages import stage_of
from kinfirst.core.task import KINDS, Task
from kinfirst.core.tasks import tasks
from kinfirst.records import queries
from kinfirst.records.actions import Outcome
from kinfirst.records.asking import Stands
from kinfirst.records.deciding import house_id
from kinfirst.records.moments import micros
from kinfirst.records.snapshots import refold_case, refold_house
from kinfirst.records.store import Line


def done_on_case(outcome: Outcome, policy: Policy) -> Done:
    """What a command on a case did."""
    case = outcome.case or ""
    stands = outcome.stands or _stood(case, outcome, policy)
    return Done(
        case=case,
        alias=stands.alias,
        seq=outcome.seq,
        stage=stands.stage,
        version=stands.version,
        tasks=lines(stands.opened),
    )


def done_in_house(outcome: Outcome, realm: str) -> Done:
    """What a command of the house did."""
    new = outcome.stands.opened if outcome.stands else _opened_in_house(outcome, realm)
    return Done(case=None, alias=None, seq=outcome.seq, stage=None, version=None, tasks=lines(new))


def _opened_in_house(outcome: Outcome, realm: str) -> list[Task]:
    first = outcome.seq - len(outcome.events)
    before, after = (_house_at(realm, seq) for seq in (first, outcome.seq))
    return _new(tasks_house(before), tasks_house(after))


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


def _stood(case: str, outcome: Outcome, policy: Policy) -> Stands:
    """Where it stood when it was done, folded again."""
    first = outcome.seq - len(outcome.events)
    before, after = (refold_case(case, _entries(case, seq)) for seq in (first, outcome.seq))
    new = tuple(_new(tasks(before, policy), tasks(after, policy)))
    return Stands(alias=after.alias, stage=str(stage_of(after, policy)), version=after.version, opened=new)


def _house_at(realm: str, seq: int) -> House:
    return refold_house(_entries(house_id(realm), seq))


def _entries(ledger: str, seq: int) -> list[Line]:
    return [
        Line(seq=row.seq, at=micros(row.at), actor=row.actor, kind=row.kind, data=row.data, digest=bytes(row.digest))
        for row in queries.entries(ledger)
        if row.seq <= seq and row.at is not None
    ]
