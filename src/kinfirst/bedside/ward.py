"""Many beds of one rate and one set of leads, judged together: one call of numpy for all of them.

Each bed gives its samples in packets of any size; they wait until a block is whole, and beds whose block is whole
are judged in one batch. A bed's alarms depend on its own samples alone: not on packets, nor on its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside import state as kept
from kinfirst.bedside.alarms import Alarm
from kinfirst.bedside.filters import Floats, Ints
from kinfirst.bedside.judging import Judging
from kinfirst.bedside.leads import slots_of
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.state import Kept, State
from kinfirst.core.errors import BadInput

MIN_FS, MAX_FS = 100.0, 1_000.0
BATCH = 256


class Heard(NamedTuple):
    """What a push made known of one bed: alarms, and the samples of the beats that were called."""

    alarms: list[Alarm]
    beats: list[int]


class Vitals(msgspec.Struct, frozen=True, kw_only=True):
    """What a screen shows of one bed: beats a minute by the ECG and by the pulse (None: not known), the rhythm
    alarms that hold, and the leads that pass."""

    rate: float | None
    pulse: float | None
    alarms: tuple[str, ...]
    passing: tuple[str, ...]


def batched(names: list[str]) -> Iterator[list[str]]:
    """Batches that fit a processor's cache."""
    return (names[at : at + BATCH] for at in range(0, len(names), BATCH))


