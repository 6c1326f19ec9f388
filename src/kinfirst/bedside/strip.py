"""The last seconds of one bed's signal, for screens: bounded, numbered, holes in time filled with NaN."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside.bed import Bed, BedPlan
from kinfirst.bedside.sources.port import Packet

RING_SECONDS = 30
Shown = NDArray[np.float32]


class Piece(NamedTuple):
    """Samples of a bed in order: `first` is the running number of the first, `end_at` when the one after the last
    will have been taken, by the bed's own clock."""

    first: int
    samples: Shown
    end_at: datetime


class Frozen(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A copy of the last seconds of a bed; `start` is when its first sample was taken. NaN is missing."""

    bed: str
    fs: float
    leads: tuple[str, ...]
    start: datetime
    samples: Shown


class Strip:
    """A ring of `RING_SECONDS`. Not thread-safe: its station holds a lock."""

    def __init__(self, plan: BedPlan) -> None:
        self._bed = Bed(plan)
        self._ring = np.full((max(1, round(plan.fs * RING_SECONDS)), len(plan.leads)), np.nan, dtype=np.float32)
        self.count = 0

    @property
    def plan(self) -> BedPlan:
        """The signals it holds."""
        return self._bed.plan

    def add(self, packet: Packet) -> None:
        """Takes a packet's samples, in the bed's time as its watcher has it. Refuses (BadInput) other leads."""
        samples, _ = self._bed.taken(packet)
        size = len(self._ring)
        kept = samples[-size:]
        at = (self.count + len(samples) - len(kept) + np.arange(len(kept))) % size
        self._ring[at] = kept
        self.count += len(samples)

    def after(self, number: int) -> Piece:
        """The samples from that number on, as far as they are kept; for a number that is still to come, as a reader
        has it who followed another station before this one began anew, all that is kept."""
        oldest = max(0, self.count - len(self._ring))
        first = oldest if number > self.count else max(number, oldest)
        return Piece(first, self._copy(first), self._bed.moment(self.count))

    def last(self, seconds: float) -> Frozen:
        """A copy of the last seconds."""
        first = max(0, self.count - min(len(self._ring), round(seconds * self.plan.fs)))
        return Frozen(
            bed=self.plan.bed,
            fs=self.plan.fs,
            leads=self.plan.leads,
            start=self._bed.moment(first),
            samples=self._copy(first),
        )

    def _copy(self, first: int) -> Shown:
        return self._ring[np.arange(first, self.count) % len(self._ring)]
