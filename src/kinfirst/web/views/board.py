"""The board of the flow desk (N12)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from kinfirst.records import queries
from kinfirst.records.board import STAGES as STAGE_CODES
from kinfirst.records.board import Wanted
from kinfirst.records.board import board as board_of
from kinfirst.web import board_page, house_page
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.wording import STAGES


@require_safe
@signed_in
def board(here: Here) -> HttpResponse:
    """Every open case this person may know of, the soonest task first; a part of it for htmx."""
    asked = {name: here.request.GET.get(name, "").strip() for name in ("stage", "alias", "after")}
    page = board_of(here.viewer, Wanted(stage=asked["stage"], alias=asked["alias"], after=asked["after"]))
    house = queries.house_state(here.viewer.realm)
    names = board_page.names_for(here, page, house_page.people_in(house))
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "rows": board_page.rows(here, page, names),
        "house": house_page.house_shown(here, house, names),
        "stages": [(code, STAGES[code]) for code in STAGE_CODES],
        "asked": asked,
        "same": urlencode(kept),
        "next": urlencode({**kept, "after": page.after}) if page.after else "",
        "first": urlencode({name: value for name, value in kept.items() if name != "after"}),
    }
    part = getattr(here.request, "htmx", None)
    return shown(here, "web/board_live.html" if part else "web/board.html", context)
