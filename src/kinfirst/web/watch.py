"""The dead man's switch as a page shows it: is anybody watching the clock (design.md section 4)."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import msgspec

from kinfirst.records.heartbeats import Pulse, pulse

LATE = timedelta(minutes=2)
SILENT = timedelta(minutes=1)
KEPT = 3.0
_kept: list[tuple[float, Pulse]] = []
"""The last pulse, for a few seconds: it stands on every page and is asked by every probe."""


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the clock is watched: the last beat of a worker and the oldest moment still due (UTC)."""

    last_beat: datetime | None
    oldest_due: datetime | None
    silent: bool
    late: bool

    @property
    def alarm(self) -> bool:
        """Something is due and no worker has answered: people must look after the clock themselves."""
        return self.silent and self.late


def watch(now: datetime) -> Watch:
    """The pulse, judged at a moment (UTC)."""
    if not _kept or _kept[0][0] < time.monotonic():
        _kept[:] = [(time.monotonic() + KEPT, pulse(now))]
    seen = _kept[0][1]
    return Watch(
        last_beat=seen.last_beat,
        oldest_due=seen.oldest_due,
        silent=seen.last_beat is None or now - seen.last_beat > SILENT,
        late=seen.oldest_due is not None and now - seen.oldest_due > LATE,
    )


def forget() -> None:
    """Ask again at once."""
    _kept.clear()
