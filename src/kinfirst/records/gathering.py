"""What the registry and the other cases say, gathered for one decision.

The registry knows people; the record knows how far other cases have come. Both go into `Facts`, always in
order of id, so that the same world gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q

from kinfirst.core.bearing import bearing
from kinfirst.core.case import Case
from kinfirst.core.charting import unsigned_by
from kinfirst.core.commands import AddKin, AnyDo, DeclareBond, Identify, OpenCase, Retract
from kinfirst.core.facts import EventFacts, EventMember, Facts, Lock, Person
from kinfirst.core.house import HouseFacts
from kinfirst.core.policy import Policy
from kinfirst.people import facts as registry
from kinfirst.people import models as people
from kinfirst.records import models, store
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
# What a member of an event is known by to the cases of the others.
OF_MEMBERS = ("state", "level", "two_identifiers", "kin_settled", "retracted")
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
    wanted = {by, *loose, *(one.id for one in named(do, name))} - {SYSTEM}
    here = set(people.Person.objects.filter(id__in=wanted, realm_id=realm).values_list("id", flat=True))
    return registry.persons(here)


def case_facts(case: Case, do: AnyDo | None, *, policy: Policy, realm: str) -> Facts:
    """The facts of one case, as of now, with what the command, if there is one, adds to it."""
    casualties = _casualties(case, do)
    event = do.event if isinstance(do, OpenCase) else case.event
    divisions = {who.division for who in registry.persons(casualties).values() if who.division}
    base = registry.facts_for(realm, casualties, _offices(policy, divisions), event)
    persons = base.persons | registry.persons(_joined(case, do) - set(base.persons))
    facts = msgspec.structs.replace(
        base,
        persons=dict(sorted(persons.items())),
        event=_completed(base.event, case.id, realm) if base.event else None,
        locks=_locks(case.id, realm, persons),
    )
    if facts.event is None:
        return facts
    few = bearing(facts, casualties, years=policy.identity.look_alike_years)
    return msgspec.structs.replace(facts, event=msgspec.structs.replace(facts.event, members=few))


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
    return people.Event.objects.filter(realm_id=realm, code=code).exists()


def person_known(realm: str, who: str) -> bool:
    """Whether that id is somebody of this realm."""
    return people.Person.objects.filter(id=who, realm_id=realm).exists()


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


def _offices(policy: Policy, divisions: Iterable[str]) -> tuple[str, ...]:
    wanted: set[str] = set()
    for tier in policy.tiers:
        wanted.update(name for name in (tier.office, tier.through) if name)
    if "division_head" in wanted:
        wanted.update(f"division_head:{division}" for division in divisions)
    return tuple(sorted(wanted))


def _completed(event: EventFacts, own: str, realm: str) -> EventFacts:
    """Each member with how far their own case has come; casualties of the event nobody listed join it."""
    members = {member.person: member for member in event.members}
    rows = models.Case.objects.filter(~Q(id=own), ~Q(casualty=""), realm=realm, event=event.id, kind="case")
    cases = list(rows.order_by("retracted", "id").values_list("casualty", *OF_MEMBERS))
    unlisted = registry.persons({who for who, *_ in cases} - set(members))
    for who, *known in reversed(cases):
        one = unlisted.get(who)
        member = members.get(who) or EventMember(
            person=who, born=one.born if one else None, sex=one.sex if one else None
        )
        members[who] = msgspec.structs.replace(member, case=True, **dict(zip(OF_MEMBERS, known, strict=True)))
    return msgspec.structs.replace(event, members=tuple(members[who] for who in sorted(members)))


def _locks(own: str, realm: str, persons: Iterable[str]) -> tuple[Lock, ...]:
    wanted = set(persons)
    rows = models.Visit.objects.filter(~Q(case_id=own), ~Q(person=""), realm=realm, open=True)
    pairs = {(person, lead) for person, lead in rows.values_list("person", "lead") if person in wanted}
    return tuple(Lock(person=person, lead=lead) for person, lead in sorted(pairs))


def _unsigned(realm: str, author: str, now: datetime) -> int:
    rows = models.Case.objects.filter(realm=realm, kind="case", closed=False, unsigned__gt=0)
    states = (case_of(row) for row in store.load_many(list(rows.values_list("id", flat=True))))
    return sum(unsigned_by(state, author, now) for state in states)
