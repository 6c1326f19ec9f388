"""The desk of the casualty officer (N6, N7, N14, N16)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from kinfirst.core.errors import Reason
from kinfirst.core.offers import offers
from kinfirst.web import case_page, desk_page
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.moves import groups_of

OF_THE_DESK = frozenset(
    {
        "draw_chain",
        "confirm_roll",
        "add_kin",
        "exclude_kin",
        "declare_bond",
        "decide_tie",
        "assign",
        "attempt",
        "tell",
        "already_aware",
        "search",
        "no_kin_found",
        "hand_to_agency",
        "agency_confirms",
        "kin_wish",
        "release_name",
        "set_status",
    }
)
REFUSED = 422
SURE = ("leak", "flag_doubt")
"""What must not be done by accident: opened first, then answered, then pressed."""


@require_safe
@signed_in
def desk(here: Here, id: str) -> HttpResponse:
    """The whole page; 404 for somebody who does not work in the house."""
    return page(here, id)


def page(here: Here, id: str, *, far: dict[str, str] | None = None, reasons: tuple[Reason, ...] = ()) -> HttpResponse:
    """The page as it stands; after a distance that was none, with what was typed and why it was not kept."""
    sight = here.case(id)
    if not here.insider:
        raise Http404
    met = case_page.met(here, sight)
    found = offers(met, here.viewer.person, sight.policy, here.now)
    mine = [one for one in found if one.command in OF_THE_DESK]
    possible = {one.command for one in found if one.possible}
    context: dict[str, object] = {
        "sight": sight,
        "kin": desk_page.kin(here, sight, met),
        "tied": desk_page.tied(here, sight, met),
        "problems": desk_page.problems(here, sight, met),
        "stale": desk_page.is_stale(here, sight, met),
        "places": desk_page.places(
            here, sight, met, assignable=frozenset(one.subject for one in found if one.command == "assign")
        ),
        "search": desk_page.search(sight),
        "hold": desk_page.hold(sight),
        "release": next((one for one in found if one.command == "release_name"), None),
        "possible": possible,
        "looks": [look for look in case_page.unasked(sight) if look.part in ("kin", "identity")],
        "groups": groups_of(mine, lambda offer: case_page.subject_label(sight, offer), case=sight.id, back="desk"),
        "sure": [name for name in SURE if name in possible],
        "far": far or {},
        "reasons": reasons,
    }
    return shown(here, "web/desk/desk.html", context, status=REFUSED if reasons else 200)
