"""Names of those who work in the house, for the pages of those who work in the house."""

from __future__ import annotations

import time
from collections.abc import Iterable

from kinfirst.people import registry
from kinfirst.people.models import Person
from kinfirst.records.access import Viewer

KEPT = 60.0
MOST = 20_000
_kept: dict[tuple[str, str], tuple[float, str | None]] = {}
"""Names of colleagues by realm and id, for a minute: a board asks for the same few again and again."""


def staff(viewer: Viewer) -> dict[str, str]:
    """Everybody of this address book who has a role, by name; nobody for a viewer who has none."""
    if not viewer.person.roles:
        return {}
    rows = Person.objects.filter(realm_id=viewer.realm, died__isnull=True).values_list("id", "roles")
    people = [who for who, roles in rows if roles and "system" not in roles]
    named = registry.names(people)
    return dict(sorted(named.items(), key=lambda pair: (pair[1].casefold(), pair[0])))


def names_of(viewer: Viewer, people: Iterable[str]) -> dict[str, str]:
    """The names of those among these people who have a role in the viewer's house. The rest are left out."""
    wanted, now = set(people), time.monotonic()
    known = {who: hit[1] for who in wanted if (hit := _kept.get((viewer.realm, who))) and hit[0] > now}
    missing = wanted - set(known)
    if missing:
        read = registry.staff_names(viewer.realm, missing)
        known |= {who: read.get(who) for who in missing}
        if len(_kept) > MOST:
            _kept.clear()
        _kept.update({(viewer.realm, who): (now + KEPT, read.get(who)) for who in missing})
    return {who: name for who, name in known.items() if name is not None}


def patients(viewer: Viewer, own: Iterable[str]) -> dict[str, str]:
    """The names of the viewer's own living patients, which the caller has read off the house."""
    return registry.names(Person.objects.filter(id__in=list(own), realm_id=viewer.realm).values_list("id", flat=True))


def found(viewer: Viewer, text: str) -> list[str]:
    """Everybody of exactly that name or code name in this address book; an id stands for itself."""
    if not viewer.person.roles or not text.strip():
        return []
    if Person.objects.filter(id=text, realm_id=viewer.realm).exists():
        return [text]
    return sorted({*registry.find(viewer.realm, text), *registry.find_code_name(viewer.realm, text)})


def forget() -> None:
    """Read names anew from now on."""
    _kept.clear()
