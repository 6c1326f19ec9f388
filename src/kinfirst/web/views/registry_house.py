"""The registry of the house: offices, events, divisions, rosters, and the policies under which cases open."""

from __future__ import annotations

from functools import lru_cache

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinfirst.core.errors import BadInput, KinfirstError
from kinfirst.people import desk, models, rosters
from kinfirst.policies.check import Verdict, check
from kinfirst.policies.draw import render
from kinfirst.policies.listing import stated
from kinfirst.policies.load import Pack, shipped
from kinfirst.records import policies
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.keeping import AUDIT, HOUSE, keeper, only_for
from kinfirst.web.registry_forms import DivisionForm, EventForm, OfficeForm, RosterForm
from kinfirst.web.views.registry import page, tried


@require_safe
@signed_in
@only_for(*HOUSE)
def offices(here: Here) -> HttpResponse:
    """Every office, who holds it, who stands in."""
    rows = models.Office.objects.filter(realm_id=here.viewer.realm).prefetch_related("deputies").order_by("office")
    people = {who for row in rows for who in (row.holder_id, *_deputies(row)) if who}
    names = desk.called(here.viewer.realm, people)
    found = [(row, names.get(row.holder_id or "", ""), [names.get(who, "") for who in _deputies(row)]) for row in rows]
    return shown(here, "web/registry/offices.html", {"offices": found})


def _deputies(row: models.Office) -> list[str]:
    return [one.person_id for one in sorted(row.deputies.all(), key=lambda one: one.turn)]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only_for(*HOUSE)
def office(here: Here) -> HttpResponse:
    """One office: `?office=leader` fills in what is known of it."""
    code = here.request.GET.get("office", "")
    row = models.Office.objects.filter(realm_id=here.viewer.realm, office=code).first()
    held = [row.holder_id or "", *_deputies(row)] if row else [""]
    words = desk.written_as(here.viewer.realm, held)
    initial = {"office": code, "holder": words.get(held[0], "")}
    initial["deputies"] = "\n".join(words.get(who, who) for who in held[1:])
    form = OfficeForm(here, here.request.POST or None, initial=initial)

    def does() -> None:
        holder, deputies = form.people()
        if not form.errors:
            desk.set_office(keeper(here), form.cleaned_data["office"], holder, deputies)

    if tried(form, does):
        messages.success(here.request, _("Changed. Whoever holds it when its turn comes is told."))
        return redirect("registry_offices")
    context: dict[str, object] = {"title": _("Office"), "back_url": "registry_offices"}
    return page(here, form, context, "web/registry/form.html")


