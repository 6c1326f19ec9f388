"""The one who is to be told, as whoever carries the word may know them: where, which language, who else lives there."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

import msgspec
from django.utils.translation import get_language_info

from kinfirst.core.kinship import effective
from kinfirst.core.places import Place
from kinfirst.core.timing import day_where
from kinfirst.people import registry
from kinfirst.people.contacts import contacts
from kinfirst.people.models import Person as PersonRow
from kinfirst.records.access import Sight
from kinfirst.web.wording import Text, office, word

MOST = 12
"""A household of more is a home or a barracks: the rest are counted, not listed."""


class Housemate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the same household. `place`: they have a place of their own in the chain; `told`: they know."""

    name: str
    relation: str
    minor: bool
    place: bool
    told: bool
    spared: bool


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An address, and a link that opens it in the telephone's own maps when tapped: nothing is asked before."""

    text: str
    link: str


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Whom, where, in which language, and who else is behind the door."""

    name: str
    relation: Text
    age: int | None
    speaks: tuple[str, ...]
    spoken: tuple[str, ...]
    addresses: tuple[Address, ...]
    phones: tuple[str, ...]
    household: tuple[Housemate, ...]
    others: int


def recipient(sight: Sight, place: Place, now: datetime) -> Recipient:
    """The one who stands in a place. Only for a viewer to whom `kin` was revealed: names and addresses are in it."""
    who = place.person or ""
    person = sight.state.facts.persons.get(who)
    ways = contacts(who) if who else ()
    known_by = sight.state.closing.leak is not None
    mates = _household(sight, who, now)
    return Recipient(
        name=registry.names([who]).get(who, ""),
        relation=office(place.office) if place.office else word(place.relation),
        age=person.age_on(day_where(person.zone, now)) if person else None,
        speaks=person.speaks if person else (),
        spoken=tuple(_language(code) for code in person.speaks) if person else (),
        addresses=tuple(
            Address(text=way.text, link=f"geo:0,0?q={quote(way.text)}") for way in ways if way.kind == "address"
        ),
        phones=tuple(way.text for way in ways if way.kind == "phone" and known_by),
        household=mates[:MOST],
        others=max(0, len(mates) - MOST),
    )


def _language(code: str) -> str:
    """A language by its name in the reader's, else by its code."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def _household(sight: Sight, who: str, now: datetime) -> tuple[Housemate, ...]:
    home = PersonRow.objects.filter(id=who, realm_id=sight.viewer.realm).values_list("household", flat=True).first()
    if not home:
        return ()
    rows = PersonRow.objects.filter(realm_id=sight.viewer.realm, household=home, died__isnull=True)
    beside = list(rows.exclude(id__in=[who, sight.state.casualty or ""]).values_list("id", "born", "zone"))
    names = registry.names([id for id, _born, _zone in beside])
    kin = {record.person: record for record in effective(sight.state)}
    chain, adult = sight.state.chain, sight.policy.kin.adult
    found = []
    for id, born, zone in beside:
        day = day_where(zone or None, now)
        years = day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None
        found.append(
            Housemate(
                name=names.get(id, ""),
                relation=str(word(kin[id].relation)) if id in kin else "",
                minor=years is not None and years < adult,
                place=chain is not None and chain.find(id) is not None,
                told=id in sight.state.told,
                spared=id in kin and kin[id].do_not_notify,
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.minor, one.name)))


def officers(realm: str) -> tuple[tuple[str, str], ...]:
    """Whom to ring for help: name and telephone of the casualty officers and authorities of a realm who have one."""
    rows = PersonRow.objects.filter(realm_id=realm, died__isnull=True, away=False).values_list("id", "roles")
    found = [who for who, roles in rows if {"casualty_officer", "authority"} & set(roles)]
    names = registry.names(found)
    phones = {who: next((way.text for way in contacts(who) if way.kind == "phone"), "") for who in found}
    return tuple((names.get(who, ""), phones[who]) for who in sorted(found, key=lambda one: names.get(one, "")))


def staff_names(realm: str, people: set[str]) -> dict[str, str]:
    """The names of those among these people who work in that house."""
    rows = PersonRow.objects.filter(realm_id=realm, id__in=people).values_list("id", "roles")
    return registry.names([who for who, roles in rows if roles])
