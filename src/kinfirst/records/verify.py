"""Verification of a whole database: every ledger, every seal, and every row that follows from them (R59)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from kinfirst.records import checking, reading
from kinfirst.records.checking_file import check_file
from kinfirst.records.checking_rest import check_rest
from kinfirst.records.checking_seals import check_seals
from kinfirst.records.errors import clear_errors
from kinfirst.records.findings import Counts, Report, Wrong, in_order

BATCH = 200

Progress = Callable[[int, int], None]


def verify(using: str = "default", *, progress: Progress | None = None) -> Report:
    """Checks a database and says everything that does not hold, entries first.

    Cases are read in batches, each in one transaction, so that work goes on meanwhile. Raises KinfirstError
    when the database cannot be read at all.
    """
    connection = connections[using]
    with clear_errors(), reading.as_stored(connection):
        ids = reading.case_ids(connection)
        wrong: list[Wrong] = [*check_file(connection)]
        entries = erased = done = 0
        for part in _parts(ids):
            for checked in _checked(connection, part, using):
                wrong += checked.wrong
                entries += checked.entries
                erased += checked.erased
            done += len(part)
            if progress is not None:
                progress(done, len(ids))
        seals, sealed_wrong, unsealed = check_seals(connection)
        rows, rest_wrong = check_rest(connection)
    return Report(
        counts=Counts(cases=len(ids), entries=entries, seals=seals, rows=rows),
        wrong=in_order([*wrong, *sealed_wrong, *rest_wrong]),
        unsealed=unsealed,
        erased=erased,
    )


def _parts(ids: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _checked(connection: BaseDatabaseWrapper, part: list[Any], using: str) -> list[checking.Checked]:
    outermost = not connection.in_atomic_block
    with transaction.atomic(using=using):
        if connection.vendor == "postgresql" and outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = list(reading.stored(connection, part))
    return [checking.check_case(one) for one in found]
