"""Told in turn: the page of a head of division, an adviser, a leader (N14, R41-R44)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kinfirst.core.errors import Reason
from kinfirst.records.access import reveal
from kinfirst.records.actions import perform_named
from kinfirst.web import told_page
from kinfirst.web.here import Here, shown, signed_in

REFUSED = 422


@require_safe
@signed_in
def told(here: Here) -> HttpResponse:
    """What I was told, and what follows from it."""
    return _page(here)


def _page(here: Here, *, reasons: tuple[Reason, ...] = ()) -> HttpResponse:
    context: dict[str, object] = {"turns": told_page.turns(here), "reasons": reasons}
    return shown(here, "web/told/told.html", context, status=REFUSED if reasons else 200)


@require_POST
@signed_in
def look(here: Here, case: str) -> HttpResponse:
    """Ask for the name again; the look is recorded (R60). `hide` covers it up."""
    here.case(case)
    if here.request.POST.get("part") == "hide":
        here.cover_up(case)
    else:
        here.looked(case, reveal(here.viewer, case, ["identity"], now=here.now))
    return redirect("told")


@require_POST
@signed_in
def acknowledge(here: Here, case: str) -> HttpResponse:
    """The adviser has the word; the leader has not been told by that (R41)."""
    return _done(here, case, "acknowledge", {"place": here.request.POST.get("place", "")})


@require_POST
@signed_in
def tell(here: Here, case: str) -> HttpResponse:
    """The one whom this person tells was told, and understood (R28, R41)."""
    sent = here.request.POST
    understood = sent.get("understood") == "yes"
    wanted = {"place": sent.get("place", ""), "channel": sent.get("channel", ""), "understood": understood}
    return _done(here, case, "tell", wanted)


def _done(here: Here, case: str, command: str, wanted: dict[str, object]) -> HttpResponse:
    here.case(case)
    given = here.given(here.request.POST.get("key") or None)
    outcome = perform_named(command, dict(wanted), given=given, case=case)
    if outcome.refusal is not None:
        return _page(here, reasons=outcome.refusal.reasons)
    messages.success(here.request, _("It is on record."))
    return redirect("told")
