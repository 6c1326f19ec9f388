"""Time passing: what the clock alone changes, written like anything else that happens.

`by` is `system`. A case is ticked under the facts it already holds; who is kin and who holds an office is
asked again when somebody next acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from django.db import transaction

from kinfirst.core.cover import tick_house as house_ticks
from kinfirst.core.due import tick
from kinfirst.core.events import CaseEvent, HouseEvent, TaskOverdue
from kinfirst.records import policies, store
from kinfirst.records.commit import Step, case_move, house_move
from kinfirst.records.deciding import house_id
from kinfirst.records.errors import LostRace, clear_errors
from kinfirst.records.gathering import SYSTEM
from kinfirst.records.snapshots import HOUSE, case_of, house_of

TRIES = 2


def tick_case(case_id: str, now: datetime) -> tuple[CaseEvent, ...]:
    """What time has changed in this case by now, written; nothing when nothing was due or it was moved by
    somebody else twice meanwhile (it stays due)."""
    for _ in range(TRIES):
        with clear_errors(), suppress(LostRace), transaction.atomic():
            row = store.load(case_id)
            found = _case(row, now) if row is not None else None
            if found is None:
                return ()
            store.write([found[0]])
            return found[1]
    return ()


def tick_house(realm: str, now: datetime) -> tuple[HouseEvent | TaskOverdue, ...]:
    """What time has changed in the house of this realm by now, written."""
    for _ in range(TRIES):
        with clear_errors(), suppress(LostRace), transaction.atomic():
            row = store.load(house_id(realm))
            found = _house(row, now) if row is not None else None
            if found is None:
                return ()
            store.write([found[0]])
            return found[1]
    return ()


def tick_many(ids: Sequence[str], now: datetime) -> int:
    """Ticks many ledgers in one transaction, for a worker's batch; gives how many moved.

    When one of them was moved by somebody else meanwhile, the batch is undone and each is ticked by itself.
    """
    with clear_errors(), suppress(LostRace), transaction.atomic():
        moves = []
        for row in store.load_many(ids):
            found = _house(row, now) if row.kind == HOUSE else _case(row, now)
            if found is not None:
                moves.append(found[0])
        store.write(moves)
        return len(moves)
    return sum(_alone(id, now) for id in ids)


def _alone(id: str, now: datetime) -> bool:
    row = store.load(id)
    if row is None:
        return False
    moved = tick_house(row.realm, now) if row.kind == HOUSE else tick_case(id, now)
    return bool(moved)


def _case(row: store.Row, now: datetime) -> tuple[store.Move, tuple[CaseEvent, ...]] | None:
    state, policy = case_of(row), policies.policy(row.policy_digest)
    events = tick(state, policy, now.astimezone(UTC))
    if not events:
        return None
    move, _ = case_move(row, state, policy, Step(events=events, at=now, by=SYSTEM))
    return move, events


def _house(row: store.Row, now: datetime) -> tuple[store.Move, tuple[HouseEvent | TaskOverdue, ...]] | None:
    house = house_of(row)
    events = house_ticks(house, now.astimezone(UTC))
    if not events:
        return None
    move, _ = house_move(row, house, Step(events=events, at=now, by=SYSTEM))
    return move, events
