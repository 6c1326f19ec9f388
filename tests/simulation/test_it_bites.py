"""An engine with a fault in it is found out: for each invariant one fault, and the invariant that names it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kinfirst.core import cover
from kinfirst.core.case import Case, Telling
from kinfirst.core.rules import CHECKS
from kinfirst.records import claims, models, outbox, store
from kinfirst.records.notes import Notepad
from kinfirst.scenarios.simulation import watch
from kinfirst.scenarios.simulation.deeds import Broken
from kinfirst.scenarios.simulation.plan import planned
from kinfirst.scenarios.simulation.run import simulate

Patch = pytest.MonkeyPatch
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def no_gate(patch: Patch) -> None:
    gates = {"in_turn", "offices_after_kin", "in_person", "nobody_on_record_is_searched_for"}
    patch.setitem(CHECKS, "tell", [check for check in CHECKS["tell"] if check.__name__ not in gates])


def tasks_not_kept(patch: Patch) -> None:
    patch.setattr(store, "_tasks", lambda cursor, moves: None)


def words_in_the_ledger(patch: Patch) -> None:
    patch.setattr(Notepad, "replace", lambda self, do: do)


def leaving_patients_behind(patch: Patch) -> None:
    patch.setitem(cover.JUDGES, "go_off", lambda turn, do: iter(()))


def sent_again_by_itself(patch: Patch) -> None:
    """What was being sent when a worker stopped is queued again, as most systems do."""

    def again(now: datetime) -> int:
        left = models.Outbox.objects.filter(state=outbox.ATTEMPTING, lease_until__lte=now)
        rows = list(left)
        left.update(state="queued", lease_by="", lease_until=None)
        outbox.stamp(models.Outbox.objects.filter(id__in=[row.id for row in rows]))
        return len(rows)

    patch.setattr(claims, "give_up_leases", again)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "invariant"),
    [
        pytest.param(no_gate, "1 told in turn", id="no gate"),
        pytest.param(tasks_not_kept, "3 the ledger is the state", id="tasks not kept"),
        pytest.param(words_in_the_ledger, "6 no name gets out", id="words in the ledger"),
        pytest.param(leaving_patients_behind, "8 every living patient", id="leaving patients behind"),
        pytest.param(sent_again_by_itself, "outbox", id="sent again by itself"),
    ],
)
def test_a_faulty_engine_is_found_out(fault: Callable[[Patch], None], invariant: str, monkeypatch: Patch) -> None:
    fault(monkeypatch)
    result = simulate(planned(seed=3, days=4, cases=16, packs=("village",), faults="all"), None)
    assert result.broken is not None
    assert result.broken.startswith(invariant)


def test_a_correction_nobody_is_owed_is_found_out() -> None:
    telling = Telling(at=NOON, by="x", how="told", version=1, heard=1)
    with pytest.raises(Broken, match=r"^4 "):
        watch._owed(Case(id="c", told={"ana": telling}, version=2))


def test_a_place_nobody_holds_is_found_out(monkeypatch: Patch) -> None:
    place: Any = msgspec.defstruct("Place", [("id", str)])("ana")
    monkeypatch.setattr(watch, "open_places", lambda state, policy: (place,))
    monkeypatch.setattr(watch, "tasks", lambda state, policy: ())
    policy = next(iter(planned(seed=1, days=1, cases=1, packs=("village",), faults="none").policies().values()))
    with pytest.raises(Broken, match=r"^5 "):
        watch._owned(Case(id="c"), policy)
