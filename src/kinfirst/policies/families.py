"""The small families and offices a pack is tried on: made-up people, known by what they are.

Each world is one casualty with the people around them, at one moment. Together they cover what makes chains
differ: nobody, somebody, two tiers, a minor, a bond, a tie, one person in two places, offices that stand
empty or are left, hours that close before the deadline.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from kinfirst.core.facts import Facts, KinRecord, Office, Person
from kinfirst.core.policy import Policy

CASUALTY = "casualty"
DIVISION = "first"
EAST, WEST = "America/New_York", "America/Los_Angeles"
DAY = date(2026, 3, 2)
_SEEN = date(2026, 1, 10)
_OFFICES = {"division_head": f"division_head:{DIVISION}", "adviser": "adviser", "leader": "leader"}


class World(msgspec.Struct, frozen=True, kw_only=True):
    """One casualty and everybody around them. `late` is kin found only while the chain is under way.

    `leaves` is somebody who may go away at any time; `bond` one who may be declared; `start` is UTC.
    """

    name: str
    persons: dict[str, Person]
    kin: tuple[KinRecord, ...]
    offices: tuple[Office, ...]
    start: datetime
    late: KinRecord | None = None
    leaves: str | None = None
    bond: str | None = None

    def facts(self, away: frozenset[str]) -> Facts:
        """What the registry says while some are away."""
        persons = {
            who: msgspec.structs.replace(person, away=person.away or who in away)
            for who, person in self.persons.items()
        }
        return Facts(persons=persons, kin=self.kin, offices=self.offices)


def staff(policy: Policy) -> dict[str, Person]:
    """Those who act: a clinician, the casualty officer, an authority, and a team as large as the pack wants."""
    people = [
        _worker("clinician", "clinician", policy.pronounce.credential),
        _worker("officer", "casualty_officer"),
        _worker("authority", "authority"),
        _worker("notifier", "notifier"),
        *(_worker(f"companion{n}", "notifier") for n in range(1, policy.team.min)),
    ]
    return {person.id: person for person in people}


def _worker(who: str, role: str, *credentials: str) -> Person:
    return Person(id=who, grade=20, speaks=("en",), roles=(role,), credentials=credentials)


def worlds(policy: Policy) -> tuple[World, ...]:
    """Every world a pack is tried on. Hours that close add a night in which the deadline falls into them."""
    spouse, parent = _kin("spouse", "spouse"), _kin("parent", "parent")
    friend = KinRecord(
        of=CASUALTY, person="friend", relation="other", recorded=_SEEN, listed=True, emergency_contact=True
    )
    one = _world(policy, "spouse", spouse)
    tried = [
        _world(policy, "nobody on record"),
        _changed(_world(policy, "nobody on record, a bond to be declared"), bond="friend"),
        one,
        _world(policy, "spouse and a parent in another zone", spouse, parent),
        _changed(one, name="spouse, and a parent found later", late=parent),
        _world(policy, "only a friend to be called", friend),
        _world(policy, "a child of six with a guardian", _kin("child", "child", guardian="guardian")),
        _world(policy, "two parents, ages unknown", _kin("father", "parent"), _kin("mother", "parent")),
        _world(policy, "only a relation of another kind", _kin("stepmother", "step_parent")),
    ]
    if policy.tiers:
        tried += _office_worlds(policy, one)
    if not policy.window.always:
        tried += [_changed(one, name="spouse, at night", start=_night(policy))]
    return tuple(tried)


def _office_worlds(policy: Policy, one: World) -> list[World]:
    offices = [tier.office for tier in policy.tiers]
    first = offices[0]
    same: dict[str, str | None] = {office: _holder(first) for office in offices}
    tried = [
        _changed(one, name="spouse holds the first office", offices=_holders(policy, {first: "spouse"})),
        _changed(one, name="every office stands empty", offices=_holders(policy, dict.fromkeys(offices))),
    ]
    if len(offices) > 1:
        tried += [_changed(one, name="one person holds every office", offices=_holders(policy, same))]
    for office in offices:
        if len(offices) > 1:
            tried += [_changed(one, name=f"{office} stands empty", offices=_holders(policy, {office: None}))]
        tried += [_changed(one, name=f"{office} may leave at any time", leaves=_holder(office))]
    return tried


def _kin(person: str, relation: str, *, guardian: str | None = None) -> KinRecord:
    return KinRecord(of=CASUALTY, person=person, relation=relation, guardian=guardian, recorded=_SEEN)


def _holder(office: str) -> str:
    """The person who holds an office: never called as the office is."""
    return f"{office}_holder"


def _deputy(office: str) -> str:
    return f"{office}_deputy"


def _holders(policy: Policy, changed: dict[str, str | None]) -> tuple[Office, ...]:
    return tuple(
        Office(
            office=_OFFICES[tier.office],
            holder=changed.get(tier.office, _holder(tier.office)),
            deputies=() if tier.office in changed else (_deputy(tier.office),),
        )
        for tier in policy.tiers
    )


def _people(policy: Policy) -> dict[str, Person]:
    here = ["guardian", "father", "mother", "stepmother", "friend"]
    for tier in policy.tiers:
        here += [_holder(tier.office), _deputy(tier.office)]
    people = [
        Person(id=CASUALTY, born=date(1986, 4, 1), sex="male", grade=5, serving=True, division=DIVISION),
        _neighbour("spouse", born=date(1988, 5, 5)),
        _neighbour("parent", born=date(1960, 6, 6), zone=WEST),
        _neighbour("child", born=date(2020, 2, 2)),
        *(_neighbour(who) for who in here),
    ]
    return {person.id: person for person in people}


def _neighbour(who: str, *, born: date | None = None, zone: str = EAST) -> Person:
    return Person(id=who, born=born, zone=zone, speaks=("en",))


def _world(policy: Policy, name: str, *kin: KinRecord) -> World:
    return World(name=name, persons=_people(policy), kin=kin, offices=_holders(policy, {}), start=_daytime(policy))


def _changed(world: World, **changes: Any) -> World:
    return msgspec.structs.replace(world, **changes)


def _daytime(policy: Policy) -> datetime:
    """A moment from which both zones are inside the hours for as long as they can be."""
    opens = max(policy.window.open, 1) + 3 * 60
    at = datetime.combine(DAY, time(min(opens, 12 * 60) // 60, 30), tzinfo=ZoneInfo(EAST))
    return at.astimezone(UTC)


def _night(policy: Policy) -> datetime:
    """So late that the deadline falls into the closed hours, and early enough for one visit."""
    closes = datetime.combine(DAY, time(), tzinfo=ZoneInfo(EAST)) + timedelta(minutes=policy.window.close - 40)
    return closes.astimezone(UTC)
