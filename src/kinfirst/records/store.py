"""The hot path: one case read, one batch of moves written, in plain SQL for both databases.

A move is everything that one accepted step changes: entries, the case's row by compare-and-set on its
version, tasks, visits, notes and messages. `write` puts any number of moves into the transaction that is
open, or raises LostRace when one of the cases had moved meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from django.db import IntegrityError, connection
from django.db.backends.utils import CursorWrapper

from kinfirst.records import keys, tally
from kinfirst.records.errors import LostRace, stop_if_newer
from kinfirst.records.summary import COLUMNS, TRUTHS, Columns

SCHEMA = 2
PLAIN = ("id", "kind", "realm", "version", "seq", "outbox_count", "policy_digest")
CHUNK = 400
ENGINE = '(SELECT "schema" FROM records_engine WHERE id = 1)'


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One case as it is held: its place in its ledger and the snapshot (msgpack)."""

    id: str
    kind: str
    realm: str
    version: int = 0
    seq: int = 0
    outbox_count: int = 0
    policy_digest: str = ""
    head: bytes = bytes(32)
    snapshot: bytes = b""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One entry to be written; `at` in microseconds."""

    seq: int
    at: int
    actor: str
    kind: str
    data: str
    digest: bytes


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """All that one step writes for one case. `after.version` is one more than the version that was read."""

    after: Row
    columns: Columns
    lines: tuple[Line, ...]
    tasks: tuple[tuple[Any, ...], ...] = ()
    tasks_gone: tuple[str, ...] = ()
    visits: tuple[tuple[Any, ...], ...] = ()
    visits_gone: tuple[str, ...] = ()
    notes: tuple[tuple[Any, ...], ...] = ()
    messages: tuple[tuple[Any, ...], ...] = ()


def case_mac(row: Row, columns: Columns) -> bytes:
    """The keyed digest of a case's row, all but the lease."""
    return keys.mac("case", mac_columns(row, columns))


def mac_columns(row: Row, columns: Columns) -> tuple[object, ...]:
    """What the digest of a case's row covers; the head stands for all entries, the snapshot for the state."""
    plain = tuple(getattr(row, name) for name in PLAIN)
    return (*plain, row.head, row.snapshot, *msgspec.structs.astuple(columns))


def refuse_newer() -> None:
    """Before anything is written: RecordUnavailable when the database is newer than this program."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ENGINE}")
        stop_if_newer(cursor.fetchone()[0], SCHEMA)


def load(case: str) -> Row | None:
    """The row of a case; RecordUnavailable when the database is newer than this program."""
    return next(iter(load_many([case])), None)


def load_to_change(case: str) -> Row | None:
    """The same, ours until the transaction ends: whoever else would change that case waits, and reads what we leave.
    SQLite has one writer anyway."""
    lock = " FOR UPDATE OF records_case" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"{_select(1)}{lock}", [case])
        return next(_rows(cursor), None)


def load_many(cases: Sequence[str]) -> list[Row]:
    """The rows of those cases that exist, in no particular order."""
    found: list[Row] = []
    with connection.cursor() as cursor:
        for start in range(0, len(cases), CHUNK):
            part = list(cases[start : start + CHUNK])
            cursor.execute(_select(len(part)), part)
            found += _rows(cursor)
    return found


def row_of(values: Sequence[Any]) -> Row:
    """A row from its columns in the order of PLAIN, then head and snapshot."""
    plain = dict(zip(PLAIN, values[: len(PLAIN)], strict=True))
    head, snapshot = values[len(PLAIN) :]
    return Row(**plain, head=bytes(head), snapshot=bytes(snapshot))


def write(moves: Sequence[Move]) -> None:
    """Writes them all into the open transaction. LostRace: some case had moved, and the caller rolls back."""
    with _cursor() as cursor:
        try:
            _place(cursor, [move for move in moves if move.after.version == 1])
            _compare_and_set(cursor, [move for move in moves if move.after.version > 1])
            _append(cursor, moves)
        except IntegrityError as wrong:
            raise LostRace("another writer was first") from wrong
        _tasks(cursor, moves)
        _visits(cursor, moves)
        _insert(cursor, "records_note", NOTE, [row for move in moves for row in move.notes])
        _insert(cursor, "records_outbox", MESSAGE, [row for move in moves for row in move.messages])


def insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Inserts rows of a table that belongs to no one case, in the open transaction. Raises IntegrityError."""
    with _cursor() as cursor:
        _insert(cursor, table, columns, rows)


def add_messages(row: Row, messages: Sequence[tuple[Any, ...]]) -> None:
    """Messages that no entry caused: they count on the case, whose row moves for it. LostRace as in `write`."""
    after = msgspec.structs.replace(row, version=row.version + 1, outbox_count=row.outbox_count + len(messages))
    columns = columns_of(row.id)
    with _cursor() as cursor:
        cursor.execute(
            "UPDATE records_case SET version = %s, outbox_count = %s, mac = %s WHERE id = %s AND version = %s",
            [after.version, after.outbox_count, case_mac(after, columns), row.id, row.version],
        )
        if cursor.rowcount != 1:
            raise LostRace("another writer was first")
        _insert(cursor, "records_outbox", MESSAGE, messages)


def columns_of(case: str) -> Columns:
    """The columns of a case's row as they are stored."""
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM records_case WHERE id = %s", [case])
        found = cursor.fetchone()
    if found is None:
        raise LostRace("the case is gone")
    return stored_columns(found)


