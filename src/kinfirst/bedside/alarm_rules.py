"""Which alarm is how urgent, how it looks and sounds, and who is called when nobody comes: data, in one place.

IEC 60601-1-8 for priorities, lamps and sounds, ISA-18.2 for the life of an alarm (domain.md section 7). Numbers that
domain.md marks [memory] are marked unverified here too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from kinfirst.core.errors import BadInput

Priority = Literal["high", "medium", "low"]
URGENCY: tuple[Priority, ...] = ("high", "medium", "low")
SIGNAL_ON_STANDBY = "signal_on_standby"
FEED_LOST = "feed_lost"
OUT_OF_ORDER = "out_of_order"


class AlarmRule(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind of alarm is treated. `latched`: it stays until a person acknowledges it, even when its cause is
    gone. `event` is what the record is told (device_event), None for what concerns the monitor alone.
    """

    priority: Priority
    technical: bool = False
    latched: bool = False
    silent: bool = False
    event: str | None = None


RULES: dict[str, AlarmRule] = {
    "asystole": AlarmRule(priority="high", latched=True, event="asystole"),
    "vf": AlarmRule(priority="high", latched=True, event="vf"),
    "vt": AlarmRule(priority="high", latched=True, event="tachy"),
    # A flat ECG that a steady pulse contradicts: most likely leads. Look, do not assume (R02).
    "verify_asystole": AlarmRule(priority="medium", event="leads_off"),
    "brady": AlarmRule(priority="medium", event="brady"),
    "tachy": AlarmRule(priority="medium", event="tachy"),
    "no_signal": AlarmRule(priority="medium", technical=True, event="leads_off"),
    FEED_LOST: AlarmRule(priority="medium", technical=True, event="leads_off"),
    "leads_off": AlarmRule(priority="low", technical=True),
    "saturated": AlarmRule(priority="low", technical=True),
    "gap": AlarmRule(priority="low", technical=True),
    "noise": AlarmRule(priority="low", technical=True),
    "hum": AlarmRule(priority="low", technical=True, silent=True),
    OUT_OF_ORDER: AlarmRule(priority="low", technical=True),
    # Seen, never heard: it may be hands washing a body, and it may be a heart.
    SIGNAL_ON_STANDBY: AlarmRule(priority="low", latched=True, silent=True),
}
_UNKNOWN = AlarmRule(priority="medium", technical=True)


def rule_of(kind: str) -> AlarmRule:
    """The rule of that kind; one nobody has written is a technical alarm of medium priority, not silence."""
    return RULES.get(kind, _UNKNOWN)


class Lamp(msgspec.Struct, frozen=True, kw_only=True):
    """A light: `hz` flashes a second (0: steady), lit for `duty` of each."""

    colour: str
    hz: float
    duty: float = 0.5


class Burst(msgspec.Struct, frozen=True, kw_only=True):
    """A sound: pulses of `hz` with `harmonics` above it. `starts` are the moments of the pulses in seconds from the
    beginning of the burst; each lasts `pulse`, rising and falling over `ramp`; the burst comes again every `every`.
    """

    hz: tuple[float, ...]
    starts: tuple[float, ...]
    pulse: float
    ramp: float
    every: float
    harmonics: int = 4


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """How a priority is shown and heard."""

    lamp: Lamp
    burst: Burst


# Lamps: 60601-1-8 table 2. High: 3 + 2 pulses, twice; medium: 3; low: 1. Repeats as a vendor has them (10, 25, 30 s).
# Pulse lengths 75-200 ms and 125-250 ms, fundamentals 150-1000 Hz with four harmonics: [memory], unverified.
_C, _E, _G = 523.25, 659.26, 783.99
_FIVE = (0.0, 0.25, 0.5, 0.9, 1.15)
SIGNALS: dict[Priority, Signal] = {
    "high": Signal(
        lamp=Lamp(colour="red", hz=2.0),
        burst=Burst(
            hz=(_C, _E, _G, _G, _C * 2) * 2,
            starts=_FIVE + tuple(start + 2.0 for start in _FIVE),
            pulse=0.15,
            ramp=0.02,
            every=10.0,
        ),
    ),
    "medium": Signal(
        lamp=Lamp(colour="yellow", hz=0.6),
        burst=Burst(hz=(_C, _E, _G), starts=(0.0, 0.4, 0.8), pulse=0.2, ramp=0.03, every=25.0),
    ),
    "low": Signal(
        lamp=Lamp(colour="cyan", hz=0.0, duty=1.0),
        burst=Burst(hz=(_E, _C), starts=(0.0, 0.4), pulse=0.2, ramp=0.03, every=30.0),
    ),
}


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """After so long without anybody acknowledging, these are called too."""

    after: timedelta
    to: str


def _rearm() -> dict[Priority, timedelta]:
    return {"high": timedelta(minutes=3), "medium": timedelta(minutes=10)}


def _escalate() -> dict[Priority, tuple[Escalation, ...]]:
    return {
        "high": (
            Escalation(after=timedelta(seconds=30), to="bay"),
            Escalation(after=timedelta(seconds=60), to="desk"),
            Escalation(after=timedelta(minutes=2), to="house"),
        ),
        "medium": (Escalation(after=timedelta(minutes=3), to="desk"),),
    }


class LifeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a house may set: how long sound may be paused, when an acknowledged alarm that goes on sounds again, and
    who is called when nobody comes. Starting values, to be decided by the house; none is from a standard.
    """

    audio_pause: timedelta = timedelta(minutes=2)
    longest_pause: timedelta = timedelta(minutes=5)
    rearm: dict[Priority, timedelta] = msgspec.field(default_factory=_rearm)
    escalate: dict[Priority, tuple[Escalation, ...]] = msgspec.field(default_factory=_escalate)

    def __post_init__(self) -> None:
        """Refuses (BadInput) a pause longer than the longest, and steps that are not later than the one before."""
        if not timedelta() < self.audio_pause <= self.longest_pause:
            raise BadInput(f"audio_pause: more than nothing and at most {self.longest_pause}")
        for priority, steps in self.escalate.items():
            moments = [step.after for step in steps]
            if moments != sorted(set(moments)) or any(moment <= timedelta() for moment in moments):
                raise BadInput(f"escalate.{priority}: each step is later than the one before")
