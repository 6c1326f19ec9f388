"""Who looked, who tried, what was refused, who broke the glass: read off every ledger a viewer may know of (R59, R60).

People are labels as everywhere: those who work in the house by id for the page to name, kin and offices by what they
are. A case that is not the viewer's to know has no line here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q, QuerySet

from kinfirst.core.errors import BadInput
from kinfirst.core.gate import SEEING
from kinfirst.records import models, store
from kinfirst.records.access import Viewer, admitted, still_to_be_told
from kinfirst.records.errors import clear_errors
from kinfirst.records.labels import ordinals, plain_label
from kinfirst.records.moments import micros, moment
from kinfirst.records.snapshots import CASE, case_of

PAGE, MOST = 50, 10_000
LOOKED_AT = 2_000
"""So many entries are read for one page, however few of them this viewer may know of."""
LOOKS, TRIES, EXCEPTIONS = "viewed", "refused", "overridden"
KINDS = (LOOKS, TRIES, EXCEPTIONS)
_CURSOR = re.compile(r"(\d{1,17})-([0-9a-zA-Z-]{1,64})-(\d{1,10})", re.ASCII)
_RULE = re.compile(r"R\d\d|role|stage|argument|busy", re.ASCII)


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of that kind. `who` is a label where the one who did it may not be named here, else empty.

    `what` is the part that was looked at; `command` what was tried, with the rules against it. `glass`: an exception by
    which somebody sees what is not their duty. The house's own ledger has no alias.
    """

    case: str
    alias: str
    seq: int
    at: datetime
    by: str
    kind: str
    who: str = ""
    what: str = ""
    command: str = ""
    rules: tuple[str, ...] = ()
    glass: bool = False


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines, the latest first, and where the next page starts; None at the end."""

    lines: tuple[Trace, ...]
    after: str | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines: of one kind, one alias, one person (by id), one rule, since and before a moment (UTC)."""

    kind: str = ""
    alias: str = ""
    by: str = ""
    rule: str = ""
    since: datetime | None = None
    before: datetime | None = None
    after: str = ""
    limit: int = PAGE


class _Said(msgspec.Struct):
    what: str = ""
    command: str = ""
    rules: tuple[str, ...] = ()
    rule: str = ""
    place: str | None = None


def traces(viewer: Viewer, wanted: Wanted | None = None) -> Page:
    """A page of lines for somebody. BadInput for a kind, a rule or a cursor that there is not."""
    asked = wanted or Wanted()
    if asked.kind and asked.kind not in KINDS:
        raise BadInput(f"kind: one of {', '.join(KINDS)}")
    if asked.rule and not _RULE.fullmatch(asked.rule):
        raise BadInput("rule: one such as R23, or role, stage, argument")
    if not 1 <= asked.limit <= MOST:
        raise BadInput(f"limit: a whole number from 1 to {MOST}")
    with clear_errors():
        return _page(viewer, asked)


def _page(viewer: Viewer, asked: Wanted) -> Page:
    readers: dict[str, _Reader] = {}
    lines: list[Trace] = []
    last: models.Entry | None = None
    for seen, row in enumerate(_walk(viewer, asked, readers)):
        if seen == max(LOOKED_AT, 2 * asked.limit) or len(lines) == asked.limit:
            return Page(lines=tuple(lines), after=_cursor(last))
        last = row
        line = readers[row.case_id].line(row)
        if line is not None:
            lines.append(line)
    return Page(lines=tuple(lines), after=None)


def _walk(viewer: Viewer, asked: Wanted, readers: dict[str, _Reader]) -> Iterator[models.Entry]:
    """Entries, the latest first, in parts; who reads each of their ledgers is put into `readers` before."""
    rows, cursor = _rows(viewer, asked), asked.after
    while True:
        part = list((rows.filter(_beyond(cursor)) if cursor else rows)[:PAGE])
        unread = {row.case_id for row in part} - set(readers)
        readers |= {one.id: _Reader(viewer, one) for one in store.load_many(sorted(unread))}
        yield from part
        if len(part) < PAGE:
            return
        cursor = _cursor(part[-1])


