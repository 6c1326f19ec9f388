"""A message of which nobody knows whether it arrived: a casualty officer says, on the page of the case."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from kinfirst.records import models, outbox
from kinfirst.records.verify import verify
from kinfirst.scenarios.player import Played
from kinfirst.web import clock
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db
W = "worker-1"


@pytest.fixture
def night(at: At) -> Played:
    at("2020-10-10T15:12:00+09:00")
    return played("the-night", until="tell")


def message(play: Played, state: str, result: str = "") -> models.Outbox:
    """The first message of the case, as if a worker had taken it and that came of it."""
    row = models.Outbox.objects.filter(case_id=only_case(play)).order_by("number")[0]
    outbox._change(row, {"state": "attempting", "lease_by": W, "lease_until": clock.now()})
    if state == outbox.UNKNOWN:
        assert outbox.give_up(row.id, clock.now())
    else:
        assert outbox.failed(row.id, worker=W, result=result)
    return row


def says(play: Played, who: str, row: models.Outbox, answer: str) -> HttpResponse:
    where = f"/cases/{row.case_id}/messages/{row.number}"
    found: HttpResponse = signed_in(play, who).post(where, {"answer": answer}, follow=True)
    row.refresh_from_db()
    return found


def shown(play: Played, who: str) -> str:
    return signed_in(play, who).get(f"/cases/{only_case(play)}/").content.decode()


@pytest.mark.parametrize(("answer", "state"), [("arrived", outbox.DELIVERED), ("again", "queued")])
def test_who_asked_the_receiver_says_what_came_of_it(night: Played, answer: str, state: str) -> None:
    row = message(night, outbox.UNKNOWN)
    assert "Nobody knows whether it arrived" in shown(night, "sakura")
    assert says(night, "sakura", row, answer).status_code == 200
    assert row.state == state
    assert row.result.endswith(night.company.ids["sakura"])
    assert verify().ok
    assert "Nobody asks about that message any more" in says(night, "sakura", row, answer).content.decode()


def test_a_message_that_failed_is_sent_again_but_never_called_delivered(night: Played) -> None:
    row = message(night, outbox.FAILED, "404")
    assert "Send it again" in shown(night, "sakura")
    says(night, "sakura", row, "arrived")
    assert row.state == outbox.FAILED
    says(night, "sakura", row, "again")
    assert row.state == "queued"


def test_what_the_scanner_held_goes_nowhere(night: Played) -> None:
    row = message(night, outbox.FAILED, outbox.HELD_BY_SCANNER)
    assert "Send it again" not in shown(night, "sakura")
    says(night, "sakura", row, "again")
    assert row.state == outbox.FAILED


def test_others_neither_see_the_buttons_nor_may_press_them(night: Played) -> None:
    row = message(night, outbox.UNKNOWN)
    assert "Send it again" not in shown(night, "desk")
    assert says(night, "desk", row, "arrived").status_code == 403
    assert row.state == outbox.UNKNOWN


@pytest.mark.parametrize("answer", ["", "yes"])
def test_nothing_chosen_changes_nothing(night: Played, answer: str) -> None:
    row = message(night, outbox.UNKNOWN)
    assert says(night, "sakura", row, answer).status_code == 400
    assert row.state == outbox.UNKNOWN
