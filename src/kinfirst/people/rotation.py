"""Moving every name, address and number to a new key while the house works on."""

from __future__ import annotations

from django.db import transaction

from kinfirst.people import models
from kinfirst.people.contacts import LABEL as CONTACT
from kinfirst.people.crypto import Keyring, key_id
from kinfirst.people.registry import ALIAS, CHUNK, GROUND, NAME


def rotate(old: Keyring, new: Keyring) -> int:
    """Writes again, under the current key of `new`, every value that is under another; how many it was.

    All or nothing, and safe to run again. `old` must hold the keys the values are under, else BrokenRecord.
    Processes that still run with the old key write values under it until they are started again: keep the old
    key in the ring, and rotate once more after that.
    """
    with transaction.atomic():
        return _people(old, new) + _contacts(old, new) + _grounds(old, new)


def _stale(value: bytes | memoryview | None, new: Keyring) -> bool:
    return bool(value) and key_id(bytes(value or b"")) != new.current.id


def _people(old: Keyring, new: Keyring) -> int:
    changed, last, count = [], "", 0
    while rows := list(models.Person.objects.filter(id__gt=last).order_by("id")[:CHUNK]):
        last = rows[-1].id
        changed = [row for row in rows if _rename(row, old, new)]
        fields = ("name_cipher", "name_index", "alias_cipher", "alias_index")
        models.Person.objects.bulk_update(changed, fields, batch_size=50)
        count += len(changed)
    return count


def _rename(row: models.Person, old: Keyring, new: Keyring) -> bool:
    """Moves one person's names; whether there was anything to move."""
    moved = False
    if _stale(row.name_cipher, new):
        clear = old.open(row.name_cipher, f"{NAME}:{row.id}")
        row.name_cipher, row.name_index = new.seal(clear, f"{NAME}:{row.id}"), new.index(NAME, clear)
        moved = True
    if row.alias_cipher and _stale(row.alias_cipher, new):
        clear = old.open(row.alias_cipher, f"{ALIAS}:{row.id}")
        row.alias_cipher, row.alias_index = new.seal(clear, f"{ALIAS}:{row.id}"), new.index(ALIAS, clear)
        moved = True
    return moved


def _contacts(old: Keyring, new: Keyring) -> int:
    changed = []
    for row in models.Contact.objects.order_by("pk").iterator(CHUNK):
        if _stale(row.text_cipher, new):
            label = f"{CONTACT}:{row.person_id}"
            row.text_cipher = new.seal(old.open(row.text_cipher, label), label)
            changed.append(row)
    models.Contact.objects.bulk_update(changed, ("text_cipher",), batch_size=100)
    return len(changed)


def _grounds(old: Keyring, new: Keyring) -> int:
    changed = []
    for row in models.Kin.objects.exclude(ground_cipher=None).order_by("pk").iterator(CHUNK):
        if row.ground_cipher and _stale(row.ground_cipher, new):
            label = f"{GROUND}:{row.of_id}:{row.person_id}"
            row.ground_cipher = new.seal(old.open(row.ground_cipher, label), label)
            changed.append(row)
    models.Kin.objects.bulk_update(changed, ("ground_cipher",), batch_size=100)
    return len(changed)
