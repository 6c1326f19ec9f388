"""A manifest: everybody of one event, each opened as a case through the record's one door."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any

from benchmarks import seeding
from kinfirst.clock import SystemClock
from kinfirst.core.identity import look_alikes
from kinfirst.people import registry
from kinfirst.people.registry import NewPerson
from kinfirst.records import models
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.queries import case_policy, case_state

EVENT = "convoy"
SAY_EVERY = 5.0


def surge(*, casualties: int) -> dict[str, Any]:
    """Enters them, opens a case for each, finds look-alikes; seconds for each part, and bytes of ledger a case."""
    now = SystemClock().now()
    house = seeding.furnish(now.date())
    began = monotonic()
    people = registry.add_people(seeding.REALM, [_casualty(number) for number in range(casualties)])
    registry.add_event(seeding.REALM, EVENT, people, closed=True)
    entered = monotonic()
    cases = [_open(house, who, now, said=number) for number, who in enumerate(people)]
    opened = monotonic()
    alike = sum(bool(look_alikes(case_state(id), 5)) for id in cases[-100:])
    policy = case_policy(cases[-1])
    lines = models.Entry.objects.filter(case_id=cases[-1]).values_list("data", flat=True)
    return {
        "enter": entered - began,
        "open": opened - entered,
        "alike": alike,
        "policy": policy.id,
        "bytes": sum(len(line) for line in lines),
    }


def _open(house: seeding.House, who: str, now: datetime, *, said: int) -> str:
    if said and said % 500 == 0:
        print(f"  {said} cases of the event opened", file=sys.stderr, flush=True)
    given = Given(realm=seeding.REALM, by=house.staff["doctor"], now=now)
    outcome = perform_named("open_case", {"casualty": who, "event": EVENT, "state": "believed_dead"}, given=given)
    assert outcome.case is not None, outcome.refusal
    return outcome.case


def _casualty(number: int) -> NewPerson:
    born = date(1950, 1, 1) + timedelta(days=(number * 37) % 18_000)
    return NewPerson(name=f"Casualty {number}", born=born, sex=("male", "female")[number % 2], zone="UTC")
