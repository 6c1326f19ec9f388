"""The file of a SQLite database against itself: an index that does not say what its table says would let a
changed row pass, for what is read depends on the way it is found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from kinfirst.records.findings import Wrong
from kinfirst.records.reading import Values, select

MOST = 100
_ROW = re.compile(r"row (\d+) missing from index (\S+)$")
# Where a row says which case and which entry it belongs to.
_CASE = {"records_entry": "case_id, seq", "records_case": "id, seq", "records_outbox": "case_id, seq"}
_CASE |= dict.fromkeys(("records_task", "records_visit", "records_note"), "case_id, 0")


def check_file(connection: BaseDatabaseWrapper) -> Iterator[Wrong]:
    """What SQLite's own integrity check finds, with case and entry where a row can be named."""
    if connection.vendor != "sqlite":
        return
    for (said,) in select(connection, f"PRAGMA integrity_check({MOST})"):
        if said != "ok":
            yield _wrong(connection, " ".join(str(said).split()))


def _wrong(connection: BaseDatabaseWrapper, said: str) -> Wrong:
    table, case, entry = "database file", "", 0
    if found := _ROW.search(said):
        table = _table_of(connection, found[2]) or table
        case, entry = _case_of(connection, table, int(found[1]))
    return Wrong(table=table, row="as a whole", what=f"is damaged: {said}", case=case, entry=entry)


def _table_of(connection: BaseDatabaseWrapper, index: str) -> str:
    rows = select(connection, "SELECT tbl_name FROM sqlite_master WHERE type = 'index' AND name = %s", [index])
    return str(rows[0][0]) if rows else ""


def _case_of(connection: BaseDatabaseWrapper, table: str, rowid: int) -> tuple[str, int]:
    columns = _CASE.get(table)
    rows: list[Values] = []
    if columns:
        try:
            rows = select(connection, f"SELECT {columns} FROM {table} NOT INDEXED WHERE rowid = %s", [rowid])
        except DatabaseError:
            rows = []
    return (str(rows[0][0]), rows[0][1] if isinstance(rows[0][1], int) else 0) if rows else ("", 0)
