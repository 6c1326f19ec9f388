"""What people do: every place of a chain assigned and told, and single commands, through the record's one door."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from time import perf_counter, process_time
from typing import Any

from benchmarks import seeding
from kinfirst.clock import SystemClock
from kinfirst.core.gate import open_places
from kinfirst.records import models
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.queries import case_policy, case_state

WARM = 5


def tell(*, cases: int, moment: str) -> dict[str, Any]:
    """Takes so many cases through all that is left of their chains: who goes, and that they were told."""
    house, now = seeding.house(), datetime.fromisoformat(moment)
    took: list[float] = []
    used = process_time()
    for case in _ids(cases):
        took += _through(house, case, now)
    return {"commands": len(took), "seconds": sum(took), "cpu": process_time() - used, "each": took}


def command(*, times: int) -> dict[str, Any]:
    """One entry in the chart of one case after another: how long each took, in seconds."""
    house, now = seeding.house(), SystemClock().now()
    ids = _ids(times + WARM)
    took: list[float] = []
    used = 0.0
    for number in range(times + WARM):
        at = now + timedelta(milliseconds=number)
        given = Given(realm=seeding.REALM, by=house.staff["doctor"], now=at, key=secrets.token_hex(8))
        began, before = perf_counter(), process_time()
        outcome = perform_named(
            "chart", {"text": f"Seen at {at:%H:%M}, nothing new."}, given=given, case=ids[number % len(ids)]
        )
        assert outcome.refusal is None, outcome.refusal
        if number >= WARM:
            took.append(perf_counter() - began)
            used += process_time() - before
    return {"each": took, "cpu": used}


def _through(house: seeding.House, case: str, now: datetime) -> list[float]:
    took: list[float] = []
    policy = case_policy(case)
    medic, doctor = house.staff["medic"], house.staff["doctor"]
    while places := open_places(case_state(case), policy):
        place = places[0]
        if place.through is None:
            took.append(_give(case, doctor, now, ("assign", {"place": place.id, "lead": medic})))
            teller = medic
        else:
            teller = house.staff["adviser"]
        told = {"place": place.id, "channel": "person", "understood": True}
        took.append(_give(case, teller, now, ("tell", told)))
    return took


def _give(case: str, by: str, now: datetime, what: tuple[str, dict[str, Any]]) -> float:
    name, args = what
    began = perf_counter()
    outcome = perform_named(name, args, given=Given(realm=seeding.REALM, by=by, now=now), case=case)
    took = perf_counter() - began
    assert outcome.refusal is None, (name, outcome.refusal)
    return took


def _ids(count: int) -> list[str]:
    rows = models.Case.objects.filter(realm=seeding.REALM, kind="case").order_by("id")
    return list(rows.values_list("id", flat=True)[:count])
