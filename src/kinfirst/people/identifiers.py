"""Numbers that say who somebody is elsewhere: medical record, service, insurance numbers; encrypted.

The same number under the same authority is one person of a realm and no other: the blind index is unique. What
a number means, and whether it may be trusted, is for the reader that brings it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import msgspec
from django.db import transaction

from kinfirst.core.errors import BadInput
from kinfirst.people import entries, models, registry
from kinfirst.people.crypto import Keyring

LABEL = "identifier.text"


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """One number: `kind` a code such as MR (HL7 table 0203) or empty, `authority` who gave it out."""

    kind: str
    authority: str
    value: str


def add_identifier(realm: str, person: str, identifier: Identifier) -> bool:
    """Enters a number of somebody; False if they have it already. Refuses one that is somebody else's."""
    fresh = _checked(identifier)
    with transaction.atomic():
        if not models.Person.objects.filter(id=person, realm_id=realm).exists():
            raise BadInput("person: no such person in this address book")
        known = find_by(realm, (fresh,))[0]
        if known is not None and known != person:
            raise BadInput("identifier: it belongs to somebody else of this address book")
        if known is None:
            ring, plain = registry.keyring(), written(fresh)
            models.Identifier.objects.create(
                realm_id=realm,
                person_id=person,
                index=index(ring, plain),
                text_cipher=ring.seal(plain, f"{LABEL}:{person}"),
            )
    return known is None


def find_by(realm: str, wanted: Sequence[Identifier]) -> tuple[str | None, ...]:
    """Whose each of these numbers is, in the order given; None where it is nobody's."""
    each = [indexes(registry.keyring(), written(one)) for one in wanted]
    rows = models.Identifier.objects.filter(realm_id=realm, index__in=[key for keys in each for key in keys])
    owners = dict(rows.values_list("index", "person_id"))
    return tuple(next((owners[key] for key in keys if key in owners), None) for keys in each)


def identifiers(person: str) -> tuple[Identifier, ...]:
    """The numbers of somebody, in the order they were entered."""
    rows = models.Identifier.objects.filter(person_id=person).order_by("pk")
    ring = registry.keyring()
    return tuple(msgspec.json.decode(ring.open(row.text_cipher, f"{LABEL}:{person}"), type=Identifier) for row in rows)


def written(identifier: Identifier) -> str:
    """The canonical text that is encrypted and indexed."""
    return msgspec.json.encode(identifier, order="sorted").decode()


def index(ring: Keyring, plain: str) -> str:
    """The blind index of a number: it is itself and nothing like it, so it is hashed before any folding."""
    return ring.index(LABEL, sha256(plain.encode()).hexdigest())


def indexes(ring: Keyring, plain: str) -> tuple[str, ...]:
    """Every blind index a number may be kept under while keys are being rotated."""
    return ring.indexes(LABEL, sha256(plain.encode()).hexdigest())


def _checked(given: Identifier) -> Identifier:
    """Refuses an empty value, and texts that would not print."""
    return Identifier(
        kind=entries.text(given.kind, "kind") if given.kind else "",
        authority=entries.text(given.authority, "authority") if given.authority else "",
        value=entries.text(given.value, "value"),
    )
