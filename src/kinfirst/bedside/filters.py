"""From volts to slope: spikes out, hum and baseline off, and one number a sample that is high in a QRS.

All filters are short and symmetrical, computed anew for each block from the samples kept before it: no drift, no
state but those samples, and the same result whichever beds are in the batch. Last axis is time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside.settings import Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def moving_average(signal: Floats, size: int) -> Floats:
    """The mean of each run of `size` samples; `size - 1` shorter than the signal."""
    total = np.cumsum(signal, axis=-1)
    mean = total[..., size - 1 :].copy()
    mean[..., 1:] -= total[..., :-size]
    mean /= size
    return mean


def middle(values: Floats) -> Floats:
    """The median along the last axis, without numpy's checks (nothing here is NaN): many small arrays need it."""
    size = values.shape[-1]
    low, high = (size - 1) // 2, size // 2
    part = np.partition(values, high if low == high else (low, high), axis=-1)
    return np.asarray(part[..., low] if low == high else 0.5 * (part[..., low] + part[..., high]))


def sliding_max(signal: Floats, size: int) -> Floats:
    """The highest of each run of `size` samples, by doubling; `size - 1` shorter than the signal."""
    reached, high = 1, signal
    while reached * 2 <= size:
        high = np.maximum(high[..., :-reached], high[..., reached:])
        reached *= 2
    if reached < size:
        rest = size - reached
        high = np.maximum(high[..., :-rest], high[..., rest:])
    return high


def filled(signal: Floats, before: Floats) -> Floats:
    """Missing samples hold the last one seen; `before` (one per row) is what was seen last."""
    missing = np.isnan(signal)
    if not missing.any():
        return signal
    step = np.where(missing, 0, np.arange(1, signal.shape[-1] + 1))
    latest = np.maximum.accumulate(step, axis=-1)
    padded = np.concatenate([before[..., None], signal], axis=-1)
    return np.take_along_axis(padded, latest, axis=-1)


SPIKE_ALONE = 5.0
"""How far above the mean of its surroundings a spike stands."""


class Chain(NamedTuple):
    """The QRS filter at one rate, in samples. `support` samples more go in than come out, `delay` is the middle."""

    fs: float
    hum_50: int
    hum_60: int
    baseline: int
    envelope: int
    spike: float
    spike_width: int
    spike_mend: int

    @property
    def support(self) -> int:
        """How many samples shorter the envelope is than what it is made of."""
        return self.hum_50 + self.hum_60 + self.baseline + self.envelope - 3

    @property
    def delay(self) -> int:
        """Where in its support an envelope sample stands."""
        return self.support // 2

    def slow(self, frame: Floats) -> Floats:
        """Without hum of 50 and 60 Hz: below about 17 Hz; shorter by both averages less two."""
        return moving_average(moving_average(frame, self.hum_50), self.hum_60)

    def rise(self, slow: Floats) -> Floats:
        """The envelope, mV/s: mean absolute slope of what is left above 5 Hz."""
        half = (self.baseline - 1) // 2
        band = slow[..., half : slow.shape[-1] - half] - moving_average(slow, self.baseline)
        slope = np.abs(band[..., 1:] - band[..., :-1])
        slope *= self.fs
        return moving_average(slope, self.envelope)

    def steepest(self, frame: Floats) -> Floats:
        """The steepest slope, mV/s: a rougher look than the envelope, but up to the newest samples."""
        slow = self.slow(frame)
        return np.asarray(np.abs(slow[..., 1:] - slow[..., :-1]).max(axis=-1) * self.fs)

    def without_spikes(self, frame: Floats) -> Floats:
        """Pacing spikes bridged by the mean of what is around them: narrower and steeper than any QRS."""
        near, far = self.spike_width, 3 * self.spike_width
        middle = frame[..., far:-far]

        def stands_out(by: int) -> Floats:
            left, right = frame[..., far - by : -far - by], frame[..., far + by : frame.shape[-1] - far + by]
            up, down = middle - np.maximum(left, right), np.minimum(left, right) - middle
            return np.maximum(up, down)

        height = stands_out(near)
        # A spike stands alone; hum and muscle noise stand out everywhere.
        usual = np.maximum(height, 0.0).mean(axis=-1, keepdims=True)
        spike = height > np.maximum(self.spike, SPIKE_ALONE * usual)
        if not spike.any():
            return frame
        spike &= height > 0.7 * stands_out(far)
        mark = np.zeros_like(frame)
        mark[..., far:-far] = spike
        return _bridged(frame, mark, self.spike_mend)


def _bridged(frame: Floats, mark: Floats, mend: int) -> Floats:
    """What is within `mend` of a mark becomes the mean of the unmarked samples within four times that."""
    size = 2 * mend + 1
    wide = 8 * mend + 1
    bad = sliding_max(np.pad(mark, [(0, 0)] * (mark.ndim - 1) + [(mend, mend)]), size)
    pad = [(0, 0)] * (mark.ndim - 1) + [(wide // 2, wide // 2)]
    good = np.pad(1.0 - bad, pad)
    weight = moving_average(good, wide)
    around = moving_average(np.pad(frame * (1.0 - bad), pad), wide)
    mended = np.where(weight > 1e-9, around / np.maximum(weight, 1e-9), frame)
    return np.where(bad > 0, mended, frame)


def chain_for(fs: float, settings: Settings) -> Chain:
    """The filter at that rate."""
    return Chain(
        fs=fs,
        hum_50=max(1, round(fs / 50)),
        hum_60=max(1, round(fs / 60)),
        baseline=round(settings.baseline * fs) | 1,
        envelope=round(settings.envelope * fs) | 1,
        spike=settings.spike,
        spike_width=max(1, round(settings.spike_width * fs)),
        spike_mend=max(1, round(settings.spike_mend * fs)),
    )


class Qrs(NamedTuple):
    """What the filter makes of a plain QRS (a bell, 80 ms wide at the foot): its envelope, and its steepest slope
    before the envelope, both in mV/s."""

    envelope: float
    steepest: float


def qrs_of(chain: Chain, millivolts: float) -> Qrs:
    """A plain QRS of that height."""
    size = round(chain.fs)
    times = (np.arange(2 * size + 1) - size) / chain.fs
    slow = chain.slow(millivolts * np.exp(-0.5 * (times / 0.017) ** 2))
    return Qrs(float(chain.rise(slow).max()), float(np.abs(np.diff(slow)).max()) * chain.fs)
