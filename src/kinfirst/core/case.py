"""What is known of one casualty: the state that a ledger folds into.

Every field is data; nothing here decides. `Case` is small enough to be kept as a msgpack snapshot beside the
ledger, and equal to a fresh fold of it at any time (style.md invariant 3).
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from kinfirst.core.events.after import Item
from kinfirst.core.facts import Facts, KinRecord
from kinfirst.core.places import Chain


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a case."""


class Death(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The clocks of a death, each kept apart (R05). All UTC."""

    alarm_at: datetime | None = None
    resus_started: datetime | None = None
    resus_stopped: datetime | None = None
    resus_last: datetime | None = None
    resus_running: bool = False
    observed_from: datetime | None = None
    pronounced_at: datetime | None = None
    recorded_at: datetime | None = None
    mode: str = ""
    pronouncer: str | None = None
    check_patient: datetime | None = None


class Evidence(Part, frozen=True, kw_only=True):
    """One piece of identity evidence (R10, R12)."""

    person: str
    method: str
    people: tuple[str, ...]
    at: datetime


class ChartEntry(Part, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of the chart and its signatures (R07). `text` is a token of a note."""

    number: int
    author: str
    text: str
    at: datetime
    trainee: bool = False
    signed: bool = False
    cosigned_by: str | None = None


class Status(Part, frozen=True, kw_only=True):
    """The casualty report as last filed (R61)."""

    type: str
    status: str
    category: str
    report: str


class CoronerState(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The coroner's decision, and what is still under the evidence lock (R08)."""

    decision: str
    locks: tuple[str, ...] = ()


class Bond(Part, frozen=True, kw_only=True):
    """A bond declared (N7)."""

    person: str
    at: datetime


class Kinship(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What this case has learnt about kin beyond the registry."""

    added: tuple[KinRecord, ...] = ()
    excluded: dict[str, str] = {}
    bonds: tuple[Bond, ...] = ()
    order: tuple[str, ...] = ()
    searches: dict[str, tuple[str, ...]] = {}
    none_found: datetime | None = None
    waived: bool = False
    tied: tuple[str, ...] = ()
    tie_since: datetime | None = None
    added_at: dict[str, datetime] = {}
    roll_confirmed: datetime | None = None


class Assignment(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The notifier of record of a place (R31)."""

    lead: str
    team: tuple[str, ...] = ()
    interpreter: str | None = None
    reference: str | None = None
    at: datetime

    @property
    def people(self) -> tuple[str, ...]:
        """The lead and the team."""
        return (self.lead, *self.team)


class Telling(Part, frozen=True, kw_only=True, omit_defaults=True):
    """How a person came to know: `how` is `told`, `condoled` or `agency` (R20, R34, R44).

    `version` is the version of the facts they were told, `heard` the last one they were corrected to.
    """

    at: datetime
    by: str
    how: str
    version: int
    channel: str = ""
    heard: int


class Duty(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Something a told person must still hear: opened when, by when, and who carries it (R44-R46)."""

    opened: datetime
    due: datetime
    holder: str


class Doubt(Part, frozen=True, kw_only=True):
    """An open doubt (R46)."""

    by: str
    about: str
    at: datetime


class Waiver(Part, frozen=True, kw_only=True, omit_defaults=True):
    """An override (R35)."""

    number: int
    rule: str
    place: str | None = None
    by: str
    second: str
    until: datetime
    at: datetime
    reviewed: bool = False


class Amendment(Part, frozen=True, kw_only=True):
    """One version of one fact; `value` is a token of a note (R44)."""

    version: int
    fact: str
    value: str
    at: datetime


class Effect(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One item of the effects and where it is (R51-R53). `text` is a token of a note."""

    item: Item
    holder: str
    listed: datetime
    going_to: str | None = None
    seal: str | None = None
    done: tuple[str, ...] = ()
    incident: bool = False
    released_to: str | None = None


class OrgState(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What an organisation has been told and has answered (R47, R48, R50)."""

    told: datetime | None = None
    answered: datetime | None = None


class Closing(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Everything about the public name and the end of the case."""

    leak: datetime | None = None
    blackout: bool = False
    hold_ended: bool = False
    released: datetime | None = None
    hold_waived: bool = False
    never_name: bool = False
    closed: bool = False
    unclaimed: bool = False


class Case(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One casualty. An unopened case has no alias."""

    id: str = ""
    alias: str = ""
    casualty: str | None = None
    event: str | None = None
    state: str = "unknown"
    opened_at: datetime | None = None
    received: datetime | None = None
    policy: str = ""
    edition: str = ""
    facts: Facts = Facts()
    death: Death = Death()
    evidence: tuple[Evidence, ...] = ()
    chart: tuple[ChartEntry, ...] = ()
    coroner: CoronerState | None = None
    status: Status | None = None
    kinship: Kinship = Kinship()
    chain: Chain | None = None
    assigned: dict[str, Assignment] = {}
    attempts: dict[str, int] = {}
    again: dict[str, datetime] = {}
    handed: dict[str, datetime] = {}
    acknowledged: tuple[str, ...] = ()
    told: dict[str, Telling] = {}
    passed: tuple[str, ...] = ()
    version: int = 1
    amendments: tuple[Amendment, ...] = ()
    corrections: dict[str, Duty] = {}
    doubts: tuple[Doubt, ...] = ()
    doubt_duties: dict[str, Duty] = {}
    doubt_heard: tuple[str, ...] = ()
    retracted: str | None = None
    retract_duties: dict[str, Duty] = {}
    waivers: tuple[Waiver, ...] = ()
    refused: dict[str, tuple[str, ...]] = {}
    effects: tuple[Effect, ...] = ()
    orgs: dict[str, OrgState] = {}
    support: tuple[str, ...] = ()
    attended: tuple[str, ...] = ()
    working: tuple[str, ...] = ()
    aware: tuple[str, ...] = ()
    escalated: dict[str, datetime] = {}
    late: dict[str, datetime] = {}
    closing: Closing = Closing()

    @property
    def told_at_last(self) -> datetime | None:
        """When the most recent person came to know."""
        return max((telling.at for telling in self.told.values()), default=None)

    def day(self) -> date | None:
        """The day of death, UTC, once pronounced: the day whose policy edition holds (R16)."""
        at = self.death.pronounced_at
        return at.date() if at else None
