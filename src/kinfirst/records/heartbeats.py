"""The dead man's switch: when each worker was last alive, and the oldest moment that has passed unseen."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.db import connection

from kinfirst.records import keys, models
from kinfirst.records.errors import clear_errors
from kinfirst.records.moments import maybe_micros, maybe_moment, micros
from kinfirst.records.writing import whole

LATE = timedelta(minutes=2)
SILENT = timedelta(minutes=1)
PULSE = """
    SELECT (SELECT MAX(at) FROM records_heartbeat WHERE at <= %s),
           (SELECT MIN(due_at) FROM records_case WHERE due_at IS NOT NULL AND due_at <= %s)
"""


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the clock is being watched: the last beat of any worker, and the oldest moment still due."""

    last_beat: datetime | None
    oldest_due: datetime | None


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """A pulse, judged: `silent` when no worker has beaten for a minute, `late` when a moment is two minutes old."""

    last_beat: datetime | None
    oldest_due: datetime | None
    silent: bool
    late: bool

    @property
    def alarm(self) -> bool:
        """Something is due and no worker has answered: people must look after the clock themselves."""
        return self.silent and self.late


def judged(seen: Pulse, now: datetime) -> Watch:
    """What a pulse means at a moment (UTC)."""
    return Watch(
        last_beat=seen.last_beat,
        oldest_due=seen.oldest_due,
        silent=seen.last_beat is None or now - seen.last_beat > SILENT,
        late=seen.oldest_due is not None and now - seen.oldest_due > LATE,
    )


def beat(worker: str, now: datetime) -> None:
    """This worker is alive. RecordUnavailable when the database is newer than this program."""
    with whole():
        models.Heartbeat.objects.update_or_create(
            worker=worker, defaults={"at": now, "mac": keys.mac("heartbeat", (worker, micros(now)))}
        )


def forget(before: datetime) -> None:
    """Drops workers that have not been alive since then: each start is a new worker."""
    with whole():
        models.Heartbeat.objects.filter(at__lt=before).delete()


def pulse(now: datetime) -> Pulse:
    """Two indexed look-ups in one query: cheap enough for every page.

    A beat from a clock that is ahead by more than a minute says nothing: it would hide for as long that its worker
    has died.
    """
    with clear_errors(), connection.cursor() as cursor:
        cursor.execute(PULSE, [micros(now + SILENT), micros(now)])
        last, due = cursor.fetchone()
    return Pulse(last_beat=maybe_moment(last), oldest_due=maybe_moment(due))


def mac_columns(row: models.Heartbeat) -> tuple[object, ...]:
    """What the keyed digest of a heartbeat covers."""
    return (row.worker, maybe_micros(row.at))
