"""The registry: finding somebody, their record, their kin and the ways to them; every change leaves a line."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinfirst.core.errors import BadInput
from kinfirst.core.facts import KinRecord
from kinfirst.people import desk, models, rosters
from kinfirst.people.contacts import Way, contacts
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.keeping import ACCOUNTS, HOUSE, PEOPLE, keeper, may, only_for
from kinfirst.web.registry_forms import KinForm, PersonForm, Plain, WayForm

REFUSED = 422
AWAY = 100


@require_safe
@signed_in
@only_for(*HOUSE)
def overview(here: Here) -> HttpResponse:
    """Who is on duty, who is away, and where everything is kept."""
    realm = here.viewer.realm
    people = models.Person.objects.filter(realm_id=realm)
    duty, coming = rosters.on_duty(realm, here.now), rosters.next_up(realm, here.now)[:4]
    away = list(people.filter(away=True).order_by("id").values_list("id", flat=True)[:AWAY])
    names = desk.called(realm, {*away, *(one.person for one in (*duty, *coming))})
    context = {
        "duty": [(one, names.get(one.person, "")) for one in duty],
        "coming": [(one, names.get(one.person, "")) for one in coming],
        "away": sorted(((id, names.get(id, "")) for id in away), key=lambda pair: pair[1]),
        "counts": {
            "people": people.count(),
            "offices": models.Office.objects.filter(realm_id=realm).count(),
            "events": models.Event.objects.filter(realm_id=realm).count(),
            "rosters": models.Roster.objects.filter(realm_id=realm).count(),
            "divisions": people.exclude(division="").values("division").distinct().count(),
        },
        "keeps_people": may(here, *PEOPLE),
        "keeps_accounts": may(here, *ACCOUNTS),
    }
    return shown(here, "web/registry/overview.html", context)


@require_POST
@signed_in
@only_for(*PEOPLE)
def find(here: Here) -> HttpResponse:
    """Everybody of exactly that name. Sent as a form, so that no address holds a name; the search is on the log."""
    text = here.request.POST.get("name", "").strip()
    found = desk.found(keeper(here), text) if text else ()
    names = desk.called(here.viewer.realm, found)
    rows = models.Person.objects.filter(id__in=found).select_related("user").order_by("division", "id")
    context = {"found": [(row, names.get(row.id, "")) for row in rows], "asked": bool(text)}
    return shown(here, "web/registry/found.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only_for(*PEOPLE)
def new_person(here: Here) -> HttpResponse:
    """Somebody new."""
    form = PersonForm(here, here.request.POST or None)
    made: list[str] = []
    done = tried(form, lambda: made.append(desk.enter(keeper(here), form.written(None))))
    if done:
        messages.success(here.request, _("Entered."))
        return redirect("registry_person", made[0])
    return page(here, form, {"title": _("Enter somebody")}, "web/registry/form.html")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only_for(*PEOPLE)
def person(here: Here, id: str) -> HttpResponse:
    """Somebody's record: GET shows it, POST changes it; a page that shows it is on the log."""
    of_this_house(here, id)
    keeping = keeper(here)
    try:
        desk.refuse_own(keeping, id)
    except BadInput:
        return shown(here, "web/registry/own.html", {}, status=403)
    posted = here.request.method == "POST"
    before = desk.as_entered(here.viewer.realm, id)
    form = PersonForm(here, here.request.POST if posted else None, known=before)
    if tried(form, lambda: desk.change(keeping, id, form.written(before))):
        messages.success(here.request, _("Changed."))
        return redirect("registry_person", id)
    known = desk.shown(keeping, id)
    context = {
        "id": id,
        "called": desk.called(here.viewer.realm, [id]).get(id, ""),
        "known": known,
        "kin": _kin(here, id),
        "ways": _ways(id),
        "way": WayForm(here),
        "keeps_accounts": may(here, *ACCOUNTS),
    }
    return page(here, form, context, "web/registry/person.html")


def _ways(id: str) -> list[tuple[int, Way]]:
    """The ways to somebody with their turn, by which one is taken away."""
    turns = models.Contact.objects.filter(person_id=id).order_by("turn").values_list("turn", flat=True)
    return list(zip(turns, contacts(id), strict=True))


