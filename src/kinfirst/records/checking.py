"""One case checked against itself: its entries, and everything that follows from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from kinfirst.core import ledger
from kinfirst.core.case import Case
from kinfirst.core.cover import tasks_house
from kinfirst.core.errors import BrokenRecord
from kinfirst.core.fold import fold
from kinfirst.core.house import House
from kinfirst.core.housekeeping import fold_house
from kinfirst.core.tasks import tasks
from kinfirst.records import keys, models, notes, policies, store, summary
from kinfirst.records.commit import task_row, visit_row, visits
from kinfirst.records.findings import Wrong
from kinfirst.records.moments import moment
from kinfirst.records.reading import Stored, Values, same
from kinfirst.records.snapshots import CASE, case_event, house_event, pack, written

_TOKEN = re.compile(r"note:[0-9a-f]{64}")
# What a changed byte makes of a value that is read, folded or compared.
UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError, OverflowError, BrokenRecord)


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What checking one case found, and how many of its notes were erased."""

    wrong: tuple[Wrong, ...]
    entries: int
    erased: int


class _Folded(msgspec.Struct, frozen=True, kw_only=True):
    state: Case | House | None
    head: bytes
    wrong: tuple[Wrong, ...]


def check_case(found: Stored) -> Checked:
    """Everything that belongs to one ledger."""
    folded = _entries(found)
    wrong = [*folded.wrong]
    for part in (_case_row, _tasks, _visits):
        wrong += _guarded(found, folded, part)
    wrong += _notes(found)
    wrong += _messages(found)
    erased = sum(not row[store.NOTE.index("ciphertext")] for row in found.rows["records_note"])
    return Checked(wrong=tuple(wrong), entries=len(found.rows["records_entry"]), erased=erased)


def _at(found: Stored, table: str, row: object, what: str, *, entry: object = None) -> Wrong:
    seq = entry if isinstance(entry, int) else len(found.rows["records_entry"])
    case, alias = found.case["id"], found.case["alias"]
    return Wrong(table=table, row=str(row), what=what, case=str(case), alias=str(alias), entry=seq)


def _guarded(found: Stored, folded: _Folded, part: Any) -> list[Wrong]:
    try:
        return list(part(found, folded))
    except UNREADABLE as wrong:
        return [_at(found, "records_case", found.case["id"], f"cannot be read: {type(wrong).__name__}")]


def _entries(found: Stored) -> _Folded:
    """The chain of digests and a fresh fold, up to the first entry that does not hold."""
    id, is_case = found.case["id"], found.case["kind"] == CASE
    state: Any = Case(id=id) if is_case else House()
    head = ledger.GENESIS
    for number, row in enumerate(found.rows["records_entry"], start=1):
        _, seq, at, actor, kind, data, digest = row
        try:
            what = _entry_wrong(number, row)
            event = case_event(data) if is_case else house_event(data)
            envelope = ledger.envelope(id, seq, at=moment(at), actor=actor, kind_and_data=(kind, data.encode()))
            head = ledger.digest(head, envelope)
            if not what and (not same(digest, head) or written(event) != data.encode()):
                what = "was changed: its digest does not follow from the entry before"
            step: Any = fold if is_case else fold_house
            state = step(state, event, at=moment(at), by=actor) if not what else state
        except UNREADABLE as wrong:
            what = f"cannot be read: {type(wrong).__name__}"
        if what:
            return _Folded(state=None, head=head, wrong=(_at(found, "records_entry", seq, what, entry=number),))
    return _Folded(state=state, head=head, wrong=())


def _entry_wrong(number: int, row: Values) -> str:
    _, seq, _, _, kind, data, _ = row
    if not same(seq, number):
        return "is missing, or out of order"
    said = msgspec.json.decode(data)
    return "" if said.get("kind") == kind else "its kind is not that of its content"


def _case_row(found: Stored, folded: _Folded) -> Iterator[Wrong]:
    case, table = found.case, "records_case"
    row = store.Row(**{name: case[name] for name in (*store.PLAIN, "head", "snapshot")})
    columns = summary.Columns(**{name: _truth(name, case[name]) for name in summary.COLUMNS})
    if not keys.mac_holds("case", store.mac_columns(row, columns), case["mac"]):
        yield _at(found, table, row.id, "was changed: its keyed digest does not hold")
    if not _lease_holds(case):
        yield _at(found, table, row.id, "its lease was not taken by a worker of this installation")
    if not same(case["seq"], len(found.rows["records_entry"])):
        yield _at(found, table, row.id, f"counts {case['seq']} entries, there are others or fewer")
    if folded.state is None:
        return
    if row.head != folded.head:
        yield _at(found, table, row.id, "its head is not the digest of its last entry")
    if row.snapshot != pack(folded.state):
        yield _at(found, table, row.id, "its snapshot is not what its entries fold to")
    expected = _expected(found, folded.state)
    for name in summary.COLUMNS:
        if not same(case[name], getattr(expected, name)):
            yield _at(found, table, row.id, f"column {name} is not what its entries say")


