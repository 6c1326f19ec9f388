"""A strip of a signal in a terminal, drawn with braille dots: two columns and four rows of dots in each letter."""

from __future__ import annotations

import numpy as np

from kinfirst.bedside.sources.port import Samples

BLANK = 0x2800
# The bit of each dot: [column][row], as Unicode orders them.
DOTS = np.array([[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]])


class Strip:
    """Holds the last `seconds` of one lead and draws them; what is missing (NaN) stays blank."""

    def __init__(self, fs: float, seconds: float) -> None:
        self._kept = np.full(round(fs * seconds), np.nan)
        self._low = self._high = 0.0

    def add(self, samples: Samples) -> None:
        """New samples come in on the right, old ones go out on the left."""
        if len(samples) >= len(self._kept):
            self._kept = samples[-len(self._kept) :].copy()
        elif len(samples):
            self._kept = np.concatenate((self._kept[len(samples) :], samples))

    def draw(self, width: int, height: int, *, least: float) -> list[str]:
        """`height` lines of `width` letters. The scale fits what is shown, but never shows less than `least` from top
        to bottom: a flat line stays flat and noise stays small."""
        columns = 2 * width
        pieces = np.array_split(self._kept, columns)
        low = np.array([_edge(piece, np.min) for piece in pieces])
        high = np.array([_edge(piece, np.max) for piece in pieces])
        if np.isnan(low).all():
            return [" " * width] * height
        self._fit(float(np.nanmin(low)), float(np.nanmax(high)), least)
        rows = 4 * height - 1
        span = max(self._high - self._low, 1e-9)
        top = np.clip(np.rint((self._high - high) / span * rows), 0, rows)
        bottom = np.clip(np.rint((self._high - low) / span * rows), 0, rows)
        letters = np.zeros((height, width), dtype=np.int64)
        before = -1
        for column in range(columns):
            if np.isnan(top[column]):
                before = -1
                continue
            first, last = int(top[column]), int(bottom[column])
            if before >= 0:
                # A steep rise leaves no holes between one column and the next.
                first, last = min(first, before + 1), max(last, before - 1)
            before = int(top[column] + bottom[column]) // 2
            for row in range(max(first, 0), min(last, rows) + 1):
                letters[row // 4, column // 2] |= DOTS[column % 2, row % 4]
        return ["".join(chr(BLANK + dots) if dots else " " for dots in line) for line in letters.tolist()]

    def _fit(self, low: float, high: float, least: float) -> None:
        """Grows at once, shrinks slowly, so that the strip does not jump."""
        middle, half = (low + high) / 2, max(high - low, least) / 2 * 1.05
        low, high = middle - half, middle + half
        if self._high == self._low:
            self._low, self._high = low, high
        self._low = min(low, self._low + 0.1 * (low - self._low))
        self._high = max(high, self._high + 0.1 * (high - self._high))


def _edge(piece: Samples, edge: object) -> float:
    known = piece[~np.isnan(piece)]
    if not len(known):
        return float("nan")
    return float(edge(known))  # type: ignore[operator]
