"""Commands that are sent twice: the same key gives the same outcome, once.

A telephone on a bad network sends again what it does not know to have arrived. What is kept is where the
entries are, not what they say, and the refusal if there was one.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from kinfirst.core.commands import AnyDo
from kinfirst.core.errors import Refusal
from kinfirst.core.ledger import canonical
from kinfirst.records import keys, models
from kinfirst.records.moments import maybe_micros

LONGEST = 200


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a command: its events are entries `first` to `seq` of `ledger`."""

    case: str | None
    ledger: str | None
    first: int
    seq: int
    refusal: Refusal | None
    answer: str | None


def asked(do: AnyDo, *, by: str, case: str | None) -> str:
    """A keyed digest of the whole command, free text included: equal for equal commands only."""
    return keys.mac("asked", (canonical(do).decode(), by, case)).hex()


def find(realm: str, key: str) -> models.Answered | None:
    """What is kept under that key."""
    return models.Answered.objects.filter(realm=realm, key=key).first()


def outcome(row: models.Answered) -> Kept:
    """What came of it then."""
    return msgspec.json.decode(row.outcome, type=Kept)


def keep(realm: str, key: str, *, asked: str, at: datetime, kept: Kept) -> None:
    """Keeps an outcome, in the transaction of its entries."""
    row = models.Answered(realm=realm, key=key, asked=asked, at=at, outcome=canonical(kept).decode())
    row.mac = keys.mac("answered", mac_columns(row))
    row.save(force_insert=True)


def mac_columns(row: models.Answered) -> tuple[object, ...]:
    """What the keyed digest of a kept outcome covers."""
    return (row.realm, row.key, row.asked, maybe_micros(row.at), row.outcome)
