"""Free text out of the ledger: every `Words` of a command is kept in a note and replaced by its token.

The same text in one case gets the same token again, so that an item of the effects can be named by what the
inventory called it (R51). A note is written only if an event carries its token: what was refused leaves no
text behind. Erasing a note empties its ciphertext; token and proof stay.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect

from kinfirst.core.commands import AnyDo
from kinfirst.core.errors import BrokenRecord
from kinfirst.people.chance import drawn
from kinfirst.people.plain import marks, rows
from kinfirst.records import keys, models
from kinfirst.records.moments import maybe_micros, micros
from kinfirst.records.writing import whole

PREFIX = "note:"
NOTHING = "none"
SALT_BYTES = 16
LABEL = "records.note"

_Value = TypeVar("_Value")


class Fresh(msgspec.Struct, frozen=True, kw_only=True):
    """A note that is not written yet."""

    token: str
    text: str
    salt: bytes


class Notepad:
    """The notes of one case while one command is decided: finds tokens, collects the new ones."""

    def __init__(self, case: str) -> None:
        self.case = case
        self._fresh: dict[str, Fresh] = {}

    def replace(self, do: AnyDo) -> AnyDo:
        """The same command with a token in place of each text. Blanks alone are empty, and empty text stays; so does
        the one word `none` of an inventory, by which two people say that they found nothing (R51), and the number of
        an item."""
        replaced: AnyDo = _replaced(do, self.token)
        item = getattr(do, "item", None)
        if isinstance(item, str) and item.isdecimal():
            replaced = msgspec.structs.replace(replaced, item=item)
        return replaced

    def token(self, text: str) -> str:
        """The token of a text: the one it already has in this case, else a new one."""
        if not text.strip():
            return ""
        if text == NOTHING:
            return text
        wanted = unicodedata.normalize("NFC", text)
        if wanted in self._fresh:
            return self._fresh[wanted].token
        blinds = _blinds(self.case, wanted)
        sql = f"SELECT token FROM records_note WHERE case_id = %s AND blind IN {marks(len(blinds))} ORDER BY token"
        if known := rows(sql, [self.case, *blinds]):
            return str(known[0][0])
        salt = drawn(SALT_BYTES)
        self._fresh[wanted] = Fresh(token=token_of(salt, wanted), text=wanted, salt=salt)
        return self._fresh[wanted].token

    def rows(self, carried: str) -> tuple[tuple[Any, ...], ...]:
        """The rows of the new notes whose token occurs in what the entries carry."""
        return tuple(_row(self.case, note) for note in self._fresh.values() if note.token in carried)


def token_of(salt: bytes, text: str) -> str:
    """The token: it commits to the text without showing it."""
    return PREFIX + sha256(salt + text.encode()).hexdigest()


def read(tokens: Iterable[str]) -> dict[str, str]:
    """The texts of those tokens; an erased note is an empty text, an unknown token is left out.

    For those entitled to read only: the caller has asked `core.disclosure` first. Raises BrokenRecord when a
    ciphertext was changed.
    """
    rows = models.Note.objects.filter(token__in=[token for token in tokens if token.startswith(PREFIX)])
    return {row.token: text_of(row) for row in rows}


def text_of(row: models.Note) -> str:
    """The text of a note; empty once erased. Raises BrokenRecord when it does not fit its token."""
    if not row.ciphertext:
        return ""
    plain = keys.ring().open(row.ciphertext, f"{LABEL}:{row.case_id}:{row.token}")
    salt, _, text = plain.partition(":")
    if token_of(bytes.fromhex(salt), text) != row.token:
        raise BrokenRecord(f"note {row.token} does not hold what its token says")
    return text


def erase(token: str, *, by: str, at: datetime) -> bool:
    """Empties one note for good, and says who did and when. False when it was empty or never was."""
    with whole():
        rows = models.Note.objects.filter(token=token).exclude(blind="")
        row = rows.first()
        if row is None:
            return False
        mac = keys.mac("note", (row.token, row.case_id, "", micros(at), by))
        return rows.update(ciphertext=b"", blind="", erased_at=at, erased_by=by, mac=mac) == 1


def mac_columns(row: models.Note) -> tuple[object, ...]:
    """What the keyed digest of a note covers; its text is covered by the token."""
    return (row.token, row.case_id, row.blind, maybe_micros(row.erased_at), row.erased_by)


def blind_fits(row: models.Note, text: str) -> bool:
    """Whether the blind index is that of the text, under any key of the ring."""
    return row.blind in _blinds(row.case_id, text)


def blind(case: str, text: str) -> str:
    """The index by which the same text is found again within one case."""
    return keys.ring().index(f"{LABEL}:{case}", sha256(text.encode()).hexdigest())


def _blinds(case: str, text: str) -> tuple[str, ...]:
    # The ring folds case and blanks for names; a text is itself and nothing like it, so it is hashed first.
    exact = sha256(text.encode()).hexdigest()
    return keys.ring().indexes(f"{LABEL}:{case}", exact)


def _row(case: str, note: Fresh) -> tuple[Any, ...]:
    index = blind(case, note.text)
    plain = f"{note.salt.hex()}:{note.text}"
    cipher = keys.ring().seal(plain, f"{LABEL}:{case}:{note.token}")
    mac = keys.mac("note", (note.token, case, index, None, ""))
    return (note.token, case, index, cipher, None, "", mac)


def _replaced(value: _Value, token: Callable[[str], str]) -> _Value:
    changed: dict[str, Any] = {}
    for name in _wordy(cast(Hashable, type(value))):
        old = getattr(value, name)
        if isinstance(old, str):
            changed[name] = token(old)
        elif isinstance(old, tuple):
            changed[name] = tuple(token(text) for text in old)
        elif isinstance(old, msgspec.Struct):
            changed[name] = _replaced(old, token)
    return msgspec.structs.replace(value, **changed) if changed else value  # type: ignore[type-var]


@lru_cache(maxsize=256)
def _wordy(kind: Hashable) -> tuple[str, ...]:
    """The fields of a struct that hold `Words`, at any depth."""
    info = inspect.type_info(kind)
    if not isinstance(info, inspect.StructType):
        return ()
    return tuple(field.name for field in info.fields if _has_words(field.type))


def _has_words(info: inspect.Type) -> bool:
    if isinstance(info, inspect.Metadata):
        return bool((info.extra or {}).get("words"))
    if isinstance(info, inspect.UnionType):
        return any(_has_words(part) for part in info.types)
    if isinstance(info, inspect.VarTupleType):
        return _has_words(info.item_type)
    if isinstance(info, inspect.StructType):
        return any(_has_words(field.type) for field in info.fields)
    return False
