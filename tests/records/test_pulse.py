"""The dead man's switch, and the family's question at the door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kinfirst.records import heartbeats, models, visits
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.verify import verify
from tests.cast import Cast, enter_cast
from tests.conformance.house import NIGHT, START, House

pytestmark = pytest.mark.django_db

REFERENCE = "K7W3PX2Q"


def test_nobody_alive_and_nothing_due() -> None:
    assert heartbeats.pulse(START) == heartbeats.Pulse(last_beat=None, oldest_due=None)


def test_the_last_beat_of_any_worker_and_the_oldest_moment_that_passed(cast: Cast) -> None:
    heartbeats.beat("a", START)
    heartbeats.beat("b", START + timedelta(minutes=2))
    heartbeats.beat("a", START + timedelta(minutes=1))
    assert models.Heartbeat.objects.count() == 2
    house = House(cast)
    list(house.play(NIGHT))
    due = models.Case.objects.get(id=house.case).due_at
    assert due is not None
    assert heartbeats.pulse(due - timedelta(seconds=1)).oldest_due is None
    found = heartbeats.pulse(due)
    assert (found.last_beat, found.oldest_due) == (START + timedelta(minutes=2), due)
    report = verify()
    assert report.ok, report.first_wrong


def test_a_worker_whose_clock_was_ahead_does_not_hide_that_nobody_lives() -> None:
    heartbeats.beat("right", START)
    heartbeats.beat("an hour ahead", START + timedelta(hours=1))
    later = START + timedelta(minutes=5)
    assert heartbeats.pulse(later).last_beat == START
    assert heartbeats.judged(heartbeats.pulse(later), later).silent
    ahead = START + timedelta(minutes=59, seconds=30)
    assert not heartbeats.judged(heartbeats.pulse(ahead), ahead).silent


@pytest.fixture
def house(cast: Cast) -> House:
    """A house in which Hiro is on his way to the sister, with a reference."""
    found = House(cast)
    list(found.play(NIGHT[: next(n for n, line in enumerate(NIGHT) if line.do == "assign") + 1]))
    return found


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        pytest.param(REFERENCE, "yes, ours", id="as it was given"),
        pytest.param("k7w3-px2q", "yes, ours", id="small, with a dash"),
        pytest.param(" K 7 W 3 P X 2 Q ", "yes, ours", id="spelled out"),
        pytest.param("K7W3PX2", "not known", id="one letter short"),
        pytest.param("K7W3PX2QQ", "not known", id="one letter more"),
        pytest.param("", "not known", id="nothing"),
        pytest.param("---", "not known", id="no letters"),
        pytest.param("%", "not known", id="a wildcard"),
        pytest.param("K7W3PX2Q" * 9, "not known", id="very long"),
    ],
)
def test_the_people_at_the_door(house: House, asked: str, answer: str) -> None:
    assert visits.verify_visit(asked, realm=house.realm) == answer


def test_a_visit_of_an_exercise_is_never_confirmed_to_a_real_family(house: House) -> None:
    assert visits.verify_visit(REFERENCE) == "not known"
    assert visits.verify_visit(REFERENCE, realm=enter_cast("exercise").realm) == "not known"


def test_asking_needs_nobody_and_writes_nothing(house: House) -> None:
    before = models.Entry.objects.count()
    given = Given(realm=house.realm, by="", now=START)
    outcome = perform_named("verify_visit", {"reference": REFERENCE}, given=given)
    assert (outcome.answer, outcome.refusal, outcome.seq) == ("yes, ours", None, 0)
    assert perform_named("verify_visit", {}, given=given).answer == "not known"
    assert models.Entry.objects.count() == before


def test_a_reference_is_drawn_where_none_is_given(cast: Cast) -> None:
    house = House(cast)
    assign = next(n for n, line in enumerate(NIGHT) if line.do == "assign")
    list(house.play(NIGHT[:assign]))
    line = NIGHT[assign]
    outcome = house.do(type(line)(line.minute, line.by, line.do, {"place": "sister", "lead": "hiro"}))
    assert outcome.refusal is None
    drawn = models.Visit.objects.get(case_id=house.case).reference
    assert visits.verify_visit(drawn, realm=house.realm) == "yes, ours"
