"""Breaking the glass: somebody whose duty it is not sees a case for a time, at once, and answers for it (R60, N17).

It is an exception to R60 for one reader (decision 0006): the ledger says who, why and until when; the authority is
paged as for every exception and reviews it; the case does not close before. Who is still to be told the death, or is
kin, cannot: for them there is no such case, and that they tried is on record.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from kinfirst.core.commands import View
from kinfirst.core.disclosure import glass_broken
from kinfirst.core.errors import BadInput
from kinfirst.core.events import Overridden
from kinfirst.core.gate import SEEING
from kinfirst.records import models, store
from kinfirst.records.access import Viewer, admitted, case_for
from kinfirst.records.actions import Given, perform
from kinfirst.records.asking import Ask
from kinfirst.records.commit import Step, case_move
from kinfirst.records.deciding import hold
from kinfirst.records.errors import LostRace, UnknownCase, clear_errors
from kinfirst.records.notes import Notepad
from kinfirst.records.screening import keepable
from kinfirst.records.snapshots import CASE
from kinfirst.records.writing import in_one_piece

MINUTES = (15, 30, 60)
LONGEST_REASON = 2_000
NOBODY = ""
"""An exception of this kind has no second person: it is reviewed instead."""
NONE = "there is no case of that alias"


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """Of which case the glass is broken, and until when (UTC)."""

    case: str
    until: datetime


def case_called(viewer: Viewer, alias: str, now: datetime) -> str:
    """The id of the open case of that alias. Raises UnknownCase, also for one the viewer may not know of: that they
    tried is then recorded on that case."""
    with clear_errors():
        rows = models.Case.objects.filter(realm=viewer.realm, kind=CASE, alias_key=alias.strip().casefold())
        ids = list(rows.order_by("closed", "-opened_at").values_list("id", flat=True)[:2])
    if not ids:
        raise UnknownCase(NONE)
    try:
        return case_for(viewer, ids[0]).id
    except UnknownCase:
        perform(View(what="identity"), given=Given(realm=viewer.realm, by=viewer.id, now=now), case=ids[0])
        raise UnknownCase(NONE) from None


def break_glass(viewer: Viewer, case: str, *, reason: str, minutes: int, now: datetime) -> Broken:
    """Opens a case to the viewer for some minutes. While it is open already, nothing more is written.

    Refuses (BadInput) somebody without any role, a reason that is missing or too long, other minutes than are offered,
    and a policy under which nobody may; raises UnknownCase for a case they may not know of.
    """
    _check(viewer, reason, minutes)
    case_for(viewer, case)
    at = now.astimezone(UTC)
    until = at + timedelta(minutes=minutes)
    done = in_one_piece(lambda: _written(viewer, case, reason=reason.strip(), until=until, at=at))
    if done is None:
        raise LostRace("somebody else is changing this case: try again")
    return done


def _check(viewer: Viewer, reason: str, minutes: int) -> None:
    if not viewer.person.roles:
        raise BadInput("role: this is for people who work in the house")
    if not reason.strip():
        raise BadInput("reason: say why you must see it now")
    if len(reason) > LONGEST_REASON or not keepable(reason):
        raise BadInput(f"reason: at most {LONGEST_REASON} letters that can be printed")
    if minutes not in MINUTES:
        raise BadInput(f"minutes: one of {', '.join(map(str, MINUTES))}")


def _written(viewer: Viewer, case: str, *, reason: str, until: datetime, at: datetime) -> Broken:
    held = hold(Ask(name="override", realm=viewer.realm, by=viewer.id, now=at, case=case))
    if held is None or not admitted(held.state, viewer.person):
        raise UnknownCase("there is no case of that id")
    if held.policy.never(SEEING):
        raise BadInput("policy: the pack of this case lets nobody see more than their duty needs")
    open_now = glass_broken(held.state, viewer.id, at)
    if open_now is not None:
        return Broken(case=case, until=open_now.until)
    notes = Notepad(case)
    event = Overridden(
        number=len(held.state.waivers) + 1,
        rule=SEEING,
        place=viewer.id,
        reason=notes.token(reason),
        second=NOBODY,
        until=until,
    )
    move, _after = case_move(held.row, held.state, held.policy, Step(events=(event,), at=at, by=viewer.id, notes=notes))
    store.write([move])
    return Broken(case=case, until=until)
