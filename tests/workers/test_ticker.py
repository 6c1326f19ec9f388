"""Time passing in batches: once each, and one broken ledger stops nobody else's clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kinfirst.records import models
from kinfirst.workers.plan import Plan
from kinfirst.workers.ticker import Ticker
from kinfirst.workers.waiting import POLL, until_next_message, until_next_tick
from tests.workers.house import NOW, House, drop_queued, house, queue

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


@pytest.fixture
def live() -> House:
    return house()


def overdue(case: str) -> list[str]:
    return list(models.Entry.objects.filter(case_id=case, kind="task_overdue").values_list("data", flat=True))


def test_what_is_due_is_ticked_once_and_given_back(live: House) -> None:
    cases = [live.open(alias) for alias in ("Heron", "Plover", "Curlew")]
    ticker = Ticker("w1", Plan(batch=2))
    assert [ticker.batch(LATER) for _ in range(3)] == [2, 1, 0]
    before = {case: overdue(case) for case in cases}
    assert all(before.values())
    assert Ticker("w2", Plan()).batch(LATER) == 0
    assert {case: overdue(case) for case in cases} == before
    assert not models.Case.objects.exclude(lease_by="").exists()


def test_before_its_moment_nothing_is_due(live: House) -> None:
    live.open()
    assert Ticker("w1", Plan()).batch(NOW) == 0


def test_what_another_worker_holds_is_left_alone_until_its_lease_ends(live: House) -> None:
    from kinfirst.records import claims

    case = live.open()
    assert claims.claim_due(LATER, "killed", 10, timedelta(minutes=2)) == (case,)
    ticker = Ticker("w1", Plan())
    assert ticker.batch(LATER + timedelta(minutes=1)) == 0
    assert ticker.batch(LATER + timedelta(minutes=3)) == 1


def test_a_broken_ledger_stays_due_and_stops_nobody(live: House, caplog: pytest.LogCaptureFixture) -> None:
    broken, fine = live.open("Heron"), live.open("Plover")
    models.Case.objects.filter(id=broken).update(snapshot=b"\x00")
    ticker = Ticker("w1", Plan())
    assert ticker.batch(LATER) == 1
    assert overdue(fine)
    row = models.Case.objects.get(id=broken)
    assert row.due_at is not None
    assert row.lease_by == "w1", "leased, or the worker would spin on it"
    assert ticker.batch(LATER) == 0
    assert broken in caplog.text


def test_a_worker_sleeps_until_the_next_moment_but_never_past_the_poll(live: House) -> None:
    assert until_next_tick(NOW) == POLL
    case = live.open()
    due = models.Case.objects.get(id=case).due_at
    assert due is not None
    short = timedelta(milliseconds=120)
    assert until_next_tick(due - short) == short
    assert until_next_tick(due) == until_next_tick(LATER) == timedelta()
    assert until_next_tick(NOW) == POLL


def test_it_wakes_for_the_next_message_as_well(live: House) -> None:
    case = live.open()
    drop_queued()
    assert until_next_message(NOW) == POLL
    queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    assert until_next_message(NOW) == timedelta()
    assert until_next_message(NOW - timedelta(milliseconds=200)) == timedelta(milliseconds=200)
