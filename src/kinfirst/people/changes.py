"""The registry's log: who changed which fields of what, and who searched or looked. It holds ids, never a value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from kinfirst.people import models

PAGE = 50
WHATS = ("added", "changed", "ended", "searched", "shown")
KINDS = ("person", "kin", "contact", "office", "event", "roster", "division", "account", "token", "export")


class Keeper(msgspec.Struct, frozen=True, kw_only=True):
    """Who keeps the registry now: their id, their address book, the moment (UTC)."""

    realm: str
    by: str
    now: datetime


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log. `by` and `about` are ids or codes."""

    number: int
    at: datetime
    by: str
    kind: str
    what: str
    about: str
    fields: tuple[str, ...]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines: of one kind, by one person, about one thing; from where on downwards; how many."""

    kind: str = ""
    by: str = ""
    about: str = ""
    before: int | None = None
    limit: int = PAGE


def write(keeper: Keeper, kind: str, what: str, *, about: str = "", fields: Iterable[str] = ()) -> None:
    """Appends a line. ValueError for a kind or a what that is not of the vocabulary: a fault of ours."""
    if kind not in KINDS or what not in WHATS:
        raise ValueError(f"no such line: {kind} {what}")
    models.Change.objects.create(
        realm=keeper.realm,
        at=keeper.now.astimezone(UTC),
        by=keeper.by,
        kind=kind,
        what=what,
        about=about,
        fields=list(dict.fromkeys(fields)),
    )


def lines(realm: str, wanted: Wanted | None = None) -> tuple[tuple[Line, ...], int | None]:
    """Lines of a realm, the latest first, and where the next page starts; None at the end."""
    asked = wanted or Wanted()
    rows = models.Change.objects.filter(realm=realm).order_by("-id")
    for name in ("kind", "by", "about"):
        if value := getattr(asked, name):
            rows = rows.filter(**{name: value})
    if asked.before is not None:
        rows = rows.filter(id__lt=asked.before)
    found = [_line(row) for row in rows[: asked.limit + 1]]
    more = len(found) > asked.limit
    return tuple(found[: asked.limit]), found[asked.limit - 1].number if more else None


def _line(row: models.Change) -> Line:
    return Line(
        number=row.pk, at=row.at, by=row.by, kind=row.kind, what=row.what, about=row.about, fields=tuple(row.fields)
    )
