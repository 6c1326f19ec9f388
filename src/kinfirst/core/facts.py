"""What the outside knows about a death when a command is decided.

The registry is read once, by the record; the core sees only these structs, people by id and never by name.
Facts that changed travel inside the events, so a ledger can be folded again without any registry (R59).
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What rules may ask of a person: never a name. Ages are computed from `born` (R18)."""

    id: str
    born: date | None = None
    sex: str | None = None
    dead: bool = False
    grade: int | None = None
    serving: bool = False
    division: str | None = None
    zone: str | None = None
    speaks: tuple[str, ...] = ()
    away: bool = False
    sealed: bool = False
    household: str | None = None
    roles: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()

    def age_on(self, day: date) -> int | None:
        """Whole years on that day; a birthday on 29 February is reached on 1 March. None when unknown."""
        if self.born is None:
            return None
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


class KinRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of somebody's emergency data: `person` is `relation` of `of` (R16, R21, R22, R67)."""

    of: str
    person: str
    relation: str
    recorded: date | None = None
    listed: bool = False
    emergency_contact: bool = False
    guardian: str | None = None
    do_not_notify: bool = False
    teller: str | None = None


class Office(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An office of the channel (`leader`, `division_head:anbu`), its holder and deputies in order (R73)."""

    office: str
    holder: str | None = None
    deputies: tuple[str, ...] = ()


class EventMember(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person of an event with more than one casualty, and how far their own case has come (R11, R13, R39).

    `evidence` is what identifies them, `state` what is believed of them, `case` whether a case is open for
    them, `kin_settled` the moment (UTC) the last of their kin was told.
    """

    person: str
    born: date | None = None
    sex: str | None = None
    case: bool = False
    state: str = "unknown"
    level: int = 0
    two_identifiers: bool = False
    kin_settled: datetime | None = None
    retracted: bool = False


class EventFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event: a crash, a convoy, a ward fire. `closed` means everybody in it is known by a list (R13, R63).

    Of its members a case keeps those that bear on it (`core.bearing`).
    """

    id: str
    closed: bool = False
    members: tuple[EventMember, ...] = ()


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """Another open case in which `person` already has a notifier of record, `lead` (R31)."""

    person: str
    lead: str


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything the registry says that bears on one case, taken when a command is decided."""

    persons: dict[str, Person] = {}
    kin: tuple[KinRecord, ...] = ()
    offices: tuple[Office, ...] = ()
    event: EventFacts | None = None
    locks: tuple[Lock, ...] = ()

    def office(self, name: str) -> Office | None:
        """The office of that name, if the registry knows it."""
        return next((office for office in self.offices if office.office == name), None)
