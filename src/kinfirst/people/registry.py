"""The registry: the only way people, kin, offices, events and care are written, and names are read.

Arguments are checked here, whoever calls: BadInput names the argument at fault and never repeats a name.
Somebody of another realm is as unknown as nobody (R68).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from django.conf import settings
from django.db import transaction

from kinfirst.core.errors import BadInput
from kinfirst.core.facts import KinRecord
from kinfirst.core.policy import RELATIONS
from kinfirst.people import entries, models
from kinfirst.people.crypto import Keyring
from kinfirst.people.entries import NewPerson

__all__ = [
    "NewPerson",
    "add_event",
    "add_kin",
    "add_members",
    "add_people",
    "add_person",
    "change_person",
    "close_event",
    "code_names",
    "end_care",
    "erase",
    "find",
    "find_code_name",
    "link_user",
    "name_indexes",
    "names",
    "set_care",
    "set_office",
    "set_roles",
    "staff_names",
]

CHUNK = 900
NAME, ALIAS, GROUND = "person.name", "person.alias", "kin.ground"


def keyring() -> Keyring:
    """The keys that names are kept under."""
    ring: Keyring = settings.KINFIRST_KEYRING
    return ring


def add_person(realm: str, new: NewPerson) -> str:
    """Enters somebody and returns the random id they go by. The realm is made if it is new."""
    return add_people(realm, (new,))[0]


def add_people(realm: str, new: Sequence[NewPerson]) -> tuple[str, ...]:
    """Enters many at once, all or none; the ids in the order given."""
    ring, book = keyring(), entries.realm_id(realm)
    rows = [_filled(models.Person(realm_id=book), entries.checked(one), ring) for one in new]
    with transaction.atomic():
        models.Realm.objects.get_or_create(id=book)
        models.Person.objects.bulk_create(rows, batch_size=CHUNK // 20)
    return tuple(row.id for row in rows)


def change_person(realm: str, person: str, new: NewPerson) -> None:
    """Writes somebody anew under the id they have; kin, offices and contacts stay."""
    fresh = entries.checked(new)
    with transaction.atomic():
        row = models.Person.objects.filter(id=person, realm_id=realm).first()
        if row is None:
            raise _unknown("person")
        _filled(row, fresh, keyring()).save()


def erase(realm: str, person: str) -> None:
    """Takes away what says who somebody was. Their id stays, so that the record still proves itself."""
    with transaction.atomic():
        _require(realm, person=(person,))
        models.Contact.objects.filter(person_id=person).delete()
        models.Identifier.objects.filter(person_id=person).delete()
        models.Kin.objects.filter(person_id=person).update(ground_cipher=None)
        models.Person.objects.filter(id=person).update(
            name_cipher=b"",
            name_index="",
            alias_cipher=None,
            alias_index="",
            household="",
            born=None,
            user=None,
        )


def link_user(realm: str, person: str, user: int | None) -> None:
    """Says which account somebody signs in with; None takes it away. One account is one person."""
    _require(realm, person=(person,))
    if user is not None and models.Person.objects.filter(user_id=user).exclude(id=person).exists():
        raise BadInput("user: this account is already somebody else's")
    models.Person.objects.filter(id=person).update(user_id=user)


def set_roles(realm: str, person: str, roles: Sequence[str], credentials: Sequence[str] | None = None) -> None:
    """These are somebody's roles from now on; credentials stay where none are given. Refuses an unknown role."""
    _require(realm, person=(person,))
    entries.checked(NewPerson(name="-", roles=tuple(roles), credentials=tuple(credentials or ())))
    held = {"roles": list(dict.fromkeys(roles))}
    if credentials is not None:
        held["credentials"] = list(dict.fromkeys(credentials))
    models.Person.objects.filter(id=person).update(**held)


