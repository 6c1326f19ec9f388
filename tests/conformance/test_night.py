"""The night of the acceptance plays, given by name to the record: after every command everything that follows
from the ledger is what a fresh fold says (style.md invariant 3)."""

from __future__ import annotations

from hashlib import sha256

import pytest

from kinfirst.core.cover import tasks_house
from kinfirst.core.due import due
from kinfirst.core.tasks import tasks
from kinfirst.records import models, policies, queries
from kinfirst.records.commit import task_row
from kinfirst.records.deciding import house_id
from kinfirst.records.moments import micros
from kinfirst.records.snapshots import pack, refold_case, refold_house
from kinfirst.records.store import Line as Stored
from kinfirst.records.verify import verify
from tests.cast import Cast, enter_cast
from tests.conformance.house import NIGHT, House, Line

pytestmark = pytest.mark.django_db


def lines_of(ledger: str) -> list[Stored]:
    return [
        Stored(seq=e.seq, at=micros(e.at), actor=e.actor, kind=e.kind, data=e.data, digest=bytes(e.digest))
        for e in queries.entries(ledger)
        if e.at is not None
    ]


def assert_follows(case: str) -> None:
    """Snapshot, tasks, due moment and outbox of a case are what its entries say."""
    row = models.Case.objects.get(id=case)
    state = refold_case(case, lines_of(case))
    policy = policies.policy(row.policy_digest)
    assert bytes(row.snapshot) == pack(state)
    assert row.due_at == due(state, policy)
    columns = ("case_id", "name", "kind", "about", "holder", "opened", "due")
    stored = {
        (*found[:5], micros(found[5]), micros(found[6]))
        for found in models.Task.objects.filter(case_id=case).values_list(*columns)
    }
    assert stored == {task_row(case, task) for task in tasks(state, policy)}
    numbers = models.Outbox.objects.filter(case_id=case).order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, row.outbox_count + 1))


def test_after_every_command_the_record_is_its_own_fold(cast: Cast) -> None:
    house = House(cast)
    for line, outcome in house.play(NIGHT):
        assert house.case is not None
        assert_follows(house.case)
        assert outcome.seq == len(queries.entries(house.case)), line
    report = verify()
    assert report.ok, report.first_wrong
    assert report.entries == len(queries.entries(str(house.case)))


def test_every_refusal_stands_in_the_ledger_with_its_rules(cast: Cast) -> None:
    house = House(cast)
    refused = [(outcome.seq, outcome.refusal) for _, outcome in house.play(NIGHT) if outcome.refusal]
    assert len(refused) == sum(line.refused is not None for line in NIGHT)
    events = {
        e.seq: event
        for e, event in zip(
            queries.entries(str(house.case)), queries.events_between(str(house.case), 1, 10_000), strict=True
        )
    }
    for seq, refusal in refused:
        event = events[seq]
        assert event.__struct_config__.tag == "refused"
        assert (event.command, event.rules) == (refusal.command, refusal.rules)


def test_what_the_house_does_follows_from_its_own_ledger(cast: Cast) -> None:
    house = House(cast)
    given = house.do(Line(0, "hiro", "go_off", {}))
    assert given.refusal is None
    ledger = house_id(cast.realm)
    row = models.Case.objects.get(id=ledger)
    state = refold_house(lines_of(ledger))
    assert bytes(row.snapshot) == pack(state)
    assert models.Task.objects.filter(case_id=ledger).count() == len(tasks_house(state))
    assert verify().ok


def test_a_message_is_numbered_and_its_id_can_be_computed_again(cast: Cast) -> None:
    house = House(cast)
    list(house.play(NIGHT))
    rows = list(models.Outbox.objects.filter(case_id=house.case).order_by("number"))
    assert rows
    for number, row in enumerate(rows, start=1):
        said = f"{row.case_id}:{number}:{row.kind}:{row.destination}"
        assert row.id == row.idempotency_key == sha256(said.encode()).hexdigest()[:32]


def test_the_edition_of_the_day_it_opened_stays_with_the_case(cast: Cast) -> None:
    house = House(cast)
    case = house.open()
    other = House(cast, policy="us-hospital")
    assert other.edition != house.edition
    assert models.Case.objects.get(id=case).policy_digest == house.edition
    assert queries.case_policy(case).id == "village"
    assert policies.realm_policy(cast.realm) == other.edition


def test_realms_are_apart(cast: Cast) -> None:
    """R68: a case, a person and a visit of one realm are unknown in another."""
    house, exercise = House(cast), House(enter_cast("exercise"))
    case = house.open()
    before = len(queries.entries(case))
    stranger = exercise.do(NIGHT[1], case=case)
    assert stranger.refusal is not None
    assert stranger.refusal.rules == ("argument",)
    assert stranger.case is None
    assert len(queries.entries(case)) == before
    borrowed = exercise.do(Line(0, "sakura", "open_case", {"casualty": cast.cat, "alias": "Echo"}))
    assert borrowed.refusal is not None
    assert borrowed.refusal.rules == ("argument",)
    again = exercise.open("Delta")
    assert again != case
