"""What is known of a bed's alarms, as frozen structs: the alarms that stand, and the lines of the log."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kinfirst.bedside.alarm_rules import Priority, rule_of

State = Literal["unacknowledged", "acknowledged", "latched"]
What = Literal[
    "raised",
    "ended",
    "latched",
    "reset",
    "acknowledged",
    "rearmed",
    "escalated",
    "suppressed",
    "audio_paused",
    "audio_resumed",
    "standby",
    "standby_left",
]


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm of a bed: `since` is when it began to call for somebody, `step` how far it has escalated."""

    kind: str
    onset: datetime
    since: datetime
    lead: str | None = None
    present: bool = True
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    step: int = 0

    @property
    def key(self) -> str:
        """What there is only one of at a time: the kind, on the lead."""
        return f"{self.kind}:{self.lead}" if self.lead else self.kind

    @property
    def priority(self) -> Priority:
        """How urgent its kind is."""
        return rule_of(self.kind).priority

    @property
    def state(self) -> State:
        """Where it stands in its life."""
        if self.acknowledged_by is not None:
            return "acknowledged"
        return "unacknowledged" if self.present else "latched"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the alarm log. `by` is the id of a person, `to` who was called, `event` what the record is told."""

    at: datetime
    bed: str
    what: What
    kind: str | None = None
    onset: datetime | None = None
    lead: str | None = None
    priority: Priority | None = None
    by: str | None = None
    to: str | None = None
    event: str | None = None
    why: str | None = None


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to know about a bed's alarms. `known` remembers the newest onset of each alarm, so that one told
    twice is raised once."""

    bed: str
    conditions: tuple[Condition, ...] = ()
    known: tuple[tuple[str, datetime], ...] = ()
    paused_until: datetime | None = None
    standby_by: str | None = None
    standby_since: datetime | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the monitor says: a condition of that kind (and lead) began at `onset`, or has gone."""

    kind: str
    onset: datetime
    present: bool
    lead: str | None = None


Step = tuple[Life, tuple[Entry, ...]]
