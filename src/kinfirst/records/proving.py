"""Making the proof of one case from the database."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kinfirst.core import ledger
from kinfirst.records import models, seals
from kinfirst.records.errors import UnknownCase, clear_errors
from kinfirst.records.proof import FORMAT, Proof, ProofEntry
from kinfirst.records.sealing import leaves


def proof_of(case_id: str) -> Proof:
    """Every entry of a case and its way into the latest seal. Raises UnknownCase."""
    with clear_errors():
        case = models.Case.objects.filter(id=case_id).first()
        if case is None:
            raise UnknownCase("there is no case of that id")
        rows = models.Entry.objects.filter(case_id=case_id).order_by("seq")
        plain = Proof(
            format=FORMAT,
            case=case_id,
            alias=case.alias,
            entries=tuple(_entry(row) for row in rows),
        )
        return _under_seal(plain)


def find_case(text: str) -> str:
    """The id of the case that is meant: an id, or an alias that only one case has. Raises UnknownCase."""
    with clear_errors():
        if models.Case.objects.filter(id=text).exists():
            return text
        found = list(models.Case.objects.filter(alias_key=text.casefold()).values_list("id", flat=True)[:2])
    if len(found) != 1:
        raise UnknownCase("several cases have that alias: give the id" if found else "there is no such case")
    return found[0]


def _entry(row: models.Entry) -> ProofEntry:
    return ProofEntry(
        seq=row.seq,
        at=_given(row.at),
        actor=row.actor,
        kind=row.kind,
        data=row.data,
        digest=bytes(row.digest).hex(),
    )


def _given(at: datetime | None) -> datetime:
    if at is None:
        raise ValueError("an entry has a moment")
    return at


def _under_seal(plain: Proof) -> Proof:
    rows = list(models.Seal.objects.order_by("id"))
    heads = seals.heads_at(rows)
    if plain.case not in heads:
        return plain
    order = sorted(heads)
    return msgspec.structs.replace(
        plain,
        sealed=heads[plain.case],
        path=ledger.inclusion(leaves(heads), order.index(plain.case)),
        seal=seals.signed(rows[-1]),
    )
