"""Plain SQL where a decision waits for it (decision 0003); the same on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

# SQLite allows 250,000 bound values in a statement but older builds only 999.
CHUNK = 900


def rows(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def rows_of(sql: str, ids: Iterable[str], values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The answers for many ids, in the order of the ids where the statement orders by them: `{ids}` stands for them
    in the statement, before whatever `values` fill."""
    for chunk in chunks(ids):
        yield from rows(sql.replace("{ids}", marks(len(chunk))), [*chunk, *values])


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids once each, sorted, in runs that fit one statement."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def marks(count: int) -> str:
    """Places for so many values, in brackets."""
    return f"({', '.join(['%s'] * count)})"
