"""Who is on the way to whom: the visits somebody carries (R31)."""

from __future__ import annotations

import msgspec
from django.db.models import Q

from kinfirst.core.case import Case
from kinfirst.core.gate import settled
from kinfirst.records import models, store
from kinfirst.records.access import Viewer, admitted
from kinfirst.records.errors import clear_errors
from kinfirst.records.snapshots import case_of

MOST = 300
"""So many visits of a realm are looked through for somebody's part in them; their own as the lead come first."""


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """One visit somebody is part of: `part` is lead, team or interpreter. `settled`: nobody need go there any more."""

    case: str
    place: str
    part: str
    settled: bool


def carried_by(viewer: Viewer) -> tuple[Carried, ...]:
    """Every visit of cases that are not closed in which somebody is on record, those still to be made first."""
    rows = models.Visit.objects.filter(realm=viewer.realm, case__closed=False).order_by("-open", "case_id")
    ways = (Q(lead=viewer.id), ~Q(lead=viewer.id) & Q(open=True))
    with clear_errors():
        ids = list(
            dict.fromkeys(id for way in ways for id in rows.filter(way).values_list("case_id", flat=True)[:MOST])
        )
        states = [case_of(row) for row in store.load_many(ids)]
    found = [one for state in states if admitted(state, viewer.person) for one in _of_case(state, viewer.id)]
    return tuple(sorted(found, key=lambda one: (one.settled, one.case, one.place)))


def part_in(case: Case, place: str, who: str) -> str:
    """What somebody's part in the visit to a place is; empty where they have none."""
    held = case.assigned.get(place)
    if held is None:
        return ""
    if who == held.lead:
        return "lead"
    return "team" if who in held.team else "interpreter" if who == held.interpreter else ""


def _of_case(case: Case, who: str) -> list[Carried]:
    found = []
    for place in case.assigned:
        part, stands = part_in(case, place, who), case.chain.find(place) if case.chain else None
        if part:
            over = stands is None or settled(case, stands) or case.retracted is not None
            found.append(Carried(case=case.id, place=place, part=part, settled=over))
    return found
