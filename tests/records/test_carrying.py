"""How often each has carried the word: told or condoled, since a moment, in this realm (R34, R56)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kinfirst.records import models
from kinfirst.records.carrying import carried_since, carrying_now
from tests.plays import played

pytestmark = pytest.mark.django_db


def test_a_visit_to_somebody_who_knew_already_was_carried_too() -> None:
    play = played("10-platoon-message")
    realm, rowe = play.company.realm, play.company.ids["rowe"]
    condoled = models.Entry.objects.get(kind="condoled", actor=rowe)
    told = models.Entry.objects.filter(kind="told", actor=rowe, case__realm=realm).count()
    assert condoled.at is not None
    assert carried_since(realm, condoled.at - timedelta(days=1))[rowe] == told + 1
    assert condoled.actor not in carried_since(realm, condoled.at + timedelta(days=1))
    assert carried_since("live", condoled.at - timedelta(days=1)) == {}


def test_who_is_on_the_way_carries_until_the_door_is_settled() -> None:
    before = played("demo-ward", until="tell")
    noriko = before.company.ids["noriko"]
    assert carrying_now(before.company.realm) == {noriko: 1}
