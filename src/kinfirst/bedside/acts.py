"""What a person does to the alarms of a bed from somewhere else: told in the bed's own subject, between its packets.

So every watcher that reads the subject does the same at the same place of the signal, however often it reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from kinfirst.bedside import alarm_life
from kinfirst.bedside.alarm_rules import LifeSettings
from kinfirst.bedside.alarm_shapes import Life, Step
from kinfirst.core.errors import BadInput

Do = Literal["acknowledge", "pause_audio", "resume_audio", "stand_by", "leave_standby"]
LONGEST_KEY = 120
PERSON = re.compile(r"[!-~]{1,80}")
"""Ids are printable and hold no blank."""


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One act: `by` is the id of a signed-in person (never a name), `at` when they did it on the clock on the wall.
    `key` is the Condition.key of the one alarm that is acknowledged; None is all of the bed.
    """

    bed: str
    do: Do
    by: str
    at: datetime
    key: str | None = None

    def __post_init__(self) -> None:
        """Refuses (BadInput) an act of nobody, a moment without a zone, and a key no alarm can have."""
        if not PERSON.fullmatch(self.by):
            raise BadInput("by: only a signed-in person may do this; give their id")
        if self.at.tzinfo is None:
            raise BadInput("at: a moment with its zone")
        if self.key is not None and not (0 < len(self.key) <= LONGEST_KEY and self.key.isprintable()):
            raise BadInput(f"key: 1 to {LONGEST_KEY} characters, the key of one alarm")

    @property
    def id(self) -> str:
        """The same for the same act, however often it is sent."""
        return ":".join((self.bed, self.do, self.by, self.key or "", self.at.isoformat()))


def done(life: Life, act: Act, *, now: datetime, settings: LifeSettings = alarm_life.STANDARD) -> Step:
    """The act, done to a life whose own clock says `now`: a bed that is played again keeps its own time of day.

    The log's lines carry the moment of the act itself, so that they are the same whoever does it again.
    """
    life, entries = _DONE[act.do](life, act, now, settings)
    return life, tuple(msgspec.structs.replace(entry, at=act.at) for entry in entries)


_DONE: dict[Do, Callable[[Life, Act, datetime, LifeSettings], Step]] = {
    "acknowledge": lambda life, act, now, _: alarm_life.acknowledge(life, by=act.by, now=now, key=act.key),
    "pause_audio": lambda life, act, now, settings: alarm_life.pause_audio(life, by=act.by, now=now, settings=settings),
    "resume_audio": lambda life, act, now, _: alarm_life.resume_audio(life, by=act.by, now=now),
    "stand_by": lambda life, act, now, _: alarm_life.stand_by(life, by=act.by, now=now),
    "leave_standby": lambda life, act, now, _: alarm_life.leave_standby(life, by=act.by, now=now),
}
