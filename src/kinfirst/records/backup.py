"""A copy of everything, taken while work goes on: one moment of the database, checked as it is written.

Both databases give a copy of one moment without keeping writers waiting: SQLite in WAL by a transaction that only
reads, PostgreSQL by REPEATABLE READ. The keys are not in it. Sessions, knocks at the door and heartbeats are left out:
they are of the machine that runs, not of the house.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.apps import apps
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from kinfirst import __version__
from kinfirst.records import store
from kinfirst.records.backup_file import FORMAT, Manifest, Table, Writer, opened, writing
from kinfirst.records.errors import clear_errors
from kinfirst.records.findings import Report
from kinfirst.records.verify import verify

LEFT_OUT = frozenset({"django_session", "api_knock", "records_heartbeat", "records_remembered"})
AT_ONCE = 2000
KINDS = {
    "AutoField": "number",
    "BigAutoField": "number",
    "BinaryField": "bytes",
    "BooleanField": "truth",
    "DateField": "date",
    "DateTimeField": "moment",
    "JSONField": "json",
}

Progress = Callable[[str, int], None]


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, and what the record's own check said of that moment."""

    tables: int
    rows: int
    report: Report


def backup(path: Path, *, now: datetime, progress: Progress = lambda _table, _rows: None) -> Copied:
    """Writes a copy and reads it again. A record that does not hold is copied all the same, and said not to hold.

    Refuses (BadInput) a file that exists or cannot be written; raises RecordUnavailable when the database fails.
    """
    with clear_errors(), writing(path) as out, _one_moment():
        report = verify()
        migrations = tuple(sorted(MigrationRecorder(connection).applied_migrations()))
        tables = tuple(_written(out, model, progress) for model in copied_models())
        out.manifest(
            Manifest(
                format=FORMAT,
                program=__version__,
                schema=store.SCHEMA,
                at=now,
                vendor=connection.vendor,
                holds=report.ok,
                migrations=migrations,
                tables=tables,
            )
        )
    with opened(path) as copy:
        copy.check()
    return Copied(tables=len(tables), rows=sum(table.rows for table in tables), report=report)


def copied_models() -> tuple[type[models.Model], ...]:
    """Every table that is copied, those between two tables included."""
    found = apps.get_models(include_auto_created=True)
    return tuple(model for model in found if model._meta.managed and model._meta.db_table not in LEFT_OUT)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Inside it everything read is of one moment; writers are not kept waiting."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    # The settings begin each transaction as a writer's; this one only reads.
    connection.ensure_connection()
    sqlite: Any = connection
    mode, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            yield
    finally:
        sqlite.transaction_mode = mode


def _written(out: Writer, model: type[models.Model], progress: Progress) -> Table:
    fields = model._meta.local_concrete_fields
    columns = tuple((str(field.column), _kind(field)) for field in fields)
    written = out.table(model._meta.db_table, columns, _rows(model, fields))
    progress(written.name, written.rows)
    return written


def _rows(model: type[models.Model], fields: Any) -> Iterator[tuple[Any, ...]]:
    names = [field.attname for field in fields]
    plain = [field.get_prep_value if _kind(field) == "number" else _plain for field in fields]
    rows = model._default_manager.order_by(*_key(model)).values_list(*names)
    for row in rows.iterator(chunk_size=AT_ONCE):
        yield tuple(make(value) for make, value in zip(plain, row, strict=True))


def _key(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.pk_fields)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _kind(field: Any) -> str:
    """The kind of a column in the file; a reference is of the kind of what it refers to."""
    target = field.target_field if field.is_relation else field
    internal = target.get_internal_type()
    return KINDS.get(internal) or ("number" if internal.endswith("IntegerField") else "text")
