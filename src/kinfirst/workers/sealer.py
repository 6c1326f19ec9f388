"""Seals made at an interval, by whichever worker comes first."""

from __future__ import annotations

from datetime import datetime, timedelta

from kinfirst.records import models, seals
from kinfirst.records.errors import clear_errors


def seal_if_due(now: datetime, every: timedelta) -> bool:
    """Seals when the last seal is older than the interval and something has happened since; never for an interval of
    nothing."""
    if not every:
        return False
    with clear_errors():
        last = models.Seal.objects.order_by("-id").values_list("at", flat=True).first()
    if last is not None and last + every > now:
        return False
    return seals.seal(now) is not None
