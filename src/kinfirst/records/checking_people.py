"""The registry: every row stands as the registry wrote it (its mark), and every encrypted column opens under its
own row's label and fits the index beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from kinfirst.core.errors import BrokenRecord
from kinfirst.people import marks
from kinfirst.people.contacts import LABEL as CONTACT
from kinfirst.people.identifiers import LABEL as IDENTIFIER
from kinfirst.people.identifiers import indexes
from kinfirst.people.registry import ALIAS, GROUND, NAME
from kinfirst.records import keys
from kinfirst.records.findings import Wrong
from kinfirst.records.reading import any_case, select

PERSON = "people_person"
UNREADABLE = (BrokenRecord, TypeError, ValueError, AttributeError)


def check_people(connection: BaseDatabaseWrapper) -> tuple[int, list[Wrong]]:
    """How many rows of the registry were checked, and which of them hold a changed value."""
    count, wrong = 0, []
    found = (_persons, _kin, _contacts, _identifiers)
    for who, table, row, what in (row for part in found for row in part(connection)):
        count += 1
        if what:
            wrong.append(_wrong(connection, who, row=(table, row), what=what))
    for mark in marks.unmarked(keys.ring()):
        wrong.append(_wrong(connection, mark.about, row=(mark.table, mark.row), what=mark.what))
    return count, wrong


def _wrong(connection: BaseDatabaseWrapper, who: Any, *, row: tuple[str, str], what: str) -> Wrong:
    case, entry = _entry_about(connection, who)
    return Wrong(table=row[0], row=row[1], what=what, case=case, entry=entry)


def _persons(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str, str, str]]:
    sql = f"SELECT id, name_cipher, name_index, alias_cipher, alias_index FROM {PERSON} ORDER BY id"
    for who, name, name_index, alias, alias_index in select(connection, sql):
        if (name, name_index, alias, alias_index) == (b"", "", None, ""):
            continue  # erased: that this is so is covered by the mark
        what = _fits(name, name_index, NAME, who)
        if not what and (alias is not None or alias_index != ""):
            what = _fits(alias, alias_index, ALIAS, who)
        yield who, PERSON, str(who), what


def _kin(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str, str, str]]:
    sql = "SELECT id, of_id, person_id, ground_cipher FROM people_kin WHERE ground_cipher IS NOT NULL"
    for row, of, person, cipher in select(connection, sql):
        yield of, "people_kin", str(row), _opens(cipher, f"{GROUND}:{of}:{person}")


def _contacts(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str, str, str]]:
    for row, who, cipher in select(connection, "SELECT id, person_id, text_cipher FROM people_contact"):
        yield who, "people_contact", str(row), _opens(cipher, f"{CONTACT}:{who}")


def _identifiers(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str, str, str]]:
    sql = 'SELECT id, person_id, text_cipher, "index" FROM people_identifier ORDER BY id'
    for row, who, cipher, index in select(connection, sql):
        what = _opens(cipher, f"{IDENTIFIER}:{who}")
        if not what and index not in indexes(keys.ring(), keys.ring().open(cipher, f"{IDENTIFIER}:{who}")):
            what = "its index was changed"
        yield who, "people_identifier", str(row), what


def _fits(cipher: Any, index: Any, column: str, who: str) -> str:
    try:
        text = keys.ring().open(cipher, f"{column}:{who}")
    except UNREADABLE:
        return f"{column} was changed: it does not open"
    return "" if index in keys.ring().indexes(column, text) else f"{column}: its index was changed"


def _opens(cipher: Any, label: str) -> str:
    try:
        keys.ring().open(cipher, label)
    except UNREADABLE:
        return "an encrypted value was changed: it does not open"
    return ""


def _entry_about(connection: BaseDatabaseWrapper, who: Any) -> tuple[str, int]:
    """The first entry that names this person, so that a reader knows which case it touches; else any case."""
    sql = "SELECT case_id, seq FROM records_entry WHERE data LIKE %s OR actor = %s ORDER BY at, seq LIMIT 1"
    rows = select(connection, sql, [f'%"{who}"%', str(who)])
    return (str(rows[0][0]), int(rows[0][1])) if rows else any_case(connection)