def add_kin(realm: str, kin: KinRecord, *, ground: str | None = None) -> None:
    """Adds one line of emergency data. `ground` is why they must not be told directly (R21), kept encrypted.

    Refuses unknown people, somebody as their own kin or guardian, the same line twice, and `do_not_notify`
    without a teller.
    """
    _require(realm, of=(kin.of,), person=(kin.person,), guardian=(kin.guardian,), teller=(kin.teller,))
    _check_kin(kin)
    sealed = None if ground is None else entries.text(ground, "ground")
    label = f"{GROUND}:{kin.of}:{kin.person}"
    _, created = models.Kin.objects.get_or_create(
        of_id=kin.of,
        person_id=kin.person,
        relation=kin.relation,
        defaults={
            "recorded": kin.recorded,
            "listed": kin.listed,
            "emergency_contact": kin.emergency_contact,
            "guardian_id": kin.guardian,
            "do_not_notify": kin.do_not_notify,
            "ground_cipher": None if sealed is None else keyring().seal(sealed, label),
            "teller_id": kin.teller,
        },
    )
    if not created:
        raise BadInput("person: this relation is on the list already")


def set_office(realm: str, office: str, holder: str | None, deputies: Sequence[str] = ()) -> None:
    """Says who holds an office and who stands in, in turn (R73); replaces what was said before."""
    name = entries.code(office, "office", limit=200)
    _require(realm, holder=(holder,), deputies=deputies)
    _once(deputies, "deputies")
    if holder is not None and holder in deputies:
        raise BadInput("deputies: the holder of an office is not their own deputy")
    with transaction.atomic():
        models.Realm.objects.get_or_create(id=entries.realm_id(realm))
        row, _ = models.Office.objects.update_or_create(realm_id=realm, office=name, defaults={"holder_id": holder})
        row.deputies.all().delete()
        models.Deputy.objects.bulk_create(
            models.Deputy(office=row, person_id=who, turn=turn) for turn, who in enumerate(deputies)
        )


