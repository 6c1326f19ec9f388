"""Who came to know what, when, from whom: read off a ledger (R59, N20)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kinfirst.core.events import AgencyConfirmed, AnyEvent, Condoled, Corrected, MadeAware, Told
from kinfirst.records import queries
from kinfirst.records.snapshots import case_event


class Learnt(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody came to know something: when (UTC), how, from whom, and which version of the facts; people by id."""

    at: datetime
    who: str
    how: str
    by: str
    channel: str = ""
    version: int | None = None


def learnt(case_id: str) -> tuple[Learnt, ...]:
    """Everything anybody learnt in a case, in the order of its ledger."""
    found = (
        _learnt(case_event(entry.data), entry.at, by=entry.actor)
        for entry in queries.entries(case_id)
        if entry.at is not None
    )
    return tuple(one for one in found if one is not None)


def _learnt(event: AnyEvent, at: datetime, *, by: str) -> Learnt | None:
    match event:
        case Told():
            when = event.when or at
            return Learnt(at=when, who=event.place, how="told", by=by, channel=event.channel, version=event.version)
        case Condoled():
            how = "already knew" if event.right else "had heard it wrong"
            return Learnt(at=event.when or at, who=event.place, how=how, by=by, version=event.version)
        case AgencyConfirmed():
            return Learnt(at=event.when, who=event.place, how="told by an agency", by=by, version=event.version)
        case Corrected():
            return Learnt(at=at, who=event.person, how="corrected", by=by, channel=event.channel, version=event.version)
        case MadeAware():
            return Learnt(at=at, who=event.person, how="made aware", by=by)
        case _:
            return None
