"""Every table whose rows carry a keyed digest, and which columns it covers, in order (keys.py)."""

from __future__ import annotations

from typing import Any

import msgspec

from kinfirst.records import intake_kept, notes, store
from kinfirst.records.summary import COLUMNS, TRUTHS


class Keyed(msgspec.Struct, frozen=True, kw_only=True):
    """One keyed digest of a table.

    `key` are the columns of the row's primary key; `secret` is an encrypted column that moves with the digest, and
    `of` the columns that its label is made of.
    """

    label: str
    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ("id",)
    mac: str = "mac"
    secret: str = ""
    secret_label: str = ""
    of: tuple[str, ...] = ()


_ALL = (
    Keyed(label="case", table="records_case", columns=(*store.PLAIN, "head", "snapshot", *COLUMNS)),
    Keyed(label="lease", table="records_case", columns=("lease_by", "lease_until"), mac="lease_mac"),
    Keyed(label="outbox", table="records_outbox", columns=tuple(store.MESSAGE[:-1])),
    Keyed(
        label="note",
        table="records_note",
        columns=("token", "case_id", "blind", "erased_at", "erased_by"),
        key=("token",),
        secret="ciphertext",
        secret_label=notes.LABEL,
        of=("case_id", "token"),
    ),
    Keyed(
        label="intake",
        table="records_intake",
        columns=(
            "id",
            "case_id",
            "realm",
            "message",
            "content",
            "patient",
            "at",
            "by",
            "report",
            "said_cipher",
        ),
        secret="said_cipher",
        secret_label=intake_kept.LABEL,
        of=("id",),
    ),
    Keyed(label="realm", table="records_realmpolicy", columns=("realm", "edition"), key=("realm",)),
    Keyed(
        label="answered",
        table="records_answered",
        columns=("realm", "key", "asked", "at", "outcome"),
        key=("realm", "key"),
    ),
    Keyed(label="heartbeat", table="records_heartbeat", columns=("worker", "at"), key=("worker",)),
    Keyed(label="tally", table="records_tally", columns=("name", "count"), key=("name",)),
)
KEYED = {keyed.label: keyed for keyed in _ALL}


def as_digested(keyed: Keyed, row: dict[str, Any]) -> tuple[object, ...]:
    """What the digest of a row covers, from its stored columns: SQLite keeps a truth as a number."""
    return tuple(bool(row[name]) if name in TRUTHS else row[name] for name in keyed.columns)
