"""A copy put back into an empty database of either kind, and checked as it then stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from kinfirst.core.errors import BadInput
from kinfirst.people import marks
from kinfirst.records.backup import copied_models
from kinfirst.records.backup_file import Manifest, Reader, Table, opened
from kinfirst.records.errors import clear_errors
from kinfirst.records.findings import Report
from kinfirst.records.verify import verify

AT_ONCE = 500
# Made by the migrations themselves; what the copy has stands in their place.
MADE_BY_SCHEMA = ("django_content_type", "auth_permission")

Progress = Callable[[str, int], None]


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What was put back, what the copy was of, and what the record's own check says of it now."""

    rows: int
    manifest: Manifest
    report: Report


def restore(path: Path, *, progress: Progress = lambda _table, _rows: None) -> Restored:
    """Puts a copy back, all of it or nothing, and verifies it.

    Refuses (BadInput) a file that does not hold, one of a newer schema, and a database that is not empty. A copy of
    an older schema is put back as it was and then brought up to date.
    """
    with clear_errors(), opened(path) as copy:
        _refuse_newer(copy.manifest)
        refuse_filled()
        copy.check()
        _migrate_to(copy.manifest.migrations)
        with transaction.atomic():
            rows = _put_back(copy, progress)
        _migrate_to(None)
        report = verify()
    return Restored(rows=rows, manifest=copy.manifest, report=report)


def refuse_filled() -> None:
    """Refuses (BadInput) a database in which there is anything that a copy would be put over."""
    existing = set(connection.introspection.table_names())
    for model in copied_models():
        table = model._meta.db_table
        if table in existing and table not in (*MADE_BY_SCHEMA, *_given()) and _filled(table):
            raise BadInput(f"database: it is not empty ({table} has rows); a copy is put into an empty one alone")


def _given() -> tuple[str, ...]:
    """Tables that a new database has rows in."""
    return ("records_engine", "records_tally")


def _filled(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
        return cursor.fetchone() is not None


def _refuse_newer(manifest: Manifest) -> None:
    known = set(MigrationExecutor(connection).loader.disk_migrations)
    unknown = sorted(f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known)
    if unknown:
        raise BadInput(
            f"the copy was made by a newer program ({manifest.program}; {unknown[0]} is unknown here): restore it with "
            "that one, or a later one"
        )


def _migrate_to(wanted: Sequence[tuple[str, str]] | None) -> None:
    """The schema with those migrations and no others; with all that this program has where none are named."""
    executor = MigrationExecutor(connection)
    if wanted is None:
        executor.migrate(executor.loader.graph.leaf_nodes())
        return
    have = [node for node in wanted if node in executor.loader.graph.nodes]
    parents = {key for node in have for key in (one.key for one in executor.loader.graph.node_map[node].parents)}
    executor.migrate([node for node in have if node not in parents])


def _put_back(copy: Reader, progress: Progress) -> int:
    manifest, rows = copy.manifest, 0
    for name in reversed(MADE_BY_SCHEMA):
        _run(f"DELETE FROM {connection.ops.quote_name(name)}")
    for table in manifest.tables:
        written = _fill(table, copy.rows(table))
        progress(table.name, written)
        rows += written
    _reset_sequences()
    if manifest.vendor != connection.vendor and manifest.holds:
        # A mark covers a row as its database keeps it: what held there is marked anew as it is kept here.
        marks.stamp_all()
    return rows


def _fill(table: Table, rows: Iterator[tuple[Any, ...]]) -> int:
    names = [connection.ops.quote_name(name) for name, _ in table.columns]
    sql = f"INSERT INTO {connection.ops.quote_name(table.name)} ({', '.join(names)}) VALUES "
    sql += f"({', '.join(['%s'] * len(names))})"
    if table.name in _given():
        changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in names[1:])
        sql += f" ON CONFLICT ({names[0]}) DO UPDATE SET {changed}"
    makers = [_maker(kind) for _, kind in table.columns]
    count = 0
    while part := [_made(makers, row) for row in islice(rows, AT_ONCE)]:
        with connection.cursor() as cursor:
            cursor.executemany(sql, part)
        count += len(part)
    return count


def _made(makers: Sequence[Callable[[Any], Any]], row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(None if value is None else make(value) for make, value in zip(makers, row, strict=True))


def _as_it_is(value: Any) -> Any:
    return value


def _maker(kind: str) -> Callable[[Any], Any]:
    """How a value of that kind is handed to this database."""
    made: dict[str, Callable[[Any], Any]] = {
        "moment": connection.ops.adapt_datetimefield_value,
        "date": connection.ops.adapt_datefield_value,
        "json": json.dumps,
    }
    return made.get(kind, _as_it_is)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _reset_sequences() -> None:
    """PostgreSQL counts on from the highest number that there is."""
    for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)):
        _run(statement)
