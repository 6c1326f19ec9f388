"""Signals as a page draws them: a few samples a moment, as steps in base64, numbered so that nothing is drawn twice."""

from __future__ import annotations

import base64
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.leads import role_of
from kinfirst.bedside.strip import Piece
from kinfirst.documents.strips import averaged

GRID_FS, WHOLE_FS = 125.0, 250.0
"""Samples a second and lead, at most: side by side with other beds, and on the page of one."""
ECG_STEP = 0.005
"""mV: the smallest step of an ECG that is drawn."""
SMALLEST_STEP = 1e-4
FULL, MISSING = 32_000, -32_768
WARM_SECONDS = 6.0
"""What is sent at once, so that a strip is not empty at first."""

Part = tuple[int, float, list[tuple[float, str, str]]]
"""The number of the first sample, how many come in a second, and for each lead how much a step is, the steps, and
what it is: ecg, pressure, pleth, or anything else."""


class Follow:
    """One bed of one stream: how far it has been sent."""

    def __init__(self, plan: BedPlan, *, most: float) -> None:
        self.plan, self.fs = plan, min(plan.fs, most)
        self._sent: int | None = None

    @property
    def after(self) -> int:
        """The number of the bed's sample from which on something is still to be sent."""
        return 0 if self._sent is None else floor(self._sent * self.plan.fs / self.fs)

    def part(self, piece: Piece, leads: tuple[int, ...]) -> Part | None:
        """What is new in a piece, of these leads; None where that is not one whole sample yet."""
        first = self._sent
        oldest = ceil(piece.first * self.fs / self.plan.fs)
        if first is None:
            newest = floor((piece.first + len(piece.samples)) * self.fs / self.plan.fs)
            first = max(oldest, newest - round(WARM_SECONDS * self.fs))
        elif piece.first != self.after:
            first = oldest
        skipped = floor(first * self.plan.fs / self.fs) - piece.first
        new = _fewer(piece.samples[skipped:, leads], self.plan.fs, self.fs)
        if len(new) == 0:
            return None
        self._sent = first + len(new)
        return first, self.fs, [_steps(new[:, at], self.plan.leads[lead]) for at, lead in enumerate(leads)]


def _fewer(samples: NDArray[np.float32], fs: float, to: float) -> NDArray[np.floating]:
    return samples if fs == to else averaged(samples, fs, to)


def _steps(values: NDArray[np.floating], name: str) -> tuple[float, str, str]:
    """Steps of one lead as little-endian int16 in base64; -32768 was not measured."""
    step, role = ECG_STEP, role_of(name) or ""
    if role != "ecg":
        found = np.abs(values[np.isfinite(values)])
        step = max(SMALLEST_STEP, float(found.max()) / FULL) if len(found) else 1.0
    scaled = np.clip(np.rint(values / step), -FULL, FULL)
    steps = np.where(np.isnan(scaled), MISSING, scaled).astype("<i2")
    return round(step, 7), base64.b64encode(steps.tobytes()).decode(), role
