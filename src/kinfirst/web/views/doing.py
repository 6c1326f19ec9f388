"""The form of a command: GET shows it with what stands in the way, POST does it once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kinfirst.core.commands import COMMANDS, HOUSE_COMMANDS
from kinfirst.core.errors import Reason
from kinfirst.core.offers import Offer, house_offers, offers_of, why_not
from kinfirst.core.roles import ROLES
from kinfirst.records import queries
from kinfirst.records.access import Sight, reveal
from kinfirst.records.actions import perform_named
from kinfirst.records.gathering import house_facts
from kinfirst.web import case_page, cover_page
from kinfirst.web.forms import KEY, CommandForm, form_for, started_with
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.pickers import Pickers
from kinfirst.web.wording import ROLES as ROLE_WORDS
from kinfirst.web.wording import SAID

REFUSED = 422
PAGES = frozenset({"bay", "desk", "effects"})
"""Pages of a case from which a form may have been opened, and to which it leads back."""
_NAMED = re.compile(r"^`?(?P<field>[a-z_]+(?:\.[a-z_0-9]+)?)`?(?::| )")


@dataclass(frozen=True, slots=True)
class Desk:
    """One command in front of one person: the offers of it, its form, the case it is for."""

    here: Here
    command: str
    offers: tuple[Offer, ...]
    form: type[CommandForm]
    sight: Sight | None = None

    @property
    def back(self) -> str:
        """The page of the case it came from, `case` itself unless the form says another."""
        request = self.here.request
        named = request.POST.get("back") or request.GET.get("back") or ""
        return named if named in PAGES else "case"

    @property
    def home(self) -> str:
        """Where it leads back to: a page of the case, the board for a new case, else cover."""
        if self.sight is not None:
            return reverse(self.back, args=(self.sight.id,))
        return reverse("board" if self.command == "open_case" else "house")

    @property
    def offer(self) -> Offer | None:
        """The offer for the subject the form was opened for; the only one there is otherwise."""
        given = self.here.request.GET
        named = [one for one in self.offers if one.argument and given.get(one.argument) == one.subject]
        return named[0] if named else (self.offers[0] if len(self.offers) == 1 else None)


def _house(here: Here, command: str) -> Desk:
    facts = house_facts(here.viewer.realm, author=here.viewer.id, now=here.now)
    house = cover_page.met(here, queries.house_state(here.viewer.realm), facts)
    found = house_offers(house, here.viewer.person, here.now, facts=facts)
    mine = tuple(one for one in found if one.command == command)
    return Desk(here=here, command=command, offers=mine, form=form_for(command, Pickers(here, house=house)))


def _of_case(here: Here, command: str, id: str) -> Desk:
    sight = here.case(id)
    mine = offers_of(command, case_page.met(here, sight), here.viewer.person, policy=sight.policy, now=here.now)
    return Desk(
        here=here, command=command, offers=mine, form=form_for(command, Pickers(here, sight=sight)), sight=sight
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def do(here: Here, id: str, command: str) -> HttpResponse:
    """A command of a case."""
    if command not in COMMANDS or command in HOUSE_COMMANDS or command == "open_case":
        raise Http404
    return _answered(_of_case(here, command, id))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def house_do(here: Here, command: str) -> HttpResponse:
    """A command of the house."""
    if command not in HOUSE_COMMANDS:
        raise Http404
    return _answered(_house(here, command))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def open_case(here: Here) -> HttpResponse:
    """A new case."""
    desk = Desk(here=here, command="open_case", offers=(), form=form_for("open_case", Pickers(here)))
    return _done(desk) if here.request.method == "POST" else _form(desk, desk.form(), yours=here.may_open)


def _answered(desk: Desk) -> HttpResponse:
    if desk.here.request.method == "POST":
        return _done(desk)
    initial = started_with(desk.offer, desk.here.request.GET.dict(), desk.form)
    if desk.command == "identify" and desk.sight is not None and desk.sight.state.casualty:
        initial.setdefault("as", desk.sight.alias)
    return _form(desk, desk.form(initial=initial), yours=bool(desk.offers))


def _done(desk: Desk) -> HttpResponse:
    """Does it, or shows the form again with every reason and everything that was typed."""
    form = desk.form(desk.here.request.POST, desk.here.request.FILES)
    if not form.is_valid():
        return _form(desk, form, yours=True, status=REFUSED)
    arguments = form.arguments()
    if desk.command == "view" and desk.sight is not None:
        return _view(desk, str(arguments.get("what", "")))
    given = desk.here.given(form.cleaned_data[KEY])
    case = desk.sight.id if desk.sight else None
    outcome = perform_named(desk.command, arguments, given=given, case=case)
    if outcome.refusal is not None:
        return _form(desk, _with_new_key(form), yours=True, reasons=outcome.refusal.reasons, status=REFUSED)
    messages.success(desk.here.request, _("Done: %(what)s.") % {"what": str(SAID[desk.command].title)})
    return redirect("case", outcome.case) if outcome.case and case is None else redirect(desk.home)


def _view(desk: Desk, part: str) -> HttpResponse:
    sight = desk.sight
    assert sight is not None
    granted = reveal(desk.here.viewer, sight.id, [part], now=desk.here.now)
    desk.here.looked(sight.id, granted)
    if granted:
        return redirect(desk.home)
    why = _("Your work on this case does not need this. That you asked is recorded.")
    return shown(desk.here, "web/not_shown.html", {"sight": sight, "why": why}, status=403)


def _with_new_key(form: CommandForm) -> CommandForm:
    """The same answers under a new key: a key belongs to what came of it."""
    kept = form.data.copy() if isinstance(form.data, QueryDict) else QueryDict(mutable=True)
    kept[KEY] = uuid4().hex
    again = type(form)(kept)
    again.is_valid()
    return again


def _form(
    desk: Desk, form: CommandForm, *, yours: bool, reasons: tuple[Reason, ...] = (), status: int = 200
) -> HttpResponse:
    said, sight, offer = SAID[desk.command], desk.sight, desk.offer
    blocked = offer.reasons if offer is not None and not reasons else ()
    if not yours and sight is not None:
        viewer = desk.here.viewer.person
        blocked = why_not(sight.state, viewer, desk.command, policy=sight.policy, now=desk.here.now)
    context: dict[str, object] = {
        "said": said,
        "sight": sight,
        "command": desk.command,
        "home": desk.home,
        "back": desk.back if desk.back != "case" else "",
        "form": form,
        "yours": yours,
        "whose": [ROLE_WORDS[name] for name in ROLES[desk.command]],
        "subject": case_page.subject_label(sight, offer) if sight and offer else "",
        "blocked": blocked,
        "summary": [(reason, _field(reason, form)) for reason in reasons],
        "problems": _problems(form),
    }
    return shown(desk.here, "web/do.html", context, status=status)


def _problems(form: CommandForm) -> list[tuple[str, str]]:
    """What the form itself found, each with the field it is at."""
    return [(str(text), form[name].id_for_label or f"id_{name}") for name in form.errors for text in form.errors[name]]


def _field(reason: Reason, form: CommandForm) -> str:
    """The field an `argument` reason is at, as far as it is one of the form."""
    found = _NAMED.match(reason.text) if reason.rule == "argument" else None
    name = found["field"] if found else ""
    return form[name].id_for_label or f"id_{name}" if name in form.fields else ""
