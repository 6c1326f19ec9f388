"""Ways to somebody: addresses, numbers, e-mail; encrypted, in the order to try them."""

from __future__ import annotations

import msgspec
from django.db import transaction
from django.db.models import Max

from kinfirst.core.errors import BadInput
from kinfirst.people import entries, models, registry

LABEL = "contact.text"
KINDS = ("address", "phone", "email")


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way to somebody; `kind` is `address`, `phone` or `email`."""

    kind: str
    text: str


def add_contact(realm: str, person: str, way: Way) -> None:
    """Adds a way, to be tried after those there are. Refuses an unknown person, kind, or empty text."""
    if way.kind not in KINDS:
        raise BadInput(f"kind: one of {', '.join(KINDS)}")
    clear = entries.text(way.text, "text")
    with transaction.atomic():
        if not models.Person.objects.filter(id=person, realm_id=realm).exists():
            raise BadInput("person: no such person in this address book")
        rows = models.Contact.objects.filter(person_id=person)
        last = rows.aggregate(last=Max("turn"))["last"]
        sealed = registry.keyring().seal(clear, f"{LABEL}:{person}")
        turn = 0 if last is None else last + 1
        rows.create(person_id=person, kind=way.kind, turn=turn, text_cipher=sealed)


def contacts(person: str) -> tuple[Way, ...]:
    """How to reach somebody, in the order to try."""
    ring = registry.keyring()
    rows = models.Contact.objects.filter(person_id=person).order_by("turn")
    return tuple(Way(kind=row.kind, text=ring.open(row.text_cipher, f"{LABEL}:{person}")) for row in rows)
