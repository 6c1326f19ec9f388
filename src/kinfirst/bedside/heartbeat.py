"""What one heartbeat looks like on each lead: sums of bells for the ECG, a stroke for pressure and pulse."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from kinfirst.bedside.sources.port import Samples

Origin = Literal["sinus", "ventricle", "vt"]
ECG_LEADS = ("I", "II", "III", "V")
PULSE_LEADS = ("PLETH", "ABP")
UNITS = {"PLETH": "NU", "ABP": "mmHg"}
BEFORE, AFTER = 0.35, 0.65
"""A beat is felt in the ECG from this long before its R wave to this long after it, in seconds."""


class Beat(NamedTuple):
    """One beat: the moment of its R wave, the interval before it (both seconds), where it came from, and how
    much blood it moved (1 is a healthy stroke)."""

    at: float
    rr: float
    origin: Origin
    stroke: float


class Bell(NamedTuple):
    """A wave: millivolts on lead II, centre and width (standard deviation) in seconds from the R wave."""

    height: float
    centre: float
    width: float


# Amplitudes and times of a normal adult beat on lead II, and of a ventricular one: broad, T against it.
_SINUS = (
    Bell(0.13, -0.16, 0.022),
    Bell(-0.10, -0.032, 0.009),
    Bell(1.10, 0.0, 0.011),
    Bell(-0.22, 0.030, 0.011),
    Bell(0.28, 0.25, 0.045),
)
_VENTRICLE = (Bell(1.35, 0.0, 0.040), Bell(-0.55, 0.085, 0.035), Bell(-0.40, 0.28, 0.060))
_VT = (Bell(1.25, 0.0, 0.048), Bell(-0.85, 0.105, 0.045))
_BELLS: dict[Origin, tuple[Bell, ...]] = {"sinus": _SINUS, "ventricle": _VENTRICLE, "vt": _VT}
# How each lead sees the same heart: the share of every wave of lead II. V is a chest lead with a deep S.
_SHARES: dict[str, tuple[float, ...]] = {
    "I": (0.6, 0.7, 0.55, 0.7, 0.7),
    "II": (1.0, 1.0, 1.0, 1.0, 1.0),
    "III": (0.4, 0.3, 0.45, 0.3, 0.3),
    "V": (0.5, 0.2, 0.45, 3.2, 1.1),
}


def draw_beat(lead: str, beat: Beat, times: Samples) -> Samples:
    """What the beat adds to an ECG lead at those moments, in mV; the T wave comes sooner at higher rates."""
    shares = _SHARES.get(lead, _SHARES["II"])
    stretch = min(1.15, max(0.62, float(np.sqrt(beat.rr / 0.8))))
    drawn = np.zeros_like(times)
    for bell, share in zip(_BELLS[beat.origin], shares, strict=False):
        late = bell.centre > 0.1
        centre, width = (bell.centre * stretch, bell.width * stretch) if late else (bell.centre, bell.width)
        distance = (times - beat.at - centre) / width
        drawn += share * bell.height * np.exp(-0.5 * distance * distance)
    return drawn


def draw_stroke(beat: Beat, times: Samples, *, delay: float) -> Samples:
    """How fast the beat fills the vessel at those moments: half a sine, `delay` after the R wave."""
    ejection = min(0.30, 0.42 * beat.rr)
    since = times - beat.at - delay
    inside = (since >= 0) & (since < ejection)
    return np.where(inside, beat.stroke * np.sin(np.pi * since / ejection) / ejection, 0.0)
