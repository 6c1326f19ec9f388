"""What the generated heart does, phase by phase: the night, a slow death, false alarms, a quiet hour."""

from __future__ import annotations

from datetime import time
from typing import Literal

import msgspec

from kinfirst.core.errors import BadInput

Rhythm = Literal["sinus", "vt", "vf", "asystole"]


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of one rhythm. `rate` is in beats a minute; `stroke` is how much blood a beat moves (1: a healthy
    heart), `ectopic` the share of beats that come early from the ventricle, `noise` a factor on all the
    disturbances, `off` the leads that hang loose, `pops` electrode pops a minute.
    """

    rhythm: Rhythm
    seconds: float
    rate: float = 75.0
    stroke: float = 1.0
    ectopic: float = 0.0
    noise: float = 1.0
    pops: float = 0.0
    off: tuple[str, ...] = ()


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A story for one bed: the phases in order; the last lasts for ever. `starts` is its clock on the wall."""

    name: str
    says: str
    phases: tuple[Phase, ...]
    starts: time = time(14, 0)

    def phase_at(self, seconds: float) -> Phase:
        """The phase that holds at that moment."""
        for phase in self.phases:
            if seconds < phase.seconds:
                return phase
            seconds -= phase.seconds
        return self.phases[-1]

    def begins(self, rhythm: Rhythm) -> float | None:
        """When that rhythm first begins, in seconds from the start; None where it never does."""
        at = 0.0
        for phase in self.phases:
            if phase.rhythm == rhythm:
                return at
            at += phase.seconds
        return None


_NIGHT = Script(
    name="night",
    says="the night: bleeding, fast, slow, ventricular tachycardia, fibrillation, flat at 14:35",
    starts=time(14, 33),
    phases=(
        Phase(rhythm="sinus", seconds=35, rate=128, stroke=0.55, ectopic=0.03, pops=1),
        Phase(rhythm="sinus", seconds=30, rate=58, stroke=0.45, ectopic=0.08),
        Phase(rhythm="vt", seconds=25, rate=176, stroke=0.16),
        Phase(rhythm="vf", seconds=30, stroke=0.0),
        Phase(rhythm="asystole", seconds=60, stroke=0.0, noise=0.6),
    ),
)
_DYING = Script(
    name="dying",
    says="a heart that dies slowly: sinus, bradycardia, VT, VF, asystole",
    phases=(
        Phase(rhythm="sinus", seconds=60, rate=82),
        Phase(rhythm="sinus", seconds=45, rate=32, stroke=0.8, ectopic=0.02),
        Phase(rhythm="vt", seconds=25, rate=165, stroke=0.2),
        Phase(rhythm="vf", seconds=30, stroke=0.0),
        Phase(rhythm="asystole", seconds=60, stroke=0.0),
    ),
)
_CALM = Script(
    name="calm",
    says="a quiet bed: sinus rhythm, an extra beat now and then",
    phases=(Phase(rhythm="sinus", seconds=60, rate=72, ectopic=0.01),),
)
_FAST = Script(
    name="fast",
    says="sinus tachycardia at 150",
    phases=(Phase(rhythm="sinus", seconds=20, rate=88), Phase(rhythm="sinus", seconds=60, rate=152, stroke=0.8)),
)
_LOOSE = Script(
    name="loose",
    says="every ECG lead falls off a living patient, whose pulse goes on",
    phases=(
        Phase(rhythm="sinus", seconds=30, rate=76),
        Phase(rhythm="sinus", seconds=40, rate=76, off=("I", "II", "III", "V")),
        Phase(rhythm="sinus", seconds=60, rate=76),
    ),
)
_RESTLESS = Script(
    name="restless",
    says="a living patient who moves: muscle noise, pops, a wandering baseline",
    phases=(Phase(rhythm="sinus", seconds=60, rate=96, noise=6, pops=12, ectopic=0.02),),
)
_ONE_LEAD = Script(
    name="one-lead",
    says="lead II falls off while the chest lead and the pulse go on: one flat lead is not asystole",
    phases=(
        Phase(rhythm="sinus", seconds=30, rate=78),
        Phase(rhythm="sinus", seconds=60, rate=78, off=("II",)),
    ),
)
SCRIPTS = {script.name: script for script in (_NIGHT, _DYING, _CALM, _FAST, _LOOSE, _RESTLESS, _ONE_LEAD)}


def script_named(name: str) -> Script:
    """The script of that name. Refuses (BadInput) one that does not exist, and names those that do."""
    if name not in SCRIPTS:
        raise BadInput(f"script: one of {', '.join(SCRIPTS)}")
    return SCRIPTS[name]
