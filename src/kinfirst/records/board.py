"""The board: every case a viewer may know of, one line each, the soonest task first (N12)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec
from django.db import connection
from django.db.models import (
    BinaryField,
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)

from kinfirst.core.case import Case
from kinfirst.core.errors import BadInput
from kinfirst.core.events import DeviceReported
from kinfirst.records import models, store
from kinfirst.records.access import Viewer, admitted
from kinfirst.records.errors import clear_errors, stop_if_newer
from kinfirst.records.moments import maybe_micros, moment
from kinfirst.records.snapshots import CASE, case_event, case_of

PAGE = 50
MOST = 200
CHECK, CLINICIAN = "check_patient", "role:clinician"
OPEN = (False,)
"""Asked as `IN`: a plain truth becomes `NOT closed`, for which SQLite does not use the index."""
ALARMS, CLOSED = 12, 100
ENDED = {"closed": (True,)}
"""The stage that is looked for among the closed; every other one only among the open."""
LOOKED_AT = 1000
"""So many rows are looked at for one page, however few of them this viewer may know of."""
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
    """What to show: one stage, or all that is not closed; a part of an alias; from where; how many lines.

    `holders`: only cases with an open task of one of these (a person's id, `role:<role>`); `late_at`: only cases whose
    next task was due by then (UTC).
    """

    stage: str = ""
    alias: str = ""
    after: str = ""
    limit: int = PAGE
    holders: tuple[str, ...] = ()
    late_at: datetime | None = None


def board(viewer: Viewer, wanted: Wanted | None = None) -> Page:
    """A page of the board for somebody: full, unless no more are left or 1,000 rows held too few they may know of.

    Raises BadInput for an unknown stage, a limit out of 1 to 200, or a cursor this board did not give.
    """
    asked = wanted or Wanted()
    if asked.stage and asked.stage not in STAGES:
        raise BadInput(f"stage: one of {', '.join(STAGES)}")
    if not 1 <= asked.limit <= MOST:
        raise BadInput(f"limit: a whole number from 1 to {MOST}")
    with clear_errors():
        return _filled(viewer, asked.limit, _walk(_rows(viewer, asked), asked.after, asked.limit + 1))


def counts(viewer: Viewer) -> dict[str, int]:
    """How many cases of the realm are in each stage, in the order of the stages."""
    rows = models.Case.objects.filter(realm=viewer.realm, kind=CASE).values_list("stage", flat=True)
    with clear_errors():
        tally = {stage: rows.filter(stage=stage).count() for stage in STAGES}
    return tally


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """A bed where a device has spoken and nobody has been yet: the case by alias, what was said, since when (UTC)."""

    case: str
    alias: str
    bed: str
    kind: str
    since: datetime


def alarms(viewer: Viewer) -> tuple[Alarm, ...]:
    """The open tasks `check_patient` of the cases this viewer may know of, the longest waiting first; at most 12."""
    said = models.Entry.objects.filter(case_id=OuterRef("case_id"), kind="device_reported").order_by("-seq")
    tasks = models.Task.objects.filter(holder=CLINICIAN, kind=CHECK).annotate(said=Subquery(said.values("data")[:1]))
    # Realm and closing are judged here: in the query they would lead the planner away from the index of holders.
    with clear_errors():
        found = [_alarm(task, viewer) for task in tasks.select_related("case").order_by("due")[:MOST]]
    return tuple(one for one in found if one is not None)[:ALARMS]


def _alarm(task: models.Task, viewer: Viewer) -> Alarm | None:
    row, since = task.case, task.opened
    if since is None or row.realm != viewer.realm or not admitted(_state(row), viewer.person):
        return None
    said = case_event(task.said) if task.said else None  # type: ignore[attr-defined]
    bed, kind = (said.bed, said.device) if isinstance(said, DeviceReported) else ("", "")
    return Alarm(case=row.id, alias=row.alias, bed=bed, kind=kind, since=since)


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """A case that was closed, and when (UTC)."""

    id: str
    alias: str
    at: datetime


def closed_since(viewer: Viewer, since: datetime) -> tuple[Closed, ...]:
    """The cases closed since a moment that this viewer may know of, the latest first; at most 100."""
    last = models.Entry.objects.filter(case_id=OuterRef("pk"), kind="case_closed").order_by("-seq")
    rows = _with_schema(models.Case.objects.filter(realm=viewer.realm, kind=CASE, closed__in=(True,)))
    rows = rows.annotate(shut=Subquery(last.values("at")[:1])).filter(shut__gte=since).order_by("-shut", "id")
    with clear_errors():
        found = [row for row in rows[:CLOSED] if admitted(_state(row), viewer.person)]
    return tuple(Closed(id=row.id, alias=row.alias, at=row.shut) for row in found)


def version(realm: str) -> str:
    """A mark that is another one after anything of an open case or the house changed: what a living board waits for."""
    rows = models.Case.objects.filter(realm=realm, closed__in=OPEN)
    with clear_errors():
        found = rows.aggregate(sum=Sum("version"), count=Count("id"))
    return f"{found['count']}.{found['sum'] or 0}"


def _filled(viewer: Viewer, limit: int, rows: Iterator[models.Case]) -> Page:
    shown: list[models.Case] = []
    after: str | None = None
    for seen, row in enumerate(rows):
        if seen == LOOKED_AT:
            return Page(lines=tuple(map(_line, shown)), after=after)
        if admitted(_state(row), viewer.person):
            if len(shown) == limit:
                return Page(lines=tuple(map(_line, shown)), after=_cursor(shown[-1]))
            shown.append(row)
        after = _cursor(row)
    return Page(lines=tuple(map(_line, shown)), after=None)


def _rows(viewer: Viewer, asked: Wanted) -> QuerySet[models.Case]:
    rows = _with_schema(models.Case.objects.filter(realm=viewer.realm, kind=CASE))
    rows = rows.filter(closed__in=ENDED.get(asked.stage, OPEN))
    if asked.stage:
        rows = rows.filter(stage=asked.stage)
    if asked.alias:
        rows = rows.filter(alias_key__contains=asked.alias.casefold())
    if asked.holders:
        rows = rows.filter(id__in=models.Task.objects.filter(holder__in=asked.holders).values("case_id"))
    if asked.late_at is not None:
        rows = rows.filter(next_due__lt=asked.late_at)
    return rows if viewer.person.roles else _that_mention(rows, viewer.id)


def _with_schema(rows: QuerySet[models.Case]) -> QuerySet[models.Case]:
    return rows.annotate(schema=Subquery(models.Engine.objects.filter(id=1).values("schema")[:1]))


def _that_mention(rows: QuerySet[models.Case], person: str) -> QuerySet[models.Case]:
    """Somebody without a role may know of a case only if its state names them: the rest is not even read."""
    id = Value(person.encode(), output_field=BinaryField())
    if connection.vendor == "sqlite":
        at: Func = Func(F("snapshot"), id, function="INSTR", output_field=IntegerField())
    else:
        at = Func(id, F("snapshot"), function="POSITION", arg_joiner=" IN ", output_field=IntegerField())
    return rows.annotate(mention=at).filter(mention__gt=0)


def _walk(rows: QuerySet[models.Case], cursor: str, first: int) -> Iterator[models.Case]:
    """The rows from a cursor on, in portions: those with something due by its moment, then those without."""
    timed, rest = _halves(rows, cursor)
    size = first
    for half in (timed, rest):
        start = 0
        while half is not None:
            portion = list(half[start : start + size])
            yield from portion
            if len(portion) < size:
                break
            start, size = start + size, MOST


def _halves(rows: QuerySet[models.Case], cursor: str) -> tuple[QuerySet[models.Case] | None, QuerySet[models.Case]]:
    timed = rows.filter(next_due__isnull=False).order_by("next_due", "id")
    rest = rows.filter(next_due__isnull=True).order_by("id")
    if not cursor:
        return timed, rest
    due, _, id = cursor.partition("-")
    try:
        at = moment(int(due)) if due else None
    except (ValueError, OverflowError):
        raise BadInput("after: not a cursor of this board") from None
    if at is None:
        return None, rest.filter(id__gt=id)
    # The first condition alone can use the index; the second is exact.
    return timed.filter(next_due__gte=at).filter(Q(next_due__gt=at) | Q(id__gt=id)), rest


def _cursor(row: models.Case) -> str:
    due = maybe_micros(row.next_due)
    return f"{'' if due is None else due}-{row.id}"


def _state(row: models.Case) -> Case:
    stop_if_newer(getattr(row, "schema", store.SCHEMA), store.SCHEMA)
    plain = {name: getattr(row, name) for name in store.PLAIN}
    return case_of(store.Row(**plain, head=bytes(row.head), snapshot=bytes(row.snapshot)))


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


def aliases(viewer: Viewer, cases: Collection[str]) -> dict[str, str | None]:
    """What these cases of the viewer's realm are called; None for one that exists and is not theirs to know of."""
    if not cases:
        return {}
    rows = _with_schema(models.Case.objects.filter(id__in=list(cases), realm=viewer.realm, kind=CASE))
    with clear_errors():
        return {row.id: row.alias if admitted(_state(row), viewer.person) else None for row in rows}
