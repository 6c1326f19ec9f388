"""One case, its living part, and asking to see a part of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kinfirst.records.access import PARTS, reveal
from kinfirst.web import case_page
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.views.doing import PAGES


@require_safe
@signed_in
def case(here: Here, id: str) -> HttpResponse:
    """The whole page."""
    sight = here.case(id)
    return shown(here, "web/case.html", case_page.page(here, sight))


@require_safe
@signed_in
def live(here: Here, id: str) -> HttpResponse:
    """What changes: all of it when something happened since `seq`, else the tasks alone, whose time runs."""
    sight = here.case(id)
    if here.request.GET.get("seq") == str(sight.row.seq):
        living = case_page.living(here, sight, case_page.offers_here(here, sight))
        return shown(here, "web/case_tasks.html", living)
    response = shown(here, "web/case_live.html", case_page.page(here, sight))
    response["HX-Retarget"], response["HX-Reswap"] = "#live", "outerHTML"
    return response


@require_POST
@signed_in
def look(here: Here, id: str) -> HttpResponse:
    """Ask for a part of the case; the look is recorded, granted or not (R60). `hide` covers all up again."""
    part, named = here.request.POST.get("part", ""), here.request.POST.get("back", "")
    back = named if named in PAGES else "case"
    if part == "hide":
        here.case(id)
        here.cover_up(id)
        return redirect(back, id)
    granted = reveal(here.viewer, id, [part] if part in PARTS else [], now=here.now)
    here.looked(id, granted)
    if not granted:
        sight = here.case(id)
        why = _("Your work on this case does not need this. That you asked is recorded.")
        return shown(here, "web/not_shown.html", {"sight": sight, "why": why}, status=403)
    return redirect(back, id)
