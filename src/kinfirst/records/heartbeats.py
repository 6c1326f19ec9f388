"""The dead man's switch: when each worker was last alive, and the oldest moment that has passed unseen."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import Max, Min

from kinfirst.records import keys, models
from kinfirst.records.errors import clear_errors
from kinfirst.records.moments import maybe_micros, micros
from kinfirst.records.writing import whole


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the clock is being watched: the last beat of any worker, and the oldest moment still due."""

    last_beat: datetime | None
    oldest_due: datetime | None


def beat(worker: str, now: datetime) -> None:
    """This worker is alive. RecordUnavailable when the database is newer than this program."""
    with whole():
        models.Heartbeat.objects.update_or_create(
            worker=worker, defaults={"at": now, "mac": keys.mac("heartbeat", (worker, micros(now)))}
        )


def forget(before: datetime) -> None:
    """Drops workers that have not been alive since then: each start is a new worker."""
    with clear_errors():
        models.Heartbeat.objects.filter(at__lt=before).delete()


def pulse(now: datetime) -> Pulse:
    """Two indexed look-ups: cheap enough for every page."""
    with clear_errors():
        last = models.Heartbeat.objects.aggregate(at=Max("at"))["at"]
        due = models.Case.objects.filter(due_at__isnull=False, due_at__lte=now).aggregate(at=Min("due_at"))
    return Pulse(last_beat=last, oldest_due=due["at"])


def mac_columns(row: models.Heartbeat) -> tuple[object, ...]:
    """What the keyed digest of a heartbeat covers."""
    return (row.worker, maybe_micros(row.at))