def _rows(viewer: Viewer, asked: Wanted) -> QuerySet[models.Entry]:
    rows = models.Entry.objects.filter(case__realm=viewer.realm, kind__in=[asked.kind] if asked.kind else KINDS)
    if asked.alias:
        rows = rows.filter(case__alias_key__startswith=asked.alias.casefold())
    if asked.by:
        rows = rows.filter(actor=asked.by)
    if asked.rule:
        rows = rows.filter(data__contains=f'"{asked.rule}"')
    if asked.since:
        rows = rows.filter(at__gte=asked.since)
    if asked.before:
        rows = rows.filter(at__lt=asked.before)
    return rows.order_by("-at", "-case_id", "-seq")


def _beyond(cursor: str) -> Q:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadInput("after: not a page of this list")
    at, case, seq = moment(int(found[1])), found[2], int(found[3])
    return Q(at__lt=at) | Q(at=at, case_id__lt=case) | Q(at=at, case_id=case, seq__lt=seq)


def _cursor(row: models.Entry | None) -> str:
    return "" if row is None or row.at is None else f"{micros(row.at)}-{row.case_id}-{row.seq}"


class _Reader:
    """One ledger in front of one viewer."""

    def __init__(self, viewer: Viewer, row: store.Row) -> None:
        self.viewer = viewer
        self.case = case_of(row) if row.kind == CASE else None
        self.shown = self.case is None or admitted(self.case, viewer.person)
        self.hidden = still_to_be_told(self.case) if self.case else set[str]()
        self.labels = ordinals(self.case) if self.case else {}

    def line(self, row: models.Entry) -> Trace | None:
        """The entry as the viewer may read it; None where the case is not theirs to know."""
        if not self.shown or row.at is None:
            return None
        said = msgspec.json.decode(row.data, type=_Said)
        return Trace(
            case=row.case_id if self.case else "",
            alias=self.case.alias if self.case else "",
            seq=row.seq,
            at=row.at,
            by=row.actor,
            who=self._called(row.actor),
            kind=row.kind,
            what=said.what,
            command=said.command,
            rules=said.rules or ((said.rule,) if said.rule else ()),
            glass=row.kind == EXCEPTIONS and said.rule == SEEING and said.place == row.actor,
        )

    def _called(self, who: str) -> str:
        if self.case is None or who == self.viewer.id or who not in self.hidden:
            return ""
        return plain_label(self.case, who, self.labels)


def plain(line: Trace) -> dict[str, Any]:
    """A line as it is exported: ids and codes, no name and no label."""
    found: dict[str, Any] = msgspec.to_builtins(line)
    del found["who"]
    return found


def case_called(viewer: Viewer, alias: str) -> str | None:
    """The id of the case of exactly that alias, the latest where there are several; None where the viewer may know of
    none."""
    rows = models.Case.objects.filter(realm=viewer.realm, kind=CASE, alias_key=alias.casefold())
    with clear_errors():
        ids = list(rows.order_by("closed", "-opened_at", "id").values_list("id", flat=True)[:PAGE])
        states = {row.id: case_of(row) for row in store.load_many(ids)}
    return next((id for id in ids if admitted(states[id], viewer.person)), None)


def glass_to_review(viewer: Viewer) -> tuple[tuple[str, str, int], ...]:
    """The cases in which somebody broke the glass and nobody has reviewed it: id, alias, number of the exception."""
    rows = models.Case.objects.filter(realm=viewer.realm, kind=CASE, closed=False, tasks__kind="review_override")
    with clear_errors():
        states = [case_of(row) for row in store.load_many(list(rows.values_list("id", flat=True)[:PAGE]))]
    return tuple(
        (state.id, state.alias, waiver.number)
        for state in sorted(states, key=lambda one: one.alias)
        if admitted(state, viewer.person)
        for waiver in state.waivers
        if waiver.rule == SEEING and waiver.place == waiver.by and not waiver.reviewed
    )
