"""Pieces of single signals, as messages bring them, joined into packets of all the bed's leads at one rate.

A message may carry one lead or all, at rates of their own, late or twice. Leads are laid on one grid; a stretch is
given on when every lead has it, or when it has waited `HOLD` seconds for the last one, which then is NaN there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinfirst.bedside.leads import role_of
from kinfirst.bedside.sources.port import MAX_LEADS, Packet, Samples, check_rate
from kinfirst.core.errors import BadInput

HOLD = 2.0
LONGEST_PIECE = 600.0
JUMP = 30.0
"""A piece this far ahead of what is held begins a new grid: the bed itself makes the gap known."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one lead: `at` is the time of its first sample in seconds from the start, None where the sender
    gave none (it follows the piece before)."""

    lead: str
    fs: float
    samples: Samples
    at: float | None = None

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.fs


class Joiner:
    """Joins the pieces of one bed. Rate and leads are those of the first pieces; later strangers are counted."""

    def __init__(self, first: Sequence[Piece]) -> None:
        """Refuses (BadInput) pieces without any ECG, or whose rate cannot be watched."""
        ecg = [piece.fs for piece in first if role_of(piece.lead) == "ecg"]
        if not ecg:
            raise BadInput("message: no ECG among its waves; one ECG lead at least would be right")
        self.fs = max(ecg)
        self.leads = tuple(dict.fromkeys(piece.lead for piece in first))[:MAX_LEADS]
        check_rate(self.fs, self.leads)
        self.strangers = 0
        self._column = {lead: at for at, lead in enumerate(self.leads)}
        self._grid = np.empty((0, len(self.leads)))
        self._start: float | None = None
        self._written = dict.fromkeys(self.leads, float("-inf"))

    def feed(self, pieces: Sequence[Piece]) -> list[Packet]:
        """What these pieces complete, in order. Refuses (BadInput) a piece that is too long."""
        packets: list[Packet] = []
        for piece in pieces:
            if piece.seconds > LONGEST_PIECE:
                raise BadInput(f"message: a wave of more than {LONGEST_PIECE:g} seconds")
            if piece.lead not in self._column:
                self.strangers += 1
            elif len(piece.samples):
                packets += self._lay(piece)
        return packets + self._whole()

    def flush(self) -> list[Packet]:
        """What is held, as it is."""
        if self._start is None or not len(self._grid):
            return []
        packet = Packet(self._start, self._grid)
        self._start += len(self._grid) / self.fs
        self._grid = np.empty((0, len(self.leads)))
        return [packet]

    def _lay(self, piece: Piece) -> list[Packet]:
        at = piece.at if piece.at is not None else max(self._written[piece.lead], self._start or 0.0)
        packets: list[Packet] = []
        if self._start is not None and at > self._start + len(self._grid) / self.fs + JUMP:
            packets = self.flush()
            self._start = at
        if self._start is None:
            self._start = at
        drawn = self._resampled(piece)
        row = round((at - self._start) * self.fs)
        if row < 0:
            # From the past of what was given on: the bed says so and decides whether to follow.
            alone = np.full((len(drawn), len(self.leads)), np.nan)
            alone[:, self._column[piece.lead]] = drawn
            return [*packets, Packet(at, alone)]
        missing = row + len(drawn) - len(self._grid)
        if missing > 0:
            self._grid = np.concatenate((self._grid, np.full((missing, len(self.leads)), np.nan)))
        self._grid[row : row + len(drawn), self._column[piece.lead]] = drawn
        self._written[piece.lead] = at + piece.seconds
        return packets

    def _resampled(self, piece: Piece) -> Samples:
        if piece.fs == self.fs:
            return piece.samples
        wanted = np.arange(round(piece.seconds * self.fs)) / self.fs
        return np.interp(wanted, np.arange(len(piece.samples)) / piece.fs, piece.samples)

    def _whole(self) -> list[Packet]:
        if self._start is None:
            return []
        newest = self._start + len(self._grid) / self.fs
        until = max(min(self._written.values()), newest - HOLD)
        rows = min(len(self._grid), round((until - self._start) * self.fs) if until > self._start else 0)
        if rows <= 0:
            return []
        packet = Packet(self._start, self._grid[:rows])
        self._start += rows / self.fs
        self._grid = self._grid[rows:]
        return [packet]
