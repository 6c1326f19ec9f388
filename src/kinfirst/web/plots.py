"""Plots without a library: bars as numbers for an inline SVG. A value that is not given leaves a gap that says so."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kinfirst.web.wording import Text

WIDTH, HEIGHT, FOOT, HEAD = 480, 150, 22, 18
WIDEST = 52.0


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar: where it stands, how high, what it is of and what it says. `given`: whether there is a number."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    above: float
    label: str
    said: str
    given: bool


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """A plot: title, unit in words, bars, and the size of its drawing."""

    id: str
    title: Text
    unit: Text
    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - FOOT

    @property
    def empty(self) -> bool:
        """Whether there is not one number in it."""
        return not any(bar.given for bar in self.bars)


def plot(
    id: str, words: tuple[Text, Text], points: Iterable[tuple[str, float | None]], *, top: float | None = None
) -> Plot:
    """Bars for labelled values, `words` being title and unit; `top` is the value of full height, else the highest."""
    values = list(points)
    highest = top or max((value for _label, value in values if value is not None), default=0.0) or 1.0
    step = WIDTH / max(1, len(values))
    width = min(WIDEST, step * 0.62)
    bars = tuple(
        _bar(label, value, middle=step * (place + 0.5), width=width, part=(value or 0.0) / highest)
        for place, (label, value) in enumerate(values)
    )
    return Plot(id=id, title=words[0], unit=words[1], bars=bars)


def _bar(label: str, value: float | None, *, middle: float, width: float, part: float) -> Bar:
    room = HEIGHT - FOOT - HEAD
    height = max(2.0, room * min(1.0, part)) if value is not None else 0.0
    return Bar(
        x=round(middle - width / 2, 1),
        y=round(HEIGHT - FOOT - height, 1),
        width=round(width, 1),
        height=round(height, 1),
        middle=round(middle, 1),
        above=round(HEIGHT - FOOT - height - 5, 1),
        label=label,
        said=_said(value),
        given=value is not None,
    )


def _said(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
