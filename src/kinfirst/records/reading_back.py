"""A case as it stood at an earlier moment."""

from __future__ import annotations

from datetime import datetime

from kinfirst.core.case import Case
from kinfirst.core.fold import fold
from kinfirst.core.lateness import done_at
from kinfirst.records import models
from kinfirst.records.snapshots import case_event


def case_as_of(case: str, moment: datetime) -> Case:
    """What its entries say of the time up to and including `moment` (UTC); an unopened case before the first.

    What was done at a door counts from when it was done, although its entry came later: the leak heard of on the way
    lifts the hours for the telling after it.
    """
    state = Case(id=case)
    for row in models.Entry.objects.filter(case_id=case).order_by("seq"):
        event, at = case_event(row.data), row.at
        if at is not None and (done_at(event) or at) <= moment:
            state = fold(state, event, at=at, by=row.actor)
    return state
