"""Fibrillation and flutter, seen in four seconds of a lead: a wave that never rests and has no QRS.

The leakage of Kuo and Dillman (1978): a wave of one frequency cancels itself when shifted by half its period.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kinfirst.bedside.filters import Bools, Floats, moving_average
from kinfirst.bedside.settings import Settings

BASELINE = 0.5
SLOWEST, FASTEST = 2.0, 9.0
"""Hz; what is slower is breathing and movement, what is faster is noise."""


class Wave(NamedTuple):
    """Of each bed and lead: leakage (0 a pure wave, 1 none), mean over highest, swing in mV, frequency in Hz."""

    leak: Floats
    fill: Floats
    swing: Floats
    hertz: Floats


def wave_of(slow: Floats, rate: float) -> Wave:
    """What the slow signal of each lead (bed, lead, time), `rate` points a second, looks like as a wave."""
    size = max(3, round(BASELINE * rate)) | 1
    half = size // 2
    wave = slow[..., half : slow.shape[2] - half] - moving_average(slow, size)
    height = np.abs(wave)
    total = height.sum(axis=2)
    slope = np.abs(wave[..., 1:] - wave[..., :-1]).sum(axis=2)
    # A sine of period T has mean |slope| of 2 pi / T times its mean.
    period = 2 * np.pi * total / np.maximum(slope, 1e-12)
    leak = _leak(wave, np.clip(np.rint(period / 2), 1, wave.shape[2] // 2).astype(np.int64))
    rank = height.shape[2] - max(1, height.shape[2] // 50)
    top = np.partition(height, rank, axis=2)[..., rank]
    fill = height.mean(axis=2) / np.maximum(top, 1e-12)
    parts = [part.max(axis=2) - part.min(axis=2) for part in np.array_split(wave, 4, axis=2)]
    return Wave(leak, fill, np.minimum.reduce(parts), rate / np.maximum(period, 1e-12))


class Waving(NamedTuple):
    """Beds whose sound leads, taken together, are one unresting wave of a fibrillating heart's rate: a wave of
    its own even beside beats; and one that is fibrillation only where there is no beat."""

    plain: Bools
    fine: Bools


def waving(wave: Wave, sound: Bools, settings: Settings) -> Waving:
    """Judges the mean over the sound leads; a bed without one is not said to fibrillate."""
    count = np.maximum(sound.sum(axis=1), 1)

    def mean(values: Floats) -> Floats:
        return np.asarray(np.where(sound, values, 0.0).sum(axis=1) / count)

    hertz, swing = mean(wave.hertz), mean(wave.swing)
    unresting = (mean(wave.fill) > settings.vf_fill) & (hertz > SLOWEST) & (hertz < FASTEST) & sound.any(axis=1)
    plain = unresting & (mean(wave.leak) < settings.vf_leak) & (swing > settings.vf_swing)
    return Waving(plain, plain | (unresting & (swing > settings.fine_swing)))


def _leak(wave: Floats, half: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Floats:
    """Sum of |w(t) + w(t - half)| over the sum of both sizes, each lead with its own shift."""
    length = wave.shape[2]
    index = np.arange(length) - half[..., None]
    inside = index >= 0
    shifted = np.take_along_axis(wave, np.maximum(index, 0), axis=2)
    both = (np.abs(wave + shifted) * inside).sum(axis=2)
    sizes = ((np.abs(wave) + np.abs(shifted)) * inside).sum(axis=2)
    return np.asarray(both / np.maximum(sizes, 1e-12))
