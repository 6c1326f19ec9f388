"""A keyed digest for every row of the registry, so that a role, a date or a line of kin that somebody changed in
the database itself is found by `kinfirst verify` (R59).

Whoever writes a row through its model writes its mark in the same transaction. A mark covers every column of the
row but the ciphers and their indexes, which prove themselves; of a cipher it says whether there is one. Values
that say nothing (NULL, an empty text or list, a truth that is false) are left out, so that a column which is
added later changes no mark.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from django.conf import settings
from django.db import connection, models, transaction

from kinfirst.core.errors import BrokenRecord
from kinfirst.core.ledger import canonical
from kinfirst.people.crypto import Keyring

CHUNK = 400
MARKS = "people_mark"
NOTHING = (None, "", "[]")
# The column that says whom a row is about; the first that a table has.
ABOUT = ("of_id", "patient_id", "person_id", "holder_id")


_Row_co = TypeVar("_Row_co", bound=models.Model, covariant=True)


class MarkedRows(models.QuerySet[_Row_co]):
    """Rows that keep their marks whichever way they are written."""

    def update(self, **kwargs: Any) -> int:
        """As Django does it, with the marks of what was changed."""
        with transaction.atomic():
            ids = list(self.order_by().values_list("pk", flat=True))
            changed = super().update(**kwargs)
            stamp(self.model, ids)
        return changed

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """As Django does it, with the marks of what was made."""
        with transaction.atomic():
            made = super().bulk_create(objs, *args, **kwargs)
            stamp(self.model, [row.pk for row in made])
        return made

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django does it; the marks go too."""
        with transaction.atomic():
            ids = list(self.order_by().values_list("pk", flat=True))
            gone = super().delete()
            _drop(self.model, ids)
        return gone


class Marked(models.Model):
    """The base of every table of the registry."""

    if not TYPE_CHECKING:  # for the type checker every model has Django's own manager, which knows its rows
        objects = MarkedRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django does it, with the mark of the row."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            stamp(type(self), [self.pk])


