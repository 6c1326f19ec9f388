"""The ledger of a case as its pages read it: what happened, when, by whom, and the texts that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar

import msgspec

from kinfirst.core.events import CaseEvent
from kinfirst.records import notes, queries
from kinfirst.records.access import Sight
from kinfirst.records.snapshots import case_event

Kind = TypeVar("Kind")


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a ledger, read: its number, when (UTC), by whom (a person's id or `system`), and what."""

    seq: int
    at: datetime
    by: str
    event: CaseEvent


def story(case: str) -> tuple[Happened, ...]:
    """Everything that happened in a case, in order."""
    return tuple(
        Happened(seq=entry.seq, at=entry.at, by=entry.actor, event=case_event(entry.data))
        for entry in queries.entries(case)
        if entry.at is not None
    )


def of_kind(happened: Iterable[Happened], kind: type[Kind]) -> Iterator[tuple[Happened, Kind]]:
    """The entries of one kind, each with its event."""
    return ((one, one.event) for one in happened if isinstance(one.event, kind))


def texts(sight: Sight, tokens: Iterable[str], part: str) -> dict[str, str] | None:
    """The texts of those tokens, in one query; None where this viewer has not asked for that part, or may not."""
    if part not in sight.revealed:
        return None
    wanted = {token for token in tokens if token}
    return {token: token for token in wanted if not token.startswith(notes.PREFIX)} | notes.read(wanted)
