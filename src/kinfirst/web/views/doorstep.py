"""The notifier's pages: my visits, one visit, what is tapped there (N16, N18, N19)."""

from __future__ import annotations

from uuid import uuid4

import msgspec
from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kinfirst.core.errors import BadInput
from kinfirst.records.access import reveal
from kinfirst.web import doorstep_page, recipients, taps, words
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.wording.doorstep import TAPS

REFUSED = 422
LARGEST = 200_000


@require_safe
@signed_in
def visits(here: Here) -> HttpResponse:
    """Everywhere I am expected, those still to be made first."""
    return shown(here, "web/doorstep/list.html", {"lines": doorstep_page.lines(here)})


@require_safe
@signed_in
def visit(here: Here, case: str, place: str) -> HttpResponse:
    """One visit: what stands in the way, the buttons, and the rest once it was asked for."""
    return _page(here, case, place)


@require_POST
@signed_in
def look(here: Here, case: str, place: str) -> HttpResponse:
    """Ask whom and where: a recorded look at the name and at kin (R60). `hide` covers all up again."""
    doorstep_page.found(here, case, place)
    if here.request.POST.get("part") == "hide":
        here.cover_up(case)
    else:
        here.looked(case, reveal(here.viewer, case, doorstep_page.PARTS, now=here.now))
    return redirect("doorstep", case, place)


@require_POST
@signed_in
def tap(here: Here, case: str, place: str) -> HttpResponse:
    """One tap from a page without scripts: done now. A refusal shows every reason."""
    doorstep_page.found(here, case, place)
    came = taps.tapped(here, _tap(here.request.POST, case, place))
    if came.state == "refused":
        return _page(here, case, place, refused=came)
    messages.success(here.request, _("Kept: %(what)s.") % {"what": TAPS[came.what]})
    return redirect("doorstep", case, place)


def _tap(sent: QueryDict, case: str, place: str) -> taps.Tap:
    with_: dict[str, str | bool] = {name: str(sent[name]) for name in ("result", "channel", "source") if name in sent}
    with_ |= {name: sent[name] == "yes" for name in ("understood", "right") if name in sent}
    given = {"n": 0, "at": 0, "key": sent.get("key") or uuid4().hex, "what": sent.get("what", "")}
    try:
        return msgspec.convert({**given, "case": case, "place": place, "with": with_}, taps.Tap)
    except msgspec.ValidationError:
        raise BadInput("what: a button of this page, pressed once") from None


def _page(here: Here, case: str, place: str, *, refused: taps.Came | None = None) -> HttpResponse:
    sight, stands = doorstep_page.found(here, case, place)
    context: dict[str, object] = {
        "sight": sight,
        "visit": doorstep_page.visit(here, sight, stands),
        "brief": doorstep_page.brief(here, sight, stands),
        "came": taps.shown(here, case, stands.id),
        "refused": refused,
        "officers": recipients.officers(here.viewer.realm),
        "key": uuid4,
    }
    return shown(here, "web/doorstep/visit.html", context, status=REFUSED if refused else 200)


@require_safe
@signed_in
def all_words(here: Here) -> HttpResponse:
    """Every script there is, without any name, to be learnt before one has to say it."""
    known = words.languages()
    code = here.request.GET.get("language", "")
    script = known.get(code) or words.language_for((), getattr(here.request, "LANGUAGE_CODE", "en"))[0]
    talks = [(state, words.spoken(script, words.Occasion(state=state))) for state in words.STATES]
    return shown(here, "web/doorstep/words.html", {"script": script, "languages": known, "talks": talks})


@require_safe
@signed_in
def ready(here: Here) -> JsonResponse:
    """Whether a telephone may send what it has kept, and with which token."""
    return JsonResponse({"token": get_token(here.request), "who": here.viewer.id})


@require_POST
@signed_in
def key(here: Here) -> JsonResponse:
    """Takes the public key of a telephone."""
    return JsonResponse({"key": taps.register(here, here.request.POST.get("public", ""))})


@require_POST
@signed_in
def parcel(here: Here) -> HttpResponse:
    """Takes what a telephone kept, judges it by when it was done, and says what came of each."""
    body = here.request.body
    if len(body) > LARGEST:
        raise BadInput("the parcel is too large: send fewer taps at once")
    answers = [
        {
            "key": one.key,
            "state": one.state,
            "believed": one.believed,
            "reasons": [{"rule": reason.rule, "text": reason.text} for reason in one.reasons],
        }
        for one in taps.take(here, body)
    ]
    return JsonResponse({"came": answers})
