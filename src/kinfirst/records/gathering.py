"""What the registry and the other cases say, gathered for one decision.

The registry knows people; the record knows how far other cases have come. Both go into `Facts`, always in
order of id, so that the same world gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from kinfirst.core.bearing import bearing
from kinfirst.core.case import Case
from kinfirst.core.charting import unsigned_by
from kinfirst.core.commands import AddKin, AnyDo, DeclareBond, Identify, OpenCase, Retract
from kinfirst.core.facts import Facts, KinRecord, Lock, Office, Person
from kinfirst.core.house import HouseFacts
from kinfirst.core.policy import Policy
from kinfirst.people import facts as registry
from kinfirst.people.plain import rows, rows_of
from kinfirst.records import models, store
from kinfirst.records.crowds import Asked
from kinfirst.records.snapshots import case_of

SYSTEM = "system"
# Fields of commands that name people, each with one id or several. A `place`, an `entry` and an `offer` may
# also be an office or a number: the core looks those up itself.
PERSON_FIELDS = [
    "casualty",
    "as_",
    "witness",
    "second",
    "was",
    "person",
    "guardian",
    "order",
    "lead",
    "team",
    "interpreter",
    "to",
    "with_",
    "patients",
]
NOT_A_PERSON = {"search": ("kin",)}
LOOSE_FIELDS = ("place", "entry", "offer")


class Named(msgspec.Struct, frozen=True):
    """One person a command names, and in which argument."""

    argument: str
    id: str


def named(do: AnyDo, name: str) -> tuple[Named, ...]:
    """Everyone a command names where only a person will do."""
    return tuple(
        Named(field.rstrip("_"), who)
        for field in PERSON_FIELDS
        for who in _ids(getattr(do, field, None))
        if who not in NOT_A_PERSON.get(name, ())
    )


def people_of(do: AnyDo, *, by: str, realm: str, name: str) -> dict[str, Person]:
    """Everyone the command names, the giver included, as far as this realm's registry knows them (R68)."""
    loose = {who for field in LOOSE_FIELDS for who in _ids(getattr(do, field, None))}
    return registry.persons({by, *loose, *(one.id for one in named(do, name))} - {SYSTEM}, realm=realm)


def case_facts(case: Case, do: AnyDo | None, *, policy: Policy, realm: str) -> Facts:
    """The facts of one case, as of now, with what the command, if there is one, adds to it."""
    casualties = _casualties(case, do)
    event = do.event if isinstance(do, OpenCase) else case.event
    divisions = {who.division for who in registry.persons(casualties).values() if who.division}
    base = registry.facts_for(realm, casualties, offices_asked(policy, divisions), event)
    persons = base.persons | registry.persons(_joined(case, do) - set(base.persons))
    event_facts = base.event
    if event_facts is not None:
        crowd = Asked(realm, event_facts.id, case.id)
        few = bearing(crowd, persons, casualties, years=policy.identity.look_alike_years)
        event_facts = msgspec.structs.replace(event_facts, members=few)
    return msgspec.structs.replace(
        base,
        persons=dict(sorted(persons.items())),
        event=event_facts,
        locks=_locks(case.id, realm, persons),
    )


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What the registry says of everybody for whom a case is to be opened: `facts` gives the part of one of them, as
    `case_facts` would, but for the members of the event."""

    persons: dict[str, Person]
    kin: dict[str, list[KinRecord]]
    offices: tuple[Office, ...]
    locks: dict[str, list[Lock]]
    policy: Policy

    def facts(self, casualty: str | None) -> Facts:
        """The facts of one new case; nobody's where the casualty is not known."""
        one = self.persons.get(casualty or "")
        asked = offices_asked(self.policy, (one.division,) if one and one.division else ())
        kin = tuple(self.kin.get(casualty or "", ()))
        offices = tuple(office for office in self.offices if office.office in asked)
        wanted = sorted(registry.around((casualty,) if casualty else (), kin, offices) & self.persons.keys())
        return Facts(
            persons={who: self.persons[who] for who in wanted},
            kin=kin,
            offices=offices,
            locks=tuple(lock for who in wanted for lock in self.locks.get(who, ())),
        )


