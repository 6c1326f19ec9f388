from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from kinfirst.core.errors import BadInput, BrokenRecord
from kinfirst.core.facts import KinRecord
from kinfirst.people import models, registry
from kinfirst.people.contacts import Way, add_contact, contacts
from kinfirst.people.facts import facts_for, house_care, persons
from kinfirst.people.registry import NewPerson
from tests.cast import NAMES, PEOPLE, Cast

LONG_NAME = " ".join(["Adolph Blaine Charles David Earl Frederick Gerald Hubert Irvin John Kenneth"] * 12)
EVERYWHERE = [
    "O'Brien-Ní Dhomhnaill",
    "محمد بن سلمان",
    "נעמי כהן",
    "Nguyễn Thị Minh Khai",
    "สมชาย ใจดี",
    "क्षितिज\u200dशर्मा",
    "Ƭ̵̬̊",
    "𠮷野家 太郎",
    "X",
    "X Æ A-12",
    "José\u200e",
    LONG_NAME[:1000],
]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_name_in_any_script_comes_back_as_it_was_and_is_found(name: str) -> None:
    who = registry.add_person("drill", NewPerson(name=name))
    assert registry.names([who]) == {who: name.strip()}
    assert registry.find("drill", name.upper().lower()) == [who]


def test_ids_say_nothing(cast: Cast) -> None:
    again = registry.add_person(cast.realm, PEOPLE["sakura"])
    for who in (again, cast.sakura, cast.cat):
        assert re.fullmatch(r"[0-9a-f]{32}", who)
    assert again != cast.sakura
    assert registry.find(cast.realm, NAMES["sakura"]) == sorted([again, cast.sakura])


def test_names_leave_out_who_is_unknown_or_erased(cast: Cast) -> None:
    registry.erase(cast.realm, cast.outsider)
    asked = [cast.hiro, cast.outsider, "nobody"]
    assert registry.names(asked) == {cast.hiro: NAMES["hiro"]}
    assert registry.find(cast.realm, NAMES["outsider"]) == []
    assert persons([cast.outsider])[cast.outsider].id == cast.outsider


def test_a_code_name_is_kept_apart_from_the_name(cast: Cast) -> None:
    assert registry.code_names([cast.cat, cast.hiro]) == {cast.cat: "Cat"}
    assert registry.find_code_name(cast.realm, "CAT") == [cast.cat]
    assert registry.find(cast.realm, "Cat") == []


def test_an_exercise_never_finds_the_living(cast: Cast) -> None:
    live = registry.add_person("live", PEOPLE["sister"])
    assert registry.find("live", NAMES["sister"]) == [live]
    assert registry.find(cast.realm, NAMES["sister"]) == [cast.sister]
    assert not models.Realm.objects.get(id="live").exercise
    assert models.Realm.objects.get(id=cast.realm).exercise
    with pytest.raises(BadInput, match=r"^person: no such person"):
        registry.add_kin(cast.realm, KinRecord(of=cast.cat, person=live, relation="parent"))
    assert facts_for(cast.realm, {live}, (), None).persons == {}


def test_somebody_is_written_anew_under_the_same_id(cast: Cast) -> None:
    registry.change_person(cast.realm, cast.hiro, NewPerson(name="Hiro Ueno", died=date(2026, 3, 1)))
    assert registry.names([cast.hiro]) == {cast.hiro: "Hiro Ueno"}
    assert registry.find(cast.realm, NAMES["hiro"]) == []
    assert persons([cast.hiro])[cast.hiro].dead


def test_many_are_entered_all_or_none() -> None:
    with pytest.raises(BadInput, match=r"^zone: "):
        registry.add_people("drill", (PEOPLE["hiro"], NewPerson(name="Ana", zone="Mars/Olympus")))
    assert not models.Person.objects.exists()
    ids = registry.add_people("drill", tuple(NewPerson(name=f"Person {n}") for n in range(1000)))
    assert list(registry.names(ids)) == sorted(ids)
    assert registry.names(ids)[ids[17]] == "Person 17"


