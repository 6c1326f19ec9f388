"""The proof of one case: every entry, and that its head was under a signed seal.

`check` needs nothing but the document: no database, no key of ours, no Django. It shows that the entries are
those that were sealed, unchanged and complete up to the seal; whose key signed is for the reader to compare
with the fingerprint that the house publishes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from kinfirst.core import ledger
from kinfirst.core.errors import BadInput
from kinfirst.core.ledger import Head, Sibling
from kinfirst.records.sealing import SignedSeal, signature_holds

FORMAT = 1


class ProofEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry. `data` is the event's canonical JSON as text, `digest` is hex."""

    seq: int
    at: datetime
    actor: str
    kind: str
    data: str
    digest: str


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case with all that proves it. `sealed` is how far the seal reaches; later entries are only chained.
    `seal` is absent when the case was not under any seal yet."""

    format: int
    case: str
    alias: str
    entries: tuple[ProofEntry, ...]
    sealed: Head | None = None
    path: tuple[Sibling, ...] = ()
    seal: SignedSeal | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found. `wrong` says what does not hold and at which entry; empty when all does."""

    case: str
    entries: int
    sealed_to: int
    sealed_at: datetime | None
    public_key: str
    wrong: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything in the document holds."""
        return not self.wrong


def export(case_id: str) -> dict[str, Any]:
    """The proof of a case as plain data for JSON. Raises UnknownCase. Needs the database."""
    from kinfirst.records.proving import proof_of  # noqa: PLC0415  (`check` must import without Django)

    document: dict[str, Any] = msgspec.to_builtins(proof_of(case_id))
    return document


def read(text: bytes) -> Any:
    """A document from a file. Raises BadInput when it is not JSON."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise BadInput(f"not a proof: {wrong}") from wrong


def check(document: Any) -> Result:
    """Checks a proof by itself. Raises BadInput when it is not a proof at all; else says what does not hold."""
    try:
        proof = msgspec.convert(document, Proof)
    except msgspec.ValidationError as wrong:
        raise BadInput(f"not a proof: {wrong}") from wrong
    if proof.format != FORMAT:
        raise BadInput(f"not a proof: format {proof.format}, this program reads {FORMAT}")
    seal = proof.seal
    return Result(
        case=proof.case,
        entries=len(proof.entries),
        sealed_to=proof.sealed.seq if proof.sealed else 0,
        sealed_at=seal.body.at if seal else None,
        public_key=seal.public_key if seal else "",
        wrong=_chain(proof) or _opening(proof) or _sealed(proof),
    )


def _chain(proof: Proof) -> str:
    """The first entry whose digest does not follow from the one before."""
    previous = ledger.GENESIS
    if not proof.entries:
        return "there are no entries"
    for number, entry in enumerate(proof.entries, start=1):
        if entry.seq != number:
            return f"entry {number}: missing or out of order"
        try:
            told = msgspec.json.decode(entry.data, type=_Kind)
            if told.kind != entry.kind:
                return f"entry {number}: its kind is not that of its content"
            envelope = ledger.envelope(
                proof.case,
                entry.seq,
                at=entry.at,
                actor=entry.actor,
                kind_and_data=(entry.kind, entry.data.encode()),
            )
            previous = ledger.digest(previous, envelope)
        except (msgspec.MsgspecError, ValueError):
            return f"entry {number}: cannot be read"
        if previous.hex() != entry.digest:
            return f"entry {number}: was changed"
    return ""


class _Kind(msgspec.Struct):
    kind: str
    alias: str | None = None


def _opening(proof: Proof) -> str:
    """The alias shown is the one the case was opened under."""
    opened = (msgspec.json.decode(entry.data, type=_Kind) for entry in proof.entries)
    first = next((told for told in opened if told.kind == "case_opened"), None)
    if first is not None and first.alias != proof.alias:
        return "the alias is not that of the case"
    return ""


def _sealed(proof: Proof) -> str:
    """The head is in the tree whose root was signed."""
    seal, head = proof.seal, proof.sealed
    if seal is None or head is None:
        return "" if seal is None and head is None and not proof.path else "the seal is incomplete"
    if head.case != proof.case or not 0 < head.seq <= len(proof.entries):
        return "the sealed head is not of this case"
    if proof.entries[head.seq - 1].digest != head.digest:
        return f"entry {head.seq}: is not the one that was sealed"
    try:
        root = ledger.climb(ledger.leaf(head), proof.path)
    except ValueError:
        return "the path to the seal cannot be read"
    if root.hex() != seal.body.root:
        return "the path does not lead to the root of the seal"
    return "" if signature_holds(seal) else "the signature of the seal does not hold"
