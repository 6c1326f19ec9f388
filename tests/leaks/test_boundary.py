"""R72 at the boundary itself: what the worker holds back, with real people behind a case."""

from __future__ import annotations

import pytest

from kinfirst.people import identifiers, registry
from kinfirst.people.entries import NewPerson
from kinfirst.people.identifiers import Identifier
from kinfirst.records import outbox
from kinfirst.workers.outbox import Carrier
from kinfirst.workers.plan import Plan
from tests.planted import SYLLABLES, planted
from tests.workers.fakes import FakeChannel, ways
from tests.workers.house import NOW, House, drop_queued, house, message, queue

pytestmark = pytest.mark.django_db
ONE_OF_EACH = {one.script: one.name for one in reversed(planted(2 * len(SYLLABLES)))}


@pytest.fixture
def live() -> House:
    return house()


def carried(live: House, name: str, alias: str, number: str = "") -> tuple[str, str]:
    """The state of a page that calls a case by that alias, and everything that left."""
    live.ids["new"] = registry.add_person(live.realm, NewPerson(name=name))
    if number:
        known = Identifier(kind="SN", authority="HOUSE", value=number)
        identifiers.add_identifier(live.realm, live.ids["new"], known)
    case = live.open("Heron", "new")
    drop_queued()
    id = queue(case, to="role:coordinator", alias=alias, task="identify")
    channel = FakeChannel()
    carrier = Carrier("w1", Plan(lanes=4), ways(channel))
    while carrier.batch(NOW):
        pass
    return message(id).result, " ".join(f"{letter.subject} {letter.text}" for letter in channel.carried)


@pytest.mark.parametrize("script", ONE_OF_EACH)
def test_a_name_of_any_script_is_held_and_the_desk_hears_without_it(live: House, script: str) -> None:
    name = ONE_OF_EACH[script]
    result, left = carried(live, name, alias=name)
    assert result == outbox.HELD_BY_SCANNER
    assert "a message is held" in left
    assert name not in left


@pytest.mark.parametrize("alias", ["SN 448 812", "448812", "bed of 448-812"])
def test_a_service_number_is_held(live: House, alias: str) -> None:
    result, left = carried(live, "Ilse Vang", alias=alias, number="448812")
    assert result == outbox.HELD_BY_SCANNER
    assert "448" not in left


def test_what_says_neither_goes(live: House) -> None:
    result, left = carried(live, "Ilse Vang", alias="Heron", number="448812")
    assert result == "ok"
    assert "Heron: identify" in left
