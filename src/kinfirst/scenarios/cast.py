"""Reading who is in a play: people, kin and events."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from kinfirst.core.errors import BadInput
from kinfirst.core.policy import RELATIONS
from kinfirst.people.entries import HIGHEST_GRADE, ROLES, NewPerson, checked
from kinfirst.scenarios.arguments import AGENCY, ANY_KIN
from kinfirst.scenarios.moments import BadTime, zone_of
from kinfirst.scenarios.play import Cast, EventLine, KinLine
from kinfirst.scenarios.problems import Problems, did_you_mean, quoted
from kinfirst.scenarios.table import Table

RESERVED = (AGENCY, ANY_KIN)
_HANDLE = re.compile(r"(?![0-9]+$)[^\s:\"']{1,60}")


class People:
    """The people of a file: their handles first, so that anything may name anybody."""

    def __init__(self, raw: dict[str, Any], problems: Problems) -> None:
        self._problems = problems
        self._raw = raw
        self.handles = frozenset(raw)

    def known(self, handle: str) -> bool:
        """Whether somebody in the play has that handle."""
        return handle in self.handles

    def meant(self, handle: str) -> str:
        """What to write instead of a handle that nobody has."""
        return did_you_mean(handle, self.handles)

    def require(self, table: Table, key: str, handles: Iterable[str]) -> None:
        """Notes every handle under that key that nobody has."""
        for handle in handles:
            if handle and not self.known(handle):
                table.wrong(key, f"nobody has the handle {quoted(handle)}", self.meant(handle))

    def read(self, *, zone: str, day: date) -> tuple[Cast, ...]:
        """Everybody, in the order of the file. `zone` and `day` are those of the play."""
        found: list[Cast] = []
        for handle, raw in self._raw.items():
            table = self._person_table(handle, raw)
            if table is not None:
                found.append(self._person(handle, table, zone=zone, day=day))
        _once(found, self._problems)
        return tuple(found)

    def _person_table(self, handle: str, raw: object) -> Table | None:
        path = ("people", handle)
        if not _HANDLE.fullmatch(handle) or handle in RESERVED:
            right = "use a word without spaces, colons or quotes, not a number, at most 60 long"
            reserved = f"the name {quoted(handle)} means something else in a step"
            fault = reserved if handle in RESERVED else f"{quoted(handle)} cannot be a handle"
            self._problems.add(path, fault, right)
        if not isinstance(raw, dict):
            self._problems.add(path, "must be a table", f"write [people.{handle}]")
            return None
        return Table(raw, path, self._problems)

    def _person(self, handle: str, table: Table, *, zone: str, day: date) -> Cast:
        patients = table.texts("patients") or ()
        self.require(table, "patients", patients)
        cast = Cast(
            handle=handle,
            person=_new_person(handle, table, zone=zone, day=day),
            offices=table.texts("offices") or (),
            deputy_for=table.texts("deputy_for") or (),
            patients=patients,
        )
        table.finish()
        return cast


def _new_person(handle: str, table: Table, *, zone: str, day: date) -> NewPerson:
    """As the registry will take them: what it would refuse is a problem of the file."""
    sealed = table.flag("sealed") or False
    new = NewPerson(
        name=table.text("name") or handle,
        # Somebody sealed is shown by another name; a play that gives none means the handle.
        alias=table.text("alias") or (handle if sealed else None),
        born=table.day("born"),
        died=_died(table, day),
        sex=table.text("sex") or None,
        grade=table.whole("grade", most=HIGHEST_GRADE),
        serving=table.flag("serving") or False,
        division=table.text("division") or None,
        zone=_own_zone(table) or zone,
        household=table.text("household") or None,
        speaks=_texts_or_one(table, "speaks"),
        roles=_roles(table),
        credentials=table.texts("credentials") or (),
        away=table.flag("away") or False,
        sealed=sealed,
    )
    if new.born and new.born > day:
        table.wrong("born", "is after the play begins", "write an earlier date")
    try:
        return checked(new)
    except BadInput as wrong:
        key, _, what = str(wrong).partition(": ")
        table.wrong(key, what, "mend it")
        return new


def read_kin(rows: list[dict[str, Any]], people: People, problems: Problems) -> tuple[KinLine, ...]:
    """Every line of kin, each pair and relation once."""
    found: dict[tuple[str, str, str], KinLine] = {}
    for number, raw in enumerate(rows):
        table = Table(raw, ("kin", number), problems)
        line = KinLine(
            of=table.text("of", required=True),
            person=table.text("person", required=True),
            relation=table.word("relation", RELATIONS, required=True),
            recorded=table.day("recorded"),
            listed=table.flag("listed") or False,
            emergency_contact=table.flag("emergency_contact") or False,
            guardian=table.text("guardian") or None,
            do_not_notify=table.text("do_not_notify"),
            teller=table.text("teller") or None,
        )
        for key in ("of", "person", "guardian", "teller"):
            people.require(table, key, (getattr(line, key) or "",))
        _check_kin(table, line, seen=(line.of, line.person, line.relation) in found)
        table.finish()
        found.setdefault((line.of, line.person, line.relation), line)
    return tuple(found.values())


def _check_kin(table: Table, line: KinLine, *, seen: bool) -> None:
    if seen:
        table.wrong("", "says what an earlier [[kin]] says", "keep one of them")
    if line.of and line.of == line.person:
        table.wrong("person", "nobody is their own kin", "name somebody else")
    if line.guardian and line.guardian in (line.person, line.of):
        table.wrong("guardian", "must be a third person", "name somebody else")
    if line.teller and not line.do_not_notify:
        table.wrong("teller", "a teller stands in for somebody who is not to be notified", "add do_not_notify")


def read_events(raw: dict[str, Any], people: People, problems: Problems) -> tuple[EventLine, ...]:
    """Every event and who was in it."""
    found: list[EventLine] = []
    for handle, inner in raw.items():
        if not isinstance(inner, dict):
            problems.add(("events", handle), "must be a table", f"write [events.{handle}]")
            continue
        table = Table(inner, ("events", handle), problems)
        if not _HANDLE.fullmatch(handle):
            table.wrong("", f"{quoted(handle)} cannot be a handle", "use a word without spaces or quotes")
        members = table.texts("people") or ()
        if not members:
            table.wrong("people", "names nobody", "name everybody in the event")
        people.require(table, "people", members)
        found.append(EventLine(handle=handle, people=members, closed=table.flag("closed") or False))
        table.finish()
    return tuple(found)


def _own_zone(table: Table) -> str:
    name = table.text("zone")
    try:
        return zone_of(name).key if name else ""
    except BadTime as wrong:
        table.wrong("zone", f"{quoted(name)}: {wrong.what}", wrong.right)
        return ""


def _died(table: Table, day: date) -> date | None:
    """A date, or true for a death before the play on a day that does not matter."""
    value = table.raw.get("died")
    if isinstance(value, bool):
        return day if table.flag("died") else None
    if isinstance(value, datetime):
        table.any("died")
        return value.date()
    return table.day("died")


def _texts_or_one(table: Table, key: str) -> tuple[str, ...]:
    if isinstance(table.raw.get(key), str):
        return (table.text(key),)
    return table.texts(key) or ()


def _roles(table: Table) -> tuple[str, ...]:
    roles = table.texts("roles") or ()
    for role in roles:
        if role not in ROLES:
            table.wrong("roles", f"{quoted(role)} is not a role", did_you_mean(role, ROLES))
    return tuple(role for role in roles if role in ROLES)


def _once(people: list[Cast], problems: Problems) -> None:
    """One holder an office, and no patient in the care of two."""
    holders: dict[str, str] = {}
    carers: dict[str, str] = {}
    for person in people:
        path = ("people", person.handle)
        for office in person.offices:
            if holders.setdefault(office, person.handle) != person.handle:
                what = f"{quoted(office)} is already held by {holders[office]}"
                problems.add((*path, "offices"), what, "make one of them deputy_for")
        for patient in person.patients:
            if carers.setdefault(patient, person.handle) != person.handle:
                what = f"{quoted(patient)} is already in the care of {carers[patient]}"
                problems.add((*path, "patients"), what, "a patient is one clinician's")
        for office in set(person.offices) & set(person.deputy_for):
            problems.add((*path, "deputy_for"), f"holds {quoted(office)} already", "name another as deputy")