class Ward:
    """Beds named by the caller. Not thread-safe: one ward, one thread."""

    def __init__(self, fs: float, leads: tuple[str, ...], settings: Settings | None = None) -> None:
        """Refuses (BadInput) rates outside 100 to 1000 and leads without an ECG."""
        if not MIN_FS <= fs <= MAX_FS:
            raise BadInput(f"fs: {MIN_FS:g} to {MAX_FS:g} samples a second would be right")
        self.fs, self.leads, self.settings = float(fs), tuple(leads), settings or Settings()
        self._judging = Judging(self.fs, self.leads, slots_of(self.leads), self.settings)
        self._kept_state = kept.fresh(self._judging.shape(0))
        self._new: list[State] = []
        self._row: dict[str, int] = {}
        self._waiting: dict[str, list[Floats]] = {}

    @property
    def beds(self) -> tuple[str, ...]:
        """The beds, in the order of their admission."""
        return tuple(self._row)

    @property
    def bytes_per_bed(self) -> int:
        """Memory of one bed's state, without the samples that wait (under one block)."""
        return kept.fresh(self._judging.shape(1)).bytes_per_bed

    def admit(self, bed: str, checkpoint: bytes | None = None) -> None:
        """A new bed, or one that goes on where its checkpoint was made. Refuses (BadInput) a bed that is here."""
        if bed in self._row:
            raise BadInput("bed: already in this ward; discharge it first")
        row, waiting = kept.fresh(self._judging.shape(1)), np.zeros((0, len(self.leads)))
        if checkpoint is not None:
            row, waiting = kept.unpacked(checkpoint, like=row, expected=self._kept())
        self._new.append(row)
        self._row[bed] = len(self._row)
        self._waiting[bed] = [waiting] if len(waiting) else []

    def discharge(self, bed: str) -> None:
        """Forgets a bed."""
        gone = self._row_of(bed)
        rest = np.array([row for row in self._row.values() if row != gone], dtype=np.int64)
        self._kept_state = self._state.take(rest)
        del self._waiting[bed]
        self._row = {name: at for at, name in enumerate(name for name in self._row if name != bed)}

    def checkpoint(self, bed: str) -> bytes:
        """The bed as it stands, a few kilobytes; `admit` with them goes on with the same alarms."""
        one = self._state.take(np.array([self._row_of(bed)], dtype=np.int64))
        same = self._kept()
        waiting = self._joined(bed)
        return kept.packed(one, fs=same.fs, leads=same.leads, settings=same.settings, waiting=waiting)

    def push(self, samples: Mapping[str, NDArray[np.floating]]) -> dict[str, Heard]:
        """Samples (time, lead) for some beds; NaN is missing. Answers for the beds that have something to say.

        Refuses (BadInput) another number of leads, infinite values, and a bed that is not here, before anything is
        taken.
        """
        taken = {bed: self._checked(bed, piece) for bed, piece in samples.items()}
        heard: dict[str, Heard] = {}
        for bed, piece in taken.items():
            if len(piece):
                self._waiting[bed].append(piece)
        while self._step(list(taken), heard):
            pass
        return heard

    def vitals(self, bed: str) -> Vitals:
        """What is known of a bed now."""
        return self.vitals_of([bed])[0]

    def vitals_of(self, beds: Sequence[str]) -> list[Vitals]:
        """What is known of each of those beds now, all read at once."""
        state = self._state
        if tuple(beds) != tuple(self._row):
            state = state.take(np.array([self._row_of(bed) for bed in beds], dtype=np.int64))
        known = zip(
            self._judging.rates(state), self._judging.holding(state), self._judging.passing_leads(state), strict=True
        )
        return [
            Vitals(rate=rate, pulse=pulse, alarms=alarms, passing=passing) for (rate, pulse), alarms, passing in known
        ]

    def seen(self, bed: str) -> int:
        """How many samples of the bed have been pushed."""
        return int(self._state.seen[self._row_of(bed)]) + sum(len(piece) for piece in self._waiting[bed])

    def _step(self, beds: list[str], heard: dict[str, Heard]) -> bool:
        """Judges the next block of every bed that has one whole; whether there was any."""
        ready: dict[bool, list[str]] = {}
        new = (self._state.seen == 0).tolist()
        sizes = {True: self._judging.first, False: self._judging.block}
        for bed in beds:
            fresh = new[self._row[bed]]
            if sum(len(piece) for piece in self._waiting[bed]) >= sizes[fresh]:
                ready.setdefault(fresh, []).append(bed)
        for fresh, names in ((fresh, some) for fresh, every in ready.items() for some in batched(every)):
            size = sizes[fresh]
            block = np.stack([self._next(bed, size) for bed in names])
            rows = np.array([self._row[bed] for bed in names], dtype=np.int64)
            self._judge(rows, block, names, heard)
        return bool(ready)

    def _judge(self, rows: Ints, block: Floats, names: list[str], heard: dict[str, Heard]) -> None:
        every = len(rows) == len(self._row) and bool((rows == np.arange(len(rows))).all())
        state = self._state if every else self._state.take(rows)
        said = self._judging.judge(state, np.ascontiguousarray(block.transpose(0, 2, 1)))
        if not every:
            self._state.put(rows, state)
        for row, at in zip(said.beats.row.tolist(), said.beats.at.tolist(), strict=True):
            heard.setdefault(names[row], Heard([], [])).beats.append(at)
        for row, alarm in said.alarms:
            heard.setdefault(names[row], Heard([], [])).alarms.append(alarm)

    def _next(self, bed: str, size: int) -> Floats:
        joined = self._joined(bed)
        self._waiting[bed] = [joined[size:]] if len(joined) > size else []
        return joined[:size]

    def _joined(self, bed: str) -> Floats:
        pieces = self._waiting[bed]
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else np.zeros((0, len(self.leads)))

    def _checked(self, bed: str, piece: NDArray[np.floating]) -> Floats:
        self._row_of(bed)
        taken = np.asarray(piece, dtype=np.float64)
        if taken.ndim != 2 or taken.shape[1] != len(self.leads):
            raise BadInput(f"samples: rows of {len(self.leads)} values, one for each lead, would be right")
        if np.isinf(taken).any():
            raise BadInput("samples: infinite values; NaN for what was not measured would be right")
        return taken

    def _row_of(self, bed: str) -> int:
        if bed not in self._row:
            raise BadInput("bed: not in this ward")
        return self._row[bed]

    @property
    def _state(self) -> State:
        """All beds; those admitted since are joined at once, not one by one."""
        if self._new:
            self._kept_state = kept.joined([self._kept_state, *self._new])
            self._new = []
        return self._kept_state

    def _kept(self) -> Kept:
        settings = msgspec.json.encode(self.settings)
        return Kept(version=kept.VERSION, fs=self.fs, leads=self.leads, settings=settings, waiting=b"", arrays={})
