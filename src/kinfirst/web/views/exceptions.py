"""Exceptions: what is asked of an authority, decided in a minute (R26, R35, N17)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kinfirst.core.errors import Reason
from kinfirst.records.actions import perform_named
from kinfirst.web import colleagues, doors, exceptions_page
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.models import DoorTap

REFUSED, NOT_YOURS = 422, 403
MAY = {"authority", "casualty_officer"}


@require_safe
@signed_in
def exceptions(here: Here) -> HttpResponse:
    """What is asked, for authorities; calls from doors, for casualty officers too."""
    return _page(here)


def _page(here: Here, *, reasons: tuple[Reason, ...] = (), asked: dict[str, str] | None = None) -> HttpResponse:
    roles = set(here.viewer.person.roles)
    if not roles & MAY:
        return shown(here, "web/exceptions/not_yours.html", {}, status=NOT_YOURS)
    seconds = {who: name for who, name in colleagues.staff(here.viewer).items() if who != here.viewer.id}
    context = {
        **exceptions_page.page(here),
        "seconds": seconds,
        "decides": "authority" in roles,
        "reasons": reasons,
        "given": asked or {},
    }
    return shown(here, "web/exceptions/exceptions.html", context, status=REFUSED if reasons else 200)


@require_POST
@signed_in
def decide(here: Here, case: str) -> HttpResponse:
    """Grants one exception: rule, place, ground, second person, minutes. The record refuses what is not lawful."""
    here.case(case)
    sent = {name: here.request.POST.get(name, "").strip() for name in ("rule", "place", "ground", "words", "second")}
    ground = str(exceptions_page.GROUNDS.get(sent["ground"], ""))
    reason = ": ".join(part for part in (ground if sent["ground"] != "other" else "", sent["words"]) if part)
    minutes = here.request.POST.get("minutes", "")
    wanted: dict[str, object] = {
        "rule": sent["rule"],
        "reason": reason,
        "minutes": int(minutes) if minutes.isdecimal() and len(minutes) <= 5 else 0,
    }
    wanted |= {name: sent[name] for name in ("place", "second") if sent[name]}
    outcome = perform_named("override", wanted, given=here.given(here.request.POST.get("key") or None), case=case)
    if outcome.refusal is not None:
        return _page(here, reasons=outcome.refusal.reasons, asked={**sent, "minutes": minutes, "case": case})
    messages.success(here.request, _("Decided. It ends by itself, and somebody else reviews it."))
    return redirect("exceptions")


@require_POST
@signed_in
def seen(here: Here) -> HttpResponse:
    """Somebody has answered a call from a door. Leads back to the case where it was answered there."""
    rows = DoorTap.objects.filter(realm=here.viewer.realm, key=here.request.POST.get("key", ""))
    tap = rows.first()
    if tap is not None and set(here.viewer.person.roles) & doors.ANSWER:
        here.case(tap.case)
        rows.filter(seen_at=None).update(seen_by=here.viewer.id, seen_at=here.now)
    return redirect("case", tap.case) if tap and here.request.POST.get("back") == "case" else redirect("exceptions")
