"""How far somebody is from a door, as the desk was told (N16)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kinfirst.core.errors import BadInput, Reason
from kinfirst.core.places import AGENCY
from kinfirst.core.roles import ROLES
from kinfirst.people import distances
from kinfirst.web import colleagues
from kinfirst.web.here import Here, signed_in
from kinfirst.web.keeping import keeper, only_for
from kinfirst.web.views import desk


@require_POST
@signed_in
@only_for(*ROLES["assign"])
def say(here: Here, id: str) -> HttpResponse:
    """Keeps the hours of one notifier to one place of the chain; 422 and the page again for what is no such thing."""
    sight = here.case(id)
    sent = {name: here.request.POST.get(name, "").strip() for name in ("place", "who", "hours")}
    place = sight.state.chain.find(sent["place"]) if sight.state.chain else None
    person = place.person if place and place.person != AGENCY else None
    try:
        if person is None or sent["who"] not in colleagues.staff(here.viewer):
            raise BadInput(_("Choose somebody of the list, for a place of this case."))
        distances.say(keeper(here), sent["who"], person, sent["hours"])
    except BadInput:
        wrong = Reason(rule="form", text=_("Choose who it is, and give hours from 0 to 72, such as 1.5."))
        return desk.page(here, id, far=sent, reasons=(wrong,))
    messages.success(here.request, _("Kept, for twelve hours."))
    return redirect("desk", id)
