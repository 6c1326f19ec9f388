"""The board as people read it: one line a case, what it waits for, who has it, how much time is left."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from kinfirst.records.board import Alarm, Line, Page
from kinfirst.web import colleagues, station_page
from kinfirst.web.here import Here
from kinfirst.web.wording import STAGES, Text, role, task, word


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `left` is the part of the task's time that is left, 0 to 1; None where nothing is due."""

    id: str
    alias: str
    stage: str
    stage_said: Text
    waits_for: Text
    holder: Text
    due: datetime | None
    left: float | None
    late: bool
    others: int
    mine: bool


class AlarmShown(msgspec.Struct, frozen=True, kw_only=True):
    """A bed to go to: which, whose case by alias, what the device said, since when (UTC); `live` is how the bed stands
    now, where a station shows it. Without a case `since` is the beginning of its alarm."""

    case: str
    alias: str
    bed: str
    said: Text
    since: datetime
    live: str = ""


def alarms_shown(here: Here, found: tuple[Alarm, ...]) -> tuple[AlarmShown, ...]:
    """The beds where a device has spoken and nobody has been yet (R01), and those that call at this moment."""
    beds = station_page.standing(here.viewer) if here.watches else ()
    by_case = {one.case: one for one in beds if one.case}
    asked = tuple(
        AlarmShown(
            case=one.case,
            alias=one.alias,
            bed=one.bed,
            said=word(one.kind),
            since=one.since,
            live=by_case[one.case].state if one.case in by_case else "",
        )
        for one in found
    )
    told = {one.case for one in found}
    more = (one for one in beds if one.calls and one.case not in told)
    return asked + tuple(
        AlarmShown(case=one.case, alias=one.alias, bed=one.bed, said=one.alarm, since=one.since, live=one.state)
        for one in more
    )


def mine(here: Here) -> tuple[str, ...]:
    """What the holder of a task is called when it is the viewer's, by name or by role."""
    return (here.viewer.id, *(f"role:{name}" for name in here.viewer.person.roles))


def rows(here: Here, page: Page, names: dict[str, str]) -> tuple[Row, ...]:
    """The lines of a page; `names` of the holders who work here."""
    return tuple(_row(here, line, names) for line in page.lines)


def holders(page: Page) -> set[str]:
    """Everybody who holds the next task of a case, by id."""
    return {line.next_holder for line in page.lines if line.next_holder and not role(line.next_holder)}


def names_for(here: Here, page: Page, others: set[str]) -> dict[str, str]:
    """The names the board and the house are shown with."""
    return colleagues.names_of(here.viewer, holders(page) | others)


def _row(here: Here, line: Line, names: dict[str, str]) -> Row:
    due = line.next_due
    return Row(
        id=line.id,
        alias=line.alias,
        stage=line.stage,
        stage_said=STAGES.get(line.stage, line.stage),
        waits_for=_waits_for(line.next_task),
        holder=(role(line.next_holder) or names.get(line.next_holder, _("named on the case"))) if due else "",
        due=due,
        left=_left(line.opened_at, due, here.now),
        late=due is not None and due < here.now,
        others=max(0, line.task_count - 1),
        mine=line.next_holder == here.viewer.id or line.next_holder.removeprefix("role:") in here.viewer.person.roles,
    )


def _waits_for(name: str) -> Text:
    """A task by its kind alone: whom it is about is not for the board."""
    if not name:
        return _("Nothing is open")
    kind, _colon, rest = name.partition(":")
    if kind == "escalate":
        return _("Overdue: %(task)s") % {"task": str(task(rest.partition(":")[0])).lower()}
    return task(kind)


def _left(opened: datetime | None, due: datetime | None, now: datetime) -> float | None:
    if due is None or opened is None:
        return None
    whole = (due - opened).total_seconds()
    return min(1.0, max(0.0, (due - now).total_seconds() / whole)) if whole > 0 else 0.0
