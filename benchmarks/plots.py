"""Plots as SVG, drawn by hand: bars of rates, and lines over the number of open cases, both on logarithmic scales."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from xml.sax.saxutils import escape

import msgspec

WIDTH, ROW, LEFT, RIGHT = 760, 26, 310, 90
HEIGHT, TOP, BOTTOM, SIDE = 360, 30, 50, 70
COLOURS = ("#1f5fa8", "#b4541a", "#3d7d3d", "#7a3f8f", "#555555", "#a8871f")
FONT = 'font-family="sans-serif" font-size="12"'


class Bar(msgspec.Struct, frozen=True):
    """One bar; `ours` is drawn in another colour."""

    label: str
    value: float
    ours: bool


class Line(msgspec.Struct, frozen=True):
    """One line: points of (open cases, value)."""

    label: str
    points: tuple[tuple[float, float], ...]


def bars(title: str, unit: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars, longest first."""
    ordered = sorted(rows, key=lambda bar: -bar.value)
    low = floor(log10(min(bar.value for bar in ordered)))
    high = log10(ordered[0].value)
    scale = (WIDTH - LEFT - RIGHT) / max(high - low, 0.1)
    parts = [_text(10, 20, f"{title} ({unit}, logarithmic)", weight="bold")]
    for number, bar in enumerate(ordered):
        y = 36 + number * ROW
        long = max((log10(bar.value) - low) * scale, 2)
        colour = COLOURS[0] if bar.ours else "#9a9a9a"
        parts.append(_text(LEFT - 8, y + 14, bar.label, anchor="end"))
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{long:.1f}" height="{ROW - 8}" fill="{colour}"/>')
        parts.append(_text(LEFT + long + 6, y + 14, f"{bar.value:,.0f}"))
    return _svg(title, 48 + len(ordered) * ROW, parts)


def lines(title: str, unit: str, rows: Sequence[Line]) -> str:
    """Lines over the number of open cases, with a point for each measurement."""
    xs = [x for line in rows for x, _ in line.points]
    ys = [y for line in rows for _, y in line.points]
    across = _Scale(floor(log10(min(xs))), ceil(log10(max(xs))), SIDE, WIDTH - 230)
    up = _Scale(floor(log10(min(ys))), ceil(log10(max(ys))), HEIGHT - BOTTOM, TOP)
    parts = [_text(10, 18, f"{title} ({unit})", weight="bold"), *_grid(across, up)]
    for number, line in enumerate(rows):
        colour = COLOURS[number % len(COLOURS)]
        places = [(across.at(x), up.at(y)) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        beside = TOP + 16 + number * 20
        parts.append(f'<rect x="{WIDTH - 218}" y="{beside - 10}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(WIDTH - 200, beside, line.label))
    return _svg(title, HEIGHT, parts)


class _Scale(msgspec.Struct, frozen=True):
    """Powers of ten from `low` to `high` on the way from `start` to `end`."""

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (log10(value) - self.low) / max(self.high - self.low, 1)
        return self.start + share * (self.end - self.start)


def _grid(across: _Scale, up: _Scale) -> list[str]:
    grey, parts = 'stroke="#cccccc"', []
    for power in range(up.low, up.high + 1):
        y = up.at(10.0**power)
        parts.append(f'<line x1="{across.start}" y1="{y:.1f}" x2="{across.end}" y2="{y:.1f}" {grey}/>')
        parts.append(_text(across.start - 6, y + 4, f"{10.0**power:g}", anchor="end"))
    for power in range(across.low, across.high + 1):
        x = across.at(10.0**power)
        parts.append(f'<line x1="{x:.1f}" y1="{up.start}" x2="{x:.1f}" y2="{up.end}" {grey}/>')
        parts.append(_text(x, up.start + 18, f"{10**power:,}", anchor="middle"))
    middle = (across.start + across.end) / 2
    return [*parts, _text(middle, up.start + 38, "open cases", anchor="middle")]


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: str = "normal") -> str:
    placed = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}"'
    return f'<text {placed} {FONT} fill="#222222">{escape(text)}</text>'


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join((head, f"<title>{escape(title)}</title>", ground, *parts, "</svg>")) + "\n"