class Unmarked(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is not as it was written: where it is, whom it is about (an id, or nobody), what is wrong."""

    table: str
    row: str
    about: str
    what: str


class _Read(msgspec.Struct, frozen=True):
    """One row as it is stored: its id, whom it is about, and what its mark covers."""

    id: str
    about: str
    content: bytes


def tables() -> tuple[type[models.Model], ...]:
    """Every model whose rows are marked."""
    found = [model for model in _subclasses(Marked) if not model._meta.abstract]
    return tuple(sorted(found, key=lambda model: model._meta.db_table))


def stamp(model: type[models.Model], ids: Sequence[Any]) -> None:
    """Writes the marks of these rows as they stand now."""
    ring: Keyring = settings.KINFIRST_KEYRING
    table = model._meta.db_table
    for start in range(0, len(ids), CHUNK):
        rows = _rows(model, ids[start : start + CHUNK])
        _write([(table, row.id, ring.current.mac(f"{table}:{row.id}", row.content)) for row in rows])


def stamp_all() -> None:
    """Marks every row that there is: for a database from before there were marks, nor the tables that came later."""
    there = connection.introspection.table_names()
    for model in (model for model in tables() if model._meta.db_table in there):
        for rows in _pages(model):
            stamp(model, [row.id for row in rows])


def unmarked(ring: Keyring) -> Iterator[Unmarked]:
    """Every row that was changed, added or taken away by anything but the registry."""
    for model in tables():
        table = model._meta.db_table
        marks = _marks_of(table)
        for row in (row for rows in _pages(model) for row in rows):
            mark = marks.pop(row.id, None)
            if mark is None:
                yield Unmarked(table=table, row=row.id, about=row.about, what="was not entered by the registry")
            elif not _holds(ring, table, row, mark):
                yield Unmarked(table=table, row=row.id, about=row.about, what="was changed: its mark does not hold")
        for id in marks:
            yield Unmarked(table=table, row=str(id), about=str(id), what="is gone, its mark stands")
    known = {model._meta.db_table for model in tables()}
    for (table,) in _select(f"SELECT DISTINCT {_sign()}kept_in FROM {MARKS}"):
        if table not in known:
            yield Unmarked(table=MARKS, row=str(table), about="", what="is the mark of no table of the registry")


def counted(ring: Keyring) -> dict[str, int]:
    """How many marks are under which key, by its id in hex; `?` those that do not hold."""
    found: dict[str, int] = {}
    for model in tables():
        table = model._meta.db_table
        marks = _marks_of(table)
        for row in (row for rows in _pages(model) for row in rows):
            key = _key_of(ring, table, row, marks.get(row.id))
            found[key] = found.get(key, 0) + 1
    return found


def rekey(ring: Keyring, *, moved: Callable[[int], None] | None = None) -> int:
    """Marks again what is marked under an older key; how many. BrokenRecord for a mark that does not hold."""
    count = 0
    for model in tables():
        for rows in _pages(model):
            with transaction.atomic():
                size = _remarked(model, rows, ring)
            count += size
            if moved is not None:
                moved(size)
    return count


def _remarked(model: type[models.Model], rows: Sequence[_Read], ring: Keyring) -> int:
    table, current = model._meta.db_table, ring.current.id.hex()
    marks = _marks_of(table, [row.id for row in rows])
    stale = []
    # Read again: between the two readings a row may have been written, and its mark with it.
    for row in _rows(model, [row.id for row in rows], keep=True):
        key = _key_of(ring, table, row, marks.get(row.id))
        if key == "?":
            raise BrokenRecord(f"{table} {row.id}: was changed; run `kinfirst verify`, the key stays as it is")
        if key != current:
            stale.append((table, row.id, ring.current.mac(f"{table}:{row.id}", row.content)))
    _write(stale)
    return len(stale)


def _holds(ring: Keyring, table: str, row: _Read, mark: bytes) -> bool:
    return _key_of(ring, table, row, mark) != "?"


def _key_of(ring: Keyring, table: str, row: _Read, mark: bytes | None) -> str:
    if not isinstance(mark, bytes):
        return "?"
    macs = ((key, key.mac(f"{table}:{row.id}", row.content)) for key in ring.keys.values())
    return next((key.id.hex() for key, made in macs if hmac.compare_digest(made, mark)), "?")


def _write(values: Sequence[tuple[str, str, bytes]]) -> None:
    into = f"INSERT INTO {MARKS} (kept_in, row_id, mac)"
    anew = "ON CONFLICT (kept_in, row_id) DO UPDATE SET mac = EXCLUDED.mac"
    if not values:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # One statement with an array for each column: see decision 0003.
            columns = [list(column) for column in zip(*values, strict=True)]
            cursor.execute(f"{into} SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[]) {anew}", columns)
        else:
            cursor.executemany(f"{into} VALUES (%s, %s, %s) {anew}", values)


def _drop(model: type[models.Model], ids: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        sql = f"DELETE FROM {MARKS} WHERE kept_in = %s AND row_id = %s"
        if ids:
            cursor.executemany(sql, [(model._meta.db_table, str(id)) for id in ids])


def _marks_of(table: str, ids: Sequence[str] | None = None) -> dict[str, bytes]:
    """The marks of a table by row, all of them or those of some rows."""
    some = "" if ids is None else f" AND row_id IN ({', '.join(['%s'] * len(ids))})"
    if ids is not None and not ids:
        return {}
    sql = f"SELECT {_sign()}row_id, {_sign()}mac FROM {MARKS} WHERE kept_in = %s{some}"
    return dict(_select(sql, [table, *(ids or ())]))


def _pages(model: type[models.Model]) -> Iterator[list[_Read]]:
    ids = [id for (id,) in _select(f"SELECT {_sign()}id FROM {model._meta.db_table} ORDER BY id")]
    for start in range(0, len(ids), CHUNK):
        yield _rows(model, ids[start : start + CHUNK])


def _rows(model: type[models.Model], ids: Sequence[Any], *, keep: bool = False) -> list[_Read]:
    """Those rows as they are stored; with `keep` nobody else writes them until the transaction ends."""
    fields = model._meta.concrete_fields
    parts = ", ".join(_part(field) for field in fields)
    lock = " FOR UPDATE" if keep and connection.vendor == "postgresql" else ""
    marks = ", ".join(["%s"] * len(ids))
    sql = f"SELECT {parts} FROM {model._meta.db_table} WHERE id IN ({marks}){lock}"
    return [_read(fields, row) for row in (_select(sql, ids) if ids else ())]


def _part(field: Any) -> str:
    """What is read of a column: of a cipher whether there is one, of an index nothing."""
    if isinstance(field, models.BinaryField):
        return f'(COALESCE(length("{field.column}"), 0) > 0)'
    return f'{_sign()}"{field.column}"'


def _read(fields: Sequence[Any], row: Sequence[Any]) -> _Read:
    stored = {field.column: value for field, value in zip(fields, row, strict=True)}
    said = {
        field.column: stored[field.column]
        for field in fields
        if field.column != "index" and not field.column.endswith("_index") and not _nothing(field, stored[field.column])
    }
    about = next((str(stored[name]) for name in ABOUT if stored.get(name)), str(stored["id"]))
    return _Read(str(stored["id"]), about, canonical(said))


def _nothing(field: Any, value: Any) -> bool:
    false = isinstance(field, models.BooleanField | models.BinaryField) and value in (0, False)
    return false or (not isinstance(value, bytes) and value in NOTHING)


def _sign() -> str:
    """A plus keeps Python's SQLite from reading a date or a truth into a column: a changed byte would look right."""
    return "+" if connection.vendor == "sqlite" else ""


def _select(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor.fetchall()]


def _subclasses(base: type[models.Model]) -> Iterator[type[models.Model]]:
    for child in base.__subclasses__():
        yield child
        yield from _subclasses(child)
