"""The registry as somebody keeps it: each change has its line in a log that cannot be rewritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from kinfirst.core.errors import BadInput
from kinfirst.core.facts import KinRecord
from kinfirst.people import accounts, changes, desk, facts, marks, models, registry
from kinfirst.people.changes import Keeper, Wanted
from kinfirst.people.contacts import Way, contacts
from kinfirst.people.registry import NewPerson
from tests.cast import NAMES, Cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def keeper(cast: Cast) -> Keeper:
    return Keeper(realm=cast.realm, by=cast.sakura, now=NOW)


def line_of(cast: Cast) -> int:
    return int(models.Kin.objects.get(of_id=cast.cat, person_id=cast.sister).pk)


def last(keeper: Keeper) -> changes.Line:
    found, _more = changes.lines(keeper.realm)
    return found[0]


def _accounted(keeper: Keeper, cast: Cast) -> None:
    desk.open_account(keeper, "otto", cast.outsider)


DOES: dict[str, tuple[Callable[[Keeper, Cast], object], tuple[str, str]]] = {
    "a new person": (lambda k, c: desk.enter(k, NewPerson(name="Ana Orr")), ("person", "added")),
    "somebody anew": (lambda k, c: desk.change(k, c.hiro, NewPerson(name="Hiro Ueno")), ("person", "changed")),
    "away": (lambda k, c: desk.set_away(k, c.hiro, away=True), ("person", "changed")),
    "kin": (
        lambda k, c: desk.add_kin(k, KinRecord(of=c.cat, person=c.outsider, relation="parent")),
        ("kin", "added"),
    ),
    "kin anew": (
        lambda k, c: desk.change_kin(k, line_of(c), KinRecord(of=c.cat, person=c.sister, relation="half_sibling")),
        ("kin", "changed"),
    ),
    "kin ended": (lambda k, c: desk.end_kin(k, line_of(c)), ("kin", "ended")),
    "a contact": (lambda k, c: desk.add_contact(k, c.hiro, Way(kind="phone", text="+31 1")), ("contact", "added")),
    "an office": (lambda k, c: desk.set_office(k, "adviser", c.hiro, (c.mirani,)), ("office", "added")),
    "an event": (lambda k, c: desk.set_event(k, "convoy", [c.cat], closed=True), ("event", "added")),
    "a division": (lambda k, c: desk.rename_division(k, "anbu", "masks"), ("division", "changed")),
    "an account": (_accounted, ("account", "added")),
    "roles": (lambda k, c: desk.set_roles(k, c.hiro, ("auditor",), ()), ("person", "changed")),
    "a search": (lambda k, c: desk.found(k, "Hiro Tanabe"), ("person", "searched")),
    "a look": (lambda k, c: desk.shown(k, c.hiro), ("person", "shown")),
}


@pytest.mark.parametrize("name", DOES)
def test_everything_done_has_its_line(keeper: Keeper, cast: Cast, name: str) -> None:
    does, said = DOES[name]
    before = models.Change.objects.count()
    does(keeper, cast)
    line = last(keeper)
    assert models.Change.objects.count() == before + 1
    assert (line.kind, line.what, line.by, line.at) == (*said, cast.sakura, NOW)
    assert list(marks.unmarked(settings.KINFIRST_KEYRING)) == []
    written = msgspec.json.encode(line).decode()
    assert [one for one in (*NAMES.values(), "Ana", "+31 1") if one in written] == []


def test_only_the_fields_that_changed_are_named(keeper: Keeper, cast: Cast) -> None:
    known = desk.as_entered(cast.realm, cast.hiro)
    assert desk.change(keeper, cast.hiro, msgspec.structs.replace(known, grade=7, speaks=("ja",))) == (
        "grade",
        "speaks",
    )
    assert last(keeper).fields == ("grade", "speaks")
    assert desk.change(keeper, cast.hiro, msgspec.structs.replace(known, grade=7, speaks=("ja",))) == ()


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE people_change SET what = 'added'", id="rewritten"),
        pytest.param("DELETE FROM people_change", id="taken away"),
    ],
)
def test_the_log_cannot_be_rewritten(keeper: Keeper, cast: Cast, statement: str) -> None:
    desk.found(keeper, "nobody")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "does",
    [
        pytest.param(lambda k, c: desk.change(k, c.sakura, NewPerson(name="Sakura")), id="oneself"),
        pytest.param(lambda k, c: desk.set_roles(k, c.sakura, ("auditor",), ()), id="one's own roles"),
        pytest.param(lambda k, c: desk.shown(k, c.cat), id="a look at somebody whose kin one is"),
        pytest.param(lambda k, c: desk.end_kin(k, line_of(c)), id="a line of somebody whose kin one is"),
        pytest.param(
            lambda k, c: desk.add_kin(k, KinRecord(of=c.outsider, person=c.sakura, relation="spouse")),
            id="oneself as kin",
        ),
        pytest.param(lambda k, c: desk.switch(k, c.sakura, on=False), id="one's own account"),
    ],
)
def test_nobody_keeps_their_own(keeper: Keeper, cast: Cast, does: Callable[[Keeper, Cast], object]) -> None:
    registry.add_kin(cast.realm, KinRecord(of=cast.cat, person=cast.sakura, relation="other"))
    before = models.Change.objects.count()
    with pytest.raises(BadInput, match="ask a colleague"):
        does(keeper, cast)
    assert models.Change.objects.count() == before


def test_a_sealed_name_is_never_shown(keeper: Keeper, cast: Cast) -> None:
    assert desk.shown(keeper, cast.cat).name == "Cat"
    assert desk.as_entered(cast.realm, cast.cat).name == NAMES["cat"]


def test_a_line_of_kin_keeps_its_ground(keeper: Keeper, cast: Cast) -> None:
    record = KinRecord(of=cast.cat, person=cast.outsider, relation="parent", do_not_notify=True, teller=cast.hiro)
    desk.add_kin(keeper, record, ground="estranged")
    pk = models.Kin.objects.get(of_id=cast.cat, person_id=cast.outsider).pk
    desk.change_kin(keeper, pk, msgspec.structs.replace(record, emergency_contact=True))
    row = models.Kin.objects.get(of_id=cast.cat, person_id=cast.outsider)
    assert (row.emergency_contact, row.ground_cipher is not None) == (True, True)
    found = facts.facts_for(cast.realm, {cast.cat}, (), None)
    assert any(line.person == cast.outsider and line.emergency_contact for line in found.kin)


def test_a_contact_ends_and_the_others_keep_their_turn(keeper: Keeper, cast: Cast) -> None:
    for text in ("1 234", "5 678"):
        desk.add_contact(keeper, cast.hiro, Way(kind="phone", text=text))
    desk.end_contact(keeper, cast.hiro, 0)
    assert [way.text for way in contacts(cast.hiro)] == ["5 678"]


def test_members_of_an_event_come_and_go(keeper: Keeper, cast: Cast) -> None:
    desk.set_event(keeper, "convoy", [cast.cat, cast.hiro], closed=False)
    desk.set_event(keeper, "convoy", [cast.cat, cast.mirani], closed=True)
    event = models.Event.objects.get(code="convoy")
    assert event.closed
    assert {one.person_id for one in event.members.all()} == {cast.cat, cast.mirani}


def test_an_account_is_opened_used_and_ended(keeper: Keeper, cast: Cast) -> None:
    password = desk.open_account(keeper, "otto", cast.outsider)
    assert accounts.find("otto").check_password(password)
    made = desk.issue_token(keeper, cast.outsider, label="ward", lasts=None)
    desk.revoke_token(keeper, cast.outsider, made.id)
    with pytest.raises(BadInput, match="still holds"):
        desk.revoke_token(keeper, cast.outsider, made.id)
    assert desk.new_password(keeper, cast.outsider) != password
    desk.switch(keeper, cast.outsider, on=False)
    assert not accounts.find("otto").is_active
    desk.switch(keeper, cast.outsider, on=True)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        pytest.param(Wanted(), 4, id="all"),
        pytest.param(Wanted(kind="office"), 1, id="of a kind"),
        pytest.param(Wanted(by="nobody"), 0, id="by nobody"),
        pytest.param(Wanted(about="adviser"), 1, id="about something"),
        pytest.param(Wanted(limit=3), 3, id="a page"),
    ],
)
def test_the_log_is_read_in_pages(keeper: Keeper, cast: Cast, wanted: Wanted, count: int) -> None:
    desk.set_office(keeper, "adviser", cast.hiro)
    for _ in range(3):
        desk.found(keeper, "x")
    found, before = changes.lines(cast.realm, wanted)
    assert len(found) == count
    assert (before is not None) == (count == wanted.limit)


def test_a_line_of_no_known_kind_is_a_fault(keeper: Keeper) -> None:
    with pytest.raises(ValueError, match="no such line"):
        changes.write(keeper, "weather", "changed")
