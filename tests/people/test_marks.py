"""Every row of the registry carries a keyed digest, whichever way it is written; nothing else may write it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.conf import settings
from django.db import connection

from kinfirst.core.errors import BrokenRecord
from kinfirst.core.facts import KinRecord
from kinfirst.people import marks, models, registry
from kinfirst.people.contacts import Way, add_contact
from kinfirst.people.crypto import Key, Keyring
from kinfirst.people.identifiers import Identifier, add_identifier
from kinfirst.people.registry import NewPerson
from tests.cast import NAMES, Cast

pytestmark = pytest.mark.django_db

WRITES: dict[str, Callable[[Cast], object]] = {
    "a person anew": lambda c: registry.change_person(c.realm, c.hiro, NewPerson(name="Hiro Ueno")),
    "roles": lambda c: registry.set_roles(c.realm, c.hiro, ("clinician",), ("pronounce",)),
    "many people": lambda c: registry.add_people(c.realm, tuple(NewPerson(name=f"N {n}") for n in range(500))),
    "kin": lambda c: registry.add_kin(c.realm, KinRecord(of=c.cat, person=c.outsider, relation="parent")),
    "an office": lambda c: registry.set_office(c.realm, "leader", c.hiro, (c.kakashi, c.mirani)),
    "an office of nobody": lambda c: registry.set_office(c.realm, "leader", None),
    "an event": lambda c: registry.add_event(c.realm, "convoy", [c.cat, c.hiro], closed=True),
    "care": lambda c: registry.set_care(c.realm, c.hiro, [c.outsider]),
    "care ended": lambda c: (registry.set_care(c.realm, c.hiro, [c.cat]), registry.end_care(c.realm, [c.cat])),
    "a contact": lambda c: add_contact(c.realm, c.hiro, Way(kind="phone", text="+31 20 555 0100")),
    "a number": lambda c: add_identifier(c.realm, c.cat, Identifier(kind="MR", authority="x", value="1")),
    "an erasure": lambda c: (
        add_contact(c.realm, c.outsider, Way(kind="phone", text="1 234")),
        registry.erase(c.realm, c.outsider),
    ),
    "rows by the query": lambda c: models.Person.objects.filter(realm_id=c.realm).update(away=True),
}
CHANGES = {
    "a role": "UPDATE people_person SET roles = '[\"authority\"]'",
    "a birthday": "UPDATE people_person SET born = '1999-09-09' WHERE born IS NOT NULL",
    "a birthday taken away": "UPDATE people_person SET born = NULL WHERE born IS NOT NULL",
    "no grade, and grade 0": "UPDATE people_person SET grade = 0 WHERE grade IS NULL",
    "the seal of a name": "UPDATE people_person SET sealed = NOT sealed",
    "who is kin": "UPDATE people_kin SET relation = 'spouse'",
    "a line of kin": "DELETE FROM people_kin",
    "the holder of an office": "UPDATE people_office SET holder_id = NULL",
    "a name": f"UPDATE people_person SET name_cipher = {'zeroblob(0)' if connection.vendor == 'sqlite' else '%s'}",
    "a mark": "UPDATE people_mark SET row_id = 'x' || row_id",
    "all marks": "DELETE FROM people_mark",
}


def found() -> list[marks.Unmarked]:
    return list(marks.unmarked(settings.KINFIRST_KEYRING))


@pytest.mark.parametrize("name", WRITES)
def test_whatever_the_registry_writes_is_marked(cast: Cast, name: str) -> None:
    WRITES[name](cast)
    assert found() == []


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_else_writes_is_found(cast: Cast, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CHANGES[name], [b""] if "%s" in CHANGES[name] else None)
    wrong = found()
    assert wrong
    assert not any(part in repr(wrong) for part in NAMES.values())


def test_a_person_nobody_entered_is_found(cast: Cast) -> None:
    row = models.Person.objects.get(id=cast.mirani)
    row.id = models.new_id()
    row.roles = ["authority"]
    # As any program would that goes around the registry.
    super(marks.Marked, row).save(force_insert=True)
    assert [(one.row, one.what) for one in found()] == [(row.id, "was not entered by the registry")]


def test_marks_move_to_a_new_key_and_bless_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    old: Keyring = settings.KINFIRST_KEYRING
    both = Keyring(Key.fresh(), *old.keys.values())
    count = sum(marks.counted(both).values())
    assert marks.rekey(both) == count
    assert marks.rekey(both) == 0
    alone = Keyring(both.current)
    assert list(marks.unmarked(alone)) == []
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", alone)
    registry.set_roles(cast.realm, cast.hiro, ("clinician",))
    assert list(marks.unmarked(alone)) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET born = '1999-09-09' WHERE id = %s", [cast.cat])
    with pytest.raises(BrokenRecord, match=cast.cat):
        marks.rekey(Keyring(Key.fresh(), alone.current))


def test_a_database_from_before_there_were_marks_is_taken_as_it_is(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_mark")
    marks.stamp_all()
    assert found() == []
    registry.change_person(cast.realm, cast.cat, NewPerson(name="Ren Aoki", born=date(1990, 8, 10)))
    assert found() == []
