"""The one clock. Everything else is given the moment, or a `Clock`, and never asks the machine for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from kinfirst.core.errors import BadInput


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """The moment, in UTC."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The moment, in UTC, to the microsecond."""
        return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands still until it is moved: rehearsals and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = _utc(start)

    def now(self) -> datetime:
        """The moment it was last moved to, in UTC."""
        return self._now

    def advance_to(self, moment: datetime) -> None:
        """Moves the clock. Refuses to go back (BadInput): what happened cannot be played again."""
        moved = _utc(moment)
        if moved < self._now:
            raise BadInput(f"the clock stands at {self._now.isoformat()}, after {moved.isoformat()}")
        self._now = moved


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise BadInput(f"a moment needs its zone: {moment.isoformat()} has none")
    return moment.astimezone(UTC)
