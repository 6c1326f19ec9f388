"""What a seal says, as bytes, and how it is checked. No database, no Django: a stranger can do this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kinfirst.core import ledger
from kinfirst.core.ledger import Head, canonical

FIRST = bytes(32)


class SealBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is signed. All digests in hex; `moved` is the digest of the list of heads that moved since the
    previous seal, `count` how many ledgers there are, `root` the tree over all their heads."""

    number: int
    at: datetime
    root: str
    count: int
    previous: str
    moved: str


class SignedSeal(msgspec.Struct, frozen=True, kw_only=True):
    """A seal with its signature and the public key that checks it, in hex."""

    body: SealBody
    signature: str
    public_key: str


def seal_digest(seal: SignedSeal) -> bytes:
    """What the next seal holds on to."""
    return sha256(canonical(seal)).digest()


def signature_holds(seal: SignedSeal) -> bool:
    """Whether the signature is that of the body, by the key that the seal itself names."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.public_key))
        key.verify(bytes.fromhex(seal.signature), canonical(seal.body))
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public: bytes) -> str:
    """A public key as people compare it over the telephone: groups of four of its SHA-256."""
    text = sha256(public).hexdigest()[:32]
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def moved_digest(heads: str) -> str:
    """The digest of a stored list of heads."""
    return sha256(heads.encode()).hexdigest()


def written_heads(heads: Iterable[Head]) -> str:
    """A list of heads as it is stored: canonical JSON, in order of case."""
    return canonical(sorted(heads, key=lambda head: head.case)).decode()


def read_heads(text: str) -> list[Head]:
    """The heads again. Raises msgspec.MsgspecError."""
    return msgspec.json.decode(text, type=list[Head])


def leaves(heads: dict[str, Head]) -> list[bytes]:
    """The leaves of the tree, in order of case."""
    return [ledger.leaf(heads[case]) for case in sorted(heads)]


def root_of(heads: dict[str, Head]) -> str:
    """The root over all heads, in hex."""
    return ledger.root(leaves(heads)).hex()


def fold_heads(known: dict[str, Head], moved: Sequence[Head]) -> dict[str, Head]:
    """All heads after those moved."""
    return known | {head.case: head for head in moved}
