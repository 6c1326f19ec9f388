"""Effects: the list by two, the line of custody, and the release that cannot be undone (N10)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from kinfirst.core.custody import locked
from kinfirst.core.offers import offers_of
from kinfirst.documents import pictures
from kinfirst.documents import receipt as receipts
from kinfirst.records.access import Sight
from kinfirst.web import case_page, effects_page
from kinfirst.web.forms import form_for, started_with
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.moves import groups_of
from kinfirst.web.pickers import Pickers
from kinfirst.web.story import story

HANDLED = ("inventory", "treat", "photograph", "transfer", "receive")
RELEASE = "release_effects"
INLINE = 'inline; filename="receipt.pdf"'


@require_safe
@signed_in
def effects(here: Here, id: str) -> HttpResponse:
    """Every item with its line; 404 for somebody who does not work in the house."""
    sight = _sight(here, id)
    met = case_page.met(here, sight)
    offered = {
        name: offers_of(name, met, here.viewer.person, policy=sight.policy, now=here.now)
        for name in (*HANDLED, RELEASE)
    }
    found = [one for name in HANDLED for one in offered[name]]
    return shown(
        here,
        "web/effects/effects.html",
        {
            **_shown(here, sight),
            "groups": groups_of(found, lambda offer: case_page.subject_label(sight, offer), case=id, back="effects"),
            "release": next(iter(sorted(offered[RELEASE], key=lambda one: not one.possible)), None),
        },
    )


@require_safe
@signed_in
def release(here: Here, id: str) -> HttpResponse:
    """The one step that cannot be undone, spelled out before it is taken (R53)."""
    sight = _sight(here, id)
    met = case_page.met(here, sight)
    found = offers_of(RELEASE, met, here.viewer.person, policy=sight.policy, now=here.now)
    kind = form_for(RELEASE, Pickers(here, sight=sight))
    offer = found[0] if len(found) == 1 else None
    form = kind(initial=started_with(offer, here.request.GET.dict(), kind), auto_id="release_%s")
    context = {**_shown(here, sight), "form": form, "offers": found, "blocked": found[0].reasons if found else ()}
    return shown(here, "web/effects/release.html", context)


@require_safe
@signed_in
def receipt(here: Here, id: str) -> HttpResponse:
    """The list to be printed and signed by hand."""
    sight = _sight(here, id)
    return shown(here, "web/effects/receipt.html", _shown(here, sight))


@require_safe
@signed_in
def receipt_pdf(here: Here, id: str) -> HttpResponse:
    """The same list as a PDF."""
    sight = _sight(here, id)
    paper = effects_page.paper(here, sight, effects_page.effects(here, sight, story(sight.id)))
    return HttpResponse(receipts.pdf(paper), content_type="application/pdf", headers={"Content-Disposition": INLINE})


@require_safe
@signed_in
def photograph(here: Here, id: str, seq: int) -> HttpResponse:
    """One photograph, for whoever has asked to see the effects; 404 for everybody else."""
    sight = _sight(here, id)
    token = effects_page.photographed(story(sight.id), seq)
    kept = sight.text(token, "effects") if token else None
    if not kept:
        raise Http404
    return HttpResponse(pictures.drawn(kept), content_type="image/webp")


def _sight(here: Here, id: str) -> Sight:
    sight = here.case(id)
    if not here.insider:
        raise Http404
    return sight


def _shown(here: Here, sight: Sight) -> dict[str, object]:
    happened = story(sight.id)
    return {
        "sight": sight,
        "effects": effects_page.effects(here, sight, happened),
        "none_found": effects_page.none_found(happened),
        "entitled": effects_page.entitled(here, sight),
        "locked": locked(sight.state),
        "looks": [look for look in case_page.unasked(sight) if look.part == "effects"],
        "revealed": "effects" in sight.revealed,
    }
