"""How far those who carry the word are from those who must be told, in hours on the way (N16).

Asked by the desk and entered there; whoever is nearer is named before others who are as fit (core.notifiers).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.db import transaction

from kinfirst.core.errors import BadInput
from kinfirst.people import changes, models
from kinfirst.people.changes import Keeper

COUNTS = timedelta(hours=12)
"""So long it is believed: people move."""
MOST = Decimal(72)


def say(keeper: Keeper, carrier: str, to: str, hours: str) -> None:
    """Keeps how many hours somebody is away from another, and who said so; an empty `hours` forgets it.

    Refuses (BadInput) what is no number of hours from 0 to 72, and people who are not of this address book.
    """
    told = _hours(hours) if hours.strip() else None
    people = models.Person.objects.filter(realm_id=keeper.realm, id__in={carrier, to})
    if carrier == to or people.count() != 2:
        raise BadInput("who: name somebody of this house who is not the one to be told")
    with transaction.atomic():
        if told is None:
            models.Distance.objects.filter(carrier_id=carrier, to_id=to).delete()
        else:
            said = {"hours": told, "said_at": keeper.now}
            models.Distance.objects.update_or_create(carrier_id=carrier, to_id=to, defaults=said)
        changes.write(keeper, "person", "changed", about=carrier, fields=("hours",))


def known(realm: str, to: str, now: datetime) -> dict[str, float]:
    """Hours on the way to somebody, by who would go; what was said longer ago than 12 hours is left out."""
    rows = models.Distance.objects.filter(carrier__realm_id=realm, to_id=to, said_at__gt=now - COUNTS)
    return {who: float(hours) for who, hours in rows.values_list("carrier_id", "hours")}


def _hours(text: str) -> Decimal:
    wrong = BadInput("hours: a number from 0 to 72, such as 1.5")
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise wrong from None
    if not found.is_finite() or not 0 <= found <= MOST:
        raise wrong
    return found.quantize(Decimal("0.1"))