def _kin(here: Here, id: str) -> list[tuple[models.Kin, str, str, str]]:
    rows = list(models.Kin.objects.filter(of_id=id).order_by("relation", "person_id"))
    people = {who for row in rows for who in (row.person_id, row.guardian_id, row.teller_id) if who}
    names = desk.called(here.viewer.realm, people)
    return [
        (row, names.get(row.person_id, ""), names.get(row.guardian_id or "", ""), names.get(row.teller_id or "", ""))
        for row in rows
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only_for(*PEOPLE)
def new_kin(here: Here, id: str) -> HttpResponse:
    """Another line of kin."""
    of_this_house(here, id)
    form = KinForm(here, here.request.POST or None, of=id)
    if tried(form, lambda: _add(here, form)):
        messages.success(here.request, _("Added. Cases that are open learn of it with their next command."))
        return redirect("registry_person", id)
    return page(here, form, {"title": _("Add kin"), "back": id}, "web/registry/form.html")


def _add(here: Here, form: KinForm) -> None:
    record = form.written()
    if record is not None:
        desk.add_kin(keeper(here), record)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only_for(*PEOPLE)
def kin(here: Here, line: int) -> HttpResponse:
    """A line of kin: changed, or taken off the list."""
    row = models.Kin.objects.filter(pk=line, of__realm_id=here.viewer.realm).first()
    if row is None:
        raise Http404
    if here.request.method == "POST" and "end" in here.request.POST:
        return _ended(here, line, row.of_id)
    form = KinForm(here, here.request.POST or None, of=row.of_id, person=row.person_id, initial=_line(here, row))
    if tried(form, lambda: _change(here, form, line)):
        messages.success(here.request, _("Changed."))
        return redirect("registry_person", row.of_id)
    context = {"title": _("Change kin"), "back": row.of_id, "ends": True}
    return page(here, form, context, "web/registry/form.html")


def _line(here: Here, row: models.Kin) -> dict[str, object]:
    words = desk.written_as(here.viewer.realm, [who for who in (row.guardian_id, row.teller_id) if who])
    said = ("relation", "recorded", "listed", "emergency_contact", "do_not_notify")
    return {
        **{name: getattr(row, name) for name in said},
        "guardian": words.get(row.guardian_id or "", ""),
        "teller": words.get(row.teller_id or "", ""),
    }


def _change(here: Here, form: KinForm, line: int) -> None:
    record: KinRecord | None = form.written()
    if record is not None:
        desk.change_kin(keeper(here), line, record)


def _ended(here: Here, line: int, of: str) -> HttpResponse:
    try:
        desk.end_kin(keeper(here), line)
        messages.success(here.request, _("Taken off the list."))
    except BadInput as wrong:
        messages.error(here.request, str(wrong))
    return redirect("registry_person", of)


@require_POST
@signed_in
@only_for(*PEOPLE)
def ways(here: Here, id: str) -> HttpResponse:
    """Adds a way to somebody, or takes one away."""
    of_this_house(here, id)
    end = here.request.POST.get("end", "")
    form = WayForm(here, here.request.POST)
    try:
        desk.refuse_own(keeper(here), id)
        if end.isdecimal():
            desk.end_contact(keeper(here), id, int(end))
        elif form.is_valid():
            desk.add_contact(keeper(here), id, form.written())
        else:
            raise BadInput(_("Say what it is."))
        messages.success(here.request, _("Changed."))
    except BadInput as wrong:
        messages.error(here.request, str(wrong))
    return redirect("registry_person", id)


@require_POST
@signed_in
@only_for(*HOUSE)
def away(here: Here, id: str) -> HttpResponse:
    """Somebody cannot be reached, or can again."""
    of_this_house(here, id)
    desk.set_away(keeper(here), id, away=here.request.POST.get("away") == "yes")
    messages.success(here.request, _("Changed."))
    back = "registry_person" if may(here, *PEOPLE) and "person" in here.request.POST else "registry"
    return redirect(back, id) if back == "registry_person" else redirect(back)


def of_this_house(here: Here, id: str) -> None:
    """404 for somebody of another address book, or nobody."""
    if not models.Person.objects.filter(id=id, realm_id=here.viewer.realm).exists():
        raise Http404


def tried(form: Plain, does: Callable[[], object]) -> bool:
    """Whether a form was sent, is right, and was done. What the registry refuses stands on the form."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        does()
    except BadInput as wrong:
        form.add_error(None, str(wrong))
    return not form.errors


def page(here: Here, form: Plain, context: dict[str, object], template: str) -> HttpResponse:
    """A form with what it stands among; 422 where something is wrong with it."""
    return shown(here, template, {"form": form, **context}, status=REFUSED if form.errors else 200)
