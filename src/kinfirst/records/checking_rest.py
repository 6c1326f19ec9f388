"""What belongs to no single case: policy editions, kept outcomes, heartbeats, orphans, triggers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.db.backends.base.base import BaseDatabaseWrapper

from kinfirst.core.errors import BrokenRecord
from kinfirst.records import keys, store, triggers
from kinfirst.records.checking_people import check_people
from kinfirst.records.findings import Wrong
from kinfirst.records.policies import read_body
from kinfirst.records.reading import TABLES, Values, names, plain, select
from kinfirst.records.repeats import Kept

ENGINE = "kinfirst"
UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError, LookupError, BrokenRecord)
KEYED = {
    "records_realmpolicy": ("realm", ("realm", "edition", "mac")),
    "records_answered": ("answered", ("realm", "key", "asked", "at", "outcome", "mac")),
    "records_heartbeat": ("heartbeat", ("worker", "at", "mac")),
}


def check_rest(connection: BaseDatabaseWrapper) -> tuple[int, list[Wrong]]:
    """How many rows were checked, and what is wrong with them."""
    wrong: list[Wrong] = []
    count = 0
    for table, (label, columns) in KEYED.items():
        rows = select(connection, f"SELECT {names(columns)} FROM {table}")
        count += len(rows)
        wrong += (w for row in rows for w in _keyed(connection, table, label, row))
    editions = select(connection, "SELECT digest, policy, effective, body FROM records_policyedition")
    wrong += (w for row in editions for w in _edition(connection, row))
    wrong += _engine(connection)
    wrong += _orphans(connection)
    people, people_wrong = check_people(connection)
    wrong += people_wrong
    wrong += _triggers(connection)
    return count + len(editions) + people + 1, wrong


def _keyed(connection: BaseDatabaseWrapper, table: str, label: str, row: Values) -> Iterator[Wrong]:
    *columns, mac = row
    name = " ".join(str(value) for value in columns[:2])
    try:
        if not keys.mac_holds(label, tuple(columns), mac):
            case, entry = _kept_entry(table, columns) or _any_case(connection)
            what = "was changed: its keyed digest does not hold"
            yield Wrong(table=table, row=name, what=what, case=case, entry=entry)
    except UNREADABLE:
        case, entry = _any_case(connection)
        yield Wrong(table=table, row=name, what="cannot be read", case=case, entry=entry)


def _kept_entry(table: str, columns: list[Any]) -> tuple[str, int] | None:
    """The entry that a kept outcome speaks of, as far as it can still be read."""
    if table != "records_answered":
        return None
    try:
        kept = msgspec.json.decode(columns[4], type=Kept)
    except (msgspec.MsgspecError, TypeError, UnicodeError):
        return None
    return (kept.ledger, kept.seq) if kept.ledger else None


def _any_case(connection: BaseDatabaseWrapper) -> tuple[str, int]:
    """The case that moved last: where a reader starts to look when a row belongs to all."""
    rows = select(connection, "SELECT id, seq FROM records_case ORDER BY id LIMIT 1")
    return (str(rows[0][0]), int(rows[0][1])) if rows else ("", 0)


def _edition(connection: BaseDatabaseWrapper, row: Values) -> Iterator[Wrong]:
    digest, id, effective, body = row
    try:
        policy = read_body(body, digest)
        if (policy.id, str(policy.effective)) == (id, str(effective)):
            return
        what = "its id or date is not that of its body"
    except UNREADABLE:
        what = "was changed: its body is not that of its digest"
    sql = "SELECT id FROM records_case WHERE policy_digest = %s ORDER BY id LIMIT 1"
    users = select(connection, sql, [digest])
    case, entry = (str(users[0][0]), 1) if users else _any_case(connection)
    yield Wrong(table="records_policyedition", row=str(digest), what=what, case=case, entry=entry)


def _engine(connection: BaseDatabaseWrapper) -> Iterator[Wrong]:
    rows = select(connection, 'SELECT id, "schema", name FROM records_engine')
    if rows != [(1, store.SCHEMA, ENGINE)]:
        case, entry = _any_case(connection)
        what = "is not the schema that this program has"
        yield Wrong(table="records_engine", row="1", what=what, case=case, entry=entry)


def _orphans(connection: BaseDatabaseWrapper) -> Iterator[Wrong]:
    for table in TABLES:
        sql = f"SELECT DISTINCT case_id FROM {table} WHERE case_id NOT IN (SELECT id FROM records_case)"
        for (case,) in select(connection, sql):
            yield Wrong(table=table, row="all", what="belongs to a case that is not there", case=str(case))


def _triggers(connection: BaseDatabaseWrapper) -> Iterator[Wrong]:
    """The guards themselves. Whoever takes them away is found, whether or not anything was changed."""
    if connection.vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    there = {plain(name) for (name,) in select(connection, sql)}
    for name in sorted(triggers.NAMES[connection.vendor] - there):
        yield Wrong(table="trigger", row=name, what="is gone or switched off: the table is not guarded")