def stored_columns(values: Sequence[Any]) -> Columns:
    """Columns from stored values: SQLite keeps a truth as a number."""
    pairs: dict[str, Any] = dict(zip(COLUMNS, values, strict=True))
    pairs.update({name: bool(pairs[name]) for name in TRUTHS})
    return Columns(**pairs)


def hold_case(case: str) -> None:
    """Keeps others from moving this case until the transaction ends. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM records_case WHERE id = %s FOR UPDATE", [case])


def hold_realm(name: str) -> None:
    """Lets one writer at a time decide what must be unique within a realm. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"kinfirst:{name}"])


CASE = (*PLAIN, "head", "snapshot", *COLUMNS, "mac")
ENTRY = ("case_id", "seq", "at", "actor", "kind", "data", "digest")
TASK = ("case_id", "name", "kind", "about", "holder", "opened", "due")
VISIT = ("case_id", "place", "realm", "person", "lead", "reference", "open")
NOTE = ("token", "case_id", "blind", "ciphertext", "erased_at", "erased_by", "mac")
MESSAGE = [
    "id",
    "case_id",
    "number",
    "seq",
    "kind",
    "destination",
    "payload",
    "created_at",
    "state",
    "attempts",
    "not_before",
    "held_until",
    "sequence",
    "result",
    "lease_by",
    "lease_until",
    "mac",
]


# What a column is to PostgreSQL when it is given as one array for all rows; any other is text.
ARRAYS = {
    "bigint": "version seq outbox_count level kin_settled unsigned opened_at due_at task_count next_due at opened due "
    "erased_at number created_at attempts not_before held_until sequence lease_until",
    "bytea": "head snapshot mac digest ciphertext",
    "boolean": "closed retracted two_identifiers open",
}
ARRAY_OF = {name: kind for kind, names in ARRAYS.items() for name in names.split()}


def _cursor() -> CursorWrapper:
    """A cursor for writing: on PostgreSQL one that sends values beside the statement and not in its text."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    driver: Any = connection.Database  # type: ignore[attr-defined]  # psycopg
    return connection.make_cursor(driver.Cursor(connection.connection))


def _insert(
    cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, then: str = ""
) -> int:
    """Inserts rows, and says how many it wrote.

    PostgreSQL reads and plans a statement anew each time, so there it is one, with an array for each column.
    """
    if not rows:
        return 0
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%b::{ARRAY_OF.get(name, 'text')}[]" for name in columns)
        sql = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}){then}"
        cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
    else:
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}){then}", rows)
    count: int = cursor.rowcount
    return count


def _or_update(columns: Sequence[str], key: Sequence[str]) -> str:
    """What an insert does with a row that is there already: all but its key is written anew."""
    changed = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in columns if name not in key)
    return f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"


def _rows(cursor: CursorWrapper) -> Iterator[Row]:
    for *values, schema in cursor.fetchall():
        stop_if_newer(schema, SCHEMA)
        yield row_of(values)


def _select(count: int) -> str:
    names = ", ".join((*PLAIN, "head", "snapshot"))
    marks = ", ".join(["%s"] * count)
    return f"SELECT {names}, {ENGINE} FROM records_case WHERE id IN ({marks})"


def _case_values(move: Move) -> tuple[Any, ...]:
    row = move.after
    plain = tuple(getattr(row, name) for name in PLAIN)
    columns = msgspec.structs.astuple(move.columns)
    return (*plain, row.head, row.snapshot, *columns, case_mac(row, move.columns))


def _place(cursor: CursorWrapper, moves: Sequence[Move]) -> None:
    if moves:
        tally.add(tally.LEDGERS, len(moves))
    _insert(cursor, "records_case", CASE, [_case_values(move) for move in moves])


def _compare_and_set(cursor: CursorWrapper, moves: Sequence[Move]) -> None:
    """Moves each row that still has the version that was read. None is new here: a case is never taken away."""
    lease = ", lease_by = '', lease_until = NULL, lease_mac = NULL"
    still = f"{_or_update(CASE, ('id',))}{lease} WHERE records_case.version = EXCLUDED.version - 1"
    if _insert(cursor, "records_case", CASE, [_case_values(move) for move in moves], then=still) != len(moves):
        raise LostRace("another writer was first")


def _append(cursor: CursorWrapper, moves: Iterable[Move]) -> None:
    rows = [
        (move.after.id, line.seq, line.at, line.actor, line.kind, line.data, line.digest)
        for move in moves
        for line in move.lines
    ]
    _insert(cursor, "records_entry", ENTRY, rows)


def _tasks(cursor: CursorWrapper, moves: Iterable[Move]) -> None:
    gone = [(move.after.id, name) for move in moves for name in move.tasks_gone]
    if gone:
        cursor.executemany("DELETE FROM records_task WHERE case_id = %s AND name = %s", gone)
    kept = [row for move in moves for row in move.tasks]
    _insert(cursor, "records_task", TASK, kept, then=_or_update(TASK, ("case_id", "name")))


def _visits(cursor: CursorWrapper, moves: Iterable[Move]) -> None:
    gone = [(move.after.id, place) for move in moves for place in move.visits_gone]
    if gone:
        cursor.executemany("DELETE FROM records_visit WHERE case_id = %s AND place = %s", gone)
    kept = [row for move in moves for row in move.visits]
    _insert(cursor, "records_visit", VISIT, kept, then=_or_update(VISIT, ("case_id", "place")))
