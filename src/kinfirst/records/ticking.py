"""Time passing: what the clock alone changes, written like anything else that happens.

`by` is `system`. A case is ticked under the facts it already holds; who is kin and who holds an office is
asked again when somebody next acts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, reduce
from typing import TypeVar

from kinfirst.core.cover import care_changes
from kinfirst.core.cover import tick_house as house_ticks
from kinfirst.core.due import tick
from kinfirst.core.events import CaseEvent, HouseEvent, TaskOverdue
from kinfirst.core.housekeeping import fold_house
from kinfirst.core.policy import Policy
from kinfirst.core.tasks import tasks
from kinfirst.records import policies, store
from kinfirst.records.commit import Step, case_move, house_move
from kinfirst.records.deciding import house_id
from kinfirst.records.errors import LostRace, clear_errors
from kinfirst.records.gathering import SYSTEM, house_facts
from kinfirst.records.snapshots import HOUSE, case_of, house_of
from kinfirst.records.writing import in_one_piece, whole

_Event = TypeVar("_Event")
_Ticked = tuple[store.Move, tuple[_Event, ...]]
_Edition = Callable[[str], Policy]


def tick_case(case_id: str, now: datetime) -> tuple[CaseEvent, ...]:
    """What time has changed in this case by now, written; nothing when nothing was due or it was moved by
    somebody else twice meanwhile (it stays due)."""
    return in_one_piece(lambda: _written(store.load(case_id), lambda row: _case(row, now, policies.policy))) or ()


def tick_house(realm: str, now: datetime) -> tuple[HouseEvent | TaskOverdue, ...]:
    """What time has changed in the house of this realm by now, written."""
    return in_one_piece(lambda: _written(store.load(house_id(realm)), lambda row: _house(row, now))) or ()


def tick_many(ids: Sequence[str], now: datetime) -> int:
    """Ticks many ledgers in one transaction, for a worker's batch; gives how many moved.

    What a tick changes follows from the row alone, so it is worked out before the transaction: a writer keeps others
    waiting only while it writes. When one of them was moved by somebody else meanwhile, nothing is written and each
    is ticked by itself; so is a house, which also asks who has died.
    """
    edition = cache(policies.policy)
    with clear_errors():
        rows = store.load_many(ids)
        found = [_case(row, now, edition) for row in rows if row.kind != HOUSE]
    moves = [ticked[0] for ticked in found if ticked is not None]
    houses = sum(bool(tick_house(row.realm, now)) for row in rows if row.kind == HOUSE)
    with suppress(LostRace):
        with whole():
            store.write(moves)
        return len(moves) + houses
    return houses + sum(_alone(row.id, now) for row in rows if row.kind != HOUSE)


def _alone(id: str, now: datetime) -> bool:
    row = store.load(id)
    if row is None:
        return False
    moved = tick_house(row.realm, now) if row.kind == HOUSE else tick_case(id, now)
    return bool(moved)


def _written(row: store.Row | None, ticked: Callable[[store.Row], _Ticked[_Event] | None]) -> tuple[_Event, ...]:
    found = ticked(row) if row is not None else None
    if found is None:
        return ()
    store.write([found[0]])
    return found[1]


def _case(row: store.Row, now: datetime, edition: _Edition) -> _Ticked[CaseEvent] | None:
    state, policy = case_of(row), edition(row.policy_digest)
    before = tasks(state, policy)
    events = tick(state, policy, now.astimezone(UTC), known=before)
    if not events:
        return None
    move, _ = case_move(row, state, policy, Step(events=events, at=now, by=SYSTEM, before=before))
    return move, events


def _house(row: store.Row, now: datetime) -> _Ticked[HouseEvent | TaskOverdue] | None:
    """Who has died since is nobody's to cover: that is noted before any cover is said to have ended (R76)."""
    house, at = house_of(row), now.astimezone(UTC)
    died = tuple(care_changes(house, house_facts(row.realm, author=SYSTEM, now=at)))
    after = reduce(lambda before, event: fold_house(before, event, at=at, by=SYSTEM), died, house)
    events = (*died, *house_ticks(after, at))
    if not events:
        return None
    move, _ = house_move(row, house, Step(events=events, at=now, by=SYSTEM))
    return move, events
