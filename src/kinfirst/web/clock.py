"""The moment at which a page is asked for: the machine's clock, or the one a rehearsal brings along."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from kinfirst.clock import Clock, SystemClock


def now() -> datetime:
    """The moment, in UTC. `settings.KINFIRST_CLOCK`, where there is one, is asked instead of the machine."""
    clock: Clock = getattr(settings, "KINFIRST_CLOCK", None) or SystemClock()
    return clock.now()
