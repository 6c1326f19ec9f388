"""What comes from doors beside the record: who has arrived, who calls for help, what came too late (N16).

None of it changes a case. It is shown where people look: the board, the wall, the case, and the page that answers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from django.db.models import Count, Q, QuerySet

from kinfirst.records.access import Sight
from kinfirst.records.errors import UnknownCase
from kinfirst.records.exceptional import RECENT
from kinfirst.web import recipients
from kinfirst.web.here import Here
from kinfirst.web.models import DoorTap
from kinfirst.web.wording import SAID, Text
from kinfirst.web.wording.doorstep import TAPS

MOST = 200
ANSWER = frozenset({"authority", "casualty_officer", "coordinator"})
"""Who answers a call from a door: the flow desk sees it first."""
_CALLS = Q(what="help") | Q(state="refused")


class Knock(msgspec.Struct, frozen=True, kw_only=True):
    """One tap at a door. `at` is when it was done (UTC); `help`: a call; `rules`: those of a record that was refused;
    `seen_by`: who answered it, empty while nobody has."""

    key: str
    case: str
    alias: str
    who: str
    what: Text
    at: datetime
    believed: bool
    help: bool
    rules: tuple[str, ...]
    seen_by: str
    seen_at: datetime | None


def unanswered(here: Here) -> tuple[Knock, ...]:
    """Calls for help and late records of the last hours that nobody has answered, in cases this viewer may know of."""
    rows = _recent(here).filter(_CALLS, seen_at=None)
    return tuple(_knocks(here, rows.order_by("-came_at")[:MOST]))


def calls(here: Here) -> tuple[Knock, ...]:
    """Those of them that call for help."""
    return tuple(one for one in unanswered(here) if one.help) if here.insider else ()


def at_case(here: Here, sight: Sight) -> tuple[Knock, ...]:
    """Everything that came from the doors of one case and no entry tells of: arrivals, calls, late records."""
    rows = DoorTap.objects.filter(_CALLS | Q(what="arrived"), realm=here.viewer.realm, case=sight.id)
    return tuple(_knocks(here, rows.order_by("-done_at")[:MOST]))


def mark(realm: str, now: datetime) -> str:
    """A mark that is another one after a tap came or was answered: a living page waits for it."""
    found = DoorTap.objects.filter(realm=realm, came_at__gte=now - RECENT).aggregate(
        taps=Count("key"), seen=Count("seen_at")
    )
    return f"{found['taps']}.{found['seen']}"


def _recent(here: Here) -> QuerySet[DoorTap]:
    return DoorTap.objects.filter(realm=here.viewer.realm, came_at__gte=here.now - RECENT)


def _knocks(here: Here, rows: Iterable[DoorTap]) -> Iterator[Knock]:
    wanted = list(rows)
    names = recipients.staff_names(
        here.viewer.realm, {who for row in wanted for who in (row.person, row.seen_by) if who}
    )
    aliases = {case: alias for case in {row.case for row in wanted} if (alias := _alias(here, case))}
    for row in wanted:
        if row.case in aliases:
            yield _knock(row, aliases[row.case], names)


def _alias(here: Here, case: str) -> str:
    """What a case is called; empty for one that this viewer may not know of."""
    try:
        return here.case(case).alias
    except UnknownCase:
        return ""


def _knock(row: DoorTap, alias: str, names: dict[str, str]) -> Knock:
    noted = row.state == "noted"
    return Knock(
        key=row.key,
        case=row.case,
        alias=alias,
        who=names.get(row.person, ""),
        what=TAPS[row.what] if noted else SAID[row.what].title,
        at=row.done_at,
        believed=row.believed,
        help=noted and row.what == "help",
        rules=tuple(row.rules),
        seen_by=names.get(row.seen_by, ""),
        seen_at=row.seen_at,
    )
