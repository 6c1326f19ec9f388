from __future__ import annotations

from typing import Any

import pytest

from kinfirst.clock import SimulatedClock
from kinfirst.people import registry
from kinfirst.people.registry import NewPerson
from tests.api.acting import NOON, Caller, Small, account, small_house
from tests.cast import Cast


@pytest.fixture
def clock(settings: Any) -> SimulatedClock:
    """The clock of the API, standing still at noon."""
    settings.KINFIRST_CLOCK = SimulatedClock(NOON)
    standing: SimulatedClock = settings.KINFIRST_CLOCK
    return standing


@pytest.fixture
def small(clock: SimulatedClock, cast: Cast) -> Small:
    """The cast with tokens, and one open case."""
    return small_house(cast, now=clock.now())


@pytest.fixture
def foreigner(clock: SimulatedClock, db: None) -> Caller:
    """A casualty officer of another address book."""
    person = registry.add_person("elsewhere", NewPerson(name="Nemo Falk", roles=("casualty_officer", "clinician")))
    return Caller(account("elsewhere", person, now=clock.now()))
