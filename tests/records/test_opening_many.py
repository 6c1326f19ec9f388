"""Cases opened together are, row for row, the cases that `perform` opens one after another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction

from kinfirst.core.commands import OpenCase
from kinfirst.core.facts import KinRecord
from kinfirst.people import chance, registry
from kinfirst.people import models as people
from kinfirst.people.registry import NewPerson
from kinfirst.records import models, queries, store, verify
from kinfirst.records.actions import NO_ALIAS, Given, Outcome, perform, perform_named
from kinfirst.records.errors import LostRace
from kinfirst.records.opening_many import Opener, Opening
from tests.records.intake_desk import enter

pytestmark = pytest.mark.django_db
REALM, EVENT = "rehearsal", "crash"
STATES = ("unknown", "believed_dead", "missing", "injured")
OF_A_CASE = (models.Entry, models.Task, models.Visit, models.Note, models.Outbox)
BATCH = 9
Way = Callable[[Given, Sequence[OpenCase]], list[Outcome]]


def scene(seed: int) -> tuple[Given, list[OpenCase]]:
    """An event with families in it, one death that is known already, and openings for everybody: some are refused."""
    given, pick = enter(REALM), Random(seed)
    new = [
        NewPerson(
            name=f"Passenger {n}",
            born=date(1980, 1, 1) + timedelta(days=pick.randrange(6000)),
            sex=pick.choice(("male", "female", None)),
            division="anbu",
        )
        for n in range(24)
    ]
    who = registry.add_people(REALM, new)
    registry.set_office(REALM, "division_head:anbu", who[0], who[1:3])
    for of, kin in zip(who[::4], who[1::4], strict=True):
        registry.add_kin(REALM, KinRecord(of=of, person=kin, relation="spouse"))
    registry.add_event(REALM, EVENT, who[:20], closed=True)
    known = perform(OpenCase(casualty=who[4], alias="Known", event=EVENT), given=given)
    said = {"mode": "present", "witness": who[23], "identifiers": ["wristband", "service_number"]}
    assert perform_named("pronounce", said, given=given, case=known.case).refusal is None
    everybody = [
        OpenCase(casualty=one, alias=NO_ALIAS, event=EVENT, state=pick.choice(STATES)) for one in pick.sample(who, 24)
    ]
    return given, [*everybody, OpenCase(alias=NO_ALIAS, event=EVENT), OpenCase(alias="Known", event=EVENT)]


def together(given: Given, asked: Sequence[OpenCase]) -> list[Outcome]:
    opener = Opener(given, EVENT)
    openings = [Opening(do=do, key=f"k{number}", asked="00") for number, do in enumerate(asked)]
    batches = (openings[start : start + BATCH] for start in range(0, len(asked), BATCH))
    return [outcome for batch in batches for outcome in opener.open(batch)]


def one_by_one(given: Given, asked: Sequence[OpenCase]) -> list[Outcome]:
    return [perform(do, given=given) for do in asked]


def undone(way: Way, given: Given, asked: Sequence[OpenCase]) -> list[Any]:
    """What that way writes, all columns of all rows; then it is undone."""
    with transaction.atomic():
        found = [written(outcome) for outcome in way(given, asked)]
        assert verify.verify().wrong == ()
        transaction.set_rollback(True)
    return found


def written(outcome: Outcome) -> Any:
    if outcome.case is None:
        assert outcome.refusal is not None
        return outcome.refusal.rules
    rows = [
        (model.__name__, *map(plain, row))
        for model in OF_A_CASE
        for row in model.objects.filter(case_id=outcome.case).values_list()
    ]
    (case,) = models.Case.objects.filter(id=outcome.case).values_list()
    return tuple(map(plain, case)), sorted(rows, key=repr)


def plain(cell: Any) -> Any:
    return bytes(cell) if isinstance(cell, memoryview) else cell


def drawn(seed: int) -> Callable[[int], bytes]:
    """A chance that repeats."""
    count = iter(range(1_000_000))
    return lambda size: hashlib.shake_128(f"{seed}:{next(count)}".encode()).digest(size)


def test_together_is_one_by_one_to_the_byte() -> None:
    """The same chance, the same bytes: ids, aliases, entries, digests, snapshots, tasks, messages, keyed digests."""
    given, asked = scene(5)
    plainly = [do for do in asked if do.alias == NO_ALIAS and do.casualty and not apart(do.casualty)]
    assert len(plainly) > 2 * BATCH
    seen = []
    for way in (one_by_one, in_batches_of_all):
        with chance.drawn_from(drawn(1)):
            seen.append(undone(way, given, plainly))
    assert seen[0] == seen[1]


def in_batches_of_all(given: Given, asked: Sequence[OpenCase]) -> list[Outcome]:
    openings = [Opening(do=do, key=f"k{number}", asked="00") for number, do in enumerate(asked)]
    return Opener(given, EVENT).open(openings)


def apart(who: str) -> bool:
    """Whoever has a case already, or is kin of somebody who has: these go their own way."""
    past = models.Case.objects.exclude(casualty="").values("casualty")
    kin = people.Kin.objects.filter(person_id=who, of_id__in=past)
    return kin.exists() or models.Case.objects.filter(casualty=who).exists()


@pytest.mark.parametrize("seed", range(2))
def test_what_goes_its_own_way_comes_to_the_same(seed: int) -> None:
    """Refusals, kin of the dead, somebody unknown: in states, stages, facts, tasks and reasons the same."""
    given, asked = scene(seed)
    seen = []
    for way in (one_by_one, together):
        with transaction.atomic():
            outcomes = way(given, asked)
            seen.append([come_to(outcome) for outcome in outcomes])
            assert verify.verify().wrong == ()
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert {one[0] for one in seen[0]} == {"opened", "refused"}


def come_to(outcome: Outcome) -> tuple[Any, ...]:
    if outcome.case is None:
        return ("refused", outcome.refusal and outcome.refusal.rules)
    state = queries.case_state(outcome.case)
    tasks = [(task.name, task.holder, task.due) for task in queries.case_tasks(outcome.case)]
    return ("opened", state.casualty, state.state, state.facts, outcome.seq, tasks)


def test_a_key_opens_once() -> None:
    given, asked = scene(2)
    first = together(given, asked)
    cases = models.Case.objects.count()
    again = together(given, asked)
    opened = [(one.case, one.seq) for one in first if one.refusal is None]
    assert [(one.case, one.seq) for one in again if one.repeated] == opened
    assert models.Case.objects.count() == cases


def test_what_a_lost_race_undid_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    given, asked = scene(3)
    write, lost = store.write, [True]

    def first_is_lost(moves: Sequence[store.Move]) -> None:
        write(moves)
        if lost and len(moves) > 1:
            lost.pop()
            raise LostRace("somebody was first")

    monkeypatch.setattr(store, "write", first_is_lost)
    outcomes = together(given, asked)
    monkeypatch.undo()
    assert not lost
    assert verify.verify().wrong == ()
    assert sum(one.refusal is None for one in outcomes) == 24
