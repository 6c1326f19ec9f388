"""When somebody dies, or is not dead after all, the case of whoever they are kin to in the same event is drawn anew.

Two of one family in one crash: the chain of each must not wait for the other (R16, engine.md 4.10). Only those cases
are looked at, so that an event of thousands costs nothing for the rest.
"""

from __future__ import annotations

from datetime import datetime

from kinfirst.core.case import Case
from kinfirst.core.decide import refreshed
from kinfirst.people.models import Kin
from kinfirst.records import models, policies, store
from kinfirst.records.commit import Step, case_move
from kinfirst.records.gathering import SYSTEM, case_facts
from kinfirst.records.snapshots import CASE, case_of


def take_notice(before: Case, after: Case, *, realm: str, now: datetime) -> None:
    """Records in each such open case what this one's change means for its chain, if it means anything.

    Part of the transaction that is open; raises LostRace like any write.
    """
    if _believed(before) == _believed(after) or not (after.event and after.casualty):
        return
    mourned = Kin.objects.filter(person_id=after.casualty).values_list("of_id", flat=True)
    rows = models.Case.objects.filter(
        realm=realm, kind=CASE, event=after.event, closed=False, casualty__in=list(mourned)
    )
    for id in rows.exclude(id=after.id).order_by("id").values_list("id", flat=True):
        _redrawn(id, realm=realm, now=now)


def _believed(case: Case) -> tuple[str | None, str, str | None]:
    """Of whom, what, and whether it was withdrawn."""
    return case.casualty, case.state, case.retracted


def _redrawn(id: str, *, realm: str, now: datetime) -> None:
    row = store.load(id)
    if row is None:
        return
    state, policy = case_of(row), policies.policy(row.policy_digest)
    events = refreshed(state, case_facts(state, None, policy=policy, realm=realm), policy, now)
    if len(events) > 1:
        move, _ = case_move(row, state, policy, Step(events=events, at=now, by=SYSTEM))
        store.write([move])
