"""Commands that are sent twice: the same key gives the same outcome, once.

A telephone on a bad network sends again what it does not know to have arrived. What is kept is where the
entries are, not what they say, and the refusal if there was one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from django.db import IntegrityError

from kinfirst.core.errors import Refusal
from kinfirst.core.ledger import canonical
from kinfirst.people.plain import chunks
from kinfirst.records import keys, models, store
from kinfirst.records.errors import LostRace
from kinfirst.records.moments import maybe_micros, micros

LONGEST = 200
ANSWERED = ("realm", "key", "asked", "at", "outcome", "mac")


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a command: its events are entries `first` to `seq` of `ledger`."""

    case: str | None
    ledger: str | None
    first: int
    seq: int
    refusal: Refusal | None
    answer: str | None


def worded(command: object) -> str:
    """A whole command as one text, free text included: equal for equal commands only.

    What cannot be written as JSON (half a letter, say) is written as Python shows it: it is refused, and the
    refusal repeats like any other outcome.
    """
    try:
        return canonical(command).decode()
    except (TypeError, ValueError):
        return repr(command).encode("utf-8", "backslashreplace").decode()


def asked(wording: str, *, by: str, case: str | None) -> str:
    """A keyed digest of a command, who gave it and for which case: what it said cannot be guessed from it."""
    return keys.mac("asked", (wording, by, case)).hex()


def same_command(row: models.Answered, wording: str, *, by: str, case: str | None) -> bool:
    """Whether this is the command that was kept, under any key of the ring. Once that key is gone nobody can
    tell, and it counts as another."""
    return keys.mac_holds("asked", (wording, by, case), bytes.fromhex(row.asked))


def find(realm: str, key: str) -> models.Answered | None:
    """What is kept under that key."""
    return models.Answered.objects.filter(realm=realm, key=key).first()


def find_many(realm: str, keys: Iterable[str]) -> dict[str, models.Answered]:
    """What is kept under each of those keys that is known."""
    found: dict[str, models.Answered] = {}
    for some in chunks(keys):
        found.update((row.key, row) for row in models.Answered.objects.filter(realm=realm, key__in=some))
    return found


def outcome(row: models.Answered) -> Kept:
    """What came of it then."""
    return msgspec.json.decode(row.outcome, type=Kept)


def keep(realm: str, key: str, *, asked: str, at: datetime, kept: Kept) -> None:
    """Keeps an outcome, in the transaction of its entries. LostRace: the same key came twice at once."""
    keep_many(realm, {key: (asked, kept)}, at=at)


def keep_many(realm: str, found: Mapping[str, tuple[str, Kept]], *, at: datetime) -> None:
    """Keeps many outcomes, each by its key with what was asked. LostRace: one of the keys came twice at once."""
    new = []
    for key, (asked, kept) in found.items():
        row = (realm, key, asked, micros(at), canonical(kept).decode())
        new.append((*row, keys.mac("answered", row)))
    try:
        store.insert("records_answered", ANSWERED, new)
    except IntegrityError as wrong:
        raise LostRace("the same key was used at the same moment") from wrong


def mac_columns(row: models.Answered) -> tuple[object, ...]:
    """What the keyed digest of a kept outcome covers."""
    return (row.realm, row.key, row.asked, maybe_micros(row.at), row.outcome)
