"""`read_device`: ORU^R01 and ORU^R40 of bedside devices, every message accounted for, waves in bulk."""

from __future__ import annotations

import re
from typing import NamedTuple

from kinfirst.interop.hl7v2.framing import Frame, frame
from kinfirst.interop.hl7v2.moments import Moment, read_moment
from kinfirst.interop.hl7v2.oru_parts import Line, Obx, Trouble, obx_of
from kinfirst.interop.hl7v2.oru_shape import DeviceOutcome, DeviceReport
from kinfirst.interop.hl7v2.oru_values import observe
from kinfirst.interop.hl7v2.segments import read_lines
from kinfirst.interop.hl7v2.shape import Left, LeftMessage, Note, Rejected, Where
from kinfirst.interop.hl7v2.text import Delimiters, decode, has_control, read_delimiters

MAX_MESSAGE = 4_000_000
MAX_OBX = 5_000
SIGNS = "MSH|^~\\& begins a message"
TRIGGERS = ("R01", "R40")
READ = ("MSH", "PV1", "OBR", "OBX")
_TYPE = re.compile(r"[A-Z]{3}")


class _Header(NamedTuple):
    """What MSH says."""

    type: str
    trigger: str | None
    control: str | None
    application: str | None
    version: str | None
    sent: Moment | None