def add_event(realm: str, id: str, people: Sequence[str], *, closed: bool = False) -> None:
    """Enters an event and who is in it. Refuses an id that is taken, and anybody named twice (R11, R13)."""
    code = entries.code(id, "event", limit=64)
    _require(realm, people=people)
    _once(people, "people")
    with transaction.atomic():
        models.Realm.objects.get_or_create(id=entries.realm_id(realm))
        event, created = models.Event.objects.get_or_create(realm_id=realm, code=code, defaults={"closed": closed})
        if not created:
            raise BadInput("event: there is an event of that id already")
        members = [models.EventPerson(event=event, person_id=who) for who in people]
        models.EventPerson.objects.bulk_create(members, batch_size=CHUNK // 2)


def add_members(realm: str, event: str, people: Sequence[str]) -> None:
    """Adds people to an event that is there; who is in it already stays in it once."""
    _require(realm, people=people)
    row = models.Event.objects.filter(realm_id=realm, code=event).first()
    if row is None:
        raise BadInput("event: there is no event of that id")
    there: set[str] = set()
    for start in range(0, len(people), CHUNK):
        rows = models.EventPerson.objects.filter(event=row, person_id__in=people[start : start + CHUNK])
        there.update(rows.values_list("person_id", flat=True))
    members = [models.EventPerson(event=row, person_id=who) for who in dict.fromkeys(people) if who not in there]
    models.EventPerson.objects.bulk_create(members, batch_size=CHUNK // 2)


def close_event(realm: str, event: str, *, closed: bool) -> None:
    """Says whether everybody in an event is known by a list (R13)."""
    if not models.Event.objects.filter(realm_id=realm, code=event).update(closed=closed):
        raise BadInput("event: there is no event of that id")


def set_care(realm: str, clinician: str, patients: Sequence[str]) -> None:
    """These living patients are this clinician's from now on, whoever had them. Nobody is dropped (R55)."""
    _require(realm, clinician=(clinician,), patients=patients)
    _once(patients, "patients")
    if clinician in patients:
        raise BadInput("patients: nobody is their own patient")
    with transaction.atomic():
        for patient in sorted(patients):
            models.Care.objects.update_or_create(
                patient_id=patient, defaults={"realm_id": realm, "clinician_id": clinician}
            )


def end_care(realm: str, patients: Collection[str]) -> None:
    """These patients have left the house, or have died: they are nobody's any more."""
    _require(realm, patients=patients)
    models.Care.objects.filter(realm_id=realm, patient_id__in=patients).delete()


def names(ids: Iterable[str]) -> dict[str, str]:
    """The clear names, for a reader `records.access` let through; unknown and erased people are left out."""
    return _opened(ids, NAME)


def staff_names(realm: str, ids: Iterable[str]) -> dict[str, str]:
    """The clear names of those among these people who have a role in that house; one query for up to 900."""
    ring, wanted, found = keyring(), sorted(set(ids)), dict[str, str]()
    for start in range(0, len(wanted), CHUNK):
        rows = models.Person.objects.filter(id__in=wanted[start : start + CHUNK], realm_id=realm).order_by("id")
        for who, roles, cipher in rows.values_list("id", "roles", "name_cipher"):
            if roles and cipher:
                found[who] = ring.open(cipher, f"{NAME}:{who}")
    return found


def name_indexes(given: Iterable[str]) -> list[tuple[str, ...]]:
    """Of each name every blind index under which somebody of that name may be found."""
    ring = keyring()
    return [ring.indexes(NAME, name) for name in given]


def code_names(ids: Iterable[str]) -> dict[str, str]:
    """The code names of those who have one."""
    return _opened(ids, ALIAS)


def find(realm: str, name: str) -> list[str]:
    """Everybody of exactly that name, whatever its case and spacing, by the blind index; sorted ids."""
    return _found(realm, NAME, name)


def find_code_name(realm: str, alias: str) -> list[str]:
    """Everybody of exactly that code name; sorted ids."""
    return _found(realm, ALIAS, alias)


def _filled(row: models.Person, new: NewPerson, ring: Keyring) -> models.Person:
    """The row with every column of that person, names encrypted under its own id."""
    row.name_cipher = ring.seal(new.name, f"{NAME}:{row.id}")
    row.name_index = ring.index(NAME, new.name)
    row.alias_cipher = None if new.alias is None else ring.seal(new.alias, f"{ALIAS}:{row.id}")
    row.alias_index = "" if new.alias is None else ring.index(ALIAS, new.alias)
    row.born, row.died, row.grade = new.born, new.died, new.grade
    row.sex, row.division = new.sex or "", new.division or ""
    row.zone, row.household = new.zone or "", new.household or ""
    row.serving, row.away, row.sealed = new.serving, new.away, new.sealed
    row.speaks, row.roles, row.credentials = list(new.speaks), list(new.roles), list(new.credentials)
    return row


def _check_kin(kin: KinRecord) -> None:
    if kin.relation not in RELATIONS:
        raise BadInput(f"relation: one of {', '.join(RELATIONS)}")
    if kin.of == kin.person:
        raise BadInput("person: nobody is their own kin")
    if kin.guardian in (kin.person, kin.of):
        raise BadInput("guardian: somebody other than the kin and the person they are kin of")
    if kin.teller in (kin.person, kin.of):
        raise BadInput("teller: somebody other than the kin and the person they are kin of")
    if kin.do_not_notify and kin.teller is None:
        raise BadInput("teller: somebody must tell a person who is not to be told directly (R21)")


def _require(realm: str, **arguments: Collection[str | None]) -> None:
    """Refuses the first argument that names nobody of this realm, in one query for up to 900 people."""
    wanted = sorted({who for ids in arguments.values() for who in ids if who is not None})
    known: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        rows = models.Person.objects.filter(realm_id=realm, id__in=wanted[start : start + CHUNK])
        known.update(rows.values_list("id", flat=True))
    for argument, ids in arguments.items():
        if any(who is not None and who not in known for who in ids):
            raise _unknown(argument)


def _unknown(argument: str) -> BadInput:
    return BadInput(f"{argument}: no such person in this address book")


def _once(ids: Sequence[str], argument: str) -> None:
    if any(count > 1 for count in Counter(ids).values()):
        raise BadInput(f"{argument}: somebody is named twice")


def _opened(ids: Iterable[str], column: str) -> dict[str, str]:
    ring, wanted = keyring(), sorted(set(ids))
    field = "name_cipher" if column == NAME else "alias_cipher"
    found: dict[str, str] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = models.Person.objects.filter(id__in=wanted[start : start + CHUNK]).order_by("id")
        for who, cipher in rows.values_list("id", field):
            if cipher:
                found[who] = ring.open(cipher, f"{column}:{who}")
    return found


def _found(realm: str, column: str, text: str) -> list[str]:
    field = "name_index__in" if column == NAME else "alias_index__in"
    rows = models.Person.objects.filter(realm_id=realm, **{field: keyring().indexes(column, text)})
    return sorted(rows.values_list("id", flat=True))
