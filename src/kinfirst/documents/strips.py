"""A strip: some seconds of a bed's signals as they are kept with a case, and the picture that is drawn of them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import isnan
from xml.sax.saxutils import escape

import msgspec
import numpy as np
from numpy.typing import NDArray

from kinfirst.core.commands.words import STRIP_LIMIT
from kinfirst.core.errors import BadInput

MARK = "strip1."
LONGEST = 30.0
MOST_LEADS = 16
EARLIEST, LATEST = 1900, 2200
ROOMY_FS = 250.0
"""Samples a second to which signals are averaged when they would not fit otherwise."""
MISSING = -32_768
FULL = 32_000
MM_PER_SECOND, MM_PER_MV = 25.0, 10.0
ROW, TALL, MARGIN, HEAD, FOOT = 34.0, 20.0, 8.0, 9.0, 9.0
"""Millimetres: a lead's row, what a lead that is not in mV is stretched to, and the edges of the paper."""
LEAST = (0.4, 40.0)
"""A smaller swing is drawn smaller, not stretched: of a lead without a unit, and in mmHg."""
LABEL_EVERY = 2
INK, SMALL_GRID, LARGE_GRID, PAPER = "#1b1a18", "#f6d4d0", "#e9a59d", "#fffaf8"

Samples = NDArray[np.floating]


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """One lead: its name, the unit of its values (`mV`, `mmHg`, or empty) and how much one step of them is."""

    name: str
    unit: str
    step: float


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept. `samples` are steps as little-endian int16, a row for each moment; -32768 was not measured."""

    bed: str
    fs: float
    start: datetime
    leads: tuple[Lead, ...]
    samples: bytes

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / 2 / len(self.leads) / self.fs

    @property
    def end(self) -> datetime:
        """When its last sample was taken."""
        return self.start + timedelta(seconds=self.seconds)

    def values(self) -> NDArray[np.float64]:
        """The samples (moment, lead) in their units; NaN where nothing was measured."""
        steps = np.frombuffer(self.samples, dtype="<i2").reshape(-1, len(self.leads)).astype(np.float64)
        steps[steps == MISSING] = np.nan
        return np.asarray(steps * np.array([lead.step for lead in self.leads]), dtype=np.float64)


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What is written on the paper, in the reader's language: above the strip, and below it."""

    head: str
    foot: str


def kept(bed: str, fs: float, start: datetime, leads: tuple[tuple[str, str], ...], samples: Samples) -> str:
    """The strip as the record keeps it; `leads` are names with their units, `samples` (moment, lead).

    Refuses (BadInput) nothing at all, and more than 30 seconds or 16 leads.
    """
    _check(fs, len(leads), len(samples))
    if len(samples) * len(leads) * 2 > STRIP_LIMIT * 0.7 and fs > ROOMY_FS:
        samples, fs = averaged(samples, fs, ROOMY_FS), ROOMY_FS
    found = tuple(Lead(name=name, unit=unit, step=_step(samples[:, at])) for at, (name, unit) in enumerate(leads))
    scaled = np.rint(samples / np.array([lead.step for lead in found]))
    steps = np.where(np.isnan(scaled), MISSING, scaled).astype("<i2")
    raw = msgspec.msgpack.encode(Strip(bed=bed, fs=fs, start=start, leads=found, samples=steps.tobytes()))
    return MARK + base64.b64encode(raw).decode()


def read(text: str) -> Strip:
    """The strip again. Refuses (BadInput) what is none."""
    try:
        raw = base64.b64decode(text.removeprefix(MARK), validate=True)
        strip = msgspec.msgpack.decode(raw, type=Strip)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as wrong:
        raise BadInput("strip: not a strip of signals") from wrong
    count = len(strip.samples) / 2 / max(1, len(strip.leads))
    if count != int(count) or strip.start.tzinfo is None or not EARLIEST < strip.start.year < LATEST:
        raise BadInput("strip: not a strip of signals")
    _check(strip.fs, len(strip.leads), int(count))
    return strip


def averaged(samples: Samples, fs: float, to: float) -> NDArray[np.float64]:
    """The same seconds at a lower rate: each new sample is the mean of those it stands for; NaN where one is."""
    count = int(len(samples) * to / fs)
    edges = np.floor(np.arange(count + 1) * fs / to).astype(np.int64)
    sums = np.add.reduceat(np.asarray(samples[: edges[-1]], dtype=np.float64), edges[:-1], axis=0)
    return np.asarray(sums / np.diff(edges)[:, None])


