"""Common measures (R66): a table of ledgers, and numbers too small to be given."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from kinfirst.core.events import (
    AnyEvent,
    CaseOpened,
    ChainDrawn,
    Corrected,
    EffectsReleased,
    FactsTaken,
    Inventoried,
    Item,
    OrgAnswered,
    Overridden,
    Pronounced,
    Retracted,
    Told,
)
from kinfirst.core.facts import Facts, Person
from kinfirst.core.measures import Gathered, Measured, Noted, by, gathered, of_case
from kinfirst.core.places import Chain, Place, Tier
from kinfirst.core.policy import Window

START = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
DAYTIME = Window(open=6 * 60, close=22 * 60)
ANA = Place(id="p1", person="ana", because="spouse", relation="spouse")
HEAD = Place(id="p2", person="kay", because="office", office="leader")
CHAIN = Chain(tiers=(Tier(name="pnok", places=(ANA,)), Tier(name="leader", places=(HEAD,))))
PEOPLE = {"ray": Person(id="ray", division="anbu"), "ana": Person(id="ana", zone="Asia/Tokyo")}
OPENING = (
    CaseOpened(alias="Heron", casualty="ray", state="injured", received=START, policy="village", edition="e"),
    FactsTaken(facts=Facts(persons=PEOPLE)),
    ChainDrawn(chain=CHAIN),
)


def told(place: str, **more: Any) -> Told:
    return Told(place=place, version=1, **{"channel": "person", **more})


def waived(rule: str, place: str | None) -> Overridden:
    return Overridden(number=1, rule=rule, place=place, reason="r", second="b", until=START)


def measured(*events: tuple[int, AnyEvent]) -> Measured:
    """The measures of a ledger that opens at START and goes on by minutes."""
    entries = [Noted(event, START, "a") for event in OPENING]
    entries += [Noted(event, START + timedelta(minutes=after), "a") for after, event in events]
    found = of_case(entries, DAYTIME)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("events", "said"),
    [
        pytest.param(
            [], {"unit": "anbu", "month": date(2026, 3, 1), "kin_told": 0}, id="an open case, by receipt in UTC"
        ),
        pytest.param(
            [(90, told("p1"))], {"minutes": {"pnok": (90.0,)}, "in_person": 1, "in_window": 1}, id="told by day"
        ),
        pytest.param(
            [(90, told("p1", when=START + timedelta(minutes=5)))], {"minutes": {"pnok": (5.0,)}}, id="recorded later"
        ),
        pytest.param([(14 * 60, told("p1"))], {"in_person": 1, "in_window": 0}, id="told at night, where they live"),
        pytest.param([(90, told("p1", channel="phone"))], {"kin_told": 1, "in_person": 0}, id="by phone"),
        pytest.param([(90, told("p2"))], {"minutes": {"leader": (90.0,)}, "kin_told": 0}, id="an office is no kin"),
        pytest.param([(90, told("gone"))], {"minutes": {}}, id="a place that is not there"),
        pytest.param(
            [(1, waived("R25", "p1")), (2, waived("R60", "b"))], {"overrides": 2, "glass": 0}, id="exceptions"
        ),
        pytest.param([(1, waived("R60", "a"))], {"overrides": 0, "glass": 1}, id="the glass"),
        pytest.param(
            [
                (1, Corrected(person="ana", channel="person", version=2)),
                (2, Retracted(retraction="alive", second="b", due=START)),
            ],
            {"corrections": 1, "retracted": True},
            id="put right",
        ),
        pytest.param(
            [
                (0, Inventoried(items=(Item(number=1, text="t"), Item(number=2, text="u")), witness="b")),
                (1440, EffectsReleased(items=(1,), to="ana", receipt="r")),
                (2880, EffectsReleased(items=(2,), to="ana", receipt="r")),
            ],
            {"effects_days": 2.0},
            id="effects, until the last is given",
        ),
        pytest.param(
            [
                (0, Inventoried(items=(Item(number=1, text="t"), Item(number=2, text="u")), witness="b")),
                (1440, EffectsReleased(items=(1,), to="ana", receipt="r")),
            ],
            {"effects_days": None},
            id="effects, one still held",
        ),
        pytest.param(
            [
                (0, Pronounced(when=START, mode="present", witness="b", identifiers=())),
                (30, OrgAnswered(org="gp")),
                (180, OrgAnswered(org="registrar")),
                (900, OrgAnswered(org="registrar")),
            ],
            {"certificate_hours": 3.0},
            id="the certificate, by the first answer of the registrar",
        ),
    ],
)
def test_a_case_is_measured(events: list[tuple[int, AnyEvent]], said: dict[str, Any]) -> None:
    found = measured(*events)
    assert {name: getattr(found, name) for name in said} == said


def test_a_ledger_that_opens_no_case_has_none() -> None:
    assert of_case([Noted(told("p1"), START, "a")], DAYTIME) is None


def case(unit: str = "anbu", **more: Any) -> Measured:
    made = Measured(unit=unit, month=date(2026, 3, 1), minutes={"pnok": (60.0,)}, kin_told=1, in_person=1, in_window=1)
    return msgspec.structs.replace(made, **more)


def test_many_are_gathered() -> None:
    minutes = [{"pnok": (float(n),)} for n in (10, 20, 30, 40, 500)]
    together = gathered([case(minutes=one, in_window=n % 2, overrides=n) for n, one in enumerate(minutes)])
    assert together == Gathered(
        cases=5,
        minutes={"pnok": 30.0},
        in_person=1.0,
        in_window=0.4,
        overrides=10,
        glass=0,
        corrections=0,
        retractions=0,
        effects_days=None,
        certificate_hours=None,
    )


def test_four_are_not_given() -> None:
    assert gathered([case()] * 4) is None


def test_a_value_that_rests_on_four_is_not_given() -> None:
    together = gathered([*[case(effects_days=3.0, minutes={"leader": (5.0,)})] * 4, *[case()] * 2])
    assert together is not None
    assert together.effects_days is None
    assert together.minutes == {"leader": None, "pnok": None}


@pytest.mark.parametrize(
    ("sizes", "given"),
    [
        pytest.param({"a": 5, "b": 7}, ["a", "b"], id="all large enough"),
        pytest.param(
            {"a": 9, "b": 6, "c": 2}, ["a"], id="two would follow from the rest: the next smallest hides them"
        ),
        pytest.param({"a": 9, "b": 3, "c": 4}, ["a"], id="seven hidden together follow from nothing"),
        pytest.param({"a": 3}, [], id="few alone"),
    ],
)
def test_nothing_small_follows_from_what_is_given(sizes: dict[str, int], given: list[str]) -> None:
    found = by([case(unit) for unit, count in sizes.items() for _ in range(count)], lambda one: one.unit)
    assert [unit for unit, together in found.items() if together] == given
