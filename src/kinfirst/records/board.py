"""The board: every case a viewer may know of, one line each, the soonest task first (N12)."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import F, Q, QuerySet

from kinfirst.core.errors import BadInput
from kinfirst.records import models, store
from kinfirst.records.access import Viewer, admitted
from kinfirst.records.errors import clear_errors
from kinfirst.records.moments import maybe_micros, moment
from kinfirst.records.snapshots import CASE, case_of

PAGE = 50
MOST = 200
STAGES = ("opened", "pronounced", "identified", "telling", "told", "closed", "retracted")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One case on the board: alias, never a name. `next_holder` is a person's id or `role:<role>`."""

    id: str
    alias: str
    stage: str
    state: str
    event: str
    opened_at: datetime | None
    task_count: int
    next_task: str
    next_holder: str
    next_due: datetime | None
    version: int


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines, and where the next page starts; None at the end."""

    lines: tuple[Line, ...]
    after: str | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to show: one stage, or all that is not closed; a part of an alias; from where; how many lines."""

    stage: str = ""
    alias: str = ""
    after: str = ""
    limit: int = PAGE


def board(viewer: Viewer, wanted: Wanted | None = None) -> Page:
    """A page of the board for somebody. Cases they may not know of are not there.

    Raises BadInput for an unknown stage, a limit out of 1 to 200, or a cursor this board did not give.
    """
    asked = wanted or Wanted()
    if asked.stage and asked.stage not in STAGES:
        raise BadInput(f"stage: one of {', '.join(STAGES)}")
    if not 1 <= asked.limit <= MOST:
        raise BadInput(f"limit: a whole number from 1 to {MOST}")
    rows = _rows(viewer, asked)
    with clear_errors():
        found = list(_after(rows, asked.after)[: asked.limit + 1])
        states = {row.id: case_of(row) for row in store.load_many([row.id for row in found])}
    shown = found[: asked.limit]
    lines = tuple(_line(row) for row in shown if row.id in states and admitted(states[row.id], viewer.person))
    return Page(lines=lines, after=_cursor(shown[-1]) if len(found) > asked.limit else None)


def counts(viewer: Viewer) -> dict[str, int]:
    """How many cases of the realm are in each stage, in the order of the stages."""
    rows = models.Case.objects.filter(realm=viewer.realm, kind=CASE).values_list("stage", flat=True)
    with clear_errors():
        tally = {stage: rows.filter(stage=stage).count() for stage in STAGES}
    return tally


def _rows(viewer: Viewer, asked: Wanted) -> QuerySet[models.Case]:
    rows = models.Case.objects.filter(realm=viewer.realm, kind=CASE)
    rows = rows.filter(stage=asked.stage) if asked.stage else rows.filter(closed=False)
    if asked.alias:
        rows = rows.filter(alias_key__contains=asked.alias.casefold())
    ordered: QuerySet[models.Case] = rows.order_by(F("next_due").asc(nulls_last=True), "id")
    return ordered


def _after(rows: QuerySet[models.Case], cursor: str) -> QuerySet[models.Case]:
    if not cursor:
        return rows
    due, _, id = cursor.partition("-")
    try:
        at = moment(int(due)) if due else None
    except (ValueError, OverflowError):
        raise BadInput("after: not a cursor of this board") from None
    if at is None:
        return rows.filter(next_due__isnull=True, id__gt=id)
    return rows.filter(Q(next_due__gt=at) | Q(next_due=at, id__gt=id) | Q(next_due__isnull=True))


def _cursor(row: models.Case) -> str:
    due = maybe_micros(row.next_due)
    return f"{'' if due is None else due}-{row.id}"


def _line(row: models.Case) -> Line:
    return Line(
        id=row.id,
        alias=row.alias,
        stage=row.stage,
        state=row.state,
        event=row.event,
        opened_at=row.opened_at,
        task_count=row.task_count,
        next_task=row.next_task,
        next_holder=row.next_holder,
        next_due=row.next_due,
        version=row.version,
    )
