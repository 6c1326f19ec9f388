"""What the registry says that bears on one case, as the structs the core decides with.

Every answer is sorted by id, so that it does not depend on the order in which people were entered (style.md
invariant 2), and takes a fixed number of queries however many people are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from kinfirst.core.facts import EventFacts, EventMember, Facts, KinRecord, Office, Person
from kinfirst.people import models

# SQLite allows 250,000 bound values in a statement but older builds only 999.
CHUNK = 900
PERSON_COLUMNS = (
    "id",
    "born",
    "sex",
    "died",
    "grade",
    "serving",
    "division",
    "zone",
    "speaks",
    "away",
    "sealed",
    "household",
    "roles",
    "credentials",
)
KIN_COLUMNS = (
    "of_id",
    "person_id",
    "relation",
    "recorded",
    "listed",
    "emergency_contact",
    "guardian_id",
    "do_not_notify",
    "teller_id",
)


def persons(ids: Iterable[str]) -> dict[str, Person]:
    """Those people, by id in order of id. An id nobody has is left out: the caller says what that means."""
    return _persons(ids, realm=None)


def person_of_account(user: int) -> tuple[str, Person] | None:
    """Whose account this is, with their realm; None when it is nobody's. One query: every page asks."""
    row = models.Person.objects.filter(user_id=user).only("realm_id", *PERSON_COLUMNS).first()
    return None if row is None else (row.realm_id, _person(row))


def facts_for(realm: str, casualties: set[str], offices: tuple[str, ...], event: str | None) -> Facts:
    """The facts of one case, in at most six queries for up to 900 people.

    `persons` holds the casualties, their kin with guardians and tellers, and the holders and deputies of
    those offices; the event's members carry no case. Somebody of another realm is as unknown as nobody (R68).
    """
    kin = _kin(realm, casualties)
    held = _offices(realm, offices)
    wanted = set(casualties)
    for line in kin:
        wanted.update(who for who in (line.person, line.guardian, line.teller) if who)
    for office in held:
        wanted.update(office.deputies)
        wanted.update((office.holder,) if office.holder else ())
    return Facts(
        persons=_persons(wanted, realm=realm),
        kin=kin,
        offices=held,
        event=_event(realm, event) if event else None,
    )


def house_care(realm: str) -> dict[str, str]:
    """Every living patient's clinician in that house, patients in order of id (R55)."""
    lines = models.Care.objects.filter(realm_id=realm, patient__died=None).order_by("patient_id")
    return dict(lines.values_list("patient_id", "clinician_id"))


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids once each, sorted, in runs that fit one statement."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def _persons(ids: Iterable[str], *, realm: str | None) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for chunk in _chunks(ids):
        rows = models.Person.objects.filter(id__in=chunk).order_by("id")
        if realm is not None:
            rows = rows.filter(realm_id=realm)
        for row in rows.only(*PERSON_COLUMNS):
            found[row.id] = _person(row)
    return found


def _person(row: models.Person) -> Person:
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


def _kin(realm: str, casualties: Collection[str]) -> tuple[KinRecord, ...]:
    lines: list[KinRecord] = []
    for chunk in _chunks(casualties):
        rows = models.Kin.objects.filter(of_id__in=chunk, of__realm_id=realm)
        for row in rows.only(*KIN_COLUMNS).order_by("of_id", "person_id", "relation"):
            lines.append(
                KinRecord(
                    of=row.of_id,
                    person=row.person_id,
                    relation=row.relation,
                    recorded=row.recorded,
                    listed=row.listed,
                    emergency_contact=row.emergency_contact,
                    guardian=row.guardian_id,
                    do_not_notify=row.do_not_notify,
                    teller=row.teller_id,
                )
            )
    return tuple(lines)


def _offices(realm: str, names: tuple[str, ...]) -> tuple[Office, ...]:
    if not names:
        return ()
    rows = models.Office.objects.filter(realm_id=realm, office__in=set(names)).order_by("office")
    deputies: dict[int, list[str]] = {}
    chosen = {row.pk: row for row in rows}
    for deputy in models.Deputy.objects.filter(office_id__in=chosen).order_by("turn"):
        deputies.setdefault(deputy.office_id, []).append(deputy.person_id)
    return tuple(
        Office(office=row.office, holder=row.holder_id, deputies=tuple(deputies.get(pk, ())))
        for pk, row in chosen.items()
    )


def _event(realm: str, code: str) -> EventFacts | None:
    event = models.Event.objects.filter(realm_id=realm, code=code).first()
    if event is None:
        return None
    rows = event.members.order_by("person_id").values_list("person_id", "person__born", "person__sex")
    members = tuple(EventMember(person=who, born=born, sex=sex or None) for who, born, sex in rows)
    return EventFacts(id=event.code, closed=event.closed, members=members)
