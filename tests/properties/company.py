"""Small made-up companies for the state machines: a casualty, kin, offices, staff; drawn by hypothesis."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st

from kinfirst.core.facts import EventFacts, EventMember, Facts, KinRecord, Office, Person
from kinfirst.core.policy import RELATIONS, Policy
from kinfirst.policies.load import shipped

START = datetime(2026, 3, 7, 18, 0, tzinfo=UTC)
CASUALTY = "casualty"
KIN = ("ana", "ben", "cleo", "dan", "eve")
STAFF = {
    "doctor": Person(id="doctor", roles=("clinician",), credentials=("pronounce",), grade=9, speaks=("en",)),
    "nurse": Person(id="nurse", roles=("clinician",), grade=7, speaks=("en",)),
    "student": Person(id="student", roles=("trainee",)),
    "officer": Person(id="officer", roles=("casualty_officer", "notifier"), grade=9, speaks=("en",)),
    "chaplain": Person(id="chaplain", roles=("notifier",), grade=9, speaks=("en", "ja")),
    "chief": Person(id="chief", roles=("authority",), grade=12, speaks=("en",)),
    "deputy": Person(id="deputy", roles=("authority", "coordinator"), grade=12),
    "custodian": Person(id="custodian", roles=("custodian", "supporter")),
    "coroner": Person(id="coroner", roles=("coroner",)),
}
OFFICERS = ("head", "adviser", "leader", "stand_in")
ZONES = ("America/New_York", "America/Los_Angeles", "Asia/Tokyo", None)


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """A pack, the registry's facts and everybody by id."""

    policy: Policy
    facts: Facts
    people: dict[str, Person]


def policies() -> st.SearchStrategy[Policy]:
    """The newest edition of any shipped pack."""
    return st.sampled_from([editions[-1].policy for editions in shipped().values()])


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """A company: up to five kin of any relation, some minors, some dead; offices held, vacant or held twice."""
    casualty = Person(id=CASUALTY, born=date(1990, 5, 5), sex="male", grade=5, serving=True, division="first")
    related = draw(st.lists(st.sampled_from(KIN), unique=True, max_size=4))
    kin = {who: draw(_person(who)) for who in KIN}
    records = tuple(draw(_record(who, KIN)) for who in related)
    offices = {who: Person(id=who, zone="Asia/Tokyo", grade=10) for who in OFFICERS}
    persons = {CASUALTY: casualty, **kin, **offices}
    named = ("division_head:first", "adviser", "leader")
    able = (*OFFICERS, CASUALTY, *KIN, None)
    facts = Facts(
        persons=dict(sorted(persons.items())),
        kin=tuple(sorted(records, key=lambda record: record.person)),
        offices=tuple(
            Office(office=name, holder=draw(st.sampled_from(able)), deputies=tuple(draw(_deputies()))) for name in named
        ),
        event=draw(_event()),
    )
    return Company(policy=draw(policies()), facts=facts, people={**persons, **STAFF})


def _deputies() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(("stand_in", "adviser", "ana")), unique=True, max_size=2)


def _event() -> st.SearchStrategy[EventFacts | None]:
    alike = EventMember(person="other", born=date(1991, 1, 1), sex="male")
    members = (EventMember(person=CASUALTY, born=date(1990, 5, 5), sex="male"), alike)
    return st.sampled_from([None, None, EventFacts(id="crash", closed=False, members=members)])


@st.composite
def _person(draw: st.DrawFn, who: str) -> Person:
    return Person(
        id=who,
        born=draw(st.sampled_from([None, date(1960, 1, 1), date(1962, 2, 28), date(1988, 8, 8), date(2018, 3, 8)])),
        dead=draw(st.booleans()) and draw(st.booleans()),
        zone=draw(st.sampled_from(ZONES)),
        speaks=draw(st.sampled_from([(), ("en",), ("ja",)])),
        serving=draw(st.booleans()),
        grade=draw(st.sampled_from([None, 3, 8])),
        roles=draw(st.sampled_from([(), (), ("clinician",)])),
        household=draw(st.sampled_from([None, "hill road"])),
    )


@st.composite
def _record(draw: st.DrawFn, who: str, kin: tuple[str, ...]) -> KinRecord:
    spared = draw(st.integers(0, 7)) == 0
    others = [other for other in kin if other != who]
    return KinRecord(
        of=CASUALTY,
        person=who,
        relation=draw(st.sampled_from(RELATIONS)),
        recorded=draw(st.sampled_from([None, date(2026, 1, 1), date(2020, 1, 1)])),
        listed=draw(st.booleans()),
        emergency_contact=draw(st.booleans()),
        guardian=draw(st.sampled_from([None, *others])),
        do_not_notify=spared,
        teller=draw(st.sampled_from(others)) if spared else None,
    )


def shuffled(facts: Facts, order: int) -> Facts:
    """The same facts, listed in another order: `order` picks which."""
    turn = slice(None, None, -1) if order % 2 else slice(None)
    return msgspec.structs.replace(
        facts,
        persons=dict(sorted(facts.persons.items(), reverse=bool(order % 2))),
        kin=_rotated(facts.kin, order)[turn],
        offices=_rotated(facts.offices, order)[turn],
    )


def _rotated(things: tuple[Any, ...], by: int) -> tuple[Any, ...]:
    at = by % len(things) if things else 0
    return (*things[at:], *things[:at])
