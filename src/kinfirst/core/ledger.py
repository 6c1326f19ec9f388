"""The arithmetic of the ledger: canonical bytes, the chain of digests, and the tree over all heads.

An entry's digest is SHA-256 over the digest before it and the canonical envelope of the entry, so that nobody
can change, drop or reorder an entry without changing every digest after it (R59). The heads of all cases are
the leaves of a Merkle tree as RFC 6962 builds it (section 2.1): its root says in 32 bytes what every case
held at one moment, and a few digests prove that one case was among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

import msgspec

GENESIS = bytes(32)
_LEAF = b"\x00"
_NODE = b"\x01"


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is digested. `at` is UTC; `data` is the event's canonical JSON, byte for byte."""

    case: str
    seq: int
    at: datetime
    actor: str
    kind: str
    data: msgspec.Raw


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where the ledger of one case stands: its last entry and that entry's digest, in hex."""

    case: str
    seq: int
    digest: str


class Sibling(msgspec.Struct, frozen=True, kw_only=True):
    """One step up the tree: the digest (hex) that stands beside ours, and on which side."""

    side: Literal["left", "right"]
    digest: str


def canonical(thing: object) -> bytes:
    """The one way to write a value as JSON: keys sorted, no blanks, UTF-8 (RFC 8785 for what we write: no
    floats, keys in ASCII)."""
    return msgspec.json.encode(thing, order="sorted")


def envelope(case: str, seq: int, *, at: datetime, actor: str, kind_and_data: tuple[str, bytes]) -> Envelope:
    """An envelope with its moment brought to UTC; a moment without a zone is refused with ValueError."""
    if at.tzinfo is None:
        raise ValueError("an entry's moment must have a time zone")
    kind, data = kind_and_data
    return Envelope(case=case, seq=seq, at=at.astimezone(UTC), actor=actor, kind=kind, data=msgspec.Raw(data))


def digest(previous: bytes, entry: Envelope) -> bytes:
    """The digest of an entry that follows `previous` (GENESIS for the first)."""
    return sha256(previous + canonical(entry)).digest()


def leaf(head: Head) -> bytes:
    """The leaf of one case."""
    return sha256(_LEAF + canonical(head)).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves in the order given; of none, the digest of nothing (RFC 6962)."""
    level = list(leaves)
    if not level:
        return sha256(b"").digest()
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def inclusion(leaves: Sequence[bytes], index: int) -> tuple[Sibling, ...]:
    """What it takes to climb from one leaf to the root. IndexError when there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} among {len(leaves)}")
    level, at, path = list(leaves), index, []
    while len(level) > 1:
        beside = at ^ 1
        if beside < len(level):
            path.append(Sibling(side="left" if beside < at else "right", digest=level[beside].hex()))
        level, at = _level_above(level), at // 2
    return tuple(path)


def climb(start: bytes, path: Iterable[Sibling]) -> bytes:
    """The root that a leaf and its path lead to. ValueError when a digest is not hex."""
    here = start
    for step in path:
        beside = bytes.fromhex(step.digest)
        here = _join(beside, here) if step.side == "left" else _join(here, beside)
    return here


def _join(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()


def _level_above(level: list[bytes]) -> list[bytes]:
    """Pairs joined; a last one without a pair rises as it is, which gives RFC 6962's tree."""
    pairs = [_join(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + ([level[-1]] if len(level) % 2 else [])