def read_device(raw: bytes) -> tuple[DeviceOutcome, ...]:
    """Reads every message in the bytes of a file. Never raises, whatever the bytes.

    A device's ORU^R01 or ORU^R40 ends as a `DeviceReport`; a sound message of another kind, or one with no MDC
    observation (a laboratory's), as a `LeftMessage` with the reason; what cannot be read as a `Rejected`. Names,
    numbers and texts about a patient (PID, NTE, free text) are never taken.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return (_rejected(Where(message=1, line=1), "the file is UTF-16", "UTF-8 would be right"),)
    outcomes = tuple(_read(found) for found in frame(raw).frames)
    return outcomes or (_rejected(Where(message=1, line=1), "the file holds no message", SIGNS),)


def read_message(raw: bytes) -> DeviceOutcome:
    """Reads the bytes of one MLLP block. Never raises; more than one message in it is a `Rejected`."""
    outcomes = read_device(raw)
    if len(outcomes) > 1:
        where = Where(message=2, line=1)
        return _rejected(where, "a block holds more than one message", "one message in each block")
    return outcomes[0]


def _read(found: Frame) -> DeviceOutcome:
    where = Where(message=found.number, line=found.line)
    if found.kind == "stray":
        return _rejected(where, f"{len(found.lines)} line(s) with no MSH before them", SIGNS)
    if len(found.raw) > MAX_MESSAGE:
        return _rejected(where, f"the message has {len(found.raw)} bytes", f"at most {MAX_MESSAGE}")
    decoded = decode(b"\r".join(text for _, text in found.lines))
    texts = list(zip((number for number, _ in found.lines), decoded.text.split("\r"), strict=True))
    delimiters = read_delimiters(texts[0][1].lstrip(" \t"))
    if isinstance(delimiters, str):
        return _rejected(_in(where, "MSH-2"), delimiters, "MSH|^~\\&| would be right")
    if delimiters.component is None:
        return _rejected(_in(where, "MSH-2"), "MSH-2 names no component separator", "MSH|^~\\&| would be right")
    header = _header(texts[0][1].lstrip(" \t"), delimiters)
    if not header.type:
        return _rejected(_in(where, "MSH-9"), "MSH-9 holds no message type", "ORU^R01^ORU_R01 would be right")
    if header.type != "ORU" or header.trigger not in TRIGGERS:
        kind = "^".join(filter(None, (header.type, header.trigger)))
        return LeftMessage(where=where, kind=kind, why="not an ORU^R01 or ORU^R40, left")
    lines = [Line(*line) for line in read_lines(texts, delimiters.field)]
    return _device(where, header, lines, delimiters, note=decoded.note)


def _header(text: str, delimiters: Delimiters) -> _Header:
    fields = [text[:3], delimiters.field, *text[4:].split(delimiters.field)]

    def part(number: int, component: int = 1) -> str | None:
        if number >= len(fields):
            return None
        parts = fields[number].split(delimiters.component)
        value = parts[component - 1].strip() if component <= len(parts) else ""
        return value if value and not has_control(value) else None

    kind = part(9) or ""
    moment = read_moment(part(7) or "")
    return _Header(
        type=kind if _TYPE.fullmatch(kind) else "",
        trigger=part(9, 2),
        control=part(10),
        application=part(3) or part(3, 2),
        version=part(12),
        sent=None if isinstance(moment, str) else moment,
    )


def _device(
    where: Where, header: _Header, lines: list[Line], delimiters: Delimiters, *, note: str | None
) -> DeviceOutcome:
    rows = _rows(lines, delimiters)
    if isinstance(rows, Trouble):
        return _rejected(_at(where, rows), rows.what, rows.right)
    kind = f"ORU^{header.trigger}"
    if not rows:
        return LeftMessage(where=where, kind=kind, why="no OBX: nothing was measured")
    if not any(row.is_mdc for row in rows):
        return LeftMessage(where=where, kind=kind, why="no observation has an MDC code: a report, not a device")
    observed = observe(rows, alarm=header.trigger == "R40")
    if isinstance(observed, Trouble):
        return _rejected(_at(where, observed), observed.what, observed.right)
    return DeviceReport(
        where=where,
        trigger=header.trigger or "",
        control_id=header.control,
        application=header.application,
        version=header.version,
        sent_at=header.sent,
        bed=_bed(lines, delimiters),
        waves=tuple(observed.waves),
        numerics=tuple(observed.numerics),
        alerts=tuple(observed.alerts),
        unknown=tuple(sorted(observed.unknown)),
        left=_passed_over(lines) + tuple(observed.left),
        notes=(Note(field="MSH-18", what=note),) if note else (),
    )


def _rows(lines: list[Line], delimiters: Delimiters) -> list[Obx] | Trouble:
    """Every OBX; a `Trouble` for a line that is no segment, and for more than can be meant."""
    rows: list[Obx] = []
    for line in lines:
        if line.segment == "OBX":
            found = obx_of(line, delimiters)
            if isinstance(found, Trouble):
                return found
            rows.append(found)
        elif line.segment is None and line.text.strip():
            what = "a line is no segment: a segment seems broken in two"
            return Trouble(line.number, None, what, "each segment on one line")
        if len(rows) > MAX_OBX:
            return Trouble(line.number, "OBX", f"more than {MAX_OBX} OBX segments", "several messages")
    return rows


def _passed_over(lines: list[Line]) -> tuple[Left, ...]:
    names = sorted({line.segment for line in lines if line.segment not in (*READ, None)} - {None}, key=str)
    return tuple(Left(field=str(name), why="not read: it is about a person, or not a measurement") for name in names)


def _bed(lines: list[Line], delimiters: Delimiters) -> str | None:
    """PV1-3: point of care, room and bed, as far as they are sent, with a slash between."""
    for line in lines:
        fields = line.text.split(delimiters.field)
        if line.segment == "PV1" and len(fields) > 3:
            parts = [part.strip() for part in fields[3].split(delimiters.component)[:3]]
            said = "/".join(part for part in parts if part and not has_control(part))
            return said[:80] or None
    return None


def _in(where: Where, field: str) -> Where:
    return Where(message=where.message, line=where.line, segment=field.split("-", maxsplit=1)[0], field=field)


def _at(where: Where, trouble: Trouble) -> Where:
    segment = "OBX" if trouble.field is not None else None
    return Where(message=where.message, line=trouble.line, segment=segment, field=trouble.field)


def _rejected(where: Where, what: str, right: str) -> Rejected:
    return Rejected(where=where, what=what, right=right)
