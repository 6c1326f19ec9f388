"""Shapes of a drawing: text, chips, cards and arrows as SVG, in colours that follow light and dark.

Nothing here knows what is drawn. Lengths are in user units; `y` grows downwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal
from xml.sax.saxutils import escape

import msgspec

STYLE = """\
:root { color-scheme: light dark; }
svg { --page: #ffffff; --card: #f6f4ef; --group: #fbfaf7; --line: #d8d2c4; --ink: #23262b; --soft: #5c6068;
  --chip: #ffffff; --spine: #8a3b2e; --on: #ffffff; --go: #2f6f5e; --doubt: #8a5a00; }
@media (prefers-color-scheme: dark) {
  svg { --page: #15171a; --card: #212429; --group: #1a1d21; --line: #3b4048; --ink: #eceae4; --soft: #a9adb5;
    --chip: #2b2f36; --spine: #e08d7d; --on: #15171a; --go: #86cdb8; --doubt: #e8bd62; }
}
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--ink); }
.page { fill: var(--page); }
.h1 { font-size: 25px; font-weight: 700; }
.h2 { font-size: 17px; font-weight: 650; }
.body { font-size: 14px; }
.soft { font-size: 13px; fill: var(--soft); }
.chip { font-size: 13px; text-anchor: middle; }
.step { font-size: 13px; fill: var(--go); font-weight: 600; }
.number { font-size: 14px; font-weight: 700; fill: var(--on); text-anchor: middle; }
.doubt { fill: var(--doubt); }
.card { fill: var(--card); stroke: var(--line); }
.group { fill: var(--group); stroke: var(--spine); stroke-width: 1.5; }
.aside { fill: none; stroke: var(--line); stroke-dasharray: 5 4; }
.pill { fill: var(--chip); stroke: var(--line); }
.unsure { fill: var(--chip); stroke: var(--doubt); stroke-dasharray: 4 3; }
.dot { fill: var(--spine); }
.arrow { fill: none; stroke: var(--go); stroke-width: 2; }
.head { fill: var(--go); }
"""
CHIP, GAP, PAD = 26, 8, 11
_NARROW, _WIDE = set("iljtfrI.,:;|!' ()[]"), set("mwMW@%")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Kind = Literal["card", "group", "aside"]


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """A short fact. `unsure` draws it as one that was not verified."""

    text: str
    unsure: bool = False


def clean(text: str) -> str:
    """Text that may stand in XML: nothing but the characters it allows, its own marks written out."""
    return escape(_FORBIDDEN.sub("", " ".join(text.split())))


def wide(text: str, size: float = 13) -> float:
    """About how wide a text is; a little more rather than less, as no font is measured here."""
    return sum(_share(letter) for letter in text) * size * 1.04


def _share(letter: str) -> float:
    if letter in _NARROW:
        return 0.34
    if letter in _WIDE:
        return 0.9
    if ord(letter) > 0x2E80:
        return 1.05
    return 0.68 if letter.isupper() or letter.isdigit() else 0.56


def wrapped(text: str, width: float, size: float = 13) -> list[str]:
    """A text in lines no wider than that; a single longer word stays whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and wide(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


class Sheet:
    """Shapes in the order in which they are painted."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def text(self, x: float, y: float, text: str, kind: str) -> None:
        """One line of text, its foot at `y`."""
        self.parts.append(f'<text class="{kind}" x="{x:g}" y="{y:g}">{clean(text)}</text>')

    def lines(self, x: float, y: float, lines: Iterable[str], kind: str) -> float:
        """Lines of text from `y` down; returns where the next may begin."""
        for line in lines:
            self.text(x, y + 13, line, kind)
            y += 19
        return y

    def box(self, x: float, y: float, size: tuple[float, float], kind: Kind) -> None:
        """A rounded box."""
        width, height = size
        self.parts.append(f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="12"/>')

    def under(self, part: int, x: float, y: float, size: tuple[float, float], kind: Kind) -> None:
        """A box painted below everything since `part`."""
        self.box(x, y, size, kind)
        self.parts.insert(part, self.parts.pop())

    def number(self, x: float, y: float, number: int) -> None:
        """A number in a disc."""
        self.parts.append(f'<circle class="dot" cx="{x:g}" cy="{y:g}" r="14"/>')
        self.text(x, y + 5, str(number), "number")

    def chips(self, x: float, y: float, width: float, chips: Sequence[Chip]) -> float:
        """Chips in rows no wider than that; returns the foot of the last row."""
        left, foot = x, y
        for chip in chips:
            text = f"{chip.text} ?" if chip.unsure else chip.text
            need = wide(text) + 2 * PAD
            if left > x and left + need > x + width:
                left, foot = x, foot + CHIP + GAP
            kind = "unsure" if chip.unsure else "pill"
            self.parts.append(
                f'<rect class="{kind}" x="{left:g}" y="{foot:g}" width="{need:.0f}" height="{CHIP}" rx="13"/>'
            )
            self.text(left + round(need) / 2, foot + 18, text, "chip")
            left += round(need) + GAP
        return foot + CHIP if chips else y

    def down(self, x: float, y: float, length: float) -> None:
        """An arrow straight down."""
        self.parts.append(f'<path class="arrow" d="M{x:g} {y:g}v{length - 7:g}"/>')
        self._head(x, y + length, "down")

    def around(self, x: float, y: float, to: float) -> None:
        """An arrow out to the right from `y`, down, and back in at `to`."""
        self.parts.append(f'<path class="arrow" d="M{x:g} {y:g}h22q14 0 14 14V{to - 14:g}q0 14 -14 14h-15"/>')
        self._head(x, to, "left")

    def _head(self, x: float, y: float, way: str) -> None:
        shape = "l-6 -10h12z" if way == "down" else "l10 -6v12z"
        self.parts.append(f'<path class="head" d="M{x:g} {y:g}{shape}"/>')

    def document(self, size: tuple[float, float], *, title: str, said: str) -> str:
        """The whole drawing: one SVG file that needs no other. `said` is it in words, for those who cannot see it."""
        width, height = size
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
            f' height="{height:g}" role="img" aria-labelledby="title desc">'
        )
        about = f'<title id="title">{clean(title)}</title>\n<desc id="desc">{clean(said)}</desc>'
        page = f'<rect class="page" width="{width:g}" height="{height:g}"/>'
        return "\n".join((head, about, f"<style>\n{STYLE}</style>", page, *self.parts, "</svg>")) + "\n"
