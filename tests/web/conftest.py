"""A house with accounts: somebody of a play signs in, at a moment of that play."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from kinfirst.clock import SimulatedClock
from kinfirst.people import registry
from kinfirst.scenarios.player import Played
from kinfirst.web import colleagues, watch

At = Callable[[str], SimulatedClock]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What a process keeps for a few seconds is not kept from one test to the next."""
    watch.forget()
    colleagues.forget()


@pytest.fixture
def at(settings: object) -> At:
    """Sets the clock of the pages: `at("2020-10-10T15:12:00+09:00")`."""

    def set_clock(moment: str) -> SimulatedClock:
        clock = SimulatedClock(datetime.fromisoformat(moment))
        settings.KINFIRST_CLOCK = clock  # type: ignore[attr-defined]
        return clock

    return set_clock


def signed_in(play: Played, handle: str, *, strict: bool = False) -> Client:
    """A browser in which somebody of the play is signed in; `strict` checks CSRF as a real one is."""
    person = play.company.ids[handle]
    user = User.objects.filter(person__id=person).first()
    if user is None:
        user = User.objects.create_user(f"{handle}-{person[:8]}", password="long enough words")
        registry.link_user(play.company.realm, person, user.pk)
    client = Client(enforce_csrf_checks=strict)
    client.force_login(user, backend="kinfirst.project.signin.WithPerson")
    return client


def only_case(play: Played) -> str:
    (case,) = play.cases.values()
    return case
