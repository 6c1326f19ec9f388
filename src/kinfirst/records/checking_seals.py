"""Every seal checked: its signature, its root, its place in the chain, and the entries it speaks of."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from django.db.backends.base.base import BaseDatabaseWrapper

from kinfirst.core.ledger import Head
from kinfirst.records import keys
from kinfirst.records.findings import Wrong
from kinfirst.records.moments import moment
from kinfirst.records.reading import Values, any_case, names, same, select
from kinfirst.records.sealing import (
    FIRST,
    SealBody,
    SignedSeal,
    fold_heads,
    moved_digest,
    read_heads,
    root_of,
    seal_digest,
    signature_holds,
)

TABLE = "records_seal"
SEAL = ("id", "at", "root", "count", "previous", "heads", "signature", "public_key")
CHUNK = 400


def check_seals(connection: BaseDatabaseWrapper) -> tuple[int, list[Wrong], int]:
    """How many seals there are, what is wrong with them, and how many ledgers have moved since the last."""
    rows = select(connection, f"SELECT {names(connection, SEAL)} FROM {TABLE} ORDER BY id")
    wrong: list[Wrong] = []
    known: dict[str, Head] = {}
    previous = FIRST
    ours = _last_of_ours(rows)
    for number, row in enumerate(rows, start=1):
        try:
            seal, moved = _signed(row), read_heads(row[5])
            known = fold_heads(known, moved)
            wrong += _seal_wrong(number, seal, known, previous)
            if number > ours:
                what = "was signed with a key that is not of this installation"
                wrong.append(_wrong(number, what, known[min(known)] if known else None))
            wrong += _entries_wrong(connection, number, moved)
            previous = seal_digest(seal)
        except (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError, OverflowError):
            case, entry = any_case(connection)
            wrong.append(_wrong(number, "cannot be read", Head(case=case, seq=entry, digest="")))
    wrong += _missing(connection, known)
    return len(rows), wrong, _unsealed(connection, known)


def _last_of_ours(rows: list[Values]) -> int:
    """The last seal signed with a key of the ring. It holds on to all before it, so that a key may be retired
    when a seal under the next one stands; a seal after it under a strange key is nobody's."""
    ours = keys.public_keys()
    return max((number for number, row in enumerate(rows, start=1) if row[-1] in ours), default=0)


def _signed(row: Values) -> SignedSeal:
    number, at, root, count, previous, heads, signature, public = row
    body = SealBody(
        number=number,
        at=moment(at),
        root=root.hex(),
        count=count,
        previous=previous.hex(),
        moved=moved_digest(heads),
    )
    return SignedSeal(body=body, signature=signature.hex(), public_key=public.hex())


def _wrong(number: int, what: str, head: Head | None = None) -> Wrong:
    case, entry = (head.case, head.seq) if head else ("", 0)
    return Wrong(table=TABLE, row=str(number), what=what, case=case, entry=entry)


def _seal_wrong(number: int, seal: SignedSeal, known: dict[str, Head], previous: bytes) -> Iterator[Wrong]:
    body = seal.body
    # A seal belongs to no single case; the first it covers is named, so that a reader knows where to look.
    first = known[min(known)] if known else None
    if not same(body.number, number):
        yield _wrong(number, "is missing, or out of order", first)
    if not signature_holds(seal):
        yield _wrong(number, "was changed: its signature does not hold", first)
    if body.previous != previous.hex():
        yield _wrong(number, "does not follow from the seal before", first)
    if body.root != root_of(known) or body.count != len(known):
        yield _wrong(number, "its root is not that of the heads it lists", first)


def _entries_wrong(connection: BaseDatabaseWrapper, number: int, moved: list[Head]) -> Iterator[Wrong]:
    """Each sealed head must still be the digest of that very entry."""
    for start in range(0, len(moved), CHUNK):
        part = moved[start : start + CHUNK]
        wheres = " OR ".join(["(case_id = %s AND seq = %s)"] * len(part))
        values = [value for head in part for value in (head.case, head.seq)]
        sql = f"SELECT case_id, seq, digest FROM records_entry WHERE {wheres}"
        found = {(case, seq): digest for case, seq, digest in select(connection, sql, values)}
        for head in part:
            digest = found.get((head.case, head.seq))
            if digest is None or not same(digest, bytes.fromhex(head.digest)):
                yield _wrong(number, "an entry it sealed is gone or was changed", head)


def _missing(connection: BaseDatabaseWrapper, known: dict[str, Head]) -> Iterator[Wrong]:
    there = {id for (id,) in select(connection, "SELECT id FROM records_case")}
    for case in sorted(set(known) - there):
        head = known[case]
        yield Wrong(table="records_case", row=case, what="is gone: a seal speaks of it", case=case, entry=head.seq)


def _unsealed(connection: BaseDatabaseWrapper, known: dict[str, Head]) -> int:
    rows = select(connection, "SELECT id, seq FROM records_case")
    return sum(id not in known or known[id].seq != seq for id, seq in rows)