def opened_facts(casualties: Collection[str], *, policy: Policy, realm: str) -> Opened:
    """The facts of many new cases at once, in a fixed number of queries for up to 900 people."""
    first = registry.persons(casualties, realm=realm)
    offices = registry.offices_of(realm, offices_asked(policy, {p.division for p in first.values() if p.division}))
    kin = registry.kin_of(realm, casualties)
    persons = registry.persons(registry.around(casualties, kin, offices), realm=realm)
    found = Opened(persons=persons, kin={}, offices=offices, locks={}, policy=policy)
    for line in kin:
        found.kin.setdefault(line.of, []).append(line)
    for lock in _locks("", realm, persons):
        found.locks.setdefault(lock.person, []).append(lock)
    return found


def house_facts(realm: str, *, author: str, now: datetime) -> HouseFacts:
    """Care as the registry has it, which of those patients have died, and what the author has not signed."""
    care = registry.house_care(realm)
    gone = models.Case.objects.filter(
        realm=realm, kind="case", state="deceased", retracted=False, casualty__in=list(care)
    )
    unsigned = _unsigned(realm, author, now)
    return HouseFacts(
        care=care,
        dead=tuple(sorted(set(gone.values_list("casualty", flat=True)))),
        unsigned={author: unsigned} if unsigned else {},
    )


def event_known(realm: str, code: str) -> bool:
    """Whether the registry of this realm has that event."""
    return bool(rows("SELECT 1 FROM people_event WHERE realm_id = %s AND code = %s", [realm, code]))


def person_known(realm: str, who: str) -> bool:
    """Whether that id is somebody of this realm."""
    return bool(rows("SELECT 1 FROM people_person WHERE id = %s AND realm_id = %s", [who, realm]))


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from value


def _casualties(case: Case, do: AnyDo | None) -> set[str]:
    found = {case.casualty, *(piece.person for piece in case.evidence)}
    if isinstance(do, OpenCase):
        found.add(do.casualty)
    if isinstance(do, Identify):
        found.add(do.as_)
    if isinstance(do, Retract):
        found.add(do.was)
    return {who for who in found if who}


def _joined(case: Case, do: AnyDo | None) -> set[str]:
    """People this case has learnt of beyond the registry's kin."""
    found: set[str | None] = {bond.person for bond in case.kinship.bonds}
    for record in case.kinship.added:
        found.update((record.person, record.guardian, record.teller))
    if isinstance(do, AddKin):
        found.update((do.person, do.guardian))
    if isinstance(do, DeclareBond):
        found.add(do.person)
    return {who for who in found if who}


def offices_asked(policy: Policy, divisions: Iterable[str]) -> tuple[str, ...]:
    """The offices that a chain can hold under this policy, for casualties of those divisions; sorted."""
    wanted: set[str] = set()
    for tier in policy.tiers:
        wanted.update(name for name in (tier.office, tier.through) if name)
    if "division_head" in wanted:
        wanted.update(f"division_head:{division}" for division in divisions)
    return tuple(sorted(wanted))


def _locks(own: str, realm: str, persons: Iterable[str]) -> tuple[Lock, ...]:
    sql = (
        "SELECT person, lead FROM records_visit WHERE person IN {ids} AND realm = %s AND open AND case_id <> %s "
        "AND person <> ''"
    )
    return tuple(Lock(person=person, lead=lead) for person, lead in sorted(set(rows_of(sql, persons, (realm, own)))))


def _unsigned(realm: str, author: str, now: datetime) -> int:
    # The number stands in the text: SQLite uses an index of some rows only for a value that it can read there.
    sql = "SELECT id FROM records_case WHERE realm = %s AND unsigned > 0 AND kind = 'case' AND NOT closed ORDER BY id"
    states = (case_of(row) for row in store.load_many([id for (id,) in rows(sql, [realm])]))
    return sum(unsigned_by(state, author, now) for state in states)
