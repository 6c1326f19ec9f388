"""Everything that is kept between blocks, as arrays with one row a bed: a few kilobytes a bed, no object each.

A checkpoint is one row: versioned msgpack, bound to the rate, the leads and the settings it was made with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kinfirst.core.errors import BadInput

VERSION = 1
NEVER = -(2**62)
BEATS = 8
INTERVALS = 24
TEMPLATE = 21
PULSES = 8


@dataclass(slots=True)
class State:
    """Arrays of (bed, ...); axes: e ECG lead, p pulse, c column. Times are samples since the first pushed."""

    seen: NDArray[np.int64]
    raw: NDArray[np.float32]  # (bed, c, tail), filled
    slow: NDArray[np.float32]  # (bed, e, 4 s), about 62 samples a second
    # beats
    usual: NDArray[np.float64]  # (bed, e, BEATS) envelope of the last beats
    noise: NDArray[np.float64]  # (bed, e, window) median envelope of the last blocks
    heights: NDArray[np.float64]  # (bed, BEATS) fused
    ripple: NDArray[np.float64]  # (bed) what is not a beat, fused
    fade: NDArray[np.float64]  # (bed)
    last: NDArray[np.int64]
    last_height: NDArray[np.float64]
    spare: NDArray[np.int64]  # the best rise refused since the last beat
    spare_height: NDArray[np.float64]
    spare_rises: NDArray[np.float64]  # (bed, e)
    intervals: NDArray[np.int64]  # (bed, INTERVALS), newest last
    ventricular: NDArray[np.bool_]  # (bed, INTERVALS), newest last
    template: NDArray[np.float32]  # (bed, e, TEMPLATE)
    other: NDArray[np.float32]  # (bed, e, TEMPLATE) the last beat unlike it
    learned: NDArray[np.int64]  # beats in the template
    strange: NDArray[np.int64]  # beats in a row unlike it
    # quality
    flags: NDArray[np.uint8]  # (bed, e, window)
    # activity of a lead: trailing edges of the last two rises
    active: NDArray[np.int64]  # (bed, e)
    active_before: NDArray[np.int64]
    waves: NDArray[np.int64]  # blocks in a row that look like fibrillation
    wave: NDArray[np.float64]  # (bed, e, 4) leak, fill, swing, hertz of the last four seconds
    # pulse
    pulses: NDArray[np.int64]  # (bed, p, PULSES), newest last
    rises: NDArray[np.float64]  # (bed, p, PULSES)
    rough: NDArray[np.float64]  # (bed, p)
    pulse_bad: NDArray[np.int64]  # (bed, p) last sample at which it could not be read
    # alarms
    held: NDArray[np.bool_]  # (bed, condition)
    since: NDArray[np.int64]
    gone: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> State:
        """A copy of those beds."""
        return State(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def put(self, rows: NDArray[np.int64], other: State) -> None:
        """Those beds become what `other` holds, in its order."""
        for each in fields(self):
            getattr(self, each.name)[rows] = getattr(other, each.name)

    @property
    def bytes_per_bed(self) -> int:
        """What one bed costs in memory."""
        return sum(getattr(self, each.name)[:1].nbytes for each in fields(self))


def joined(several: Sequence[State]) -> State:
    """The beds of all of them, in order."""
    return State(**{each.name: np.concatenate([getattr(one, each.name) for one in several]) for each in fields(State)})


class Shape(msgspec.Struct, frozen=True):
    """How many of each there are: beds, columns, ECG leads, pulses; and lengths in samples and blocks."""

    beds: int
    columns: int
    ecg: int
    pulse: int
    tail: int
    slow: int
    window: int
    conditions: int


def fresh(shape: Shape) -> State:
    """Beds of which nothing is known."""
    beds, ecg, pulse = shape.beds, shape.ecg, shape.pulse

    def full(value: Any, *size: int, kind: Any = np.float64) -> NDArray[Any]:
        return np.full((beds, *size), value, dtype=kind)

    return State(
        seen=full(0, kind=np.int64),
        raw=full(0, shape.columns, shape.tail, kind=np.float32),
        slow=full(0, ecg, shape.slow, kind=np.float32),
        usual=full(0.0, ecg, BEATS),
        noise=full(0.0, ecg, shape.window),
        heights=full(1.0, BEATS),
        ripple=full(0.0),
        fade=full(1.0),
        last=full(NEVER, kind=np.int64),
        last_height=full(0.0),
        spare=full(NEVER, kind=np.int64),
        spare_height=full(0.0),
        spare_rises=full(0.0, ecg),
        intervals=full(0, INTERVALS, kind=np.int64),
        ventricular=full(False, INTERVALS, kind=np.bool_),  # noqa: FBT003
        template=full(0, ecg, TEMPLATE, kind=np.float32),
        other=full(0, ecg, TEMPLATE, kind=np.float32),
        learned=full(0, kind=np.int64),
        strange=full(0, kind=np.int64),
        flags=full(0, ecg, shape.window, kind=np.uint8),
        active=full(NEVER, ecg, kind=np.int64),
        active_before=full(NEVER, ecg, kind=np.int64),
        waves=full(0, kind=np.int64),
        wave=full(0.0, ecg, 4),
        pulses=full(NEVER, pulse, PULSES, kind=np.int64),
        rises=full(0.0, pulse, PULSES),
        rough=full(0.0, pulse),
        pulse_bad=full(NEVER, pulse, kind=np.int64),
        held=full(False, shape.conditions, kind=np.bool_),  # noqa: FBT003
        since=full(NEVER, shape.conditions, kind=np.int64),
        gone=full(NEVER, shape.conditions, kind=np.int64),
    )


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint as it is written."""

    version: int
    fs: float
    leads: tuple[str, ...]
    settings: bytes
    waiting: bytes
    arrays: dict[str, bytes]


def packed(state: State, *, fs: float, leads: tuple[str, ...], settings: bytes, waiting: NDArray[np.float64]) -> bytes:
    """One bed (a State of one row) and the samples that wait for their block, as bytes."""
    arrays = {each.name: getattr(state, each.name)[0].tobytes() for each in fields(state)}
    kept = Kept(version=VERSION, fs=fs, leads=leads, settings=settings, waiting=waiting.tobytes(), arrays=arrays)
    return msgspec.msgpack.encode(kept)


def unpacked(raw: bytes, *, like: State, expected: Kept) -> tuple[State, NDArray[np.float64]]:
    """The bed of a checkpoint: one row shaped `like` an empty one, and its waiting samples.

    Refuses (BadInput) other bytes, another version, and a monitor of another rate, other leads or settings.
    """
    try:
        kept = msgspec.msgpack.decode(raw, type=Kept)
    except msgspec.MsgspecError:
        raise BadInput("checkpoint: not the bytes of a monitor's checkpoint") from None
    for name in ("version", "fs", "leads", "settings"):
        if getattr(kept, name) != getattr(expected, name):
            raise BadInput(f"checkpoint: made with another {name}; the same {name} would be right")
    try:
        row = {
            each.name: np.frombuffer(kept.arrays[each.name], dtype=getattr(like, each.name).dtype)
            .reshape(getattr(like, each.name).shape)
            .copy()
            for each in fields(like)
        }
        waiting = np.frombuffer(kept.waiting, dtype=np.float64).reshape(-1, len(kept.leads)).copy()
    except (KeyError, ValueError):
        raise BadInput("checkpoint: an array is missing or of another size") from None
    return State(**row), waiting
