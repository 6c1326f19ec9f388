"""Who works on what: due cases and queued messages are claimed in one statement each, under a lease.

Several workers share one database with no coordinator. On PostgreSQL a claim skips rows that another worker
holds; on SQLite there is one writer at a time. A case whose lease ran out may be claimed again, for a tick is
decided afresh; a message may not (see `outbox`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from kinfirst.records import keys, models, outbox
from kinfirst.records.errors import clear_errors
from kinfirst.records.moments import micros
from kinfirst.records.writing import whole

NAME = 80


def claim_due(now: datetime, worker: str, limit: int, lease: timedelta) -> tuple[str, ...]:
    """Up to `limit` ledgers that are due, the longest waiting first, now this worker's until the lease ends.

    A lease ends when the case moves, when it is released, or at `now + lease`.
    """
    until = micros(now + lease)
    stamp = keys.mac("lease", (worker[:NAME], until))
    # Picked once, or PostgreSQL may look again and take more than the limit.
    sql = (
        "WITH due AS MATERIALIZED (SELECT id FROM records_case WHERE due_at IS NOT NULL AND due_at <= %s "
        f"AND (lease_until IS NULL OR lease_until <= %s) ORDER BY due_at LIMIT %s{_skip()}) "
        "UPDATE records_case SET lease_by = %s, lease_until = %s, lease_mac = %s "
        "WHERE id IN (SELECT id FROM due) RETURNING id, due_at"
    )
    with whole(), connection.cursor() as cursor:
        cursor.execute(sql, [micros(now), micros(now), limit, worker[:NAME], until, stamp])
        found = cursor.fetchall()
    return tuple(id for id, _ in sorted(found, key=lambda pair: (pair[1], pair[0])))


def release(ids: Sequence[str], worker: str) -> None:
    """Gives back cases that turned out to need nothing."""
    with whole():
        models.Case.objects.filter(id__in=ids, lease_by=worker[:NAME]).update(
            lease_by="", lease_until=None, lease_mac=None
        )


def claim_outbox(now: datetime, worker: str, limit: int, lease: timedelta) -> tuple[models.Outbox, ...]:
    """Up to `limit` queued messages whose moment has come, now `attempting` by this worker.

    Messages left behind by a worker that stopped become `unknown` first, and a person is paged.
    """
    give_up_leases(now)
    sql = (
        "WITH waiting AS MATERIALIZED (SELECT id FROM records_outbox WHERE state = 'queued' AND not_before <= %s "
        f"ORDER BY not_before, id LIMIT %s{_skip()}) "
        "UPDATE records_outbox SET state = 'attempting', attempts = attempts + 1, lease_by = %s, lease_until = %s, "
        "held_until = NULL WHERE id IN (SELECT id FROM waiting) RETURNING id"
    )
    with whole():
        with connection.cursor() as cursor:
            cursor.execute(sql, [micros(now), limit, worker[:NAME], micros(now + lease)])
            ids = [id for (id,) in cursor.fetchall()]
        rows = tuple(models.Outbox.objects.filter(id__in=ids).order_by("not_before", "id"))
        outbox.stamp(rows)
    return rows


def give_up_leases(now: datetime) -> int:
    """Messages that were being attempted when their worker stopped: `unknown`, with a page to a person."""
    # The state stands in the text: SQLite uses an index of some rows only for a value that it can read there.
    sql = "SELECT id FROM records_outbox WHERE state = 'attempting' AND lease_until <= %s ORDER BY lease_until, id"
    with clear_errors(), connection.cursor() as cursor:
        cursor.execute(sql, [micros(now)])
        ids = [id for (id,) in cursor.fetchall()]
    return sum(outbox.give_up(id, now) for id in ids)


def lease_holds(row: models.Case) -> bool:
    """Whether the lease of a case is one a worker took: nothing at all, or with its keyed digest."""
    if row.lease_until is None:
        return row.lease_by == "" and row.lease_mac is None
    return keys.mac_holds("lease", (row.lease_by, micros(row.lease_until)), row.lease_mac)


def _skip() -> str:
    return " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
