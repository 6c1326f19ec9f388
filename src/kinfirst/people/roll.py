"""Bringing an outside list of kin into the registry: it adds and completes, it never overwrites or removes.

What differs from what is on record stays as it is and is named to the caller: which of the two is right, a
person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec
from django.db import transaction

from kinfirst.core.errors import BadInput
from kinfirst.core.facts import KinRecord
from kinfirst.people import entries, models, registry
from kinfirst.people.contacts import Way, add_contact, contacts
from kinfirst.people.crypto import folded


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What an outside source knows of somebody; None and () say nothing."""

    name: str | None = None
    born: date | None = None
    sex: str | None = None
    speaks: tuple[str, ...] = ()


def differences(realm: str, person: str, known: Known) -> tuple[str, ...]:
    """Which of `name`, `born`, `sex` say something else than the record. Refuses an unknown person."""
    row = _row(realm, person)
    found = []
    if known.name is not None and folded(registry.names((person,)).get(person, known.name)) != folded(known.name):
        found.append("name")
    if known.born is not None and row.born is not None and row.born != known.born:
        found.append("born")
    if known.sex is not None and row.sex and row.sex != known.sex:
        found.append("sex")
    return tuple(found)


def complete(realm: str, person: str, known: Known) -> tuple[str, ...]:
    """Fills what the record leaves blank and adds languages; which fields it wrote. A name stays as it is."""
    with transaction.atomic():
        row = _row(realm, person)
        found: list[str] = []
        if known.born is not None and row.born is None and (row.died is None or known.born <= row.died):
            row.born = known.born
            found.append("born")
        if known.sex is not None and not row.sex:
            row.sex = entries.code(known.sex, "sex", limit=entries.LONGEST["sex"])
            found.append("sex")
        more = [entries.code(word, "speaks", limit=64) for word in known.speaks if word not in row.speaks]
        if more:
            row.speaks = [*row.speaks, *more]
            found.append("speaks")
        if found:
            row.save(update_fields=found)
    return tuple(found)


def add_line(realm: str, kin: KinRecord) -> bool:
    """Adds a line of emergency data, or sets `listed` and `emergency_contact` on the one there is.

    Nothing is taken off a line: neither mark, date, guardian nor a wish not to be told directly (R21). Whether
    anything changed.
    """
    with transaction.atomic():
        row = models.Kin.objects.filter(
            of_id=kin.of, of__realm_id=realm, person_id=kin.person, relation=kin.relation
        ).first()
        if row is None:
            registry.add_kin(realm, kin)
            return True
        listed, contact = row.listed or kin.listed, row.emergency_contact or kin.emergency_contact
        changed = (listed, contact) != (row.listed, row.emergency_contact)
        if changed:
            row.listed, row.emergency_contact = listed, contact
            row.save(update_fields=["listed", "emergency_contact"])
    return changed


def kin_named(realm: str, of: str, name: str) -> tuple[str, ...]:
    """Everybody of exactly that name among the kin on record of `of`; sorted ids."""
    known = models.Kin.objects.filter(of_id=of, of__realm_id=realm).values_list("person_id", flat=True)
    return tuple(sorted(set(known) & set(registry.find(realm, name))))


def relations(of: str, person: str) -> tuple[str, ...]:
    """The relations on record of one person to another; sorted."""
    rows = models.Kin.objects.filter(of_id=of, person_id=person)
    return tuple(sorted(rows.values_list("relation", flat=True)))


def add_ways(realm: str, person: str, ways: Sequence[Way]) -> int:
    """Adds the ways to somebody that are not on record yet, after those there are; how many."""
    have = {(way.kind, folded(way.text)) for way in contacts(person)}
    added = 0
    for way in ways:
        if (way.kind, folded(way.text)) not in have:
            have.add((way.kind, folded(way.text)))
            add_contact(realm, person, way)
            added += 1
    return added


def _row(realm: str, person: str) -> models.Person:
    row = models.Person.objects.filter(id=person, realm_id=realm).first()
    if row is None:
        raise BadInput("person: no such person in this address book")
    return row
