"""Sealing: the heads of all ledgers under one signed root, chained to the seal before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from kinfirst.core.ledger import Head, canonical
from kinfirst.records import keys, models, store, tally
from kinfirst.records.sealing import (
    FIRST,
    SealBody,
    SignedSeal,
    fold_heads,
    moved_digest,
    read_heads,
    root_of,
    seal_digest,
    written_heads,
)
from kinfirst.records.writing import whole

LOCK = "seal"


def seal(now: datetime) -> models.Seal | None:
    """Seals what has happened since the last seal; None when nothing has and the key is still the same."""
    with whole():
        store.hold_realm(LOCK)
        rows = list(models.Seal.objects.order_by("id"))
        known = heads_at(rows)
        current = current_heads()
        moved = [head for case, head in current.items() if known.get(case) != head]
        if not moved and not (rows and bytes(rows[-1].public_key) != keys.current_public_key()):
            return None
        return _sealed(rows, fold_heads(known, moved), moved, now)


def heads_at(rows: Iterable[models.Seal]) -> dict[str, Head]:
    """Every head as of the last of those seals, which must start with the first one."""
    known: dict[str, Head] = {}
    for row in rows:
        known = fold_heads(known, read_heads(row.heads))
    return known


def current_heads() -> dict[str, Head]:
    """Every head now."""
    rows = models.Case.objects.order_by("id").values_list("id", "seq", "head")
    return {id: Head(case=id, seq=seq, digest=bytes(head).hex()) for id, seq, head in rows.iterator()}


def signed(row: models.Seal) -> SignedSeal:
    """A stored seal in the form that is signed and shown."""
    body = SealBody(
        number=row.id,
        at=_utc(row.at),
        root=bytes(row.root).hex(),
        count=row.count,
        previous=bytes(row.previous).hex(),
        moved=moved_digest(row.heads),
    )
    return SignedSeal(body=body, signature=bytes(row.signature).hex(), public_key=bytes(row.public_key).hex())


def _sealed(rows: list[models.Seal], heads: dict[str, Head], moved: list[Head], now: datetime) -> models.Seal:
    text = written_heads(moved)
    body = SealBody(
        number=len(rows) + 1,
        at=now.astimezone(UTC),
        root=root_of(heads),
        count=len(heads),
        previous=(seal_digest(signed(rows[-1])) if rows else FIRST).hex(),
        moved=moved_digest(text),
    )
    signature, public = keys.sign(canonical(body))
    tally.add(tally.SEALS, 1)
    return models.Seal.objects.create(
        id=body.number,
        at=body.at,
        root=bytes.fromhex(body.root),
        count=body.count,
        previous=bytes.fromhex(body.previous),
        heads=text,
        signature=signature,
        public_key=public,
    )


def _utc(at: datetime | None) -> datetime:
    if at is None:
        raise ValueError("a seal has a moment")
    return at
