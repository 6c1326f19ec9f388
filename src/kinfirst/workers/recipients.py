"""Who is paged, decided at the moment of sending: never the dead, never somebody who is to be told in person."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.disclosure import knows
from kinfirst.people import contacts, models, rosters
from kinfirst.records import models as record
from kinfirst.records import queries

ROLE = "role:"


class Recipients(msgspec.Struct, frozen=True, kw_only=True):
    """The people a message may go to. `withheld` says why there is nobody, where a rule is the reason."""

    people: tuple[str, ...]
    withheld: str = ""


class Roster:
    """Who has which role at a moment, asked once for the messages of one batch."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[str, str], list[str]] = {}

    def of_role(self, role: str, realm: str) -> list[str]:
        """Everybody of that role who is not away; of those the ones on duty, unless nobody is."""
        if (role, realm) not in self._known:
            self._known[role, realm] = _of_role(role, realm, self._now)
        return self._known[role, realm]


def recipients(holder: str, *, realm: str, case: Case | None, roster: Roster) -> Recipients:
    """Everybody of that role in the realm who is not away, or the one person; less those a message must not reach.

    Of a role those whom a duty roster names at this moment are paged; where it names none of them, all who have not
    gone off; when all of them are off, all. Suppression is asked now, not when the message was queued (R49). Somebody
    of another realm is as unknown as nobody (R68).
    """
    role = holder.startswith(ROLE)
    found = roster.of_role(holder.removeprefix(ROLE), realm) if role else _one(holder, realm)
    if not found:
        return Recipients(people=(), withheld="" if role else "nobody of this realm")
    dead = _dead(found, realm)
    alive = [who for who in found if who not in dead]
    if not alive:
        return Recipients(people=(), withheld="the addressee has died (R49)")
    free = [who for who in alive if case is None or not must_hear_in_person(case, who)]
    if not free:
        return Recipients(people=(), withheld="the addressee is to be told in person first (R27)")
    return Recipients(people=tuple(free))


def ways_to(people: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """One address of that kind for each of them who has one, the first to try."""
    found = (next((way.text for way in contacts.contacts(who) if way.kind == kind), "") for who in people)
    return tuple(dict.fromkeys(text for text in found if text))


def must_hear_in_person(case: Case, who: str) -> bool:
    """Whether somebody is kin, bond or a place of the chain and does not know yet: no page may tell them first."""
    if who == case.casualty:
        return True
    if knows(case, who):
        return False
    places = case.chain.places() if case.chain else ()
    near = {line.person for line in case.facts.kin if line.of == case.casualty}
    near |= {bond.person for bond in case.kinship.bonds} | {line.person for line in case.kinship.added}
    return who in near or any(who == place.person or who in place.for_whom for place in places)


def _of_role(role: str, realm: str, now: datetime) -> list[str]:
    rows = models.Person.objects.filter(realm_id=realm, away=False, died=None, roles__icontains=f'"{role}"')
    found = [who for who, roles in rows.order_by("id").values_list("id", "roles") if role in roles]
    off = set(queries.house_state(realm).off)
    free = [who for who in found if who not in off] or found
    rostered = rosters.rostered(realm, now)
    return [who for who in free if who in rostered] or free


def _one(who: str, realm: str) -> list[str]:
    return list(models.Person.objects.filter(id=who, realm_id=realm).values_list("id", flat=True))


def _dead(people: list[str], realm: str) -> set[str]:
    """Those the registry or any case that still stands has as dead, closed ones included (R49)."""
    cases = record.Case.objects.filter(realm=realm, kind="case", state="deceased", retracted=False)
    known = set(cases.filter(casualty__in=people).values_list("casualty", flat=True))
    return known | set(models.Person.objects.filter(id__in=people, died__isnull=False).values_list("id", flat=True))
