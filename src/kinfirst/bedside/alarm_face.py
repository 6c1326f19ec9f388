"""What a bed shows and sounds now, for a page, a terminal, a speaker."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from kinfirst.bedside.alarm_rules import SIGNAL_ON_STANDBY, URGENCY, Priority, rule_of
from kinfirst.bedside.alarm_shapes import Condition, Life

STATES = ("unacknowledged", "latched", "acknowledged")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a bed shows and sounds now: the most urgent alarm first. `sound` is the priority to be heard, None for
    silence; `muted` says that there would be a sound."""

    conditions: tuple[Condition, ...]
    lamp: Priority | None
    sound: Priority | None
    muted: bool
    standby: bool


def shown(life: Life, now: datetime) -> Shown:
    """The face of the bed. Acknowledged and latched alarms keep their lamp; only unacknowledged ones sound."""
    standby = life.standby_by is not None
    conditions = tuple(
        sorted(
            (one for one in life.conditions if not standby or one.kind == SIGNAL_ON_STANDBY),
            key=lambda one: (URGENCY.index(one.priority), STATES.index(one.state), one.since),
        )
    )
    loud = [one for one in conditions if one.state == "unacknowledged" and not rule_of(one.kind).silent]
    paused = life.paused_until is not None and now < life.paused_until
    sound = loud[0].priority if loud else None
    return Shown(
        conditions=conditions,
        lamp=conditions[0].priority if conditions else None,
        sound=None if paused else sound,
        muted=paused and sound is not None,
        standby=standby,
    )


def longest_silence(life: Life, now: datetime) -> timedelta:
    """How long the alarm that waits longest has waited for anybody; nothing when none does."""
    waits = [now - one.since for one in life.conditions if one.acknowledged_by is None]
    return max(waits, default=timedelta())
