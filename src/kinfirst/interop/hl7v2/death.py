"""PID-29, PID-30 and PDA: what the sender says of a death, and where the message contradicts itself (R49)."""

from __future__ import annotations

from kinfirst.interop.hl7v2.findings import Findings, read_coded, read_name
from kinfirst.interop.hl7v2.moments import Moment, before, read_moment
from kinfirst.interop.hl7v2.segments import Segment, part
from kinfirst.interop.hl7v2.shape import Coded, Death, Name, Patient, Visit
from kinfirst.interop.hl7v2.tables import ALIVE_DISPOSITIONS, WITHDRAWALS


def read_death(pid: Segment, pda: Segment | None, findings: Findings) -> Death:
    """The death as reported. A time without an indicator stays a time without an indicator: nothing is
    inferred.
    """
    time = findings.moment(pid, 29, "death time")
    indicator = findings.flag(pid, 30, "death indicator")
    if pda is None:
        return Death(time=time, indicator=indicator)
    start, end = _range(pda, 7, findings)
    death = Death(
        time=time,
        indicator=indicator,
        causes=_causes(pda, findings),
        location=_location(pda, findings),
        certified=findings.flag(pda, 3, "certified indicator"),
        signed=findings.moment(pda, 4, "certificate signed"),
        certified_by=_person(pda, 5, findings),
        autopsy=findings.flag(pda, 6, "autopsy indicator"),
        autopsy_from=start,
        autopsy_to=end,
        autopsy_by=_person(pda, 8, findings),
        coroner=findings.flag(pda, 9, "coroner indicator"),
    )
    findings.rest(pda)
    return death


def find_conflicts(patient: Patient, death: Death, visit: Visit, sent: Moment | None, *, into: Findings) -> None:
    """Puts down what cannot all be true; nothing is dropped, a person must decide."""
    dead = death.indicator is True or death.time is not None
    if dead and visit.disposition in ALIVE_DISPOSITIONS:
        meaning = ALIVE_DISPOSITIONS[visit.disposition]
        into.conflict("PV1-36", _death_field(death), what=f"reported dead, yet {meaning}", rule="R49")
    if death.indicator is False and death.time is not None:
        into.conflict("PID-30", "PID-29", what="a time of death, yet the indicator says not dead")
    if death.indicator is False and visit.expired:
        into.conflict("PID-30", "PV1-36", what="discharged as expired, yet the indicator says not dead", rule="R49")
    if death.indicator is False and (death.certified or death.causes):
        into.conflict("PID-30", "PDA", what="a death certificate, yet the indicator says not dead")
    if death.time is not None and sent is not None and before(sent, death.time):
        into.conflict("PID-29", "MSH-7", what="the death is later than the message that reports it")
    if death.time is not None and patient.born is not None and before(death.time, patient.born):
        into.conflict("PID-29", "PID-7", what="the death is earlier than the birth")
    if death.time is not None and visit.admitted is not None and before(death.time, visit.admitted):
        into.conflict("PID-29", "PV1-44", what="the death is earlier than the admission")


def find_withdrawal(trigger: str, death: Death, visit: Visit, *, into: Findings) -> None:
    """Puts down a message that takes something back and speaks of a death: which of the two is meant, a
    person must ask.
    """
    if trigger not in WITHDRAWALS:
        return
    if death.indicator is True or death.time is not None:
        into.conflict("MSH-9", _death_field(death), what=f"reported dead by a message that {WITHDRAWALS[trigger]}")
    elif visit.expired:
        into.conflict("MSH-9", "PV1-36", what=f"discharged as expired by a message that {WITHDRAWALS[trigger]}")


def _death_field(death: Death) -> str:
    return "PID-30" if death.indicator is True else "PID-29"


def _causes(pda: Segment, findings: Findings) -> tuple[Coded, ...]:
    if findings.is_null(pda, 1) or not pda.repetitions(1):
        return ()
    causes = tuple(cause for cause in map(read_coded, pda.repetitions(1)) if cause is not None)
    if causes:
        findings.take(pda.name(1), "cause of death")
    return causes


def _location(pda: Segment, findings: Findings) -> str | None:
    """A PL: its parts from the smallest area outwards, as sent."""
    if findings.is_null(pda, 2) or not pda.repetitions(2):
        return None
    found = pda.repetitions(2)[0]
    pieces = [part(found, number) for number in range(1, len(found) + 1)]
    text = ", ".join(piece for piece in pieces if piece)
    if text:
        findings.take(pda.name(2), "place of death")
    return text or None


def _person(pda: Segment, number: int, findings: Findings) -> Name | None:
    """An XCN: the name after the id; an id alone is left, for there is no registry of certifiers to look
    in.
    """
    if findings.is_null(pda, number) or not pda.repetitions(number):
        return None
    name = read_name(pda.repetitions(number)[0], shift=1)
    if name is None:
        findings.leave(pda.name(number), "no name beside the id")
    else:
        findings.take(pda.name(number), "name")
    return name


def _range(pda: Segment, number: int, findings: Findings) -> tuple[Moment | None, Moment | None]:
    """A DR: start and end."""
    if findings.is_null(pda, number) or not pda.repetitions(number):
        return None, None
    texts = [text for component in (1, 2) if (text := pda.text(number, component)) is not None]
    moments = [read_moment(text) for text in texts]
    wrong = next((moment for moment in moments if isinstance(moment, str)), None)
    if wrong is not None or not texts:
        findings.leave(pda.name(number), wrong or "no time in it")
        return None, None
    findings.take(pda.name(number), "autopsy times")
    start = read_moment(pda.text(number, 1) or "")
    end = read_moment(pda.text(number, 2) or "")
    return (start if isinstance(start, Moment) else None), (end if isinstance(end, Moment) else None)
