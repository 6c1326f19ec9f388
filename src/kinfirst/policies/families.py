"""The small families and offices a pack is tried on: made-up people, known by what they are.

Each world is one casualty with the people around them, at one moment. Together they cover what makes chains
differ: nobody, somebody, two tiers, a minor, a bond, a tie, one person in two places, offices that stand
empty or are left, hours that close before the deadline.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
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
    able = {"grade": 20, "speaks": ("en",)}
    people = [
        Person(id="clinician", roles=("clinician",), credentials=(policy.pronounce.credential,), **able),
        Person(id="officer", roles=("casualty_officer",), **able),
        Person(id="authority", roles=("authority",), **able),
        Person(id="notifier", roles=("notifier",), **able),
        *(Person(id=f"companion{n}", roles=("notifier",), **able) for n in range(1, policy.team.min)),
    ]
    return {person.id: person for person in people}


def worlds(policy: Policy) -> tuple[World, ...]:
    """Every world a pack is tried on. Hours that close add a night in which the deadline falls into them."""
    spouse, parent = _kin("spouse", "spouse"), _kin("parent", "parent")
    tried = [
        _world(policy, "nobody on record"),
        _world(policy, "nobody on record, a bond to be declared", bond="friend"),
        _world(policy, "spouse", kin=(spouse,)),
        _world(policy, "spouse and a parent in another zone", kin=(spouse, parent)),
        _world(policy, "spouse, and a parent found later", kin=(spouse,), late=parent),
        _world(policy, "a child of six with a guardian", kin=(_kin("child", "child", guardian="guardian"),)),
        _world(policy, "two parents, ages unknown", kin=(_kin("father", "parent"), _kin("mother", "parent"))),
        _world(policy, "only a relation of another kind", kin=(_kin("stepmother", "step_parent"),)),
    ]
    if policy.tiers:
        tried += _office_worlds(policy, spouse)
    if not policy.window.always:
        start = _night(policy)
        tried += [_world(policy, "spouse, at night", kin=(spouse,), start=start)]
    return tuple(tried)


def _office_worlds(policy: Policy, spouse: KinRecord) -> list[World]:
    first, last = policy.tiers[0].office, policy.tiers[-1].office
    empty = _holders(policy, {tier.office: None for tier in policy.tiers})
    return [
        _world(policy, "spouse holds the first office", kin=(spouse,), offices=_holders(policy, {first: "spouse"})),
        _world(policy, "one person holds every office", offices=_holders(policy, _all_one(policy)), kin=(spouse,)),
        _world(policy, "every office stands empty", kin=(spouse,), offices=empty),
        _world(policy, f"{last} may leave at any time", kin=(spouse,), leaves=last),
        *([_world(policy, f"{first} may leave at any time", kin=(spouse,), leaves=first)] if first != last else []),
    ]


def _all_one(policy: Policy) -> dict[str, str | None]:
    return {tier.office: policy.tiers[0].office for tier in policy.tiers}


def _kin(person: str, relation: str, *, guardian: str | None = None) -> KinRecord:
    return KinRecord(of=CASUALTY, person=person, relation=relation, guardian=guardian, recorded=_SEEN)


def _holders(policy: Policy, changed: dict[str, str | None]) -> tuple[Office, ...]:
    return tuple(
        Office(
            office=_OFFICES[tier.office],
            holder=changed.get(tier.office, tier.office),
            deputies=() if tier.office in changed else (f"deputy_{tier.office}",),
        )
        for tier in policy.tiers
    )


def _people(policy: Policy) -> dict[str, Person]:
    at_home = {"zone": EAST, "speaks": ("en",)}
    people = [
        Person(id=CASUALTY, born=date(1986, 4, 1), sex="male", grade=5, serving=True, division=DIVISION),
        Person(id="spouse", born=date(1988, 5, 5), **at_home),
        Person(id="parent", born=date(1960, 6, 6), zone=WEST, speaks=("en",)),
        Person(id="child", born=date(2020, 2, 2), **at_home),
        *(Person(id=who, **at_home) for who in ("guardian", "father", "mother", "stepmother", "friend")),
    ]
    for tier in policy.tiers:
        people += [Person(id=tier.office, **at_home), Person(id=f"deputy_{tier.office}", **at_home)]
    return {person.id: person for person in people}


def _world(
    policy: Policy,
    name: str,
    *,
    kin: tuple[KinRecord, ...] = (),
    offices: tuple[Office, ...] | None = None,
    start: datetime | None = None,
    **more: object,
) -> World:
    known = _people(policy)
    filled = _holders(policy, {}) if offices is None else offices
    fields = {"late": None, "leaves": None, "bond": None} | more
    return msgspec.convert(
        {
            "name": name,
            "persons": known,
            "kin": kin,
            "offices": filled,
            "start": start or _daytime(policy),
            **fields,
        },
        World,
        from_attributes=True,
    )


def _daytime(policy: Policy) -> datetime:
    """A moment from which both zones are inside the hours for as long as they can be."""
    opens = max(policy.window.open, 1) + 3 * 60
    at = datetime.combine(DAY, time(min(opens, 12 * 60) // 60, 30), tzinfo=ZoneInfo(EAST))
    return at.astimezone(UTC)


def _night(policy: Policy) -> datetime:
    """So late that the deadline falls into the closed hours, and early enough for one visit."""
    closes = datetime.combine(DAY, time(), tzinfo=ZoneInfo(EAST)) + timedelta(minutes=policy.window.close - 40)
    return closes.astimezone(UTC)
