"""Moving every name, address, ground, number and second factor to a new key while the house works on.

Rows are moved in batches, each in its own transaction and only if it still holds what was read: a run that is
killed leaves rows of both ages, all of them readable, and the next run goes on where this one stopped.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from allauth.mfa.models import Authenticator
from django.db import connection, transaction

from kinfirst.people import identifiers, marks
from kinfirst.people.contacts import LABEL as CONTACT
from kinfirst.people.crypto import Keyring, key_id
from kinfirst.people.registry import ALIAS, GROUND, NAME, keyring

BATCH = 200
SECOND_FACTOR = "mfa"

Moved = Callable[[int], None]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One encrypted column: the columns its label is made of, and the blind index beside it, if any."""

    table: str
    cipher: str
    label: str
    of: tuple[str, ...]
    index: str = ""

    @property
    def name(self) -> str:
        """How the column is listed."""
        return f"{self.table}.{self.cipher}"


COLUMNS = (
    Column(table="people_person", cipher="name_cipher", label=NAME, of=("id",), index="name_index"),
    Column(table="people_person", cipher="alias_cipher", label=ALIAS, of=("id",), index="alias_index"),
    Column(table="people_kin", cipher="ground_cipher", label=GROUND, of=("of_id", "person_id")),
    Column(table="people_contact", cipher="text_cipher", label=CONTACT, of=("person_id",)),
    Column(table="people_identifier", cipher="text_cipher", label=identifiers.LABEL, of=("person_id",), index="index"),
)


def rotate(old: Keyring, new: Keyring, *, moved: Moved | None = None) -> int:
    """Writes again, under the current key of `new`, every value that is under another; how many it was.

    Safe to run again, and after being killed. `old` must hold the keys the values are under, else BrokenRecord.
    `moved` hears the size of each batch once it is written.
    """
    count = 0
    for column in COLUMNS:
        for size in _batches(column, old, new):
            count += size
            if moved is not None:
                moved(size)
    return count + _second_factors(old, new)


def held() -> dict[str, Counter[str]]:
    """How many values of each encrypted column are under which key, by the key's id in hex."""
    found = {column.name: _keys_of(column) for column in COLUMNS}
    second = Counter(key_id(base64.b64decode(text)).hex() for _, _, text in _secrets())
    return found | {"mfa_authenticator.data": second, "people_mark.mac": Counter(marks.counted(keyring()))}


def _keys_of(column: Column) -> Counter[str]:
    part = f'substr("{column.cipher}", 2, 4)'
    shown = f"lower(hex({part}))" if connection.vendor == "sqlite" else f"encode({part}, 'hex')"
    sql = f'SELECT {shown}, count(*) FROM {column.table} WHERE length("{column.cipher}") > 0 GROUP BY 1'
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return Counter(dict(cursor.fetchall()))


def _batches(column: Column, old: Keyring, new: Keyring) -> Iterator[int]:
    """The size of each batch, after it was written."""
    last: Any = None
    while True:
        with transaction.atomic():
            rows = _stale(column, new, last)
            values = [_anew(column, row, old, new) for row in rows]
            written = _write(column, values)
        if not rows:
            return
        last = rows[-1][0]
        yield written


def _stale(column: Column, new: Keyring, last: Any) -> list[tuple[Any, ...]]:
    """The next rows, by id, whose value is under another key than the current one."""
    after = "" if last is None else " AND id > %s"
    of = ", ".join(column.of)
    sql = (
        f'SELECT id, "{column.cipher}", {of} FROM {column.table} WHERE length("{column.cipher}") > 0 '
        f'AND substr("{column.cipher}", 2, 4) <> %s{after} ORDER BY id LIMIT {BATCH}'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [new.current.id, *([] if last is None else [last])])
        return [tuple(row) for row in cursor.fetchall()]


def _anew(column: Column, row: Sequence[Any], old: Keyring, new: Keyring) -> list[Any]:
    """The value, and its index, under the new key; then the row it belongs to and what it held until now."""
    id, cipher, *of = row
    label = ":".join((column.label, *of))
    clear = old.open(cipher, label)
    index = [_index(column, clear, new)] if column.index else []
    return [new.seal(clear, label), *index, id, bytes(cipher)]


def _index(column: Column, clear: str, new: Keyring) -> str:
    return identifiers.index(new, clear) if column.label == identifiers.LABEL else new.index(column.label, clear)


def _write(column: Column, values: Sequence[list[Any]]) -> int:
    changed = f'"{column.cipher}" = %s' + (f', "{column.index}" = %s' if column.index else "")
    sql = f'UPDATE {column.table} SET {changed} WHERE id = %s AND "{column.cipher}" = %s'
    with connection.cursor() as cursor:
        if values:
            cursor.executemany(sql, values)
        return cursor.rowcount if values else 0


def _secrets() -> Iterator[tuple[Authenticator, str, str]]:
    """Every encrypted secret of a second factor: the row, its place in the row, the secret."""
    for row in Authenticator.objects.order_by("pk"):
        for place in ("secret", "seed"):
            if isinstance(row.data.get(place), str):
                yield row, place, row.data[place]


def _second_factors(old: Keyring, new: Keyring) -> int:
    count = 0
    for row, place, text in list(_secrets()):
        raw = base64.b64decode(text)
        if key_id(raw) != new.current.id:
            fresh = base64.b64encode(new.seal(old.open(raw, SECOND_FACTOR), SECOND_FACTOR)).decode("ascii")
            rows = Authenticator.objects.filter(pk=row.pk, data=row.data)
            count += rows.update(data={**row.data, place: fresh})
    return count