@require_safe
@signed_in
@only_for(*HOUSE)
def events(here: Here) -> HttpResponse:
    """Every event, how many were in it, and whether that is everybody."""
    rows = models.Event.objects.filter(realm_id=here.viewer.realm).annotate(count=Count("members")).order_by("code")
    return shown(here, "web/registry/events.html", {"events": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only_for(*HOUSE)
def event(here: Here) -> HttpResponse:
    """One event: `?event=convoy` fills in what is known of it."""
    code = here.request.GET.get("event", "")
    row = models.Event.objects.filter(realm_id=here.viewer.realm, code=code).first()
    members = list(row.members.order_by("person_id").values_list("person_id", flat=True)) if row else []
    words = desk.written_as(here.viewer.realm, members)
    people = "\n".join(sorted(words.get(who, who) for who in members))
    initial = {"event": code, "people": people, "closed": row.closed if row else False}
    form = EventForm(here, here.request.POST or None, initial=initial)

    def does() -> None:
        found = form.members()
        if not form.errors:
            desk.set_event(keeper(here), form.cleaned_data["event"], found, closed=form.cleaned_data["closed"])

    if tried(form, does):
        messages.success(here.request, _("Changed."))
        return redirect("registry_events")
    context: dict[str, object] = {"title": _("Event"), "back_url": "registry_events"}
    return page(here, form, context, "web/registry/form.html")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only_for(*HOUSE)
def divisions(here: Here) -> HttpResponse:
    """Every division: how many belong to it and who leads it. A division is there as soon as somebody is of it."""
    form = DivisionForm(here, here.request.POST or None)
    realm = here.viewer.realm
    does = lambda: desk.rename_division(keeper(here), form.cleaned_data["old"], form.cleaned_data["new"])  # noqa: E731
    if tried(form, does):
        messages.success(here.request, _("Changed."))
        return redirect("registry_divisions")
    rows = models.Person.objects.filter(realm_id=realm).exclude(division="").values("division")
    counted = {row["division"]: row["count"] for row in rows.annotate(count=Count("id"))}
    heads = {
        row.office.partition(":")[2]: row.holder_id
        for row in models.Office.objects.filter(realm_id=realm, office__startswith="division_head:")
    }
    names = desk.called(realm, {who for who in heads.values() if who})
    found = [(name, counted.get(name, 0), names.get(heads.get(name) or "", "")) for name in sorted({*counted, *heads})]
    return page(here, form, {"divisions": found}, "web/registry/divisions.html")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only_for(*HOUSE)
def duty(here: Here) -> HttpResponse:
    """Rosters: pasted or uploaded, replaced by name, and who is on duty by them now."""
    posted = here.request.method == "POST"
    form = RosterForm(here, here.request.POST if posted else None, here.request.FILES if posted else None)
    entered: list[rosters.Entered] = []
    if tried(form, lambda: entered.append(rosters.enter(keeper(here), form.cleaned_data["name"], form.calendar()))):
        _say(here, entered[0])
        return redirect("registry_duty")
    realm = here.viewer.realm
    now, coming = rosters.on_duty(realm, here.now), rosters.next_up(realm, here.now)[:40]
    names = desk.called(realm, {one.person for one in (*now, *coming)})
    context: dict[str, object] = {
        "rosters": models.Roster.objects.filter(realm_id=realm).order_by("name"),
        "duty": [(one, names.get(one.person, "")) for one in now],
        "coming": [(one, names.get(one.person, "")) for one in coming],
    }
    return page(here, form, context, "web/registry/duty.html")


def _say(here: Here, entered: rosters.Entered) -> None:
    kept = ngettext("%(n)s shift was taken.", "%(n)s shifts were taken.", entered.kept) % {"n": entered.kept}
    messages.success(here.request, kept)
    if entered.unknown:
        numbers = ", ".join(map(str, entered.unknown[:20]))
        messages.warning(here.request, _("Nobody was found for the events number %(numbers)s.") % {"numbers": numbers})


@require_POST
@signed_in
@only_for(*HOUSE)
def end_roster(here: Here) -> HttpResponse:
    """Takes a roster away."""
    try:
        rosters.end(keeper(here), here.request.POST.get("name", ""))
        messages.success(here.request, _("Taken away."))
    except BadInput as wrong:
        messages.error(here.request, str(wrong))
    return redirect("registry_duty")


@require_safe
@signed_in
@only_for(*HOUSE, *AUDIT)
def packs(here: Here) -> HttpResponse:
    """The packs that come with the program, and the one under which new cases open here."""
    try:
        current = policies.policy(policies.realm_policy(here.viewer.realm))
    except KinfirstError:
        current = None
    found = [(name, editions[-1]) for name, editions in sorted(shipped().items())]
    return shown(here, "web/registry/policies.html", {"packs": found, "current": current})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only_for(*HOUSE, *AUDIT)
def pack(here: Here, id: str) -> HttpResponse:
    """One pack: its picture, what it says with its sources, and on asking what its proof found."""
    found = _pack(id)
    verdict = _proved(id) if here.request.method == "POST" else None
    context: dict[str, object] = {"id": id, "pack": found, "stated": stated(found), "verdict": verdict}
    return shown(here, "web/registry/policy.html", context)


@require_safe
@signed_in
@only_for(*HOUSE, *AUDIT)
def drawing(here: Here, id: str) -> HttpResponse:
    """The picture of a pack, for an <img>: as a document of its own it may run nothing and load nothing."""
    response = HttpResponse(render(_pack(id)), content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@lru_cache(maxsize=16)
def _proved(id: str) -> Verdict:
    """What the proof of a pack finds: some seconds of work, once in the life of a process."""
    return check(_pack(id).policy)


def _pack(id: str) -> Pack:
    editions = shipped().get(id)
    if not editions:
        raise Http404
    return editions[-1]
