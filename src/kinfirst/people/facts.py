"""What the registry says that bears on one case, as the structs the core decides with.

Every answer is sorted by id, so that it does not depend on the order in which people were entered (style.md
invariant 2), and takes a fixed number of queries however many people are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from kinfirst.core.facts import EventFacts, Facts, KinRecord, Office, Person
from kinfirst.people import models
from kinfirst.people.plain import marks, rows, rows_of

_PERSON = (
    "id, born, sex, died, grade, serving, division, zone, speaks, away, sealed, household, roles, credentials "
    "FROM people_person"
)
_KIN = (
    "of_id, person_id, relation, recorded, listed, emergency_contact, guardian_id, do_not_notify, teller_id "
    "FROM people_kin"
)
_words = msgspec.json.Decoder(tuple[str, ...]).decode


def persons(ids: Iterable[str], *, realm: str | None = None) -> dict[str, Person]:
    """Those people (of that realm), by id in order of id. An id nobody has is left out: the caller says what that
    means."""
    here, values = ("", ()) if realm is None else (" AND realm_id = %s", (realm,))
    found = rows_of(f"SELECT {_PERSON} WHERE id IN {{ids}}{here} ORDER BY id", ids, values)
    return {row[0]: _person(row) for row in found}


def person_of_account(user: int) -> tuple[str, Person] | None:
    """Whose account this is, with their realm; None when it is nobody's. One query: every page asks."""
    found = rows(f"SELECT realm_id, {_PERSON} WHERE user_id = %s", [user])
    return (found[0][0], _person(found[0][1:])) if found else None


def of_row(row: models.Person) -> Person:
    """What rules may ask of somebody whose row was read with something else."""
    return Person(
        id=row.id,
        born=row.born,
        sex=row.sex or None,
        dead=row.died is not None,
        grade=row.grade,
        serving=row.serving,
        division=row.division or None,
        zone=row.zone or None,
        speaks=tuple(row.speaks),
        away=row.away,
        sealed=row.sealed,
        household=row.household or None,
        roles=tuple(row.roles),
        credentials=tuple(row.credentials),
    )


def facts_for(realm: str, casualties: set[str], offices: tuple[str, ...], event: str | None) -> Facts:
    """The facts of one case, in at most four queries for up to 900 people.

    `persons` holds the casualties, their kin with guardians and tellers, and the holders and deputies of
    those offices; the event comes without its members, who are many (records.crowds). Somebody of another realm is as
    unknown as nobody (R68).
    """
    kin, held = kin_of(realm, casualties), offices_of(realm, offices)
    return Facts(
        persons=persons(around(casualties, kin, held), realm=realm),
        kin=kin,
        offices=held,
        event=event_of(realm, event) if event else None,
    )


def around(casualties: Iterable[str], kin: Iterable[KinRecord], offices: Iterable[Office]) -> set[str]:
    """Everybody whom kin and offices name, and the casualties."""
    wanted = set(casualties)
    for line in kin:
        wanted.update(who for who in (line.person, line.guardian, line.teller) if who)
    for office in offices:
        wanted.update(office.deputies)
        wanted.update((office.holder,) if office.holder else ())
    return wanted


def house_care(realm: str) -> dict[str, str]:
    """Every living patient's clinician in that house, patients in order of id (R55)."""
    lines = models.Care.objects.filter(realm_id=realm, patient__died=None).order_by("patient_id")
    return dict(lines.values_list("patient_id", "clinician_id"))


def kin_of(realm: str, casualties: Collection[str]) -> tuple[KinRecord, ...]:
    """The emergency data of these people, in order of who it is of, of whom, and of the relation."""
    # Asked of each of them: SQLite would first list everybody of the realm for an IN.
    sql = (
        f"SELECT {_KIN} WHERE of_id IN {{ids}} "
        "AND EXISTS (SELECT 1 FROM people_person p WHERE p.id = people_kin.of_id AND p.realm_id = %s) "
        "ORDER BY of_id, person_id, relation"
    )
    return tuple(
        KinRecord(
            of=of,
            person=person,
            relation=relation,
            recorded=_day(recorded),
            listed=bool(listed),
            emergency_contact=bool(contact),
            guardian=guardian,
            do_not_notify=bool(spared),
            teller=teller,
        )
        for of, person, relation, recorded, listed, contact, guardian, spared, teller in rows_of(
            sql, casualties, (realm,)
        )
    )


def offices_of(realm: str, names: Collection[str]) -> tuple[Office, ...]:
    """Those of these offices that the registry has, in order of their names, with deputies in turn."""
    if not names:
        return ()
    found = rows(
        "SELECT o.office, o.holder_id, d.person_id FROM people_office o "
        "LEFT JOIN people_deputy d ON d.office_id = o.id "
        f"WHERE o.realm_id = %s AND o.office IN {marks(len(names))} ORDER BY o.office, d.turn",
        [realm, *names],
    )
    held: dict[str, str | None] = {}
    deputies: dict[str, list[str]] = {}
    for office, holder, deputy in found:
        held[office] = holder
        deputies.setdefault(office, []).extend((deputy,) if deputy else ())
    # Sorted here: a database puts letters in the order of its own language.
    return tuple(Office(office=name, holder=held[name], deputies=tuple(deputies[name])) for name in sorted(held))


def event_of(realm: str, code: str) -> EventFacts | None:
    """The event of that code, without its members."""
    found = rows("SELECT closed FROM people_event WHERE realm_id = %s AND code = %s", [realm, code])
    return EventFacts(id=code, closed=bool(found[0][0])) if found else None


def _person(row: Sequence[Any]) -> Person:
    id, born, sex, died, grade, serving, division, zone, speaks, away, sealed, household, roles, credentials = row
    return Person(
        id=id,
        born=_day(born),
        sex=sex or None,
        dead=died is not None,
        grade=grade,
        serving=bool(serving),
        division=division or None,
        zone=zone or None,
        speaks=_words(speaks),
        away=bool(away),
        sealed=bool(sealed),
        household=household or None,
        roles=_words(roles),
        credentials=_words(credentials),
    )


def _day(value: date | str | None) -> date | None:
    """SQLite keeps a day as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
