"""One bed: samples in, alarms out. The one-bed view of a ward; the same code judges two thousand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside.alarms import Alarm
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.ward import Heard, Vitals, Ward
from kinfirst.core.errors import BadInput

BED = "bed"


class Monitor:
    """Watches one bed. Any size of packet gives the same alarms at the same samples.

    Decision support for documentation, not a medical device: an alarm asks a person to look (R01).
    """

    def __init__(self, fs: float, leads: tuple[str, ...], settings: Settings | None = None) -> None:
        """Refuses (BadInput) rates outside 100 to 1000 samples a second, and leads without an ECG."""
        self._make = (fs, leads, settings)
        self._ward = Ward(fs, leads, settings)
        self._ward.admit(BED)

    @property
    def seen(self) -> int:
        """How many samples have been pushed, those that were missing included."""
        return self._ward.seen(BED)

    @property
    def vitals(self) -> Vitals:
        """What is known now: rates, alarms that hold, leads that pass."""
        return self._ward.vitals(BED)

    def push(self, samples: NDArray[np.floating], at: float | None = None) -> list[Alarm]:
        """Takes samples (time, lead) and returns the alarms they raise or clear; see `hear` for `at`."""
        return self.hear(samples, at).alarms

    def hear(self, samples: NDArray[np.floating], at: float | None = None) -> Heard:
        """Takes samples (time, lead) and returns alarms and beats.

        `at` is the time of the first sample in seconds since the first ever pushed. What is missing before it
        counts as missing samples: a gap alarm. Refuses (BadInput) time that runs backwards, values that are
        infinite, and another number of leads; nothing is taken then.
        """
        whole = np.asarray(samples, dtype=np.float64)
        if at is not None:
            whole = self._after_gap(whole, at)
        return self._ward.push({BED: whole}).get(BED, Heard([], []))

    def checkpoint(self) -> bytes:
        """The state as a few kilobytes; another monitor of the same kind that restores it gives the same alarms."""
        return self._ward.checkpoint(BED)

    def restore(self, checkpoint: bytes) -> None:
        """Goes on where that checkpoint was made. Refuses (BadInput) one of another rate, leads or settings; the
        monitor is then as it was."""
        ward = Ward(*self._make)
        ward.admit(BED, checkpoint)
        self._ward = ward

    def _after_gap(self, samples: NDArray[np.float64], at: float) -> NDArray[np.float64]:
        ward = self._ward
        gap = round((at - self.seen / ward.fs) * ward.fs)
        if gap < 0:
            raise BadInput(
                f"at: time runs backwards by {-gap} samples; {self.seen / ward.fs:g} s or later would be right"
            )
        if gap == 0:
            return samples
        longest = round(ward.settings.longest_gap * ward.fs)
        if samples.ndim != 2 or samples.shape[1] != len(ward.leads):
            raise BadInput(f"samples: rows of {len(ward.leads)} values, one for each lead, would be right")
        if gap > longest:
            raise BadInput(f"at: {gap / ward.fs:.0f} s are missing; after so long, a new monitor would be right")
        return np.concatenate([np.full((gap, len(ward.leads)), np.nan), samples])
