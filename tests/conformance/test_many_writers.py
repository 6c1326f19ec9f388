"""Many at once on one case: whatever came first, the ledger is one line without a gap, and nothing is lost."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, connections

from kinfirst.core.facts import KinRecord
from kinfirst.people import registry
from kinfirst.records import claims, models, queries
from kinfirst.records.verify import verify
from tests.cast import enter_cast
from tests.conformance.house import START, House, Line

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 4
CROWD = 24
COMMANDS = 400
PATIENCE = 200


def mixed(seed: int) -> list[Line]:
    """Commands of one worker: some that are always right, some that only one of all can do, some never right."""
    chance = random.Random(seed)
    once = (
        Line(5, "sakura", "pronounce", {"mode": "present", "witness": "mirani", "identifiers": ["service_number"]}),
        Line(6, "sakura", "coroner", {"decision": "not_required", "ground": "known"}),
        Line(7, "hiro", "identify", {"as": "cat", "method": "registry_match", "evidence": "entry"}),
    )
    kinds = (
        lambda n: Line(n, "sakura", "chart", {"text": f"by {seed}, line {n}"}),
        lambda n: Line(n, "mirani", "chart", {"text": "the same text of everybody"}),
        lambda n: Line(n, "hiro", "resuscitate", {"what": "compressions"}),
        lambda n: Line(n, "outsider", "chart", {"text": "not allowed"}),
        lambda n: chance.choice(once),
    )
    return [chance.choice(kinds)(number) for number in range(COMMANDS // THREADS)]


def worked(house: House, seed: int) -> Counter[str]:
    """Gives all commands of one worker, each with a key, again and again while somebody else is quicker."""
    came: Counter[str] = Counter()
    try:
        for number, line in enumerate(mixed(seed)):
            for _ in range(PATIENCE):
                outcome = house.do(line, key=f"{seed}-{number}")
                if outcome.refusal is None or outcome.refusal.rules != ("busy",):
                    break
                came["busy"] += 1
            came["done" if outcome.refusal is None else " ".join(outcome.refusal.rules)] += 1
    finally:
        connections.close_all()
    return came


def test_mixed_commands_from_many_hands_give_one_legal_ledger() -> None:
    house = House(enter_cast())
    case = house.open()
    before = len(queries.entries(case))
    with ThreadPoolExecutor(THREADS) as pool:
        came = sum(pool.map(lambda seed: worked(house, seed), range(THREADS)), Counter())
    busy = came.pop("busy", 0)
    assert "busy" not in came, busy
    assert came.total() == COMMANDS
    rows = queries.entries(case)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    refused = sum(row.kind == "refused" for row in rows)
    assert refused == COMMANDS - came["done"]
    assert len(rows) >= before + COMMANDS
    assert Counter(row.kind for row in rows)["pronounced"] == 1
    assert models.Answered.objects.count() == COMMANDS
    report = verify()
    assert report.ok, report.first_wrong


def test_of_many_at_once_one_is_done_and_nobody_is_sent_away() -> None:
    """They queue: each is judged by what the one before has left, and hears it the first time; a key twice, once."""
    house = House(enter_cast())
    case = house.open()
    before = len(queries.entries(case))
    line = Line(5, "sakura", "pronounce", {"mode": "present", "witness": "mirani", "identifiers": ["service_number"]})

    def pronounced(number: int) -> str:
        try:
            outcome = house.do(line, key=f"{number // 2}")
        finally:
            connections.close_all()
        came = " ".join(outcome.refusal.rules) if outcome.refusal else "done"
        return f"{came} again" if outcome.repeated else came

    with ThreadPoolExecutor(CROWD) as pool:
        came = Counter(pool.map(pronounced, range(2 * CROWD)))
    assert came["done"] == came["done again"] == 1, came
    assert came.total() == 2 * CROWD
    assert "busy" not in came
    assert sum(count for what, count in came.items() if what.endswith("again")) == CROWD
    rows = queries.entries(case)
    assert Counter(row.kind for row in rows)["pronounced"] == 1
    assert sum(row.kind == "refused" for row in rows) == CROWD - 1
    assert len(rows) > before + CROWD - 1
    assert verify().ok


def test_one_key_from_many_hands_is_one_command() -> None:
    house = House(enter_cast())
    line = Line(0, "sakura", "open_case", {"casualty": "cat", "alias": "Delta"})

    def opened(_: int) -> str | None:
        try:
            outcome = House.do(house, line, key="one")
            return outcome.case
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        cases = set(pool.map(opened, range(THREADS)))
    assert len(cases - {None}) == 1
    assert models.Case.objects.filter(kind="case").count() == 1
    assert verify().ok


def test_two_cases_cannot_lock_the_same_recipient_at_once() -> None:
    """R31: each case looks at the other's visits before it writes its own."""
    house = House(enter_cast())
    cases = []
    for alias, casualty in (("Delta", "cat"), ("Echo", "outsider")):
        opened = house.do(Line(0, "sakura", "open_case", {"casualty": casualty, "alias": alias}))
        case = str(opened.case)
        cases.append(case)
        add_sister(house, casualty)
        for line in chain_of(casualty):
            assert house.do(line, case=case).refusal is None, line
    leads = dict(zip(cases, ("hiro", "sakura"), strict=True))

    def assigned(case: str) -> bool:
        try:
            return (
                house.do(Line(40, "sakura", "assign", {"place": "sister", "lead": leads[case]}), case=case).refusal
                is None
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(assigned, cases))
    assert done.count(True) == 1
    assert models.Visit.objects.filter(person=house.cast.sister, open=True).count() == 1


def add_sister(house: House, casualty: str) -> None:
    if casualty != "cat":
        day = date(2025, 9, 1)
        record = KinRecord(of=house.id(casualty), person=house.cast.sister, relation="sibling", recorded=day)
        registry.add_kin(house.realm, record)


def chain_of(casualty: str) -> tuple[Line, ...]:
    return (
        Line(1, "sakura", "pronounce", {"mode": "present", "witness": "mirani", "identifiers": ["service_number"]}),
        Line(2, "sakura", "identify", {"as": casualty, "method": "fingerprint", "evidence": "file"}),
        Line(3, "sakura", "draw_chain"),
    )


def test_two_workers_never_claim_the_same_case() -> None:
    house = House(enter_cast())
    for number in range(30):
        house.do(Line(0, "sakura", "open_case", {"alias": f"Delta {number}"}))
    models.Case.objects.filter(kind="case").update(due_at=START)
    later = START + timedelta(minutes=1)

    def claimed(worker: str) -> list[str]:
        try:
            found: list[str] = []
            while some := claims.claim_due(later, worker, 4, timedelta(hours=1)):
                assert len(some) <= 4
                found += some
            return found
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        taken = [case for found in pool.map(claimed, ["a", "b", "c", "d"]) for case in found]
    assert len(taken) == len(set(taken)) == 30
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_case WHERE lease_by <> ''")
        assert cursor.fetchone()[0] == 30
