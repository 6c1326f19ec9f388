"""Moving the record to a new key: keyed digests, notes, and what messages from outside said (keys.py).

Rows are moved in batches, each in its own transaction and only if the row still stands as it was read. A digest
that does not hold is never made anew: that would bless whatever was changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from kinfirst.core.errors import BrokenRecord
from kinfirst.people import marks, rotation
from kinfirst.people.crypto import Keyring, key_id
from kinfirst.records import intake_kept, keys, models, notes, seals
from kinfirst.records.errors import clear_errors
from kinfirst.records.keyed import KEYED, Keyed, as_digested
from kinfirst.records.reading import names, select
from kinfirst.records.writing import whole

BATCH = 200
SEALS = "records_seal"

Row = dict[str, Any]


def rekey(now: datetime, *, moved: Callable[[int], None]) -> int:
    """Moves every row to the current key of the ring, then seals; how many rows it moved.

    Raises BrokenRecord, naming table and row, for what was changed or is under a key that is not in the ring.
    Safe to run again, and after being killed. `moved` hears the size of each batch once it is written.
    """
    ring = keys.ring()
    with clear_errors():
        count = rotation.rotate(ring, ring, moved=moved) + marks.rekey(ring, moved=moved)
        for keyed in KEYED.values():
            for size in _batches(keyed, ring):
                count += size
                moved(size)
    seals.seal(now)
    return count


def held() -> dict[str, Counter[str]]:
    """How many values of each kind are under which key, by its id in hex; `?` counts digests that do not hold.

    Seals hold on to the ones before them, so that only the key of the last one counts.
    """
    with clear_errors():
        found = rotation.held()
        for keyed in KEYED.values():
            found[_listed(keyed)] = Counter(_id_of(keyed, row) for rows in _pages(keyed) for row in rows)
            if keyed.secret:
                secrets = (row[keyed.secret] for rows in _pages(keyed) for row in rows)
                found[_secret(keyed)] = Counter(key_id(secret).hex() for secret in secrets if secret)
        found[SEALS] = _last_seal()
    return found


def rows(found: dict[str, Counter[str]]) -> int:
    """How many values are moved one by one: what is moved with the digest of its row is not counted twice."""
    beside = {SEALS, *(_secret(keyed) for keyed in KEYED.values() if keyed.secret)}
    return sum(used.total() for name, used in found.items() if name not in beside)


def stale(found: dict[str, Counter[str]]) -> int:
    """How many of those values are under another key than the current one."""
    current = keys.ring().current.id.hex()
    return sum(count for used in found.values() for key, count in used.items() if key != current)


def _listed(keyed: Keyed) -> str:
    return f"{keyed.table}.{keyed.mac}"


def _secret(keyed: Keyed) -> str:
    return f"{keyed.table}.{keyed.secret}"


def _last_seal() -> Counter[str]:
    last = models.Seal.objects.order_by("-id").first()
    if last is None:
        return Counter()
    return Counter([keys.id_of_public(bytes(last.public_key)) or "?"])


def _id_of(keyed: Keyed, row: Row) -> str:
    key = keys.key_of(keyed.label, as_digested(keyed, row), row[keyed.mac])
    return key.id.hex() if key is not None else "?"


def _pages(keyed: Keyed) -> Iterator[list[Row]]:
    """Every row that has a digest, in order of its key, a batch at a time."""
    # In an order of bytes on both databases, or a page could end where the next does not begin.
    collate = ' COLLATE "C"' if connection.vendor == "postgresql" else ""
    columns = tuple(dict.fromkeys((*keyed.key, *keyed.columns, *((keyed.secret,) if keyed.secret else ()), keyed.mac)))
    place = ", ".join(f'"{name}"{collate}' for name in keyed.key)
    marks = ", ".join(["%s"] * len(keyed.key))
    last: list[Any] = []
    while True:
        after = f" AND ({place}) > ({marks})" if last else ""
        sql = (
            f"SELECT {names(connection, columns)} FROM {keyed.table} WHERE {keyed.mac} IS NOT NULL{after} "
            f"ORDER BY {place} LIMIT {BATCH}"
        )
        rows = [dict(zip(columns, row, strict=True)) for row in select(connection, sql, last)]
        if not rows:
            return
        last = [rows[-1][name] for name in keyed.key]
        yield rows


def _batches(keyed: Keyed, ring: Keyring) -> Iterator[int]:
    for rows in _pages(keyed):
        with whole():
            yield sum(_moved(keyed, row, ring) for row in rows)


def _moved(keyed: Keyed, row: Row, ring: Keyring) -> bool:
    """Writes one row anew if it is under another key and still stands as it was read."""
    holds = _id_of(keyed, row)
    if holds == "?":
        name = " ".join(str(row[column]) for column in keyed.key)
        raise BrokenRecord(f"{keyed.table} {name}: was changed; run `kinfirst verify`, the key stays as it is")
    under = [holds, *([key_id(row[keyed.secret]).hex()] if keyed.secret and row[keyed.secret] else [])]
    if set(under) == {ring.current.id.hex()}:
        return False
    fresh = _anew(keyed, row, ring)
    fresh[keyed.mac] = keys.mac(keyed.label, as_digested(keyed, row | fresh))
    changed = ", ".join(f'"{name}" = %s' for name in fresh)
    here = " AND ".join(f'"{name}" = %s' for name in (*keyed.key, keyed.mac))
    values: Sequence[Any] = [*fresh.values(), *(row[name] for name in keyed.key), row[keyed.mac]]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {keyed.table} SET {changed} WHERE {here}", values)
        return bool(cursor.rowcount == 1)


def _anew(keyed: Keyed, row: Row, ring: Keyring) -> Row:
    """The encrypted column, and the index that belongs to it, under the current key."""
    if not keyed.secret or not row[keyed.secret]:
        return {}
    label = ":".join((keyed.secret_label, *(row[name] for name in keyed.of)))
    clear = ring.open(row[keyed.secret], label)
    fresh: Row = {keyed.secret: ring.seal(clear, label)}
    if keyed.label == "note":
        text = clear.partition(":")[2]
        fresh["blind"] = notes.blind(row["case_id"], text)
    if keyed.label == "intake":
        fresh["patient"] = intake_kept.patient_index(clear)
    return fresh
