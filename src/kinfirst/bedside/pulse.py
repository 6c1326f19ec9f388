"""Pulses on a pleth or an arterial line: steep rises, each the highest around, tall against the usual ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside.filters import Bools, Floats, Ints, middle, moving_average, sliding_max
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.state import NEVER, State


class Pulse:
    """The pulse leads of a ward: `pressure` says which are in mmHg."""

    def __init__(self, fs: float, pressure: tuple[bool, ...], settings: Settings) -> None:
        """Sizes in samples at that rate."""
        self._fs, self._set = fs, settings
        self._smooth = max(1, round(settings.pulse_smooth * fs)) | 1
        self._rise = max(2, round(settings.pulse_rise * fs)) & ~1
        self._reach = max(1, round(settings.pulse_reach * fs))
        self._least = np.array([settings.pulse_mmhg if each else settings.pulse_units for each in pressure])
        self._pressure = np.array(pressure, dtype=np.bool_)

    @property
    def tail(self) -> int:
        """How many samples before a block it needs."""
        return self._smooth + self._rise + 2 * self._reach + 2

    @property
    def lag(self) -> int:
        """How far behind the newest sample a pulse can be called."""
        return self._smooth // 2 + self._rise // 2 + self._reach + 1

    def read(self, state: State, frame: Floats, size: int, missing: Floats) -> None:
        """Calls the pulses that the newest `size` samples complete; `frame` is (bed, pulse, time), filled."""
        smooth = moving_average(frame, self._smooth)
        rise = smooth[..., self._rise :] - smooth[..., : -self._rise]
        rise = rise[..., -(size + 2 * self._reach + 2) :]
        high = sliding_max(rise, 2 * self._reach + 1)
        inner = rise[..., self._reach : rise.shape[2] - self._reach]
        peak = (inner[..., 1:-1] >= high[..., 1:-1]) & (inner[..., 1:-1] > inner[..., :-2])
        peak &= inner[..., 1:-1] >= self._least[:, None]
        bed, lead, at = np.nonzero(peak)
        height = inner[bed, lead, at + 1]
        when = state.seen[bed] - size - self.lag + 1 + at
        self._note_quality(state, frame[..., -size:], smooth, missing, size)
        turn = _turns(bed * len(self._least) + lead)
        for round_ in range(int(turn.max()) + 1 if len(turn) else 0):
            now = turn == round_
            self._call(state, (bed[now], lead[now]), when[now], height[now])

    def _call(self, state: State, where: tuple[Ints, Ints], at: Ints, height: Floats) -> None:
        usual = middle(state.rises[where])
        # Where none came for two seconds the usual rise is no longer what it was.
        stale = at - state.pulses[where][:, -1] > 2 * self._fs
        tall = height > np.where(stale, 0.5, 1.0) * self._set.pulse_share * usual
        bed, lead = where[0][tall], where[1][tall]
        for ring, newest in ((state.pulses, at[tall]), (state.rises, height[tall])):
            row = ring[bed, lead]
            row[:, :-1] = row[:, 1:]
            row[:, -1] = newest
            ring[bed, lead] = row

    def _note_quality(self, state: State, block: Floats, smooth: Floats, missing: Floats, size: int) -> None:
        """Roughness, and the last sample at which a pulse lead was missing, at its rail, or rough."""
        half = self._smooth // 2
        newest = block[..., : size - half] - smooth[..., -(size - half) :]
        state.rough[:] = 0.5 * state.rough + 0.5 * np.abs(newest).mean(axis=2)
        high, low = block.max(axis=2), block.min(axis=2)
        at_edge = ((block >= high[..., None]) | (block <= low[..., None])).mean(axis=2)
        swings = high - low > self._least
        bad = (missing > self._set.gap_share) | ((at_edge > self._set.clipped_share) & swings)
        bad |= state.rough > self._set.pulse_rough * np.maximum(middle(state.rises), self._least)
        state.pulse_bad[bad] = np.broadcast_to(state.seen[:, None], bad.shape)[bad]

    def steady(self, state: State) -> Bools:
        """Beds with a pulse that beats now: its last three rises alike and evenly apart, the last not long ago.

        A ventilator (a breath every three seconds) and a chattering sensor are no pulse; nor is a lead that was
        missing, clipped or rough within the last three seconds.
        """
        times, rises = state.pulses[..., -3:], state.rises[..., -3:]
        apart = times[..., 1:] - times[..., :-1]
        longest, shortest = apart.max(axis=2), apart.min(axis=2)
        even = (longest <= self._set.pulse_even * shortest) & (longest <= 2.0 * self._fs)
        even &= (shortest >= 0.25 * self._fs) & (times[..., 0] > NEVER)
        even &= rises.max(axis=2) <= self._set.pulse_even * rises.min(axis=2)
        edge = state.seen[:, None] - self.lag
        lately = edge - times[..., -1] <= 1.5 * longest
        sound = state.seen[:, None] - state.pulse_bad > 3.0 * self._fs
        return np.asarray(even & lately & sound)

    def since(self, state: State, moment: Ints) -> NDArray[np.int64]:
        """How many pulses each pulse lead has had since that sample of its bed."""
        return np.asarray((state.pulses > moment[:, None, None]).sum(axis=2))

    def rate(self, state: State, steady: Bools) -> Floats:
        """Beats a minute of the steady pulse of each bed (`steady` says which lead has one); NaN where none has."""
        apart = (state.pulses[..., -1] - state.pulses[..., -4]).astype(np.float64) / 3
        known = steady & (state.pulses[..., -4] > NEVER)
        rates = np.where(known, 60.0 * self._fs / np.maximum(apart, 1.0), np.nan)
        best = np.full(len(rates), np.nan)
        for lead in range(rates.shape[1]):
            best = np.where(np.isnan(best), rates[:, lead], best)
        return best


def _turns(key: Ints) -> Ints:
    """For each of sorted keys, how many equal ones came before it."""
    return np.asarray(np.arange(len(key)) - np.searchsorted(key, key))
