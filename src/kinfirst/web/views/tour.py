"""The guided walk through the demonstration."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from kinfirst.web import tour_steps
from kinfirst.web.here import Here, shown, signed_in

AT = "tour"
"""Where in the walk this session is; nothing when it is not walking."""


@require_safe
@signed_in
def tour(here: Here) -> HttpResponse:
    """Every stop at a glance. Only in an exercise: among real cases nobody is shown around (R68)."""
    stops = tour_steps.every(here) if here.exercise else ()
    return shown(here, "web/tour/tour.html", {"stops": stops})


@require_POST
@signed_in
def go(here: Here) -> HttpResponse:
    """To one stop, whose strip is then at the top of every page; no number ends the walk."""
    number = here.request.POST.get("stop", "")
    if not here.exercise or not number.isdecimal() or len(number) > 3:
        here.request.session.pop(AT, None)
        return redirect("tour")
    found = tour_steps.seen(here, int(number))
    here.request.session[AT] = found.number
    return redirect(found.url or "tour")
