"""Rows as the database holds them, for checking: no conversion that could forgive a changed byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from django.db.backends.base.base import BaseDatabaseWrapper

from kinfirst.records import store
from kinfirst.records.errors import DAMAGED, RecordUnavailable

Values = tuple[Any, ...]
CASE = (*store.CASE, "lease_by", "lease_until", "lease_mac")
TABLES = {
    "records_entry": (store.ENTRY, "seq"),
    "records_task": (store.TASK, "name"),
    "records_visit": (store.VISIT, "place"),
    "records_note": (store.NOTE, "token"),
    "records_outbox": (tuple(store.MESSAGE), "number"),
}


class Stored(msgspec.Struct, frozen=True):
    """One case's row and all rows of other tables that belong to it, by table."""

    case: dict[str, Any]
    rows: dict[str, list[Values]]


@contextmanager
def as_stored(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """While it lasts, text of SQLite that is not UTF-8 is read as the bytes it is, where it would be an error.

    RecordUnavailable where not even the names of columns can be read.
    """
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    sqlite, before = connection.connection, connection.connection.text_factory
    sqlite.text_factory = _text
    try:
        yield
    except UnicodeDecodeError as wrong:
        raise RecordUnavailable(DAMAGED) from wrong
    finally:
        sqlite.text_factory = before


def _text(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def case_ids(connection: BaseDatabaseWrapper) -> list[Any]:
    """The ids of every case, in order; one that was changed may be no text."""
    return [id for (id,) in select(connection, "SELECT id FROM records_case ORDER BY id")]


def stored(connection: BaseDatabaseWrapper, ids: Sequence[Any]) -> Iterator[Stored]:
    """Those cases with everything that belongs to them, in order of id."""
    marks = ", ".join(["%s"] * len(ids))
    found: dict[str, dict[str, list[Values]]] = {table: {} for table in TABLES}
    for table, (columns, order) in TABLES.items():
        sql = f"SELECT {names(connection, columns)} FROM {table} WHERE case_id IN ({marks}) ORDER BY case_id, {order}"
        place = columns.index("case_id")
        for row in select(connection, sql, ids):
            found[table].setdefault(row[place], []).append(row)
    sql = f"SELECT {names(connection, CASE)} FROM records_case WHERE id IN ({marks}) ORDER BY id"
    for row in select(connection, sql, ids):
        case = dict(zip(CASE, row, strict=True))
        yield Stored(case=case, rows={table: found[table].get(case["id"], []) for table in TABLES})


def any_case(connection: BaseDatabaseWrapper) -> tuple[str, int]:
    """One ledger and its last entry: where a reader starts to look when a row belongs to all of them."""
    rows = select(connection, "SELECT id, seq FROM records_case ORDER BY id LIMIT 1")
    return (str(rows[0][0]), rows[0][1] if isinstance(rows[0][1], int) else 0) if rows else ("", 0)


def select(connection: BaseDatabaseWrapper, sql: str, values: Sequence[Any] = ()) -> list[Values]:
    """Every row of a query, bytes as bytes."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return [tuple(plain(value) for value in row) for row in cursor.fetchall()]


def names(connection: BaseDatabaseWrapper, columns: Sequence[str]) -> str:
    """Columns as a query lists them. A plus keeps Python's SQLite from reading a date or a truth into them, which
    would make a changed byte look right."""
    sign = "+" if connection.vendor == "sqlite" else ""
    return ", ".join(f'{sign}"{name}"' for name in columns)


def plain(value: Any) -> Any:
    """A stored value: PostgreSQL may give bytes as a view on memory."""
    return bytes(value) if isinstance(value, memoryview) else value


def same(stored: Any, expected: Any) -> bool:
    """Whether a stored value is exactly the expected one; a truth may be kept as the number 0 or 1."""
    if isinstance(expected, bool):
        return stored in (0, 1) and isinstance(stored, int) and bool(stored) == expected
    return type(stored) is type(expected) and stored == expected
