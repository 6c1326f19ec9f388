"""An alarm as a FHIR R4 Observation: an event a device reported, preliminary, about a bed and an alias. No name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

MDC_SYSTEM = "urn:iso:std:iso:11073:10101"
SNOMED = "http://snomed.info/sct"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
ALIAS_SYSTEM = "urn:kinfirst:alias"
ALARM_SYSTEM = "urn:kinfirst:alarm"
BED_SYSTEM = "urn:kinfirst:bed"
_BEAT_RATE = ("147842", "MDC_ECG_CARD_BEAT_RATE")


class _Meaning(NamedTuple):
    """The codes of an event: MDC where one is confirmed (interop.hl7v2.mdc), SNOMED CT for what was seen."""

    mdc: tuple[str, str] | None
    snomed: tuple[str, str] | None


_EVENTS = {
    "asystole": _Meaning(("199684", "MDC_EVT_ECG_ASYSTOLE"), ("397829000", "Asystole")),
    "vf": _Meaning(("199874", "MDC_EVT_ECG_ARRHY"), ("71908006", "Ventricular fibrillation")),
    "vt": _Meaning(("199874", "MDC_EVT_ECG_ARRHY"), ("25569003", "Ventricular tachycardia")),
    "brady": _Meaning(None, ("48867003", "Bradycardia")),
    "tachy": _Meaning(None, ("3424008", "Tachycardia")),
    "leads_off": _Meaning(("196680", "MDC_EVT_LEAD_OFF"), None),
}


class AlarmObservation(msgspec.Struct, frozen=True, kw_only=True):
    """What the Observation says. `id` names the alarm, the same from start to end; `ended` is None while it is
    active; `rate` is in beats a minute; `note` one of our own sentences.
    """

    id: str
    kind: str
    bed: str
    onset: datetime
    issued: datetime
    priority: str
    technical: bool
    ended: datetime | None = None
    alias: str | None = None
    rate: float | None = None


def write_observation(alarm: AlarmObservation) -> dict[str, Any]:
    """The resource as a JSON object. Raises ValueError for moments without a zone and for an end before the onset.

    `status` is preliminary: a machine's finding that no person has confirmed (R01). Subject and device are given
    by identifier only. A technical alarm carries `dataAbsentReason`: nothing is known of the patient.
    """
    if alarm.ended is not None and alarm.ended < alarm.onset:
        raise ValueError("an alarm does not end before its onset")
    effective: dict[str, Any] = {"effectiveDateTime": _instant(alarm.onset)}
    if alarm.ended is not None:
        effective = {"effectivePeriod": {"start": _instant(alarm.onset), "end": _instant(alarm.ended)}}
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "identifier": [{"system": ALARM_SYSTEM, "value": alarm.id}],
        "status": "preliminary",
        "category": [{"coding": [{"system": CATEGORY, "code": "procedure", "display": "Procedure"}]}],
        "code": _code(alarm.kind),
        **effective,
        "issued": _instant(alarm.issued),
        "interpretation": [{"coding": [_interpretation(alarm)], "text": f"{alarm.priority} priority alarm"}],
        "note": [
            {"text": "Raised by a monitor and confirmed by nobody. Not a medical device; not a finding of death."}
        ],
        "device": {"identifier": {"system": BED_SYSTEM, "value": alarm.bed}, "display": f"monitor of bed {alarm.bed}"},
    }
    if alarm.alias is not None:
        resource["subject"] = {"identifier": {"system": ALIAS_SYSTEM, "value": alarm.alias}, "display": alarm.alias}
    if alarm.technical:
        resource["dataAbsentReason"] = {"coding": [{"system": ABSENT, "code": "error", "display": "Error"}]}
    else:
        resource["valueBoolean"] = alarm.ended is None
    if alarm.rate is not None:
        resource["component"] = [_rate(alarm.rate)]
    return resource


def _code(kind: str) -> dict[str, Any]:
    meaning = _EVENTS.get(kind, _Meaning(None, None))
    codings = [(MDC_SYSTEM, meaning.mdc), (SNOMED, meaning.snomed)]
    text = kind.replace("_", " ")
    found = [{"system": system, "code": code[0], "display": code[1]} for system, code in codings if code is not None]
    return {"coding": found, "text": text} if found else {"text": text}


def _interpretation(alarm: AlarmObservation) -> dict[str, str]:
    """Critically abnormal for a high priority of the patient, abnormal otherwise."""
    critical = alarm.priority == "high" and not alarm.technical
    code, display = ("AA", "Critical abnormal") if critical else ("A", "Abnormal")
    return {"system": INTERPRETATION, "code": code, "display": display}


def _rate(rate: float) -> dict[str, Any]:
    coding = [{"system": MDC_SYSTEM, "code": _BEAT_RATE[0], "display": _BEAT_RATE[1]}]
    unit = {"unit": "beats/minute", "system": "http://unitsofmeasure.org", "code": "/min"}
    return {"code": {"coding": coding}, "valueQuantity": {"value": round(rate), **unit}}


def _instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("the moment of an observation needs its zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
