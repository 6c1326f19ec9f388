"""The life of one message, from the row that a command writes to the person who says what became of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kinfirst.records import claims, models, outbox
from kinfirst.records.verify import verify
from tests.cast import Cast
from tests.conformance.house import NIGHT, START, House

pytestmark = pytest.mark.django_db

NOW = START + timedelta(hours=4)
LEASE = timedelta(minutes=1)
W = "worker-1"


@pytest.fixture
def one(cast: Cast) -> str:
    """The id of a message that `worker-1` is just attempting."""
    house = House(cast)
    list(house.play(NIGHT))
    (row,) = claims.claim_outbox(NOW, W, 1, LEASE)
    return row.id


def row(id: str) -> models.Outbox:
    return models.Outbox.objects.get(id=id)


def pages() -> list[str]:
    """What the desk was asked, beyond what the night itself asks."""
    rows = models.Outbox.objects.filter(payload__contains='"message"').order_by("number")
    return [row.payload for row in rows]


def assert_holds() -> None:
    report = verify()
    assert report.ok, report.first_wrong


def test_claimed_it_is_attempted_once_more_under_a_lease(one: str) -> None:
    found = row(one)
    assert (found.state, found.attempts, found.lease_by) == ("attempting", 1, W)
    assert found.lease_until == NOW + LEASE
    assert_holds()


@pytest.mark.parametrize(
    ("act", "state"),
    [
        pytest.param(lambda id: outbox.sent(id, worker=W, sequence=7, result="taken"), "sent", id="sent"),
        pytest.param(lambda id: outbox.failed(id, worker=W, result="no such address"), "failed", id="failed"),
        pytest.param(
            lambda id: outbox.again(id, worker=W, not_before=NOW + LEASE, result="busy"), "queued", id="again"
        ),
        pytest.param(lambda id: outbox.held(id, worker=W, until=NOW + LEASE), "queued", id="held"),
        pytest.param(lambda id: outbox.unclear(id, worker=W, now=NOW, result="cut off"), "unknown", id="unclear"),
        pytest.param(lambda id: outbox.held_by_scanner(id, worker=W, now=NOW), "failed", id="held by the scanner"),
    ],
)
def test_only_its_worker_says_what_came_of_an_attempt(one: str, act: object, state: str) -> None:
    assert callable(act)
    models.Outbox.objects.filter(id=one).update(lease_by="another")
    assert act(one) is False
    models.Outbox.objects.filter(id=one).update(lease_by=W)
    assert act(one) is True
    assert (row(one).state, row(one).lease_by, row(one).lease_until) == (state, "", None)
    assert act(one) is False
    assert_holds()


def test_sent_and_delivered(one: str) -> None:
    assert outbox.sent(one, worker=W, sequence=7)
    assert outbox.delivered(one, sequence=9, result="AA")
    assert (row(one).state, row(one).sequence, row(one).result) == ("delivered", 9, "AA")
    assert_holds()


def test_receipts_that_come_out_of_order(one: str) -> None:
    """The sender's sequence orders them: one that is older than what is known changes nothing."""
    assert outbox.sent(one, worker=W, sequence=7)
    assert not outbox.delivered(one, sequence=6, result="late")
    assert row(one).state == "sent"
    assert outbox.delivered(one, sequence=7)
    assert not outbox.delivered(one, sequence=8, result="twice")
    assert row(one).result == ""


def test_a_receipt_may_be_quicker_than_the_answer(one: str) -> None:
    """It arrived: whatever the worker says afterwards, it is not sent again."""
    assert outbox.delivered(one, sequence=3)
    assert not outbox.again(one, worker=W, not_before=NOW, result="timed out")
    assert row(one).state == "delivered"
    assert_holds()


def test_a_message_that_was_never_attempted_has_no_receipt(one: str) -> None:
    queued = models.Outbox.objects.filter(state="queued")[0].id
    assert not outbox.delivered(queued, sequence=1)
    assert row(queued).state == "queued"
    assert not outbox.delivered("nothing", sequence=1)


def test_later_means_later(one: str) -> None:
    assert outbox.again(one, worker=W, not_before=NOW + timedelta(minutes=5), result="busy")
    taken = claims.claim_outbox(NOW, W, 100, LEASE)
    assert one not in {row.id for row in taken}
    late = claims.claim_outbox(NOW + timedelta(minutes=5), W, 100, timedelta(hours=1))
    assert one in {row.id for row in late}
    assert row(one).attempts == 2


