"""The bay: what is done is recorded with one tap, and the time of death is read from a clock (N2-N4)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kinfirst.core.offers import Offer, offers_of
from kinfirst.records.access import Sight
from kinfirst.web import bay_page, case_page
from kinfirst.web.forms import CommandForm, form_for
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.pickers import Pickers
from kinfirst.web.story import story
from kinfirst.web.wording.bay import TAPS

GIVEN = ("resuscitate", "observe", "pronounce", "chart", "sign", "identify")
HIDDEN_AT_FIRST = frozenset({"mismatched", "second", "ground"})
"""What a pronouncement rarely needs: shown when asked for."""


@require_safe
@signed_in
def bay(here: Here, id: str) -> HttpResponse:
    """The whole page; 404 for somebody who does not work in the house."""
    sight = here.case(id)
    if not here.insider:
        raise Http404
    happened = story(sight.id)
    found = bay_page.lines(sight, happened)
    offered = _offered(here, sight)
    pick = Pickers(here, sight=sight)
    asked = _form("pronounce", pick) if "pronounce" in offered else None
    context: dict[str, object] = {
        "sight": sight,
        "lines": found[: bay_page.LAST],
        "older": found[bay_page.LAST :],
        "clocks": bay_page.clocks(sight, found),
        "observation": bay_page.observation(sight, here.now),
        "lacks": bay_page.lacks(sight, happened),
        "offered": offered,
        "taps": TAPS.items(),
        "looks": [look for look in case_page.unasked(sight) if look.part == "medical"],
        "offset": int(timezone.localtime(here.now).utcoffset().total_seconds() // 60),  # type: ignore[union-attr]
        "reasons": _reasons(offered.get("pronounce")),
        "unsigned": [e for e in sight.state.chart if e.author == here.viewer.id and not e.signed],
        "correcting": _correcting(here, found),
        "main": [one for one in asked.questions() if one.name not in HIDDEN_AT_FIRST] if asked else (),
        "more": [one for one in asked.questions() if one.name in HIDDEN_AT_FIRST] if asked else (),
    }
    part = getattr(here.request, "htmx", None)
    return shown(here, "web/bay/live.html" if part else "web/bay/bay.html", context)


def _offered(here: Here, sight: Sight) -> dict[str, Offer]:
    met = case_page.met(here, sight)
    found: dict[str, Offer] = {}
    for command in GIVEN:
        for one in offers_of(command, met, here.viewer.person, policy=sight.policy, now=here.now):
            if command not in found or one.possible:
                found[command] = one
    return found


def _reasons(offer: Offer | None) -> tuple[object, ...]:
    return offer.reasons if offer is not None else ()


def _form(command: str, pick: Pickers) -> CommandForm:
    return form_for(command, pick)(auto_id=f"{command}_%s")


def _correcting(here: Here, found: tuple[bay_page.Line, ...]) -> str:
    """The beginning of a chart entry that says a line is wrong, where one was pointed at."""
    number = here.request.GET.get("wrong", "")
    line = next((one for one in found if str(one.number) == number), None)
    return bay_page.correction(line, _("Recorded in error:")) if line else ""
