from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kinfirst.clock import Clock, SimulatedClock, SystemClock
from kinfirst.core.errors import BadInput

START = datetime(2026, 3, 1, 5, 37, tzinfo=UTC)


def test_the_system_clock_says_utc_and_goes_on() -> None:
    clock: Clock = SystemClock()
    first = clock.now()
    assert first.utcoffset() == timedelta(0)
    assert clock.now() >= first


def test_a_simulated_clock_stands_until_it_is_moved() -> None:
    clock = SimulatedClock(START)
    assert clock.now() == clock.now() == START
    clock.advance_to(START)
    clock.advance_to(datetime(2026, 3, 1, 15, 37, tzinfo=timezone(timedelta(hours=9))))
    assert clock.now() == START + timedelta(hours=1)
    assert clock.now().tzinfo is UTC


def test_a_simulated_clock_never_goes_back() -> None:
    clock = SimulatedClock(START)
    with pytest.raises(BadInput, match="after"):
        clock.advance_to(START - timedelta(microseconds=1))
    assert clock.now() == START


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(BadInput, match="needs its zone"):
        SimulatedClock(naive)
    with pytest.raises(BadInput, match="needs its zone"):
        SimulatedClock(START).advance_to(naive)