def test_a_throttle_shows_on_the_case_until_it_ends(one: str) -> None:
    until = NOW + timedelta(minutes=5)
    case = row(one).case_id
    assert outbox.held(one, worker=W, until=until)
    assert [shown.id for shown in outbox.shown(case, NOW)] == [one]
    assert outbox.shown(case, until) == []
    assert one in {row.id for row in claims.claim_outbox(until, W, 100, LEASE)}
    assert row(one).held_until is None


def test_a_worker_that_stopped_leaves_an_unknown_and_a_person_is_asked(one: str) -> None:
    later = NOW + LEASE
    assert claims.give_up_leases(later - timedelta(microseconds=1)) == 0
    assert claims.give_up_leases(later) == 1
    assert claims.give_up_leases(later) == 0
    assert row(one).state == "unknown"
    (asked,) = pages()
    assert "delivery_unknown" in asked
    assert one in asked
    assert [shown.id for shown in outbox.shown(row(one).case_id, later)] == [one]
    assert one not in {row.id for row in claims.claim_outbox(later + LEASE, W, 1000, LEASE)}
    assert_holds()


def test_a_slow_worker_that_answers_before_anybody_looked_is_heard(one: str) -> None:
    assert outbox.sent(one, worker=W, sequence=1)
    assert not outbox.give_up(one, NOW + timedelta(hours=1))
    assert row(one).state == "sent"


@pytest.mark.parametrize(("arrived", "state"), [(True, "delivered"), (False, "queued")])
def test_the_person_who_looked_settles_it(one: str, arrived: bool, state: str) -> None:
    assert not outbox.settle(one, arrived=arrived, by="p", now=NOW)
    claims.give_up_leases(NOW + LEASE)
    assert outbox.settle(one, arrived=arrived, by="p", now=NOW + LEASE)
    assert not outbox.settle(one, arrived=arrived, by="p", now=NOW + LEASE)
    assert row(one).state == state
    assert_holds()


def test_one_that_failed_goes_again_by_a_persons_word_and_by_nothing_else(one: str) -> None:
    assert outbox.failed(one, worker=W, result="404")
    assert not outbox.settle(one, arrived=True, by="p", now=NOW)
    assert outbox.settle(one, arrived=False, by="p", now=NOW)
    assert (row(one).state, row(one).result) == ("queued", "to be sent again, said by p")
    assert [each.id for each in claims.claim_outbox(NOW, W, 1000, LEASE) if each.id == one] == [one]
    assert_holds()


def test_what_the_scanner_held_is_never_sent(one: str) -> None:
    assert outbox.held_by_scanner(one, worker=W, now=NOW)
    assert not outbox.settle(one, arrived=False, by="p", now=NOW)
    assert_holds()


def test_a_late_receipt_settles_an_unknown(one: str) -> None:
    claims.give_up_leases(NOW + LEASE)
    assert outbox.delivered(one, sequence=1)
    assert row(one).state == "delivered"


def test_what_the_scanner_holds_pages_the_desk_without_the_words(one: str) -> None:
    assert outbox.held_by_scanner(one, worker=W, now=NOW)
    (asked,) = pages()
    assert "held_message" in asked
    assert row(one).result == "held by scanner"
    assert_holds()


def test_pages_of_the_record_itself_are_numbered_like_all_others(one: str) -> None:
    case = row(one).case_id
    claims.claim_outbox(NOW, W, 3, LEASE)
    claims.give_up_leases(NOW + LEASE)
    numbers = list(models.Outbox.objects.filter(case_id=case).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, models.Case.objects.get(id=case).outbox_count + 1))
    assert len(pages()) == 4


def test_a_case_that_moved_keeps_its_due_moment_and_loses_its_lease(cast: Cast) -> None:
    house = House(cast)
    case = house.open()
    models.Case.objects.filter(id=case).update(due_at=START)
    assert claims.claim_due(NOW, W, 5, LEASE) == (case,)
    assert claims.claim_due(NOW, "worker-2", 5, LEASE) == ()
    assert claims.claim_due(NOW + LEASE, "worker-2", 5, LEASE) == (case,)
    claims.release([case], W)
    assert models.Case.objects.get(id=case).lease_by == "worker-2"
    claims.release([case], "worker-2")
    found = models.Case.objects.get(id=case)
    assert (found.lease_by, found.lease_until, claims.lease_holds(found)) == ("", None, True)
