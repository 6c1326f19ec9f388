"""One bed: packets in time become samples without holes, and what the monitor says becomes the life of alarms.

A hole in time is filled with NaN, so that the monitor knows it as a gap; time that runs backwards is dropped and said;
a clock that stays behind is followed after a moment, for a silent bed is worse than a wrong clock.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import msgspec
import numpy as np

from kinfirst.bedside import alarm_life
from kinfirst.bedside.alarm_rules import FEED_LOST, OUT_OF_ORDER, LifeSettings
from kinfirst.bedside.alarm_shapes import Entry, Life, Seen, Step
from kinfirst.bedside.alarms import Alarm
from kinfirst.bedside.sources.port import Packet, Samples
from kinfirst.core.errors import BadInput

JITTER = 0.03
"""Seconds by which a packet may be early or late and still follow the one before."""
LONGEST_FILL = 60.0
FOLLOW_AFTER = 2.0
"""Seconds of signal that may come from the past before the bed's clock is set back to it."""
IN_ORDER_AGAIN = 10.0
LONGEST_NAME = 80
NAME = re.compile(r"[A-Za-z0-9_-]+")


class BedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A bed to be watched: its signals, when second 0 of its source was, and the case it lies in (its id; None while
    nobody has said). Never a name.
    """

    bed: str
    fs: float
    leads: tuple[str, ...]
    start: datetime
    case: str | None = None
    realm: str = "live"

    def __post_init__(self) -> None:
        """Refuses (BadInput) a bed without a name fit for a subject, and a start without a zone."""
        if not 0 < len(self.bed) <= LONGEST_NAME or not NAME.fullmatch(self.bed):
            raise BadInput(f"bed: 1 to {LONGEST_NAME} letters, digits, - or _")
        if self.start.tzinfo is None:
            raise BadInput("start: a moment with its zone")

    def same_signals(self, other: BedPlan) -> bool:
        """Whether the other differs at most in the case it lies in."""
        return (self.bed, self.fs, self.leads, self.start) == (other.bed, other.fs, other.leads, other.start)


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """Sample `sample` was taken `at` seconds after the start."""

    sample: int
    at: float


class BedState(msgspec.Struct, frozen=True, kw_only=True):
    """What a bed remembers beside the monitor's own state; a few hundred bytes."""

    life: Life
    anchors: tuple[Anchor, ...] = ()
    pushed: int = 0
    behind: float = 0.0
    in_order_since: float | None = None
    now: datetime


