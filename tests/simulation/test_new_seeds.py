"""New seeds each time, drawn from the seed of the whole run, which pytest prints first (`--randomly-seed=...`)."""

from __future__ import annotations

import random

import pytest

from kinfirst.core.errors import BadInput
from kinfirst.people import registry
from kinfirst.people.entries import NewPerson
from kinfirst.policies.load import shipped
from kinfirst.scenarios.simulation.plan import Plan, planned
from kinfirst.scenarios.simulation.run import simulate

RUNS = 3


def a_new_plan(run_seed: int, number: int) -> Plan:
    chance = random.Random(f"{run_seed} {number}")
    pack = chance.choice(sorted(shipped()))
    return planned(seed=chance.randrange(10**9), days=3, cases=6, packs=(pack,), faults="all")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("number", range(RUNS))
def test_a_new_seed_holds(number: int, request: pytest.FixtureRequest) -> None:
    plan = a_new_plan(request.config.getoption("randomly_seed"), number)
    print(plan.line)
    result = simulate(plan, None)
    assert result.broken is None, f"{result.broken}\nto play it again: {plan.line}"
    assert result.counts["cases"] >= 3
    assert result.counts["refusals"] > 0


@pytest.mark.django_db
def test_a_database_with_people_in_it_is_left_alone() -> None:
    registry.add_person("live", NewPerson(name="Ray Orr"))
    with pytest.raises(BadInput, match="not empty"):
        simulate(planned(seed=1, days=1, cases=1, packs=(), faults="all"), None)