def _truth(name: str, value: Any) -> Any:
    return bool(value) if name in summary.TRUTHS and value in (0, 1) else value


def _expected(found: Stored, state: Case | House) -> summary.Columns:
    if isinstance(state, House):
        return summary.of_house(state, tasks_house(state))
    policy = policies.policy(found.case["policy_digest"])
    return summary.of_case(state, policy, tasks(state, policy))


def _lease_holds(case: dict[str, Any]) -> bool:
    by, until, mac = case["lease_by"], case["lease_until"], case["lease_mac"]
    if until is None:
        return bool(by == "" and mac is None)
    return keys.mac_holds("lease", (by, until), mac)


def _tasks(found: Stored, folded: _Folded) -> Iterator[Wrong]:
    if folded.state is None:
        return
    id, state = found.case["id"], folded.state
    if isinstance(state, House):
        open_tasks = tasks_house(state)
    else:
        open_tasks = tasks(state, policies.policy(found.case["policy_digest"]))
    expected = {task.name: task_row(id, task) for task in open_tasks}
    yield from _compared(found, "records_task", expected, store.TASK.index("name"))


def _visits(found: Stored, folded: _Folded) -> Iterator[Wrong]:
    state, case = folded.state, found.case
    if isinstance(state, Case):
        expected = {id: visit_row(case["id"], case["realm"], visit) for id, visit in visits(state).items()}
        yield from _compared(found, "records_visit", expected, store.VISIT.index("place"))


def _compared(found: Stored, table: str, expected: dict[str, Values], key: int) -> Iterator[Wrong]:
    """Rows that must be exactly what the state says: none more, none fewer, none other."""
    stored = {row[key]: row for row in found.rows[table]}
    for name in expected.keys() | stored.keys():
        row, right = stored.get(name), expected.get(name)
        if row is None or right is None:
            yield _at(found, table, name, "is missing" if row is None else "should not be there")
        elif not all(same(value, wanted) for value, wanted in zip(row, right, strict=True)):
            yield _at(found, table, name, "is not what the entries say")


def _notes(found: Stored) -> Iterator[Wrong]:
    cited = _citations(found)
    kept = set()
    for values in found.rows["records_note"]:
        token = values[0]
        kept.add(token)
        what = _note_wrong(values, cited)
        if what:
            yield _at(found, "records_note", token, what, entry=cited.get(token))
    for token, seq in cited.items():
        if token not in kept:
            yield _at(found, "records_note", token, "is missing, an entry speaks of it", entry=seq)


def _citations(found: Stored) -> dict[str, int]:
    """Every token in the entries, with the first entry that carries it."""
    cited: dict[str, int] = {}
    for number, row in enumerate(found.rows["records_entry"], start=1):
        for token in _TOKEN.findall(str(row[store.ENTRY.index("data")])):
            cited.setdefault(token, number)
    return cited


def _note_wrong(values: Values, cited: dict[str, int]) -> str:
    token, case, blind, ciphertext, erased_at, erased_by, mac = values
    if token not in cited:
        return "no entry speaks of it"
    try:
        if not keys.mac_holds("note", (token, case, blind, erased_at, erased_by), mac):
            return "was changed: its keyed digest does not hold"
        if not ciphertext:
            return "" if erased_at is not None and not blind else "is empty, but nobody erased it"
        row = models.Note(token=token, case_id=case, blind=blind, ciphertext=ciphertext)
        return "" if notes.blind_fits(row, notes.text_of(row)) else "its index is not that of its text"
    except UNREADABLE:
        return "was changed: it does not hold what its token says"


def _messages(found: Stored) -> Iterator[Wrong]:
    """Numbers without a gap, as many as the case counts, and every row as it was last written."""
    rows, table = found.rows["records_outbox"], "records_outbox"
    number, seq = store.MESSAGE.index("number"), store.MESSAGE.index("seq")
    if [row[number] for row in rows] != list(range(1, len(rows) + 1)) or not same(
        found.case["outbox_count"], len(rows)
    ):
        yield _at(found, table, "of this case", "a message is missing, or counted wrongly")
    for *columns, mac in rows:
        if not _mac_of(table, tuple(columns), mac):
            what = "was changed: its keyed digest does not hold"
            yield _at(found, table, columns[0], what, entry=columns[seq])


def _mac_of(table: str, columns: Sequence[Any], mac: Any) -> bool:
    try:
        return keys.mac_holds(table.removeprefix("records_"), tuple(columns), mac)
    except UNREADABLE:
        return False