def drawn(strip: Strip, words: Words) -> str:
    """The picture as SVG, in millimetres: 25 mm/s, 10 mm/mV for what is in mV, paper of 1 and 5 mm.

    Times are written in the zone of the strip's start.
    """
    width = strip.seconds * MM_PER_SECOND + 2 * MARGIN
    height = HEAD + ROW * len(strip.leads) + FOOT
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}" '
            f'width="{width:.1f}mm" height="{height:.1f}mm" font-family="sans-serif" fill="{INK}">',
            f"<title>{escape(words.head)}</title>",
            *_paper(width, height),
            *(part for at in range(len(strip.leads)) for part in _row(strip, at)),
            *_seconds(strip, height),
            _said(MARGIN, 6.2, words.head, size=3.8),
            _said(MARGIN, height - 1.8, words.foot, size=3.2),
            "</svg>",
        )
    )


def _check(fs: float, leads: int, count: int) -> None:
    if not (0 < leads <= MOST_LEADS and fs > 0 and 0 < count <= LONGEST * fs):
        raise BadInput(f"strip: more than nothing, at most {LONGEST:g} seconds of {MOST_LEADS} leads")


def _step(lead: Samples) -> float:
    found = np.abs(lead[np.isfinite(lead)])
    largest = float(found.max()) if len(found) else 0.0
    return largest / FULL if largest > 0 else 1.0


def _paper(width: float, height: float) -> Iterator[str]:
    yield '<defs><pattern id="mm" width="5" height="5" patternUnits="userSpaceOnUse">'
    yield f'<path d="M1 0V5M2 0V5M3 0V5M4 0V5M0 1H5M0 2H5M0 3H5M0 4H5" stroke="{SMALL_GRID}" stroke-width=".12"/>'
    yield f'<path d="M0 0V5M0 0H5" stroke="{LARGE_GRID}" stroke-width=".35"/></pattern></defs>'
    yield f'<rect width="{width:.1f}" height="{height:.1f}" fill="{PAPER}"/>'
    yield f'<rect width="{width:.1f}" height="{height:.1f}" fill="url(#mm)"/>'


def _row(strip: Strip, at: int) -> Iterator[str]:
    lead, values = strip.leads[at], strip.values()[:, at]
    middle, said = HEAD + ROW * (at + 0.5), lead.name
    found = values[np.isfinite(values)]
    if len(found) == 0:
        yield _said(MARGIN, middle - ROW / 2 + 5, f"{said} –", size=3.8, bold=True)
        return
    if lead.unit == "mV":
        centre, scale = float(np.median(found)), MM_PER_MV
        yield f'<path d="M{MARGIN - 6} {middle}h1v-10h3v10h1" fill="none" stroke="{INK}" stroke-width=".3"/>'
    else:
        low, high = float(found.min()), float(found.max())
        centre, scale = (low + high) / 2, TALL / max(high - low, LEAST[lead.unit == "mmHg"])
        said = f"{lead.name} {low:.3g} … {high:.3g} {lead.unit}".rstrip()
    heights = np.clip(middle - (values - centre) * scale, middle - ROW / 2 + 1, middle + ROW / 2 - 1)
    line = _line(heights, strip.fs)
    yield f'<path d="{line}" fill="none" stroke="{INK}" stroke-width=".32" stroke-linejoin="round"/>'
    yield _said(MARGIN, middle - ROW / 2 + 5, said, size=3.8, bold=True)


def _line(heights: NDArray[np.float64], fs: float) -> str:
    """The points of a lead; where nothing was measured the line is broken."""
    parts, broken = [], True
    for number, height in enumerate(heights.tolist()):
        if isnan(height):
            broken = True
            continue
        parts.append(f"{'M' if broken else 'L'}{MARGIN + number / fs * MM_PER_SECOND:.2f} {height:.2f}")
        broken = False
    return "".join(parts)


def _seconds(strip: Strip, height: float) -> Iterator[str]:
    bottom = height - FOOT
    for second in range(0, int(strip.seconds) + 1):
        x = MARGIN + second * MM_PER_SECOND
        yield f'<path d="M{x:g} {bottom:g}v2" stroke="{INK}" stroke-width=".3"/>'
        if second % LABEL_EVERY == 0 and second < strip.seconds - 0.5:
            yield _said(x + 0.8, bottom + 3, f"{strip.start + timedelta(seconds=second):%H:%M:%S}", size=2.8)


def _said(x: float, y: float, text: str, *, size: float, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size}"{weight}>{escape(text)}</text>'
