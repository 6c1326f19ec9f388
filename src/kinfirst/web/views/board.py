"""The board of the flow desk, on a desk and on a wall (N12)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kinfirst.records import board as lines
from kinfirst.records import queries
from kinfirst.records.board import STAGES as STAGE_CODES
from kinfirst.records.board import Page, Wanted
from kinfirst.records.board import board as board_of
from kinfirst.web import board_page, doors, house_page
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.wording import STAGES

ASKED = ("stage", "alias", "whose", "late", "after")
ON_A_WALL = 6
"""Lines at once on a wall: so few, so large."""


@require_safe
@signed_in
def board(here: Here) -> HttpResponse:
    """Every open case this person may know of, the soonest task first; a part of it for htmx."""
    asked = _asked(here)
    page = board_of(here.viewer, _wanted(here, asked))
    kept = {name: value for name, value in asked.items() if value}
    without_cursor = {name: value for name, value in kept.items() if name != "after"}
    context = {
        **_seen(here, page),
        "stages": [(code, STAGES[code], _with(without_cursor, "stage", code)) for code in STAGE_CODES],
        "all_stages": _with(without_cursor, "stage", ""),
        "filters": _filters(asked, without_cursor),
        "asked": asked,
        "same": urlencode(kept),
        "next": urlencode({**kept, "after": page.after}) if page.after else "",
        "first": urlencode(without_cursor),
    }
    part = getattr(here.request, "htmx", None)
    return shown(here, "web/board_live.html" if part else "web/board.html", context)


@require_safe
@signed_in
def wall(here: Here) -> HttpResponse:
    """The same for a screen on a wall, readable from five metres: few lines, large, page after page by itself."""
    after = here.request.GET.get("after", "").strip()
    page = board_of(here.viewer, Wanted(after=after, limit=ON_A_WALL))
    context = {
        **_seen(here, page),
        "same": urlencode({"after": after} if after else {}),
        "next": urlencode({"after": page.after} if page.after else {}),
        "first_page": not after,
    }
    part = getattr(here.request, "htmx", None)
    return shown(here, "web/wall/live.html" if part else "web/wall/wall.html", context)


@require_safe
@signed_in
def closed_today(here: Here) -> HttpResponse:
    """What was closed since midnight, where the reader is."""
    midnight = timezone.localtime(here.now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = lines.closed_since(here.viewer, midnight)
    part = getattr(here.request, "htmx", None)
    return shown(here, "web/board_closed_list.html" if part else "web/board_closed.html", {"closed": found})


def _asked(here: Here) -> dict[str, str]:
    return {name: here.request.GET.get(name, "").strip() for name in ASKED}


def _wanted(here: Here, asked: dict[str, str]) -> Wanted:
    return Wanted(
        stage=asked["stage"],
        alias=asked["alias"],
        after=asked["after"],
        holders=board_page.mine(here) if asked["whose"] == "mine" else (),
        late_at=here.now if asked["late"] else None,
    )


def _filters(asked: dict[str, str], kept: dict[str, str]) -> dict[str, tuple[bool, str]]:
    """Each filter: whether it is on, and the address that turns it round."""
    found = {}
    for name, value in (("whose", "mine"), ("late", "1")):
        on = bool(asked[name])
        found[name] = (on, _with(kept, name, "" if on else value))
    return found


def _with(kept: dict[str, str], name: str, value: str) -> str:
    changed = {**{key: old for key, old in kept.items() if key != name}, **({name: value} if value else {})}
    return urlencode(changed)


def _seen(here: Here, page: Page) -> dict[str, object]:
    """The lines, the house and the beds, with the names of those who work here."""
    house = queries.house_state(here.viewer.realm)
    names = board_page.names_for(here, page, house_page.people_in(house))
    return {
        "rows": board_page.rows(here, page, names),
        "house": house_page.house_shown(here, house, names),
        "calls": doors.calls(here),
        "alarms": board_page.alarms_shown(here, lines.alarms(here.viewer)),
    }
