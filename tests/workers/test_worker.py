"""A worker as a whole: it does all there is, beats, seals, stops when asked, and stops by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from kinfirst.clock import SimulatedClock
from kinfirst.core.errors import BadInput
from kinfirst.records import heartbeats, models
from kinfirst.records.errors import NewerSchema, RecordUnavailable
from kinfirst.workers.plan import Plan, duration
from kinfirst.workers.worker import Worker
from tests.workers.fakes import FakeChannel, ways
from tests.workers.house import NOW, House, house

LATER = NOW + timedelta(days=2)


@pytest.fixture
def live(transactional_db: None) -> Iterator[House]:
    yield house()
    connection.close()


def worker(channel: FakeChannel | None = None, plan: Plan | None = None) -> Worker:
    return Worker(SimulatedClock(LATER), ways(channel or FakeChannel()), plan or Plan())


@pytest.mark.django_db
def test_once_does_all_that_is_due_and_sends_all_that_came_of_it() -> None:
    case = house().open()
    channel = FakeChannel()
    one = worker(channel)
    one.once()
    assert one.moved >= 1
    assert one.carried == len(channel.carried) == models.Outbox.objects.filter(state="sent").count() > 0
    assert not models.Outbox.objects.exclude(state="sent").exists()
    assert "escalate" in {letter.facts["task"] for letter in channel.carried}
    assert one.sealed == models.Seal.objects.count() == 1
    assert heartbeats.pulse(LATER).last_beat == LATER
    assert models.Case.objects.get(id=case).lease_by == ""
    again = worker(channel)
    again.once()
    assert (again.moved, again.carried, again.sealed) == (0, 0, 0)


@pytest.mark.django_db
def test_a_worker_that_may_not_send_lets_time_pass_and_no_more() -> None:
    house().open()
    channel = FakeChannel()
    one = worker(channel, Plan(send=False, seal_every=timedelta()))
    one.once()
    assert one.moved >= 1
    assert channel.carried == []
    assert not models.Seal.objects.exists()
    assert models.Outbox.objects.filter(state="queued").exists()


@pytest.mark.django_db
def test_a_worker_long_gone_is_forgotten() -> None:
    heartbeats.beat("old", LATER - timedelta(days=8))
    worker().once()
    assert not models.Heartbeat.objects.filter(worker="old").exists()


def test_it_runs_until_it_is_told_to_stop_and_finishes_what_it_holds(live: House) -> None:
    live.open()
    stop, asked = threading.Event(), threading.Event()

    def slow(_letter: object) -> object:
        asked.set()
        assert stop.wait(30)  # the stop comes while the letter is on its way
        from tests.workers.fakes import TAKEN

        return TAKEN

    one = worker(FakeChannel(slow))  # type: ignore[arg-type]
    running = threading.Thread(target=one.run, args=(stop,))
    running.start()
    assert asked.wait(30)
    stop.set()
    running.join(30)
    assert not running.is_alive()
    assert models.Outbox.objects.filter(state="sent").exists()
    assert not models.Outbox.objects.filter(state="attempting").exists()


def test_it_stops_by_itself_when_the_database_is_newer(live: House) -> None:
    schema = models.Engine.objects.get().schema
    case = live.open()
    models.Engine.objects.update(schema=999)
    try:
        with pytest.raises(NewerSchema, match="schema 999"):
            worker().run(threading.Event())
        assert not models.Entry.objects.filter(case_id=case, kind="task_overdue").exists()
    finally:
        models.Engine.objects.update(schema=schema)


def test_it_waits_out_a_database_that_is_away(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    live.open()
    stop, tries = threading.Event(), iter(range(3))
    one = worker()
    real = one._tick

    def tick() -> int:
        if next(tries, None) is not None:
            raise RecordUnavailable("the database server cannot be reached; nothing was written")
        found = real()
        stop.set()
        return found

    monkeypatch.setattr(one, "_tick", tick)
    monkeypatch.setattr("kinfirst.workers.worker.LONGEST_OUTAGE_PAUSE", 0.0)
    one.run(stop)
    assert one.moved == 1


def test_two_workers_have_two_names(db: None) -> None:
    assert worker().id != worker().id


@pytest.mark.parametrize(
    ("text", "found"),
    [("PT0S", timedelta()), ("PT1H30M", timedelta(minutes=90)), (" P1D ", timedelta(days=1))],
)
def test_durations(text: str, found: timedelta) -> None:
    assert duration(text, "--seal-every") == found


@pytest.mark.parametrize("text", ["", "1h", "-PT1H", "P1Y", "PT", "nonsense"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"^--seal-every: "):
        duration(text, "--seal-every")


@pytest.mark.parametrize("batch", [0, -1, 1001])
def test_a_batch_that_means_nothing_is_refused(batch: int) -> None:
    with pytest.raises(BadInput, match="batch: a whole number"):
        Plan(batch=batch)
