"""What belongs to no single case: policy editions, kept outcomes, heartbeats, orphans, triggers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.db.backends.base.base import BaseDatabaseWrapper

from kinfirst.core.errors import BrokenRecord
from kinfirst.records import keys, store, tally, triggers
from kinfirst.records.checking_people import check_people
from kinfirst.records.findings import Wrong
from kinfirst.records.keyed import KEYED
from kinfirst.records.policies import read_body
from kinfirst.records.reading import TABLES, Values, any_case, names, same, select
from kinfirst.records.repeats import Kept

ENGINE = "kinfirst"
EDITION = ("digest", "policy", "effective", "body")
UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError, OverflowError, BrokenRecord)
CASELESS = ("realm", "answered", "intake", "heartbeat", "tally")


def check_rest(connection: BaseDatabaseWrapper) -> tuple[int, list[Wrong]]:
    """How many rows were checked, and what is wrong with them."""
    wrong: list[Wrong] = []
    count = 0
    for keyed in (KEYED[label] for label in CASELESS):
        columns = (*keyed.columns, keyed.mac)
        rows = select(connection, f"SELECT {names(connection, columns)} FROM {keyed.table}")
        count += len(rows)
        wrong += (w for row in rows for w in _keyed(connection, keyed.table, keyed.label, row))
    editions = select(connection, f"SELECT {names(connection, EDITION)} FROM records_policyedition")
    wrong += (w for row in editions for w in _edition(connection, row))
    wrong += _engine(connection)
    wrong += _orphans(connection)
    wrong += _counted(connection)
    wrong += _without_policy(connection)
    people, people_wrong = check_people(connection)
    wrong += people_wrong
    wrong += _triggers(connection)
    return count + len(editions) + people + 1, wrong


def _keyed(connection: BaseDatabaseWrapper, table: str, label: str, row: Values) -> Iterator[Wrong]:
    *columns, mac = row
    name = " ".join(str(value) for value in columns[:2])
    try:
        if not keys.mac_holds(label, tuple(columns), mac):
            case, entry = _kept_entry(table, columns) or any_case(connection)
            what = "was changed: its keyed digest does not hold"
            yield Wrong(table=table, row=name, what=what, case=case, entry=entry)
    except UNREADABLE:
        case, entry = any_case(connection)
        yield Wrong(table=table, row=name, what="cannot be read", case=case, entry=entry)


def _kept_entry(table: str, columns: list[Any]) -> tuple[str, int] | None:
    """The entry that a kept outcome speaks of, or the first of the case that a report was brought to, as far
    as it can still be read.
    """
    if table == "records_intake":
        return str(columns[1]), 1
    if table != "records_answered":
        return None
    try:
        kept = msgspec.json.decode(columns[4], type=Kept)
    except (msgspec.MsgspecError, TypeError, UnicodeError):
        return None
    return (kept.ledger, kept.seq) if kept.ledger else None


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
    case, entry = (str(users[0][0]), 1) if users else any_case(connection)
    yield Wrong(table="records_policyedition", row=str(digest), what=what, case=case, entry=entry)


def _engine(connection: BaseDatabaseWrapper) -> Iterator[Wrong]:
    rows = select(connection, 'SELECT id, "schema", name FROM records_engine')
    if rows != [(1, store.SCHEMA, ENGINE)]:
        case, entry = any_case(connection)
        what = "is not the schema that this program has"
        yield Wrong(table="records_engine", row="1", what=what, case=case, entry=entry)


def _orphans(connection: BaseDatabaseWrapper) -> Iterator[Wrong]:
    for table in TABLES:
        entry = "t.seq" if table == "records_entry" else "0"
        sql = (
            f"SELECT t.case_id, min({entry}) FROM {table} t LEFT JOIN records_case c ON c.id = t.case_id "
            "WHERE c.id IS NULL GROUP BY t.case_id"
        )
        for case, seq in select(connection, sql):
            what = "belongs to a case that is not there"
            yield Wrong(table=table, row="all", what=what, case=str(case), entry=seq if isinstance(seq, int) else 0)


def _counted(connection: BaseDatabaseWrapper) -> Iterator[Wrong]:
    """As many ledgers and seals as were ever counted: one that was taken away leaves no other trace."""
    for name, table in tally.COUNTED.items():
        sql = f'SELECT (SELECT "count" FROM records_tally WHERE name = %s), (SELECT count(*) FROM {table})'
        counted, there = select(connection, sql, [name])[0]
        if not same(counted, there):
            case, entry = any_case(connection)
            what = f"{counted} were counted, there are {there}"
            yield Wrong(table=table, row="of all", what=what, case=case, entry=entry)


def _without_policy(connection: BaseDatabaseWrapper) -> Iterator[Wrong]:
    """A realm with a case has a policy for the next one, and every edition that is named is kept."""
    sql = (
        "SELECT min(c.id), c.realm FROM records_case c LEFT JOIN records_realmpolicy p ON p.realm = c.realm "
        "WHERE c.kind = 'case' AND p.realm IS NULL GROUP BY c.realm"
    )
    for case, realm in select(connection, sql):
        yield Wrong(table="records_realmpolicy", row=str(realm), what="is missing", case=str(case), entry=1)
    sql = (
        "SELECT u.edition, min(u.id) FROM (SELECT policy_digest AS edition, id FROM records_case WHERE kind = 'case' "
        "UNION ALL SELECT edition, '' FROM records_realmpolicy) u LEFT JOIN records_policyedition e "
        "ON e.digest = u.edition WHERE e.digest IS NULL GROUP BY u.edition"
    )
    for edition, case in select(connection, sql):
        found, entry = (str(case), 1) if case else any_case(connection)
        yield Wrong(table="records_policyedition", row=str(edition), what="is missing", case=found, entry=entry)


def _triggers(connection: BaseDatabaseWrapper) -> Iterator[Wrong]:
    """The guards themselves, word for word. Whoever takes one away is found, whether or not anything was changed."""
    there = _triggers_there(connection)
    for name, words in sorted(triggers.EXPECTED[connection.vendor].items()):
        case, entry = any_case(connection)
        if name not in there:
            what = "is gone or switched off: its table is not guarded"
            yield Wrong(table="trigger", row=name, what=what, case=case, entry=entry)
        elif there[name] != words:
            what = "was changed: its table is not guarded as it should be"
            yield Wrong(table="trigger", row=name, what=what, case=case, entry=entry)


def _triggers_there(connection: BaseDatabaseWrapper) -> dict[Any, Any]:
    """Every trigger that is switched on, with its words; on PostgreSQL only with a function of the right words."""
    if connection.vendor == "sqlite":
        return dict(select(connection, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    sql = (
        "SELECT t.tgname, pg_get_triggerdef(t.oid, true), p.proname, p.prosrc FROM pg_trigger t "
        "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
    )
    rows = select(connection, sql)
    return {name: words for name, words, function, body in rows if triggers.FUNCTIONS.get(function) == body}
