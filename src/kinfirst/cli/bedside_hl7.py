"""Between messages and the bedside: waves become pieces, others' alarms become ours, ours become R40 or FHIR."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from kinfirst.bedside.alarm_rules import rule_of
from kinfirst.bedside.alarm_shapes import Entry, Seen
from kinfirst.bedside.sources.joining import Piece
from kinfirst.core.errors import BadInput
from kinfirst.interop.fhir import AlarmObservation, write_observation
from kinfirst.interop.hl7v2.moments import Moment
from kinfirst.interop.hl7v2.oru import read_device
from kinfirst.interop.hl7v2.oru_shape import Alert, DeviceOutcome, DeviceReport
from kinfirst.interop.hl7v2.oru_writer import AlarmNotice, Inactivation, Phase, State, write_alarm
from kinfirst.interop.hl7v2.shape import LeftMessage

LARGEST = 64 * 1024 * 1024
KINDS = {
    "MDC_EVT_ECG_ASYSTOLE": "asystole",
    "MDC_EVT_LEAD_OFF": "leads_off",
    "MDC_EVT_ECG_SINUS_BRADY": "brady",
    "MDC_EVT_ECG_SINUS_TACHY": "tachy",
}
_OF_RATE = {"MDC_EVT_LO": "brady", "MDC_EVT_HI": "tachy"}
_RATES = ("MDC_ECG_CARD_BEAT_RATE", "MDC_ECG_HEART_RATE")
_SAID: dict[str, tuple[Phase, State, Inactivation]] = {
    "raised": ("start", "active", "enabled"),
    "rearmed": ("update", "active", "enabled"),
    "escalated": ("escalate", "active", "enabled"),
    "acknowledged": ("update", "active", "alert-acknowledged"),
    "latched": ("update", "latched", "enabled"),
    "ended": ("end", "inactive", "enabled"),
    "reset": ("end", "inactive", "enabled"),
}


def read_reports(path: Path) -> tuple[list[DeviceReport], list[str]]:
    """The device messages of a file, and a line for each message that is none. Refuses (BadInput) huge files."""
    if path.stat().st_size > LARGEST:
        raise BadInput(f"a file of messages has at most {LARGEST} bytes")
    outcomes = read_device(path.read_bytes())
    reports = [outcome for outcome in outcomes if isinstance(outcome, DeviceReport)]
    return reports, [passed_over(outcome) for outcome in outcomes if not isinstance(outcome, DeviceReport)]


def passed_over(outcome: DeviceOutcome) -> str:
    """Why a message was not taken, as one line; empty for one that was."""
    if isinstance(outcome, DeviceReport):
        return ""
    return f"{outcome.where}: {outcome.kind} {outcome.why}" if isinstance(outcome, LeftMessage) else str(outcome)


def instant(moment: Moment | None) -> datetime | None:
    """The instant of a time as sent; a sender that gives no zone is taken to mean UTC."""
    if moment is None or moment.month is None or moment.day is None or moment.hour is None or moment.minute is None:
        return None
    return moment.at or msgspec.structs.replace(moment, offset=0).at


def start_of(report: DeviceReport) -> datetime | None:
    """When the first of its waves begins."""
    moments = [found for found in (instant(wave.at) for wave in report.waves) if found is not None]
    return min(moments, default=None) or instant(report.sent_at)


def pieces_of(report: DeviceReport, start: datetime) -> list[Piece]:
    """Its waves, in seconds from `start`."""
    return [
        Piece(
            lead=wave.lead,
            fs=wave.fs,
            samples=np.asarray(wave.samples, dtype=np.float64),
            at=None if (at := instant(wave.at)) is None else (at - start).total_seconds(),
        )
        for wave in report.waves
    ]


def seen_of(alert: Alert, *, otherwise: datetime) -> Seen | None:
    """Another monitor's alarm as a condition of ours; None for what is not ours (pumps, SpO2, advisories)."""
    kind = KINDS.get(alert.event)
    if alert.event in _OF_RATE and alert.about in _RATES:
        kind = _OF_RATE[alert.event]
    if kind is None:
        return None
    over = alert.phase in ("end", "stop_only", "reset") or alert.state == "inactive"
    return Seen(kind=kind, onset=instant(alert.at) or otherwise, present=not over)


def spoken(report: DeviceReport) -> list[str]:
    """What a message says, a line for each number and alarm: published codes and numbers only, no free text (R72)."""
    numbers = [f"{each.name} {each.value:g} {each.unit or ''}".rstrip() for each in report.numerics]
    alerts = [
        " ".join(filter(None, (each.event, each.about, each.phase, each.state, each.priority, each.type)))
        for each in report.alerts
    ]
    where = f"message {report.where.message}" + (f", bed {report.bed}" if report.bed else "")
    unknown = [f"not read: {code}" for code in report.unknown]
    return [f"{where}: {text}" for text in (*numbers, *alerts, *unknown)]


def alarm_id(entry: Entry) -> str:
    """The same for one alarm from its start to its end."""
    onset = (entry.onset or entry.at).astimezone(UTC)
    lead = f"-{entry.lead}" if entry.lead else ""
    return f"{entry.bed}-{entry.kind}{lead}-{onset:%Y%m%dT%H%M%S%f}"


def as_r40(entry: Entry, *, alias: str | None, now: datetime) -> bytes | None:
    """An entry as an ORU^R40; None for entries that are not about one alarm (a pause, standby)."""
    if entry.kind is None or entry.priority is None or entry.what not in _SAID:
        return None
    phase, state, inactivation = _SAID[entry.what]
    notice = AlarmNotice(
        id=alarm_id(entry),
        kind=entry.kind,
        bed=entry.bed,
        at=entry.at,
        priority=entry.priority,
        technical=rule_of(entry.kind).technical,
        phase=phase,
        state=state,
        inactivation=inactivation,
        alias=alias,
    )
    return write_alarm(notice, control_id=f"{alarm_id(entry)}-{entry.what}"[:199], now=now)


def as_fhir(entry: Entry, *, alias: str | None, now: datetime) -> dict[str, Any] | None:
    """An entry as a FHIR R4 Observation: when an alarm is raised, and once more when it has ended."""
    if entry.kind is None or entry.priority is None or entry.what not in ("raised", "ended", "latched"):
        return None
    onset = entry.onset or entry.at
    return write_observation(
        AlarmObservation(
            id=alarm_id(entry),
            kind=entry.kind,
            bed=entry.bed,
            onset=onset,
            issued=now,
            priority=entry.priority,
            technical=rule_of(entry.kind).technical,
            ended=None if entry.what == "raised" else max(entry.at, onset),
            alias=alias,
        )
    )
