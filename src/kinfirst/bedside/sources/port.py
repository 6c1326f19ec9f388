"""The port every source stands behind: a rate, the names of the leads, and packets of samples in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kinfirst.core.errors import BadInput

Samples = NDArray[np.float64]
MIN_FS, MAX_FS = 50.0, 2_000.0
MAX_LEADS = 16
LONGEST_PACKET = 60.0


@dataclass(frozen=True, slots=True)
class Packet:
    """Samples that follow each other: `at` is the time of the first, in seconds from the start of the source;
    `samples` has a row for each moment and a column for each lead, in mV, mmHg or the sensor's own unit.
    What was not measured is NaN.
    """

    at: float
    samples: Samples


class Source(Protocol):
    """One bed's signals. `fs` is in samples per second; `leads` name the columns of every packet."""

    @property
    def fs(self) -> float:
        """Samples per second, the same for all leads."""
        ...

    @property
    def leads(self) -> tuple[str, ...]:
        """The names of the leads, such as II, V, PLETH, ABP."""
        ...

    def packets(self, seconds: float) -> Iterator[Packet]:
        """The signals in packets of about that length, in order; what is read is not kept."""
        ...


def check_rate(fs: float, leads: tuple[str, ...]) -> None:
    """Refuses (BadInput) a rate or a number of leads that no bedside monitor has."""
    if not MIN_FS <= fs <= MAX_FS:
        raise BadInput(f"fs: {MIN_FS:g} to {MAX_FS:g} samples a second can be watched")
    if not 1 <= len(leads) <= MAX_LEADS:
        raise BadInput(f"leads: 1 to {MAX_LEADS} can be watched")
    if len(set(leads)) != len(leads):
        raise BadInput("leads: two have the same name")


def check_packet(seconds: float) -> None:
    """Refuses (BadInput) a length of packet that means nothing."""
    if not 0 < seconds <= LONGEST_PACKET:
        raise BadInput(f"packet: more than 0 and at most {LONGEST_PACKET:g} seconds")


def paced(
    packets: Iterator[Packet],
    *,
    speed: float,
    elapsed: Callable[[], float],
    wait: Callable[[float], object],
) -> Iterator[Packet]:
    """The packets at `speed` times real time, each when its first sample would have come; speed 0: at once.

    `elapsed` gives seconds of a clock that never goes back, `wait` waits that many. Refuses (BadInput) a
    negative speed.
    """
    if not 0 <= speed < float("inf"):
        raise BadInput("speed: 0 (as fast as possible) or a number of times real time")
    begun: float | None = None
    for packet in packets:
        if speed > 0:
            if begun is None:
                begun = elapsed() - packet.at / speed
            late = begun + packet.at / speed - elapsed()
            if late > 0:
                wait(late)
        yield packet