REFUSED_PEOPLE: dict[str, tuple[NewPerson, str]] = {
    "empty name": (NewPerson(name=" \t"), "name: empty"),
    "only joiners": (NewPerson(name="\u200d\u200c"), "name: empty"),
    "a million letters": (NewPerson(name="x" * 10_000_000), "name: 10000000 characters"),
    "a line break": (NewPerson(name="Ana\nOrr"), "name: control"),
    "a null": (NewPerson(name="Ana\0"), "name: control"),
    "half a letter": (NewPerson(name="Ana \ud83d"), "name: control"),
    "turned around": (NewPerson(name="Ana \u202eOrr"), "name: control"),
    "empty alias": (NewPerson(name="Ana", alias=""), "alias: empty"),
    "sealed without alias": (NewPerson(name="Ana", sealed=True), "alias: somebody sealed"),
    "unknown role": (NewPerson(name="Ana", roles=("surgeon",)), "roles: a role is one of"),
    "unknown zone": (NewPerson(name="Ana", zone="Asia/Tokio"), "zone: not a time zone"),
    "zone outside": (NewPerson(name="Ana", zone="../../etc/passwd"), "zone: not a time zone"),
    "empty zone": (NewPerson(name="Ana", zone=""), "zone: not a time zone"),
    "negative grade": (NewPerson(name="Ana", grade=-1), "grade: a whole number"),
    "grade too high": (NewPerson(name="Ana", grade=10**9), "grade: a whole number"),
    "dead before born": (NewPerson(name="A", born=date(2000, 1, 2), died=date(2000, 1, 1)), "died: before"),
    "long division": (NewPerson(name="Ana", division="d" * 201), "division: 201 characters"),
    "null in household": (NewPerson(name="Ana", household="a\0b"), "household: control"),
    "long language": (NewPerson(name="Ana", speaks=("x" * 65,)), "speaks: 65 characters"),
}


@pytest.mark.parametrize("row", REFUSED_PEOPLE)
def test_a_person_that_cannot_be_is_refused_by_argument(row: str) -> None:
    new, reason = REFUSED_PEOPLE[row]
    with pytest.raises(BadInput) as wrong:
        registry.add_person("drill", new)
    assert str(wrong.value).startswith(reason)
    assert "Ana" not in str(wrong.value)
    assert not models.Realm.objects.exists()


@pytest.mark.parametrize("realm", ["", "a b", "../x", "ü", "x" * 65, "live\n"])
def test_a_realm_needs_a_plain_id(realm: str) -> None:
    with pytest.raises(BadInput, match=r"^realm: "):
        registry.add_person(realm, NewPerson(name="Ana"))


REFUSED_KIN: dict[str, tuple[Callable[[KinRecord, Cast], KinRecord], str]] = {
    "unknown of": (lambda kin, _: _with(kin, of="nobody"), "of: no such person"),
    "unknown kin": (lambda kin, _: _with(kin, person="nobody"), "person: no such person"),
    "unknown guardian": (lambda kin, _: _with(kin, guardian="nobody"), "guardian: no such person"),
    "unknown teller": (lambda kin, _: _with(kin, teller="nobody"), "teller: no such person"),
    "own kin": (lambda kin, _: _with(kin, person=kin.of), "person: nobody is their own kin"),
    "own guardian": (lambda kin, _: _with(kin, guardian=kin.person), "guardian: somebody other"),
    "the casualty tells": (lambda kin, _: _with(kin, teller=kin.of), "teller: somebody other"),
    "nobody tells": (lambda kin, _: _with(kin, do_not_notify=True), "teller: somebody must tell"),
    "unknown relation": (lambda kin, _: _with(kin, relation="cousin"), "relation: one of spouse"),
    "twice": (lambda kin, _: kin, "person: this relation is on the list already"),
}


def _with(kin: KinRecord, **changes: object) -> KinRecord:
    return msgspec.structs.replace(kin, **changes)


@pytest.mark.parametrize("row", REFUSED_KIN)
def test_kin_that_cannot_be_is_refused_by_argument(row: str, cast: Cast) -> None:
    change, reason = REFUSED_KIN[row]
    kin = KinRecord(of=cast.cat, person=cast.sister, relation="sibling")
    with pytest.raises(BadInput) as wrong:
        registry.add_kin(cast.realm, change(kin, cast))
    assert str(wrong.value).startswith(reason)
    assert not any(name in str(wrong.value) for name in NAMES.values())
    assert models.Kin.objects.count() == 1


