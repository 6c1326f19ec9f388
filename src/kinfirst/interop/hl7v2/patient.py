"""PID and PV1: whom the message is about, and how the visit ended. Unverified, all of it."""

from __future__ import annotations

from kinfirst.interop.hl7v2.findings import Findings
from kinfirst.interop.hl7v2.segments import Repetition, Segment, part
from kinfirst.interop.hl7v2.shape import Identifier, Patient, Visit
from kinfirst.interop.hl7v2.tables import EXPIRED, LEGACY_IDENTIFIERS, RELIABILITY
from kinfirst.interop.hl7v2.text import shape_of


def read_patient(pid: Segment, findings: Findings) -> Patient:
    """PID-2 to 8, 18, 19, 31 and 32. An alias (AL) or an unknown identity (PID-31) stays one: see R10 and
    R64.
    """
    return Patient(
        identifiers=_identifiers(pid, findings),
        names=findings.names(pid, 5),
        born=findings.moment(pid, 7, "birth"),
        sex=findings.sex(pid, 8),
        identity_unknown=findings.flag(pid, 31, "identity unknown indicator"),
        reliability=_reliability(pid, findings),
    )


def read_visit(pv1: Segment | None, findings: Findings) -> Visit:
    """PV1-36, 44 and 45."""
    if pv1 is None:
        return Visit()
    disposition = None if findings.is_null(pv1, 36) else pv1.text(36)
    if disposition is not None:
        findings.take(pv1.name(36), "discharge disposition")
    visit = Visit(
        disposition=disposition,
        expired=disposition in EXPIRED,
        admitted=findings.moment(pv1, 44, "admission"),
        discharged=findings.moment(pv1, 45, "discharge"),
    )
    findings.rest(pv1)
    return visit


def _identifiers(pid: Segment, findings: Findings) -> tuple[Identifier, ...]:
    """PID-3 first, then the fields of older versions; each once."""
    kept: list[Identifier] = []
    for number in (3, *LEGACY_IDENTIFIERS):
        if findings.is_null(pid, number) or not pid.repetitions(number):
            continue
        name = pid.name(number)
        read = [_identifier(found, name, LEGACY_IDENTIFIERS.get(number)) for found in pid.repetitions(number)]
        fresh = [each for each in read if each is not None]
        if not fresh:
            findings.leave(name, "no identifier in the first component")
            continue
        findings.take(name, f"{len(fresh)} identifier" + ("s" if len(fresh) > 1 else ""))
        known = {(each.value, each.authority) for each in kept}
        kept += [each for each in fresh if (each.value, each.authority) not in known]
    return tuple(kept)


def _identifier(found: Repetition, source: str, kind: str | None) -> Identifier | None:
    """A CX: id, assigning authority (namespace, else universal id) and type."""
    value = part(found, 1)
    if value is None:
        return None
    authority = part(found, 4) or part(found, 4, 2)
    return Identifier(value=value, source=source, kind=part(found, 5) or kind, authority=authority)


def _reliability(pid: Segment, findings: Findings) -> tuple[str, ...]:
    if findings.is_null(pid, 32) or not pid.repetitions(32):
        return ()
    codes = [code for found in pid.repetitions(32) if (code := part(found, 1)) is not None]
    known = tuple(dict.fromkeys(code for code in codes if code in RELIABILITY))
    unknown = [code for code in codes if code not in RELIABILITY]
    if known:
        findings.take(pid.name(32), "identity reliability " + " ".join(known))
    if unknown:
        findings.leave(pid.name(32), f"{shape_of(unknown[0])} is no code of table 0445 (AL UA UD US)")
    return known
