"""The clock of the API: the machine's, unless the settings name another (a rehearsal, a test)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from kinfirst.clock import Clock, SystemClock


def now() -> datetime:
    """The moment of this request, in UTC."""
    clock: Clock = getattr(settings, "KINFIRST_CLOCK", None) or SystemClock()
    return clock.now().astimezone(UTC)
