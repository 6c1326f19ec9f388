"""Cover and duty (N5, N11)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kinfirst.core.offers import Offer, house_offers
from kinfirst.records import queries
from kinfirst.records.gathering import house_facts
from kinfirst.web import colleagues, house_page
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.moves import answers, groups_of


@require_safe
@signed_in
def house(here: Here) -> HttpResponse:
    """Who has whose patients, and what this person may do about it."""
    found = queries.house_state(here.viewer.realm)
    facts = house_facts(here.viewer.realm, author=here.viewer.id, now=here.now)
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
        "own": len(found.of(here.viewer.id)),
    }
    return shown(here, "web/house.html", context)
