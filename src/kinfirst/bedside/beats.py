"""Beats: one detector a bed over all its ECG leads, fused by how far each lead's beats rise above its noise.

The envelope of each lead is divided by its usual beat, weighted by its signal to noise, and added up. Candidates
are the highest points within `reach`; they are judged one after the other against an adaptive threshold (after
Pan and Tompkins 1985, Hamilton 2002): all beds in step, the first candidate of each, then the second.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside.filters import Bools, Floats, Ints, middle
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.state import State

CEILING = 2.5
"""No lead may say more than this many usual beats: an artefact must not drown the others."""
TINY = 1e-6


class Candidates(NamedTuple):
    """Rises that may be beats, in time order for each bed: row, sample, fused height, each lead's envelope."""

    row: Ints
    at: Ints
    height: Floats
    rises: Floats

    def chosen(self, which: Bools) -> Candidates:
        """Those of the candidates."""
        return Candidates(self.row[which], self.at[which], self.height[which], self.rises[which])


class Found(NamedTuple):
    """Beats in the order in which they were called, bed by bed in time order: row and sample."""

    row: Ints
    at: Ints


def level_of(state: State, floor: float) -> Floats:
    """Each lead's usual beat, mV/s, faded where none has come for long; never under a tenth of the QRS floor."""
    usual = middle(state.usual) * state.fade[:, None]
    return np.maximum(usual, 0.1 * floor)


def fused(envelope: Floats, level: Floats, *, noise: Floats, passing: Bools) -> Floats:
    """The leads as one curve, in usual beats (1: as high as usual); leads that do not pass hardly count."""
    ratio = level / (noise + 0.02 * level + TINY)
    weight = np.where(passing, np.clip(ratio - 1.0, 0.05, 12.0), TINY)
    weight /= weight.sum(axis=1, keepdims=True)
    parts = np.minimum(envelope / level[..., None], CEILING)
    parts *= weight[..., None]
    total: Floats = parts[:, 0].copy()
    for lead in range(1, parts.shape[1]):
        total += parts[:, lead]
    return total


def candidates(curve: Floats, envelope: Floats, high: Floats, first: Ints) -> Candidates:
    """The highest points of a curve; `high` is its sliding maximum, `first` each bed's sample at its start."""
    reach = (curve.shape[1] - high.shape[1]) // 2
    inner = curve[:, reach : curve.shape[1] - reach]
    peak = (inner[:, 1:-1] >= high[:, 1:-1]) & (inner[:, 1:-1] > inner[:, :-2])
    row, at = np.nonzero(peak)
    around = (at + 1)[:, None] + np.arange(2 * reach + 1)
    leads = np.arange(envelope.shape[1])
    rises = envelope[row[:, None, None], leads[None, :, None], around[:, None, :]].max(axis=2)
    return Candidates(row, first[row] + reach + 1 + at, inner[row, at + 1], rises)


class Judge:
    """Turns candidates into beats and moves the thresholds on; one for a rate and settings."""

    def __init__(self, fs: float, settings: Settings, floor: float) -> None:
        """`floor` is the envelope of the least QRS, mV/s."""
        self._fs, self._set, self._floor = fs, settings, floor

    def judge(self, state: State, learnable: Bools, found: Candidates) -> Found:
        """The beats among the candidates, and those sought again because none had come for long.

        `learnable` says which leads (bed, lead) may change what is usual.
        """
        rows: list[Ints] = []
        times: list[Ints] = []
        turn = np.arange(len(found.row)) - np.searchsorted(found.row, found.row)
        for round_ in range(int(turn.max()) + 1 if len(turn) else 0):
            now = found.chosen(turn == round_)
            for called in (self._look_back(state, learnable, now), self._call(state, learnable, now)):
                rows.append(called.row)
                times.append(called.at)
        if not rows:
            empty = np.zeros(0, dtype=np.int64)
            return Found(empty, empty)
        row, at = np.concatenate(rows), np.concatenate(times)
        order = np.lexsort((at, row))
        return Found(row[order], at[order])

    def _threshold(self, state: State, row: Ints) -> Floats:
        usual = middle(state.heights[row])
        ripple = state.ripple[row]
        return np.asarray(ripple + self._set.share * (usual - ripple))

    def _look_back(self, state: State, learnable: Bools, now: Candidates) -> Found:
        """The best rise that was refused, where a beat is overdue by the time of this candidate."""
        row, fs = now.row, self._fs
        spare = state.spare[row]
        usual = middle(state.intervals[row, -8:].astype(np.float64))
        overdue = (state.last[row] > 0) & (now.at - state.last[row] > self._set.look_back * usual)
        high = state.spare_height[row] > self._set.look_share * self._threshold(state, row)
        apart = (spare - state.last[row] > self._set.t_wave * fs) & (now.at - spare > self._set.refractory * fs)
        which = overdue & high & apart
        missed = Candidates(row[which], spare[which], state.spare_height[row][which], state.spare_rises[row][which])
        self._accept(state, learnable, missed)
        return Found(missed.row, missed.at)

    def _call(self, state: State, learnable: Bools, now: Candidates) -> Found:
        row, fs = now.row, self._fs
        since = now.at - state.last[row]
        beat = (now.height > self._threshold(state, row)) & (since > self._set.refractory * fs)
        beat &= ~((since < self._set.t_wave * fs) & (now.height < self._set.t_share * state.last_height[row]))
        beat &= (now.rises >= self._floor).any(axis=1)
        self._accept(state, learnable, now.chosen(beat))
        self._refuse(state, now.chosen(~beat))
        return Found(row[beat], now.at[beat])

    def _accept(self, state: State, learnable: Bools, now: Candidates) -> None:
        row = now.row
        if not len(row):
            return
        longest = round(6 * self._fs)
        first = state.last[row] < 0
        interval = np.where(first, state.intervals[row, -1], np.minimum(now.at - state.last[row], longest))
        state.intervals[row] = _pushed(state.intervals[row], interval)
        good = learnable[row]
        usual = middle(state.usual[row])
        newest = np.where(good, np.minimum(now.rises, 3.0 * np.maximum(usual, self._floor)), usual)
        faded = state.usual[row] * state.fade[row][:, None, None]
        state.usual[row] = _pushed(faded, newest)
        height = np.where(good.any(axis=1), np.minimum(now.height, 2.0), middle(state.heights[row]))
        state.heights[row] = _pushed(state.heights[row], height)
        state.fade[row] = 1.0
        state.last[row] = now.at
        state.last_height[row] = now.height
        state.spare_height[row] = 0.0

    def _refuse(self, state: State, now: Candidates) -> None:
        row = now.row
        usual = middle(state.heights[row])
        state.ripple[row] = 0.875 * state.ripple[row] + 0.125 * np.minimum(now.height, usual)
        better = (now.height > state.spare_height[row]) & (now.at - state.last[row] > self._set.t_wave * self._fs)
        better &= (now.rises >= self._floor).any(axis=1)
        row = row[better]
        state.spare[row], state.spare_height[row] = now.at[better], now.height[better]
        state.spare_rises[row] = now.rises[better]


def _pushed(ring: NDArray[Any], newest: NDArray[Any]) -> NDArray[Any]:
    moved = np.empty_like(ring)
    moved[..., :-1] = ring[..., 1:]
    moved[..., -1] = newest
    return moved
