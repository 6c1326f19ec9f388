"""What waits for an authority: tasks that are theirs, and commands that were refused a short while ago (R35)."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.events import Refused
from kinfirst.records import models, store
from kinfirst.records.access import Viewer, admitted
from kinfirst.records.errors import clear_errors
from kinfirst.records.snapshots import CASE, case_event, case_of

RECENT = timedelta(hours=12)
MOST = 200
AUTHORITY = "role:authority"


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A command that was refused: when (UTC), by whom, which rules, where."""

    case: str
    at: datetime
    by: str
    command: str
    rules: tuple[str, ...]
    place: str | None
    late: bool


def waiting(viewer: Viewer, now: datetime) -> tuple[tuple[Case, ...], tuple[Tried, ...]]:
    """The open cases an authority is asked about, soonest first, and what was refused in them of late.

    At most 200 of each; cases that this viewer may not know of are left out.
    """
    tasks = models.Task.objects.filter(holder=AUTHORITY, case__realm=viewer.realm, case__kind=CASE, case__closed=False)
    entries = models.Entry.objects.filter(
        kind="refused", at__gte=now - RECENT, case__realm=viewer.realm, case__kind=CASE, case__closed=False
    )
    with clear_errors():
        asked = list(tasks.order_by("due").values_list("case_id", flat=True)[:MOST])
        tried = tuple(one for row in entries.order_by("-at")[:MOST] if (one := _tried(row)) is not None)
        ids = list(dict.fromkeys((*asked, *(one.case for one in tried))))
        rows = {row.id: row for row in store.load_many(ids)}
    cases = {id: case_of(rows[id]) for id in ids if id in rows}
    mine = tuple(case for case in cases.values() if admitted(case, viewer.person))
    known = {case.id for case in mine}
    return mine, tuple(one for one in tried if one.case in known)


def _tried(row: models.Entry) -> Tried | None:
    event = case_event(row.data)
    if not isinstance(event, Refused) or row.at is None:
        return None
    return Tried(
        case=row.case_id,
        at=row.at,
        by=row.actor,
        command=event.command,
        rules=event.rules,
        place=event.place,
        late=event.when is not None,
    )
