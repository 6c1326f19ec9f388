"""Snapshots and entries: how a state and an event become bytes, and what they are read back as.

An event is folded only after it was read back from the bytes that the ledger will hold, so that a fresh fold
of the ledger gives the same state to the byte (style.md invariant 3).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.errors import BrokenRecord
from kinfirst.core.events import AnyEvent, CaseEvent, HouseEvent, Refused, TaskOverdue
from kinfirst.core.fold import fold
from kinfirst.core.house import House
from kinfirst.core.housekeeping import fold_house
from kinfirst.core.ledger import canonical
from kinfirst.records.moments import moment
from kinfirst.records.store import Line, Row

# The house's ledger also keeps refused commands, those included that open no case, and overdue tasks.
HouseLine = HouseEvent | TaskOverdue | Refused

CASE = "case"
HOUSE = "house"

_pack = msgspec.msgpack.Encoder().encode
_case = msgspec.msgpack.Decoder(Case).decode
_house = msgspec.msgpack.Decoder(House).decode
_case_event: msgspec.json.Decoder[CaseEvent] = msgspec.json.Decoder(CaseEvent)
_house_event: msgspec.json.Decoder[HouseLine] = msgspec.json.Decoder(HouseLine)


def pack(state: Case | House) -> bytes:
    """The snapshot of a state."""
    return _pack(state)


def case_of(row: Row) -> Case:
    """The state of a case from its row. Raises BrokenRecord when the snapshot cannot be read."""
    if row.seq == 0:
        return Case(id=row.id)
    try:
        return _case(row.snapshot)
    except msgspec.MsgspecError as wrong:
        raise BrokenRecord(f"case {row.id}: its snapshot cannot be read: {wrong}") from wrong


def house_of(row: Row) -> House:
    """The state of a house from its row. Raises BrokenRecord when the snapshot cannot be read."""
    if row.seq == 0:
        return House()
    try:
        return _house(row.snapshot)
    except msgspec.MsgspecError as wrong:
        raise BrokenRecord(f"ledger {row.id}: its snapshot cannot be read: {wrong}") from wrong


def written(event: AnyEvent) -> bytes:
    """The bytes of an event in the ledger."""
    return canonical(event)


def case_event(data: str | bytes) -> CaseEvent:
    """The event of a case from its bytes. Raises msgspec.MsgspecError."""
    return _case_event.decode(data)


def house_event(data: str | bytes) -> HouseLine:
    """The event of the house from its bytes. Raises msgspec.MsgspecError."""
    return _house_event.decode(data)


def refold_case(case: str, lines: Iterable[Line]) -> Case:
    """The state of a case from its entries alone."""
    state = Case(id=case)
    for line in lines:
        state = fold(state, case_event(line.data), at=moment(line.at), by=line.actor)
    return state


def refold_house(lines: Iterable[Line]) -> House:
    """The state of the house from its entries alone."""
    house = House()
    for line in lines:
        house = fold_house(house, house_event(line.data), at=moment(line.at), by=line.actor)
    return house
