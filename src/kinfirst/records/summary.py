"""The columns of a case's row that follow from its state: what the board, the clock and other cases ask.

They are computed at every move and again by `verify`, and must be equal.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.cover import due_house
from kinfirst.core.due import due
from kinfirst.core.gate import kin_settled_at
from kinfirst.core.house import House
from kinfirst.core.identity import level, two_identifiers
from kinfirst.core.policy import Policy
from kinfirst.core.stages import stage_of
from kinfirst.core.task import Task
from kinfirst.records.moments import maybe_micros


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """One value for each column; moments in microseconds, absent text as an empty one."""

    alias: str = ""
    alias_key: str = ""
    casualty: str = ""
    event: str = ""
    stage: str
    state: str = ""
    closed: bool = False
    retracted: bool = False
    level: int = 0
    two_identifiers: bool = False
    kin_settled: int | None = None
    unsigned: int = 0
    opened_at: int | None = None
    due_at: int | None = None
    task_count: int = 0
    next_task: str = ""
    next_holder: str = ""
    next_due: int | None = None


COLUMNS = tuple(Columns.__struct_fields__)
TRUTHS = ("closed", "retracted", "two_identifiers")


def of_case(case: Case, policy: Policy, open_tasks: Sequence[Task]) -> Columns:
    """The columns of a casualty's case."""
    return msgspec.structs.replace(
        _first(open_tasks),
        alias=case.alias,
        alias_key=case.alias.casefold(),
        casualty=case.casualty or "",
        event=case.event or "",
        stage=str(stage_of(case, policy)),
        state=case.state,
        closed=case.closing.closed,
        retracted=case.retracted is not None,
        level=level(case),
        two_identifiers=two_identifiers(case),
        kin_settled=maybe_micros(kin_settled_at(case, policy)),
        unsigned=sum(not entry.signed for entry in case.chart),
        opened_at=maybe_micros(case.opened_at),
        due_at=maybe_micros(due(case, policy, known=open_tasks)),
    )


def of_house(house: House, open_tasks: Sequence[Task]) -> Columns:
    """The columns of the house's own ledger."""
    return msgspec.structs.replace(_first(open_tasks), due_at=maybe_micros(due_house(house)))


def _first(open_tasks: Sequence[Task]) -> Columns:
    if not open_tasks:
        return Columns(stage="house")
    soonest = min(open_tasks, key=lambda task: (task.due, task.name))
    return Columns(
        stage="house",
        task_count=len(open_tasks),
        next_task=soonest.name,
        next_holder=soonest.holder,
        next_due=maybe_micros(soonest.due),
    )
