"""A message of a case whose sender does not know what came of it: a person asks the receiver, and says."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kinfirst.records import outbox
from kinfirst.web.here import Here, shown, signed_in

ANSWERS = {"arrived": True, "again": False}
FORBIDDEN, ODD = 403, 400


@require_POST
@signed_in
def settle(here: Here, id: str, number: int) -> HttpResponse:
    """What a casualty officer heard of the receiver: it arrived, or it is to be sent again. Never guessed."""
    sight = here.case(id)
    if "casualty_officer" not in here.viewer.person.roles:
        why = _("Only a casualty officer says what came of a message.")
        return shown(here, "web/not_shown.html", {"sight": sight, "why": why}, status=FORBIDDEN)
    arrived = ANSWERS.get(here.request.POST.get("answer", ""))
    row = next((one for one in outbox.of_case(sight.id) if one.number == number), None)
    if row is None or arrived is None:
        why = _("There is no such message, or nothing was chosen. Go back to the case and choose one of the two.")
        return shown(here, "web/wrong.html", {"why": why}, status=ODD)
    if outbox.settle(row.id, arrived=arrived, by=here.viewer.id, now=here.now):
        messages.success(here.request, _("It arrived.") if arrived else _("It is sent again."))
    else:
        messages.warning(here.request, _("Nobody asks about that message any more: see how it stands."))
    return redirect("case", sight.id)
