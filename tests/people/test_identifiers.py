"""Numbers from elsewhere: one person's each, unreadable at rest, moved to a new key, gone with the person."""

from __future__ import annotations

import pytest
from django.conf import settings

from kinfirst.core.errors import BadInput
from kinfirst.core.facts import KinRecord
from kinfirst.people import identifiers, models, registry, roll
from kinfirst.people.contacts import Way, contacts
from kinfirst.people.crypto import Key, Keyring
from kinfirst.people.identifiers import Identifier
from kinfirst.people.rotation import rotate
from tests.cast import Cast

RECORD = Identifier(kind="MR", authority="LEAF", value="Katze-4711")


def test_a_number_is_one_persons_and_exactly_itself(cast: Cast) -> None:
    assert identifiers.add_identifier(cast.realm, cast.cat, RECORD)
    assert not identifiers.add_identifier(cast.realm, cast.cat, RECORD)
    other = (Identifier(kind="PI", authority="LEAF", value="Katze-4711"), RECORD)
    lower = Identifier(kind="MR", authority="LEAF", value="katze-4711")
    assert identifiers.find_by(cast.realm, (*other, lower)) == (None, cast.cat, None)
    assert identifiers.find_by("live", (RECORD,)) == (None,)
    assert identifiers.identifiers(cast.cat) == (RECORD,)


@pytest.mark.parametrize(
    ("who", "number", "says"),
    [
        pytest.param("sister", RECORD, "somebody else", id="of another"),
        pytest.param("nobody", RECORD, "no such person", id="of nobody"),
        pytest.param("cat", Identifier(kind="", authority="", value=" "), "value", id="empty"),
        pytest.param("cat", Identifier(kind="", authority="a\x00b", value="1"), "authority", id="unprintable"),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, who: str, number: Identifier, says: str) -> None:
    identifiers.add_identifier(cast.realm, cast.cat, RECORD)
    with pytest.raises(BadInput, match=says) as wrong:
        identifiers.add_identifier(cast.realm, getattr(cast, who, "nobody"), number)
    assert "4711" not in str(wrong.value)


def test_nothing_can_be_read_at_rest_and_a_new_key_takes_over(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    identifiers.add_identifier(cast.realm, cast.cat, RECORD)
    (row,) = models.Identifier.objects.values_list()
    assert b"4711" not in b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    old: Keyring = settings.KINFIRST_KEYRING
    new = Keyring(Key.fresh(), *old.keys.values())
    rotate(old, new)
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", Keyring(new.current))
    assert identifiers.find_by(cast.realm, (RECORD,)) == (cast.cat,)
    assert identifiers.identifiers(cast.cat) == (RECORD,)


def test_they_go_with_the_person(cast: Cast) -> None:
    identifiers.add_identifier(cast.realm, cast.cat, RECORD)
    registry.erase(cast.realm, cast.cat)
    assert not models.Identifier.objects.exists()


def test_a_list_from_outside_completes_and_never_overwrites(cast: Cast) -> None:
    known = roll.Known(name="Somebody Else", born=None, sex="male", speaks=("ja", "nl"))
    assert roll.differences(cast.realm, cast.sister, known) == ("name", "sex")
    assert roll.complete(cast.realm, cast.sister, known) == ("speaks",)
    row = models.Person.objects.get(id=cast.sister)
    assert (row.sex, row.speaks) == ("female", ["ja", "nl"])
    assert roll.complete(cast.realm, cast.sister, known) == ()


def test_marks_on_a_line_are_set_and_never_taken_off(cast: Cast) -> None:
    bare = KinRecord(of=cast.cat, person=cast.sister, relation="sibling")
    marked = KinRecord(of=cast.cat, person=cast.sister, relation="sibling", listed=True, emergency_contact=True)
    assert [roll.add_line(cast.realm, line) for line in (bare, marked, bare)] == [False, True, False]
    (line,) = models.Kin.objects.filter(person_id=cast.sister)
    assert (line.listed, line.emergency_contact, line.recorded is not None) == (True, True, True)
    assert roll.relations(cast.cat, cast.sister) == ("sibling",)


def test_a_way_is_added_once(cast: Cast) -> None:
    ways = (Way(kind="phone", text="555-0100"), Way(kind="phone", text="555-0100 "))
    assert [roll.add_ways(cast.realm, cast.sister, ways) for _ in range(2)] == [1, 0]
    assert len(contacts(cast.sister)) == 1
