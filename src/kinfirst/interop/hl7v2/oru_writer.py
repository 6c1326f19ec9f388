"""An alarm as ORU^R40 (IHE PCD-04, report alert), and the answer to a message. No name: a bed and an alias at most."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

import msgspec

from kinfirst.interop.hl7v2 import mdc
from kinfirst.interop.hl7v2.mdc import Mdc
from kinfirst.interop.hl7v2.text import has_control

PROFILE = "IHE_PCD_ACM_001^IHE PCD^1.3.6.1.4.1.19376.1.6.4.4.1^ISO"
SENDER = "KINFIRST"
Phase = Literal["start", "continue", "update", "escalate", "end"]
State = Literal["inactive", "active", "latched"]
Inactivation = Literal["enabled", "audio-paused", "alarm-off", "alert-acknowledged"]
Priority = Literal["high", "medium", "low"]
_PRIORITIES: dict[Priority, str] = {"high": "PH", "medium": "PM", "low": "PL"}
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}


class AlarmNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What one R40 says. `kind` is a word of ours (asystole, vf, leads_off ...); `id` names the alarm, the same
    from its start to its end; `alias` is the case's alias, never a name; `rate` is in beats a minute.
    """

    id: str
    kind: str
    bed: str
    at: datetime
    priority: Priority
    technical: bool
    phase: Phase = "start"
    state: State = "active"
    inactivation: Inactivation = "enabled"
    alias: str | None = None
    rate: float | None = None


def write_alarm(notice: AlarmNotice, *, control_id: str, now: datetime) -> bytes:
    """The ORU^R40, segments ended by CR, UTF-8. Raises ValueError for a moment without a zone and for texts that
    hold a control character.

    PID-5 stays empty and PID-3 is the alias, so that the receiver can file it and nobody can read who it is (R72).
    A kind without a code of its own goes out as MDC_EVT_ALARM with the word beside it.
    """
    event = mdc.EVENTS.get(notice.kind, mdc.EVENT_ALARM)
    alarm = f"{_text(notice.id)}^{SENDER}"
    lines = [
        f"MSH|^~\\&|{SENDER}|||RECEIVER|{_time(now)}||ORU^R40^ORU_R40|{_text(control_id)}|P|2.6|||AL|NE||UNICODE UTF-8"
        f"|||{PROFILE}",
        f"PID|||{_text(notice.alias)}^^^{SENDER}^AN" if notice.alias else "PID|",
        f"PV1||I|^^{_text(notice.bed)}",
        f"OBR|1|{alarm}|{alarm}|{mdc.EVENT_ALARM}|||{_time(notice.at)}" + "|" * 22 + f"^{_text(notice.id)}&{SENDER}",
        *_observations(notice, event),
    ]
    return "".join(f"{line}\r" for line in lines).encode()


def _observations(notice: AlarmNotice, event: Mdc) -> list[str]:
    kind = "ST" if notice.technical else "SP"
    priority = _PRIORITIES[notice.priority]
    of_a_rate = event.name in ("MDC_EVT_LO", "MDC_EVT_HI")
    level = {"MDC_EVT_LO": "L", "MDC_EVT_HI": "H"}.get(event.name, "A")
    coded = f"{event}^^^^^^{_text(notice.kind.replace('_', ' '))}"
    first = (event, str(mdc.BEAT_RATE)) if of_a_rate else (mdc.EVENT_ALARM, coded)
    rows = [("CWE", str(first[0]), first[1], "", f"{level}~{priority}~{kind}")]
    if notice.rate is not None:
        rows.append(("NM", str(mdc.BEAT_RATE), f"{notice.rate:.0f}", "264864^MDC_DIM_BEAT_PER_MIN^MDC", ""))
    rows += [
        ("CWE", str(mdc.ALERT_SOURCE), str(mdc.MONITOR), "", ""),
        ("ST", str(mdc.EVENT_PHASE), notice.phase, "", ""),
        ("ST", str(mdc.ALARM_STATE), notice.state, "", ""),
        ("ST", str(mdc.INACTIVATION), notice.inactivation, "", ""),
        ("ST", str(mdc.PRIORITY), priority, "", ""),
        ("ST", str(mdc.ALERT_TYPE), kind, "", ""),
    ]
    when = _time(notice.at)
    return [
        f"OBX|{number}|{type}|{code}|1.1.1.{number}|{value}|{unit}||{flags}|||F|||{when}"
        for number, (type, code, value, unit, flags) in enumerate(rows, start=1)
    ]


def write_ack(raw: bytes, *, accepted: bool, why: str = "", now: datetime) -> bytes:
    """The answer to a message, whatever its bytes: CA or CR where MSH-15 asks for a commit answer, else AA or AE.

    The control id is echoed where it is a plain one. `why` is one of our own sentences.
    """
    fields = raw.split(b"\r", 1)[0].split(b"\n", 1)[0].decode("utf-8", "replace").split("|")
    control = fields[9].strip() if len(fields) > 9 else ""
    control = control if re.fullmatch(r"[A-Za-z0-9._:\-]{1,199}", control) else ""
    trigger = re.search(r"\^([A-Z][0-9]{2})", fields[8]) if len(fields) > 8 else None
    commit = len(fields) > 14 and fields[14].strip() in ("AL", "ER", "SU")
    code = ("CA" if accepted else "CR") if commit else ("AA" if accepted else "AE")
    kind = f"ACK^{trigger.group(1)}^ACK" if trigger else "ACK"
    own = f"ACK{now.astimezone(UTC):%Y%m%d%H%M%S%f}"
    head = f"MSH|^~\\&|{SENDER}|||RECEIVER|{_time(now)}||{kind}|{own}|P|2.6"
    lines = [head, f"MSA|{code}|{control}"]
    if why:
        lines.append(f"ERR|||207^Application error^HL70357|E||||{_text(why)}")
    return "".join(f"{line}\r" for line in lines).encode()


def _time(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("the moment of a message needs its zone")
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S.%f")[:-3] + "+0000"


def _text(text: str) -> str:
    if has_control(text):
        raise ValueError("a text of a message holds no control characters")
    return "".join(_ESCAPES.get(sign, sign) for sign in text)
