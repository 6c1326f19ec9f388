"""One address book of the simulation: the staff of a house, the offices of a service, families, living patients."""

from __future__ import annotations

import random
from datetime import date, timedelta

import msgspec

from kinfirst.core.facts import KinRecord, Office, Person
from kinfirst.core.policy import Policy
from kinfirst.people import registry
from kinfirst.people.entries import NewPerson
from kinfirst.records.policies import pin, set_realm_policy
from kinfirst.scenarios.simulation import naming

DIVISIONS = ("first", "second", "third")
ZONES = ("America/New_York", "America/Los_Angeles", "Asia/Tokyo", "Europe/London", "Australia/Lord_Howe")
TOP = 12
STAFF: dict[str, tuple[int, NewPerson]] = {
    "doctor": (3, NewPerson(name="-", roles=("clinician",), credentials=("pronounce",), grade=9)),
    "nurse": (3, NewPerson(name="-", roles=("clinician",), grade=6)),
    "trainee": (2, NewPerson(name="-", roles=("trainee",), grade=2)),
    "officer": (2, NewPerson(name="-", roles=("casualty_officer",), grade=TOP)),
    "notifier": (4, NewPerson(name="-", roles=("notifier",), grade=TOP)),
    "authority": (3, NewPerson(name="-", roles=("authority",), grade=TOP)),
    "coordinator": (2, NewPerson(name="-", roles=("coordinator",))),
    "custodian": (2, NewPerson(name="-", roles=("custodian",))),
    "coroner": (1, NewPerson(name="-", roles=("coroner",))),
    "supporter": (1, NewPerson(name="-", roles=("supporter",))),
    "auditor": (1, NewPerson(name="-", roles=("auditor",))),
}


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """A casualty, the lines of kin on record, the friend no form names, and one of kin found late, if any."""

    casualty: str
    kin: tuple[KinRecord, ...]
    friend: str
    late: KinRecord | None
    event: str | None = None


class Town:
    """Who there is, as it was entered: the simulation asks this, never the registry, what is true."""

    def __init__(self, realm: str, policy: Policy, chance: random.Random, *, today: date) -> None:
        self.realm, self.policy, self.chance, self.today = realm, policy, chance, today
        self.persons: dict[str, Person] = {}
        self.entered: dict[str, NewPerson] = {}
        self.offices: dict[str, Office] = {}
        self.events: dict[str, tuple[str, ...]] = {}
        self.care: dict[str, str] = {}
        self._leads: dict[str, str] = {}
        self.staff = {role: self._many(count, like) for role, (count, like) in STAFF.items()}
        self._fill_offices()
        self.adopt(policy)
        for clinician in (*self.staff["doctor"], *self.staff["nurse"]):
            self.admit(clinician)

    def adopt(self, policy: Policy) -> None:
        """New cases open under this edition from now on."""
        self.policy = policy
        set_realm_policy(self.realm, pin(policy))

    def one(self, *roles: str) -> str:
        """One of the staff in any of these positions."""
        return self.chance.choice([who for role in roles for who in self.staff[role]])

    def others(self, *roles: str, but: tuple[str | None, ...]) -> str:
        """One of them who is none of these."""
        return self.chance.choice([who for role in roles for who in self.staff[role] if who not in but])

    def lead_for(self, person: str) -> str:
        """The notifier who goes to somebody: one and the same in every case at once (R31)."""
        return self._leads.setdefault(person, self.one("notifier"))

    def enter(self, new: NewPerson) -> str:
        """Somebody new, under a made-up name."""
        named = msgspec.structs.replace(new, name=naming.name(self.chance))
        who = registry.add_person(self.realm, named)
        self._know(who, named)
        return who

    def change(self, who: str, **columns: object) -> None:
        """Something about somebody changes in the registry: they go away, they come back."""
        named = msgspec.structs.replace(self.entered[who], **columns)
        registry.change_person(self.realm, who, named)
        self._know(who, named)

    def admit(self, clinician: str) -> str:
        """A living patient comes into somebody's care."""
        patient = self.enter(NewPerson(name="-", born=self.born(20, 80), sex=self.chance.choice(("male", "female"))))
        registry.set_care(self.realm, clinician, [patient])
        self.care[patient] = clinician
        return patient

    def gather(self, code: str, people: tuple[str, ...], *, closed: bool) -> None:
        """An event, and who was in it."""
        registry.add_event(self.realm, code, people, closed=closed)
        self.events[code] = people

    def officers(self, office: str) -> tuple[Office, ...]:
        """The offices a casualty's chain goes to, that person's own head of division among them."""
        return tuple(o for name, o in self.offices.items() if ":" not in name or name == office)

    def _know(self, who: str, new: NewPerson) -> None:
        self.entered[who] = new
        self.persons[who] = Person(
            id=who,
            born=new.born,
            sex=new.sex,
            dead=new.died is not None,
            grade=new.grade,
            serving=new.serving,
            division=new.division,
            zone=new.zone,
            away=new.away,
            sealed=new.sealed,
            roles=new.roles,
            credentials=new.credentials,
        )

    def _many(self, count: int, like: NewPerson) -> tuple[str, ...]:
        return tuple(self.enter(msgspec.structs.replace(like, speaks=("en",))) for _ in range(count))

    def _fill_offices(self) -> None:
        for office in ("adviser", "leader", *(f"division_head:{division}" for division in DIVISIONS)):
            holder, *deputies = (
                self.enter(NewPerson(name="-", grade=TOP, serving=True, zone=self.chance.choice(ZONES), speaks=("en",)))
                for _ in range(3)
            )
            registry.set_office(self.realm, office, holder, deputies)
            self.offices[office] = Office(office=office, holder=holder, deputies=tuple(deputies))

    def born(self, youngest: float, eldest: float) -> date:
        """A birthday that makes somebody that old, in years."""
        return self.today - timedelta(days=round(365.25 * self.chance.uniform(youngest, eldest)))
