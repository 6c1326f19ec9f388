"""The registry's encrypted columns: each opens under its own row's label, and fits the index beside it.

The registry's open columns (dates, grades, roles, kin) are not covered by any digest: what a case knew of
them stands in its own entries, and changes of the registry are ordinary work.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from kinfirst.core.errors import BrokenRecord
from kinfirst.people.contacts import LABEL as CONTACT
from kinfirst.people.registry import ALIAS, GROUND, NAME
from kinfirst.records import keys
from kinfirst.records.findings import Wrong
from kinfirst.records.reading import select

PERSON = "people_person"
UNREADABLE = (BrokenRecord, TypeError, ValueError)


def check_people(connection: BaseDatabaseWrapper) -> tuple[int, list[Wrong]]:
    """How many rows of the registry were checked, and which of them hold a changed value."""
    count, wrong = 0, []
    for who, table, row, what in (*_persons(connection), *_kin(connection), *_contacts(connection)):
        count += 1
        if what:
            case, entry = _entry_about(connection, who)
            wrong.append(Wrong(table=table, row=row, what=what, case=case, entry=entry))
    return count, wrong


def _persons(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str, str, str]]:
    sql = f"SELECT id, name_cipher, name_index, alias_cipher, alias_index FROM {PERSON} ORDER BY id"
    for who, name, name_index, alias, alias_index in select(connection, sql):
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
    """The first entry that names this person, so that a reader knows which case it touches."""
    sql = "SELECT case_id, seq FROM records_entry WHERE data LIKE %s OR actor = %s ORDER BY at, seq LIMIT 1"
    rows = select(connection, sql, [f'%"{who}"%', str(who)])
    return (str(rows[0][0]), int(rows[0][1])) if rows else ("", 0)
