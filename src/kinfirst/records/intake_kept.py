"""The reports from outside that were brought to cases: written once, found again, read by those entitled.

What a message said is kept under the key ring, apart from the account of its fields, and can be erased while
the account and the proof that there was a message stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import cast

import msgspec

from kinfirst.core.ledger import canonical
from kinfirst.interop.hl7v2 import AdtReport, Conflict, Death, Kin, Left, Moment, Name, Note, Taken, Visit
from kinfirst.people.identifiers import Identifier, written
from kinfirst.records import keys, models, tally
from kinfirst.records.chance import case_id as fresh_id
from kinfirst.records.intake_findings import Account
from kinfirst.records.moments import maybe_micros

LABEL = "records.intake"
PATIENT = "intake.patient"


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the message said, as written: the death, the visit, and whoever was not brought into the registry."""

    trigger: str
    control_id: str | None = None
    application: str | None = None
    facility: str | None = None
    sent_at: Moment | None = None
    death: Death = Death()
    visit: Visit = Visit()
    identity_unknown: bool | None = None
    reliability: tuple[str, ...] = ()
    number: Identifier | None = None
    other_names: tuple[Name, ...] = ()
    aside: tuple[Kin, ...] = ()


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """The account of a message's fields: no value of any of them."""

    taken: tuple[Taken, ...] = ()
    left: tuple[Left, ...] = ()
    notes: tuple[Note, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One report on a case: when it came in, by whom, its account, and what it said (None once erased)."""

    id: str
    at: datetime
    by: str
    findings: Findings
    said: Said | None


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is known again by, under every key: SHA-256 of its control id and sender, and of its lines."""

    message: str
    content: str


def marks(report: AdtReport) -> Marks:
    """Control id, sending application and facility; without a control id, the digest of the lines."""
    if report.control_id is None:
        return Marks(message=report.digest, content=report.digest)
    sender = canonical((report.application, report.facility, report.control_id))
    return Marks(message=sha256(sender).hexdigest(), content=report.digest)


def find(realm: str, wanted: Marks) -> models.Intake | None:
    """The report of that control id and sender, whatever it says."""
    return models.Intake.objects.filter(realm=realm, message=wanted.message).first()


def same_lines(row: models.Intake, wanted: Marks) -> bool:
    """Whether the message kept is this one, line for line."""
    return row.content == wanted.content


def cases_of_patient(realm: str, numbers: Sequence[Identifier]) -> list[str]:
    """Cases to which a message about a patient with one of these numbers came; sorted ids."""
    wanted = [key for one in numbers for key in keys.ring().indexes(PATIENT, _exact(one))]
    rows = models.Intake.objects.filter(realm=realm, patient__in=wanted)
    return sorted(set(rows.values_list("case_id", flat=True)))


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """To which case a message was brought, in which realm, when and by whom."""

    realm: str
    case: str
    at: datetime
    by: str


def keep(entered: Entered, account: Account, *, said: Said) -> None:
    """Writes the report, in the transaction of whatever it led to."""
    wanted, ring, id = marks(account.report), keys.ring(), fresh_id()
    findings = Findings(
        taken=tuple(account.taken),
        left=tuple(account.left),
        notes=tuple(account.notes),
        conflicts=tuple(account.conflicts),
    )
    row = models.Intake(
        id=id,
        case_id=entered.case,
        realm=entered.realm,
        message=wanted.message,
        content=wanted.content,
        patient=_patient(said),
        at=entered.at,
        by=entered.by,
        report=canonical(findings).decode(),
        said_cipher=ring.seal(canonical(said).decode(), f"{LABEL}:{id}"),
    )
    row.mac = keys.mac("intake", mac_columns(row))
    row.save(force_insert=True)
    tally.add(tally.INTAKES, 1)


def patient_index(clear: str) -> str:
    """The blind index, under the current key, of the patient in what a message said (as it was encrypted)."""
    return _patient(msgspec.json.decode(clear, type=Said))


def for_case(case: str) -> tuple[Kept, ...]:
    """The reports on a case in the order they came in, for those who may know what it is about."""
    rows = models.Intake.objects.filter(case_id=case).order_by("at", "id")
    return tuple(_read(row) for row in rows)


def erase(case: str) -> int:
    """Empties for good what the messages on a case said; how many. Accounts and marks of repeats stay."""
    rows = [row for row in models.Intake.objects.filter(case_id=case) if row.said_cipher]
    for row in rows:
        row.said_cipher, row.patient = b"", ""
        row.mac = keys.mac("intake", mac_columns(row))
        row.save(update_fields=["said_cipher", "patient", "mac"])
    return len(rows)


def mac_columns(row: models.Intake) -> tuple[object, ...]:
    """What the keyed digest of a report covers: every column, in the order `verify` reads them."""
    plain = (row.id, row.case_id, row.realm, row.message, row.content, row.patient)
    return (*plain, maybe_micros(row.at), row.by, row.report, bytes(row.said_cipher))


def _read(row: models.Intake) -> Kept:
    cipher = bytes(row.said_cipher)
    text = keys.ring().open(cipher, f"{LABEL}:{row.id}") if cipher else ""
    return Kept(
        id=row.id,
        at=cast(datetime, row.at),
        by=row.by,
        findings=msgspec.json.decode(row.report, type=Findings),
        said=msgspec.json.decode(text, type=Said) if text else None,
    )


def _patient(said: Said) -> str:
    return keys.ring().index(PATIENT, _exact(said.number)) if said.number is not None else ""


def _exact(number: Identifier) -> str:
    return sha256(written(number).encode()).hexdigest()
