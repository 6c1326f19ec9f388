"""Beats held against reference beats: sensitivity and positive predictivity, beside other detectors in one run.

A reference beat is found by at most one detected beat within 150 ms, in time order. Every second of every record
counts: nothing is left out at the start, in noise, or in ventricular flutter, where the reference marks no beats
(its `!` waves are not beats) and every beat called is a false one. (EC57 would leave flutter out.)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside.recordings import Recording
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.ward import Ward
from kinfirst.core.errors import BadInput

NEAR = 0.150
OURS = "kinfirst"
Beats = NDArray[np.int64]
Detector = Callable[[Recording], Beats]


class BeatCount(msgspec.Struct, frozen=True, kw_only=True):
    """Of one detector on one record, or of all: matched, reference and called beats, and how it took its time."""

    matched: int
    reference: int
    called: int
    seconds: float = 0.0
    signal: float = 0.0

    @property
    def sensitivity(self) -> float:
        """Share of the reference beats that were found."""
        return self.matched / max(1, self.reference)

    @property
    def predictivity(self) -> float:
        """Share of the called beats that were there."""
        return self.matched / max(1, self.called)

    @property
    def speed(self) -> float:
        """Seconds of signal a second of processor."""
        return self.signal / max(self.seconds, 1e-9)

    def __add__(self, other: BeatCount) -> BeatCount:
        """Both together: the gross figures."""
        return BeatCount(
            matched=self.matched + other.matched,
            reference=self.reference + other.reference,
            called=self.called + other.called,
            seconds=self.seconds + other.seconds,
            signal=self.signal + other.signal,
        )


def matched(reference: Beats, called: Beats, near: int) -> int:
    """How many reference beats have a called beat within `near` samples, each called beat serving one."""
    found = at = 0
    for beat in reference.tolist():
        while at < len(called) and called[at] < beat - near:
            at += 1
        while at + 1 < len(called) and abs(called[at + 1] - beat) < abs(called[at] - beat):
            at += 1
        if at < len(called) and abs(called[at] - beat) <= near:
            found += 1
            at += 1
    return found


def compare(recording: Recording, reference: Beats, detector: Detector) -> BeatCount:
    """One detector on one record, timed by the seconds of a processor, so that a busy machine changes little."""
    begun = time.process_time()
    called = detector(recording)
    seconds = time.process_time() - begun
    near = round(NEAR * recording.fs)
    return BeatCount(
        matched=matched(reference, called, near),
        reference=len(reference),
        called=len(called),
        seconds=seconds,
        signal=len(recording.samples) / recording.fs,
    )


def detectors(peers: Sequence[str], settings: Settings | None = None) -> dict[str, Detector]:
    """Ours and the named peers. Refuses (BadInput) a peer that is not known."""
    known: dict[str, Detector] = {"sleepecg": _sleepecg, "xqrs": _xqrs}
    if any(peer not in known for peer in peers):
        raise BadInput(f"--vs: any of {', '.join(known)} would be right")
    return {OURS: lambda recording: streamed(recording, settings)} | {peer: known[peer] for peer in peers}


def streamed(recording: Recording, settings: Settings | None = None) -> Beats:
    """The beats the whole monitor calls, alarms and all, fed with packets of one second."""
    ward = Ward(recording.fs, recording.leads, settings)
    ward.admit(recording.name)
    size = round(recording.fs)
    called: list[int] = []
    for first in range(0, len(recording.samples), size):
        heard = ward.push({recording.name: recording.samples[first : first + size]}).get(recording.name)
        called += heard.beats if heard is not None else []
    return np.array(called, dtype=np.int64)


def _first_lead(recording: Recording) -> NDArray[np.float64]:
    """Peers read one lead: the first, as their papers do."""
    return np.ascontiguousarray(np.nan_to_num(recording.samples[:, 0]))


def _sleepecg(recording: Recording) -> Beats:
    import sleepecg  # noqa: PLC0415 - a peer is loaded only when it is asked for

    return np.asarray(sleepecg.detect_heartbeats(_first_lead(recording), recording.fs), dtype=np.int64)


def _xqrs(recording: Recording) -> Beats:
    from wfdb import processing  # noqa: PLC0415 - a peer is loaded only when it is asked for

    found = processing.xqrs_detect(_first_lead(recording), recording.fs, verbose=False)
    return np.asarray(found, dtype=np.int64)
