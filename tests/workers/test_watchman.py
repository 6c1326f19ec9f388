"""The engine that stops shouts."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Event

import pytest

from kinfirst.channels.port import Letter, Outcome
from kinfirst.clock import SimulatedClock
from kinfirst.records import heartbeats, models
from kinfirst.records.errors import NewerSchema, RecordUnavailable
from kinfirst.workers import watchman as module
from kinfirst.workers.plan import Plan
from kinfirst.workers.watchman import Watchman
from kinfirst.workers.worker import Worker
from tests.workers.fakes import FakeChannel, ways
from tests.workers.house import CASUALTY, SISTER, house

pytestmark = pytest.mark.django_db


@pytest.fixture
def due() -> datetime:
    """A house with one open case; when its first moment is due. All of it was done by a worker that then stopped."""
    house().open("Heron", "casualty")
    at = models.Case.objects.get(alias="Heron").due_at
    assert at is not None
    heartbeats.beat("w1", at - timedelta(minutes=1))
    return at


def letters(*channels: FakeChannel) -> list[Letter]:
    return [letter for channel in channels for letter in channel.carried]


@pytest.mark.parametrize(
    ("after", "calls"),
    [
        pytest.param(timedelta(seconds=-30), 0, id="nothing is due"),
        pytest.param(timedelta(minutes=2), 0, id="due for two minutes"),
        pytest.param(timedelta(minutes=2, seconds=1), 1, id="due for longer"),
        pytest.param(timedelta(days=2), 1, id="due for days"),
    ],
)
def test_it_calls_when_something_is_due_and_nobody_lives(due: datetime, after: timedelta, calls: int) -> None:
    watchman = Watchman(SimulatedClock(due + after), ways(FakeChannel()))
    assert watchman.look() is (calls == 0)
    assert watchman.calls == calls


def test_it_says_since_when_and_names_nobody(due: datetime) -> None:
    webhook, mail = FakeChannel(), FakeChannel(reaches="email")
    Watchman(SimulatedClock(due + timedelta(minutes=5)), ways(webhook, mail)).look()
    assert [letter.to for letter in webhook.carried] == ["role:coordinator", "role:casualty_officer"]
    assert {letter.to for letter in mail.carried} >= {"desk@house.example", "medic@house.example"}
    assert "off@house.example" not in {letter.to for letter in mail.carried}
    since = f"{due - timedelta(minutes=1):%H:%M} UTC"
    for letter in letters(webhook, mail):
        assert letter.text.startswith(f"Kinfirst has done nothing since {since}: what is due waits.")
        assert not any(word in letter.text + letter.subject + letter.key for word in (*CASUALTY.split(), "Heron"))
        assert SISTER.split()[0] not in str(letter.facts)


def test_again_every_ten_minutes_under_a_key_of_its_own_until_a_worker_lives(due: datetime) -> None:
    clock, channel = SimulatedClock(due + timedelta(minutes=3)), FakeChannel()
    watchman = Watchman(clock, ways(channel))
    for _ in range(41):
        watchman.look()
        clock.advance_to(clock.now() + timedelta(seconds=30))
    assert watchman.calls == 3
    keys = [letter.key for letter in channel.carried]
    assert len(keys) == len(set(keys)) == 6
    Worker(clock, ways(FakeChannel()), Plan()).once()
    assert watchman.look()
    assert watchman.calls == 3


def test_two_watchmen_call_with_one_key(due: datetime) -> None:
    channel, now = FakeChannel(), due + timedelta(minutes=5)
    for _ in range(2):
        Watchman(SimulatedClock(now), ways(channel)).look()
    assert len(channel.carried) == 4
    assert len({letter.key for letter in channel.carried}) == 2


def test_a_record_that_is_away_for_a_minute_is_called_about_with_addresses_known_from_before(
    due: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, mail = SimulatedClock(due - timedelta(minutes=1)), FakeChannel(reaches="email")
    watchman = Watchman(clock, ways(mail))
    assert watchman.look()

    def away(_now: datetime) -> heartbeats.Pulse:
        raise RecordUnavailable("the database cannot be read")

    monkeypatch.setattr(module, "pulse", away)
    assert watchman.look()
    clock.advance_to(clock.now() + timedelta(seconds=59))
    assert watchman.look()
    clock.advance_to(clock.now() + timedelta(seconds=1))
    assert not watchman.look()
    assert {letter.to for letter in mail.carried} >= {"desk@house.example"}
    assert all(letter.text.startswith("Kinfirst cannot read its record since") for letter in mail.carried)


def test_a_call_that_does_not_arrive_is_in_the_log_and_stops_no_other(
    due: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    def refuses(_letter: Letter) -> Outcome:
        raise OSError("no route")

    good = FakeChannel()
    with caplog.at_level(logging.ERROR):
        Watchman(SimulatedClock(due + timedelta(minutes=5)), ways(FakeChannel(refuses), good)).look()
    assert len(good.carried) == 2
    assert "nobody watches the clock" in caplog.text
    assert "a call about it did not arrive: the channel broke: OSError" in caplog.text


def test_a_newer_record_has_a_watchman_of_its_own(due: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def newer(_now: datetime) -> heartbeats.Pulse:
        raise NewerSchema("newer")

    monkeypatch.setattr(module, "pulse", newer)
    monkeypatch.setattr(module, "LOOK_EVERY", timedelta())
    Watchman(SimulatedClock(due), ways(FakeChannel())).run(Event())


def test_it_looks_until_it_is_told_to_stop_and_over_its_own_faults(
    due: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, looks = Event(), list[int]()

    def stumbles(_now: datetime) -> heartbeats.Pulse:
        looks.append(1)
        if len(looks) == 3:
            stop.set()
        raise ValueError("a fault of ours")

    monkeypatch.setattr(module, "pulse", stumbles)
    monkeypatch.setattr(module, "LOOK_EVERY", timedelta(milliseconds=1))
    Watchman(SimulatedClock(due), ways(FakeChannel())).run(stop)
    assert len(looks) == 3
