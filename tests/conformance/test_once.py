"""Writers that meet, and commands that are sent twice: compare-and-set and idempotency keys."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from kinfirst.core.commands import command_from
from kinfirst.records import (
    actions,
    claims,
    deciding,
    heartbeats,
    models,
    notes,
    outbox,
    policies,
    queries,
    seals,
    store,
)
from kinfirst.records.actions import Given
from kinfirst.records.errors import LostRace, RecordUnavailable
from kinfirst.records.ticking import tick_case, tick_house, tick_many
from kinfirst.records.verify import verify
from tests.cast import Cast, enter_cast
from tests.conformance.house import START, House, Line

pytestmark = pytest.mark.django_db

CHART = Line(5, "sakura", "chart", {"text": "pulse checked"})


@pytest.fixture
def house(cast: Cast) -> House:
    found = House(cast)
    found.open()
    return found


def entries(house: House) -> int:
    return len(queries.entries(str(house.case)))


def meanwhile(house: House, times: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Somebody else moves the case between the moment it is read and the moment it is written, that many times."""
    left, write = [times], store.write

    def beaten(moves: list[store.Move]) -> None:
        if left[0]:
            left[0] -= 1
            # As another process would leave it: one version on, everything else as it was.
            models.Case.objects.filter(id=house.case).update(version=moves[0].after.version)
        write(moves)

    monkeypatch.setattr(deciding.store, "write", beaten)
    return left


def test_a_stale_version_is_a_lost_race_and_nothing_is_written(house: House) -> None:
    row = store.load(str(house.case))
    assert row is not None
    before = entries(house)
    house.do(CHART)
    late = msgspec.structs.replace(row, version=row.version + 1, seq=row.seq + 1)
    move = store.Move(after=late, columns=store.columns_of(row.id), lines=())
    with pytest.raises(LostRace):
        store.write([move])
    assert entries(house) == before + 1


def test_a_race_that_is_lost_once_is_run_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = entries(house)
    left = meanwhile(house, 1, monkeypatch)
    assert house.do(CHART).refusal is None
    assert (left, entries(house)) == ([0], before + 1)


def test_a_race_that_is_lost_twice_is_busy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = entries(house)
    meanwhile(house, 2, monkeypatch)
    outcome = house.do(CHART, key="phone-1")
    assert outcome.refusal is not None
    assert outcome.refusal.rules == ("busy",)
    assert entries(house) == before
    # Nothing was kept under the key: sent again it is done.
    again = house.do(CHART, key="phone-1")
    assert (again.refusal, again.repeated) == (None, False)


def test_the_same_key_and_command_is_done_once(house: House) -> None:
    before = entries(house)
    first, second = house.do(CHART, key="phone-1"), house.do(CHART, key="phone-1")
    assert (first.repeated, second.repeated) == (False, True)
    assert (second.seq, second.case) == (first.seq, first.case)
    assert second.events == first.events
    assert entries(house) == before + 1


def test_the_same_key_with_another_command_is_refused_and_recorded(house: House) -> None:
    house.do(CHART, key="phone-1")
    before = entries(house)
    for other in (Line(5, "sakura", "chart", {"text": "something else"}), Line(5, "hiro", "chart", CHART.args)):
        outcome = house.do(other, key="phone-1")
        assert outcome.refusal is not None
        assert outcome.refusal.rules == ("argument",)
        assert "`key`" in outcome.refusal.reasons[0].text
    assert entries(house) == before + 2


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(Line(5, "sakura", "draw_chain"), id="by the rules"),
        pytest.param(Line(5, "sakura", "chart", {"text": 5}), id="wrong type"),
        pytest.param(Line(5, "sakura", "chart", {}), id="missing"),
        pytest.param(Line(5, "sakura", "chart", {"text": "half \ud83d"}), id="half a letter"),
        pytest.param(Line(5, "sakura", "no_such_command", {"at": START}), id="unknown"),
        pytest.param(Line(5, "nobody", "chart", {"text": "x"}), id="a stranger"),
    ],
)
def test_a_refusal_repeats_like_anything_else(house: House, line: Line) -> None:
    first = house.do(line, key="phone-1")
    before = entries(house)
    second = house.do(line, key="phone-1")
    assert first.refusal is not None
    assert second.refusal == first.refusal
    assert (second.repeated, second.seq) == (True, first.seq)
    assert entries(house) == before
    # And the key stands for that command alone.
    assert not house.do(CHART, key="phone-1").repeated


@pytest.mark.parametrize("key", ["", "k" * 201, "half \ud83d", "nul \0"])
def test_a_key_that_cannot_be_kept_is_refused(house: House, key: str) -> None:
    outcome = house.do(CHART, key=key)
    assert outcome.refusal is not None
    assert outcome.refusal.rules == ("argument",)


def test_an_opening_that_is_sent_twice_opens_one_case(cast: Cast) -> None:
    house = House(cast)
    line = Line(0, "sakura", "open_case", {"casualty": "cat"})
    first, second = house.do(line, key="phone-1"), house.do(line, key="phone-1")
    assert (second.case, second.repeated) == (first.case, True)
    assert models.Case.objects.filter(realm=cast.realm, kind="case").count() == 1


def test_a_key_of_one_realm_says_nothing_in_another(house: House) -> None:
    house.do(CHART, key="phone-1")
    other = House(enter_cast("exercise"))
    other.open()
    assert not other.do(CHART, key="phone-1").repeated


def test_a_moment_without_a_zone_is_a_fault_of_the_caller(house: House) -> None:
    given = Given(realm=house.realm, by=house.cast.sakura, now=START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        actions.perform(command_from("draw_chain", {}), given=given, case=house.case)


def test_an_older_program_writes_nothing_into_a_newer_database(house: House) -> None:
    """An old worker that meets a newer schema stops by itself, whatever it was about to write."""
    case = str(house.case)
    edition = queries.case_policy(case)
    house.do(CHART)
    token = models.Note.objects.values_list("token", flat=True)[0]
    models.Engine.objects.update(schema=store.SCHEMA + 1)
    writers = (
        lambda: house.do(CHART),
        lambda: house.do(Line(5, "sakura", "open_case", {"alias": "Echo"})),
        lambda: house.do(Line(5, "hiro", "go_off")),
        lambda: tick_case(case, START),
        lambda: tick_house(house.realm, START),
        lambda: tick_many([case], START),
        lambda: claims.claim_due(START, "w", 1, timedelta(minutes=1)),
        lambda: claims.release([case], "w"),
        lambda: claims.claim_outbox(START, "w", 1, timedelta(minutes=1)),
        lambda: outbox.sent("x", worker="w", sequence=1),
        lambda: outbox.delivered("x", sequence=1),
        lambda: outbox.settle("x", arrived=True, by="p", now=START),
        lambda: outbox.give_up("x", START),
        lambda: heartbeats.beat("w", START),
        lambda: seals.seal(START),
        lambda: notes.erase(token, by="x", at=START),
        lambda: policies.pin(edition),
        lambda: policies.set_realm_policy(house.realm, house.edition),
    )
    for write in writers:
        with pytest.raises(RecordUnavailable, match="newer program"):
            write()
    models.Engine.objects.update(schema=store.SCHEMA)
    assert verify().ok


def test_a_database_that_does_not_say_its_schema_is_not_written(house: House) -> None:
    models.Engine.objects.all().delete()
    with pytest.raises(RecordUnavailable, match="kinfirst verify"):
        house.do(CHART)
