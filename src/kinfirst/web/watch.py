"""The dead man's switch as a page shows it: is anybody watching the clock (design.md section 4)."""

from __future__ import annotations

import time
from datetime import datetime

from kinfirst.records.heartbeats import Pulse, Watch, judged, pulse

KEPT = 3.0
_kept: list[tuple[float, Pulse]] = []
"""The last pulse, for a few seconds: it stands on every page and is asked by every probe."""


def watch(now: datetime) -> Watch:
    """The pulse, judged at a moment (UTC)."""
    if not _kept or _kept[0][0] < time.monotonic():
        _kept[:] = [(time.monotonic() + KEPT, pulse(now))]
    return judged(_kept[0][1], now)


def forget() -> None:
    """Ask again at once."""
    _kept.clear()
