"""Families as they come: spouses, children under age, parents of one birthday, nobody at all."""

from __future__ import annotations

from datetime import date, timedelta

from kinfirst.core.facts import KinRecord
from kinfirst.people import registry
from kinfirst.people.entries import NewPerson
from kinfirst.scenarios.simulation.town import DIVISIONS, ZONES, Family, Town

HOUSEHOLDS: tuple[tuple[str, ...], ...] = (
    (),
    ("spouse",),
    ("spouse", "child"),
    ("spouse", "child", "child", "parent"),
    ("partner", "parent"),
    ("parent", "parent"),
    ("parent", "sibling", "sibling"),
    ("child", "child"),
    ("sibling", "half_sibling"),
    ("grandparent",),
    ("other",),
)
AGES = {"child": (20, 40), "parent": (50, 80), "grandparent": (70, 95)}
UNDER_AGE = (2, 13)


def family(town: Town, *, event: str | None = None, alike: date | None = None) -> Family:
    """Enters a casualty with kin. `alike` is a birthday close to which they were born: somebody else's look-alike."""
    chance = town.chance
    sealed = chance.random() < 0.1
    casualty = town.enter(
        NewPerson(
            name="-",
            alias=f"Code {chance.randrange(10_000):04}" if sealed else None,
            sealed=sealed,
            born=alike + timedelta(days=chance.randint(-300, 300)) if alike else town.born(20, 45),
            sex="male" if alike else chance.choice(("male", "female")),
            grade=chance.randint(1, 8),
            serving=True,
            division=chance.choice(DIVISIONS),
        )
    )
    home = chance.choice(HOUSEHOLDS)
    kin = tuple(_line(town, casualty, relation) for relation in home)
    late = None
    if chance.random() < 0.2:
        found = town.enter(_relative(town, "sibling"))
        late = KinRecord(of=casualty, person=found, relation="sibling")
    for line in kin:
        registry.add_kin(town.realm, line)
    friend = town.enter(NewPerson(name="-", born=town.born(20, 60), zone=chance.choice(ZONES), speaks=("en",)))
    return Family(casualty=casualty, kin=kin, friend=friend, late=late, event=event)


def _line(town: Town, casualty: str, relation: str) -> KinRecord:
    chance = town.chance
    under_age = relation == "child" and chance.random() < 0.5
    person = town.enter(_relative(town, relation, under_age=under_age))
    guardian = town.enter(_relative(town, "other")) if under_age else None
    told_of = chance.random()
    return KinRecord(
        of=casualty,
        person=person,
        relation=relation,
        recorded=None if told_of < 0.1 else town.today - timedelta(days=chance.choice((30, 200, 900))),
        listed=relation == "other" or chance.random() < 0.2,
        emergency_contact=relation == "other" or chance.random() < 0.3,
        guardian=guardian,
    )


def _relative(town: Town, relation: str, *, under_age: bool = False) -> NewPerson:
    chance = town.chance
    youngest, eldest = UNDER_AGE if under_age else AGES.get(relation, (20, 60))
    born: date | None = town.born(youngest, eldest)
    if not under_age and chance.random() < 0.1:
        born = None
    elif relation == "parent" and chance.random() < 0.3:
        born = date(1960, 2, 29)
    serving = not under_age and chance.random() < 0.1
    return NewPerson(
        name="-",
        born=born,
        zone=None if chance.random() < 0.05 else chance.choice(ZONES),
        speaks=("en",),
        serving=serving,
        grade=chance.randint(1, 8) if serving else None,
        away=chance.random() < 0.05,
    )
