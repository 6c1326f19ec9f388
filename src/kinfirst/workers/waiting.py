"""When the next thing is due, so that a worker neither sleeps through it nor runs in circles."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from kinfirst.records import models
from kinfirst.records.errors import clear_errors

POLL = timedelta(milliseconds=500)


def until_next_tick(now: datetime) -> timedelta:
    """How long nothing is due, at most the poll: another process may bring something earlier."""
    with clear_errors():
        free = models.Case.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), due_at__isnull=False)
        return _span(free.order_by("due_at").values_list("due_at", flat=True).first(), now)


def until_next_message(now: datetime) -> timedelta:
    """How long no message may leave, at most the poll."""
    with clear_errors():
        queued = models.Outbox.objects.filter(state="queued").order_by("not_before")
        return _span(queued.values_list("not_before", flat=True).first(), now)


def _span(at: datetime | None, now: datetime) -> timedelta:
    return POLL if at is None else min(POLL, max(timedelta(), at - now))