class Bed:
    """Keeps the time and the alarms of one bed."""

    def __init__(self, plan: BedPlan, *, state: BedState | None = None, settings: LifeSettings | None = None) -> None:
        self.plan = plan
        self.state = state or BedState(life=Life(bed=plan.bed), now=plan.start)
        self._settings = settings or LifeSettings()

    def taken(self, packet: Packet) -> tuple[Samples, tuple[Entry, ...]]:
        """The samples to be pushed for this packet, holes filled, and what the packet itself makes known.

        Refuses (BadInput) a packet of other leads, and a time that is no number.
        """
        self._check(packet)
        if not self.state.anchors:
            self._set(anchors=(Anchor(sample=0, at=packet.at),))
        early = self._expected() - packet.at
        if early > JITTER:
            return self._late(packet, early)
        return self._whole(packet, missing=-early if -early > JITTER else 0.0)

    def heard(self, alarms: list[Alarm]) -> tuple[Entry, ...]:
        """What the monitor said, as lines of the alarm log."""
        entries: list[Entry] = []
        for alarm in alarms:
            onset = self.moment(alarm.onset)
            seen = Seen(kind=alarm.kind, onset=onset, present=alarm.phase == "raised", lead=alarm.lead)
            entries += self._step(alarm_life.sense(self.state.life, seen, self.moment(alarm.at)))
        return (*entries, *self.ticked(self.state.now))

    def quiet(self, now: datetime) -> tuple[Entry, ...]:
        """Nothing has come from this bed for too long: a technical alarm, once, until something comes again."""
        self._set(now=max(now, self.state.now))
        if any(one.kind == FEED_LOST and one.present for one in self.state.life.conditions):
            return self.ticked(now)
        seen = Seen(kind=FEED_LOST, onset=self.state.now, present=True)
        return (*self._step(alarm_life.sense(self.state.life, seen, self.state.now)), *self.ticked(now))

    def ticked(self, now: datetime) -> tuple[Entry, ...]:
        """What time alone brings."""
        return self._step(alarm_life.tick(self.state.life, now, self._settings))

    def answer(self, step: Step) -> tuple[Entry, ...]:
        """Takes over what a person did to the bed's alarms (acknowledge, pause, standby)."""
        return self._step(step)

    def moment(self, sample: int) -> datetime:
        """When that sample was taken."""
        anchors = self.state.anchors or (Anchor(sample=0, at=0.0),)
        anchor = next((each for each in reversed(anchors) if each.sample <= sample), anchors[0])
        return self.plan.start + timedelta(seconds=anchor.at + (sample - anchor.sample) / self.plan.fs)

    def _expected(self) -> float:
        anchor = self.state.anchors[-1]
        return anchor.at + (self.state.pushed - anchor.sample) / self.plan.fs

    def _whole(self, packet: Packet, *, missing: float) -> tuple[Samples, tuple[Entry, ...]]:
        fill = min(missing, LONGEST_FILL)
        hole = np.full((round(fill * self.plan.fs), len(self.plan.leads)), np.nan)
        first = self.state.pushed + len(hole)
        if missing > fill:
            self._anchor(first, packet.at)
        self._set(pushed=first + len(packet.samples), behind=0.0)
        now = self.moment(self.state.pushed)
        self._set(now=max(now, self.state.now))
        entries = (*self._came_back(), *self._in_order(packet.at))
        return np.concatenate((hole, packet.samples)) if len(hole) else packet.samples, entries

    def _late(self, packet: Packet, early: float) -> tuple[Samples, tuple[Entry, ...]]:
        """A packet from the past: what overlaps is cut off; a clock that stays in the past is followed."""
        behind = self.state.behind + len(packet.samples) / self.plan.fs
        seen = Seen(kind=OUT_OF_ORDER, onset=self.state.now, present=True)
        entries: tuple[Entry, ...] = ()
        if not any(one.kind == OUT_OF_ORDER for one in self.state.life.conditions):
            entries = self._step(alarm_life.sense(self.state.life, seen, self.state.now))
        self._set(in_order_since=None)
        if behind > FOLLOW_AFTER:
            self._anchor(self.state.pushed, packet.at)
            samples, more = self._whole(packet, missing=0.0)
            return samples, (*entries, *more)
        new = packet.samples[round(early * self.plan.fs) :]
        self._set(behind=behind if len(new) == 0 else 0.0, pushed=self.state.pushed + len(new))
        return new, entries

    def _came_back(self) -> tuple[Entry, ...]:
        for one in self.state.life.conditions:
            if one.kind == FEED_LOST and one.present:
                seen = Seen(kind=FEED_LOST, onset=one.onset, present=False)
                return self._step(alarm_life.sense(self.state.life, seen, self.state.now))
        return ()

    def _in_order(self, at: float) -> tuple[Entry, ...]:
        for one in self.state.life.conditions:
            if one.kind != OUT_OF_ORDER or not one.present:
                continue
            if self.state.in_order_since is None:
                self._set(in_order_since=at)
            elif at - self.state.in_order_since >= IN_ORDER_AGAIN:
                seen = Seen(kind=OUT_OF_ORDER, onset=one.onset, present=False)
                return self._step(alarm_life.sense(self.state.life, seen, self.state.now))
        return ()

    def _anchor(self, sample: int, at: float) -> None:
        self._set(anchors=(*self.state.anchors[-1:], Anchor(sample=sample, at=at)))

    def _step(self, step: Step) -> tuple[Entry, ...]:
        life, entries = step
        if life is not self.state.life:
            self._set(life=life)
        return entries

    def _set(self, **changes: object) -> None:
        self.state = msgspec.structs.replace(self.state, **changes)

    def _check(self, packet: Packet) -> None:
        if packet.samples.ndim != 2 or packet.samples.shape[1] != len(self.plan.leads):
            raise BadInput(f"packet: rows of {len(self.plan.leads)} values, one for each lead, would be right")
        if not np.isfinite(packet.at):
            raise BadInput("packet: its time is no number")
