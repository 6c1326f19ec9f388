"""The named cast: one small house that every test may use, entered through the registry."""

from __future__ import annotations

from datetime import date

import msgspec

from kinfirst.core.facts import KinRecord
from kinfirst.people import registry
from kinfirst.people.registry import NewPerson


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """The ids of the cast, and the realm they are in."""

    realm: str
    sakura: str
    mirani: str
    hiro: str
    kakashi: str
    outsider: str
    cat: str
    sister: str


NAMES = {
    "sakura": "Sakura Harutani",
    "mirani": "Mirani Østergård",
    "hiro": "Hiro Tanabe",
    "kakashi": "Kakashi Umino",
    "outsider": "Otto van der Buiten",
    "cat": "猫塚 健",
    "sister": "猫塚 澪",
}

PEOPLE = {
    "sakura": NewPerson(
        name=NAMES["sakura"],
        roles=("clinician", "authority"),
        credentials=("pronounce",),
        grade=9,
        zone="Asia/Tokyo",
    ),
    "mirani": NewPerson(name=NAMES["mirani"], roles=("trainee",), grade=2, zone="Asia/Tokyo"),
    "hiro": NewPerson(name=NAMES["hiro"], roles=("clinician", "coordinator"), grade=6, zone="Asia/Tokyo"),
    "kakashi": NewPerson(name=NAMES["kakashi"], grade=15, serving=True, zone="Asia/Tokyo"),
    "outsider": NewPerson(name=NAMES["outsider"], zone="Europe/Amsterdam"),
    "cat": NewPerson(name=NAMES["cat"], alias="Cat", sealed=True, born=date(1998, 2, 11), sex="male", division="anbu"),
    "sister": NewPerson(name=NAMES["sister"], born=date(2001, 6, 30), sex="female", zone="Asia/Tokyo"),
}


def enter_cast(realm: str = "rehearsal") -> Cast:
    """Enters everybody: Cat has one sister on record, Kakashi leads and Sakura stands in, Hiro has no patients."""
    ids = dict(zip(PEOPLE, registry.add_people(realm, tuple(PEOPLE.values())), strict=True))
    sister = KinRecord(of=ids["cat"], person=ids["sister"], relation="sibling", recorded=date(2025, 9, 1))
    registry.add_kin(realm, sister)
    registry.set_office(realm, "leader", ids["kakashi"], (ids["sakura"],))
    return Cast(realm=realm, **ids)