REFUSED_REST: dict[str, tuple[Callable[[Cast], object], str]] = {
    "office without name": (lambda c: registry.set_office(c.realm, " ", c.hiro), "office: empty"),
    "unknown holder": (lambda c: registry.set_office(c.realm, "leader", "nobody"), "holder: no such"),
    "unknown deputy": (lambda c: registry.set_office(c.realm, "x", None, ("nobody",)), "deputies: no such"),
    "deputy twice": (lambda c: registry.set_office(c.realm, "x", None, (c.hiro, c.hiro)), "deputies: somebody"),
    "own deputy": (lambda c: registry.set_office(c.realm, "x", c.hiro, (c.hiro,)), "deputies: the holder"),
    "event without id": (lambda c: registry.add_event(c.realm, "", (c.cat,)), "event: empty"),
    "unknown in event": (lambda c: registry.add_event(c.realm, "fire", ("nobody",)), "people: no such"),
    "twice in event": (lambda c: registry.add_event(c.realm, "fire", (c.cat, c.cat)), "people: somebody"),
    "unknown clinician": (lambda c: registry.set_care(c.realm, "nobody", (c.cat,)), "clinician: no such"),
    "unknown patient": (lambda c: registry.set_care(c.realm, c.hiro, ("nobody",)), "patients: no such"),
    "patient twice": (lambda c: registry.set_care(c.realm, c.hiro, (c.cat, c.cat)), "patients: somebody"),
    "own patient": (lambda c: registry.set_care(c.realm, c.hiro, (c.hiro,)), "patients: nobody is"),
    "another realm": (lambda c: registry.set_care("live", c.hiro, (c.cat,)), "clinician: no such"),
    "change nobody": (lambda c: registry.change_person("live", c.hiro, PEOPLE["hiro"]), "person: no such"),
    "erase nobody": (lambda c: registry.erase(c.realm, "nobody"), "person: no such"),
    "way to nobody": (lambda c: add_contact(c.realm, "nobody", Way(kind="phone", text="1")), "person: no"),
    "unknown way": (lambda c: add_contact(c.realm, c.hiro, Way(kind="owl", text="1")), "kind: one of"),
    "empty way": (lambda c: add_contact(c.realm, c.hiro, Way(kind="phone", text=" ")), "text: empty"),
}


@pytest.mark.parametrize("row", REFUSED_REST)
def test_what_cannot_be_is_refused_by_argument(row: str, cast: Cast) -> None:
    act, reason = REFUSED_REST[row]
    with pytest.raises(BadInput) as wrong:
        act(cast)
    assert str(wrong.value).startswith(reason)


def test_an_event_is_entered_once(cast: Cast) -> None:
    registry.add_event(cast.realm, "fire", (cast.cat,))
    with pytest.raises(BadInput, match=r"^event: there is an event"):
        registry.add_event(cast.realm, "fire", (cast.hiro,), closed=True)
    registry.add_event("live", "fire", ())
    found = facts_for(cast.realm, set(), (), "fire").event
    assert found is not None
    assert list(models.EventPerson.objects.values_list("person_id", flat=True)) == [cast.cat]


def test_a_patient_has_one_clinician_and_nobody_is_dropped(cast: Cast) -> None:
    registry.set_care(cast.realm, cast.sakura, (cast.outsider, cast.sister))
    registry.set_care(cast.realm, cast.hiro, (cast.sister,))
    registry.set_care(cast.realm, cast.sakura, ())
    expected = sorted([(cast.outsider, cast.sakura), (cast.sister, cast.hiro)])
    assert list(house_care(cast.realm).items()) == expected
    assert house_care("live") == {}
    registry.end_care(cast.realm, (cast.sister,))
    assert house_care(cast.realm) == {cast.outsider: cast.sakura}


def test_an_office_is_replaced_whole(cast: Cast) -> None:
    registry.set_office(cast.realm, "leader", None, (cast.hiro, cast.mirani))
    (office,) = facts_for(cast.realm, set(), ("leader",), None).offices
    assert (office.holder, office.deputies) == (None, (cast.hiro, cast.mirani))


def test_an_account_is_one_person(cast: Cast) -> None:
    from django.contrib.auth.models import User

    user = User.objects.create(username="desk")
    registry.link_user(cast.realm, cast.hiro, user.pk)
    registry.link_user(cast.realm, cast.hiro, user.pk)
    with pytest.raises(BadInput, match=r"^user: "):
        registry.link_user(cast.realm, cast.mirani, user.pk)
    assert models.Person.objects.get(user=user).id == cast.hiro


def test_ways_are_kept_in_the_order_to_try(cast: Cast) -> None:
    ways = (Way(kind="address", text="3-1 Hinode, 東京"), Way(kind="phone", text="+81 3 0000 0000"))
    for way in ways:
        add_contact(cast.realm, cast.sister, way)
    assert contacts(cast.sister) == ways
    assert contacts(cast.hiro) == ()


def test_a_name_copied_to_another_row_does_not_pass_for_theirs(cast: Cast) -> None:
    stolen = models.Person.objects.get(id=cast.hiro).name_cipher
    models.Person.objects.filter(id=cast.cat).update(name_cipher=stolen)
    with pytest.raises(BrokenRecord, match=f"^person.name:{cast.cat}: "):
        registry.names([cast.cat])
