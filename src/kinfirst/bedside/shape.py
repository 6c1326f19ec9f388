"""Whose beat it is: each beat is held against the patient's usual one; another shape, and again, is ventricular."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kinfirst.bedside.beats import Found
from kinfirst.bedside.filters import Bools, Floats, Ints
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.state import INTERVALS, TEMPLATE, State

SHIFTS = (-2, -1, 0, 1, 2)
HALF = TEMPLATE // 2
ENOUGH = 12
"""Beats in a template before it is taken as the patient's own."""


class Clock(NamedTuple):
    """Samples between two points of the slow signal, and the interval of the slowest VT, in samples."""

    step: int
    slowest: float


def compare(state: State, found: Found, newest: Ints, *, clock: Clock, settings: Settings) -> None:
    """Marks beats as ventricular, in order, and lets the usual ones move the template.

    `newest` is the sample of each bed at which its slow signal ends.
    """
    turn = np.arange(len(found.row)) - np.searchsorted(found.row, found.row)
    for round_ in range(int(turn.max()) + 1 if len(turn) else 0):
        now = turn == round_
        _compare(state, found.row[now], found.at[now], newest, (clock, settings))


def _compare(state: State, row: Ints, at: Ints, newest: Ints, how: tuple[Clock, Settings]) -> None:
    clock, settings = how
    length = state.slow.shape[2]
    place = length - 1 - np.rint((newest[row] - at) / clock.step).astype(np.int64)
    place = np.clip(place, HALF + 2, length - HALF - 3)
    shifted = [_cut(state, row, place, by) for by in SHIFTS]
    own, other = state.template[row].astype(np.float64), state.other[row].astype(np.float64)
    likeness = np.max([_likeness(piece, own) for piece in shifted], axis=0)
    again = np.max([_likeness(piece, other) for piece in shifted], axis=0)
    known = state.learned[row] >= ENOUGH
    unlike = known & (likeness < settings.like)
    mark = state.ventricular[row]
    mark[:, :-1] = mark[:, 1:]
    mark[:, -1] = unlike & (again >= settings.like)
    state.ventricular[row] = mark
    seen, usual = shifted[SHIFTS.index(0)], ~unlike
    share = np.where(known, 0.1, 1.0 / (state.learned[row] + 1.0))[:, None, None]
    moved = own * (1 - share) + seen * share
    state.template[row[usual]] = moved[usual]
    state.learned[row[usual]] += 1
    state.other[row[unlike]] = seen[unlike]
    state.strange[row] = np.where(usual, 0, state.strange[row] + 1)
    _learn_anew(state, row, clock.slowest)


def _learn_anew(state: State, row: Ints, slowest: float) -> None:
    """A slow rhythm of another shape that stays is the patient's own by now: a pacemaker, a bundle branch."""
    slow = np.median(state.intervals[row], axis=1) > slowest
    tired = row[slow & (state.strange[row] >= 2 * INTERVALS)]
    state.learned[tired] = 0
    state.strange[tired] = 0


def _cut(state: State, row: Ints, place: Ints, by: int) -> Floats:
    around = (place + by)[:, None] + np.arange(-HALF, HALF + 1)
    leads = np.arange(state.slow.shape[1])
    piece = state.slow[row[:, None, None], leads[None, :, None], around[:, None, :]].astype(np.float64)
    return np.asarray(piece - piece.mean(axis=2, keepdims=True))


def _likeness(piece: Floats, own: Floats) -> Floats:
    """Correlation over all leads at once, each in units of the own beat on that lead."""
    size = np.sqrt((own * own).sum(axis=2, keepdims=True)) + 1e-6
    left, right = piece / size, own / size
    both = (left * right).sum(axis=(1, 2))
    return np.asarray(both / np.sqrt((left * left).sum(axis=(1, 2)) * (right * right).sum(axis=(1, 2)) + 1e-12))


def run_length(marks: Bools) -> Ints:
    """How many of the newest beats in a row are marked."""
    ended = ~marks[:, ::-1]
    return np.asarray(np.where(ended.any(axis=1), ended.argmax(axis=1), marks.shape[1]))
