"""Cover and duty (N5, N11)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kinfirst.core.house import House
from kinfirst.core.offers import Offer, house_offers
from kinfirst.records import queries
from kinfirst.records.gathering import house_facts
from kinfirst.web import colleagues, cover_page, house_page
from kinfirst.web.forms import CommandForm, form_for
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.moves import answers, groups_of
from kinfirst.web.pickers import Pickers


@require_safe
@signed_in
def house(here: Here) -> HttpResponse:
    """Who has whose patients, and what this person may do about it."""
    facts = house_facts(here.viewer.realm, author=here.viewer.id, now=here.now)
    found = cover_page.met(here, queries.house_state(here.viewer.realm), facts)
    mine = house_offers(found, here.viewer.person, here.now, facts=facts)
    tasks = [task for task in queries.house_tasks(here.viewer.realm) if task.holder == here.viewer.id]
    names = colleagues.names_of(here.viewer, house_page.people_in(found))

    def label(offer: Offer) -> str:
        if offer.argument == "offer":
            by = next((names.get(o.by, "?") for o in found.offers if str(o.number) == offer.subject), "?")
            return _("from %(who)s") % {"who": by}
        return names.get(offer.subject, "")

    context = {
        "house": house_page.house_shown(here, found, names),
        "groups": groups_of(mine, label, case=None),
        "waiting": [answer for task in tasks for answer in answers(task, mine, case=None)],
        "hand_overs": cover_page.hand_overs(here, found, names),
        "patients": cover_page.my_patients(here, found, names),
        "offer_form": _offer_form(here, found) if any(one.command == "hand_over" for one in mine) else None,
    }
    return shown(here, "web/house.html", context)


def _offer_form(here: Here, found: House) -> CommandForm:
    """The offer of the viewer's patients, with its four parts (R55)."""
    return form_for("hand_over", Pickers(here, house=found))(auto_id="offer_%s")
