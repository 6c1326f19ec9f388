"""`read`: a file of HL7 v2 messages, every one of them accounted for."""

from __future__ import annotations

import hashlib
import re

import msgspec

from kinfirst.interop.hl7v2.death import find_conflicts, find_withdrawal, read_death
from kinfirst.interop.hl7v2.findings import Findings
from kinfirst.interop.hl7v2.framing import Frame, frame
from kinfirst.interop.hl7v2.kin import read_kin
from kinfirst.interop.hl7v2.moments import Moment
from kinfirst.interop.hl7v2.patient import read_patient, read_visit
from kinfirst.interop.hl7v2.segments import READ, Fault, Line, Segment, find_fault, parse, read_lines
from kinfirst.interop.hl7v2.shape import AdtReport, LeftMessage, Outcome, Reading, Rejected, Span, Where
from kinfirst.interop.hl7v2.text import Delimiters, decode, read_delimiters

_TYPE = re.compile(r"[A-Z]{3}")
_TRIGGER = re.compile(r"[A-Z][0-9]{2}")
_PLACEHOLDER = re.compile(r"%[a-z]|\{.*\}|\$\{.*|<.*>")
_PROCESSING = {"T": "training", "D": "debugging"}
_SIGNS = "MSH|^~\\& begins a message"


def read(raw: bytes) -> Reading:
    """Reads every message in the bytes of a file. Never raises, whatever the bytes.

    Each message ends as an `AdtReport` (an ADT, HL7 v2.2 to 2.8), a `LeftMessage` (sound, another type) or a
    `Rejected` (where, what, right). A file without any message gives one `Rejected`. Nothing is written,
    no clock is read; the same bytes give the same reading.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        wrong = Rejected(where=Where(message=1, line=1), what="the file is UTF-16", right="UTF-8 would be right")
        whole = Span(start=0, end=len(raw), kind="stray", message=1)
        return Reading(size=len(raw), outcomes=(wrong,), spans=(whole,))
    framed = frame(raw)
    outcomes: tuple[Outcome, ...] = tuple(map(_read_frame, framed.frames))
    if not outcomes:
        wrong = Rejected(where=Where(message=1, line=1), what="the file holds no message", right=_SIGNS)
        outcomes = (wrong,)
    return Reading(size=len(raw), outcomes=outcomes, spans=framed.spans, notes=framed.notes)


def _read_frame(frame: Frame) -> Outcome:
    if frame.kind == "stray":
        what = f"{len(frame.lines)} line(s) with no MSH before them"
        return Rejected(where=Where(message=frame.number, line=frame.line), what=what, right=_SIGNS)
    decoded = decode(b"\r".join(text for _, text in frame.lines))
    texts = list(zip((number for number, _ in frame.lines), decoded.text.split("\r"), strict=True))
    header = texts[0][1].lstrip(" \t")
    delimiters = read_delimiters(header)
    kind = _kind(header)
    if kind is not None and kind[0] != "ADT":
        where = Where(message=frame.number, line=frame.line, segment="MSH", field="MSH-9")
        return LeftMessage(where=where, kind="^".join(filter(None, kind)), why="not an ADT, left")
    if isinstance(delimiters, str):
        fault = Fault(frame.line, "MSH-2", delimiters, "MSH|^~\\&| would be right")
        return _rejected(frame, fault)
    lines = read_lines(texts, delimiters.field)
    if lines[0].segment != "MSH":
        return _rejected(frame, Fault(frame.line, "MSH-1", "the header is cut off", _SIGNS))
    return _read_adt(frame, lines, delimiters, note=decoded.note)


def _kind(header: str) -> tuple[str, str | None] | None:
    """MSH-9 as (type, trigger), read leniently: even a message with bad delimiters has a type. None if
    unclear.
    """
    fields = header.split(header[3:4] or "|")
    parts = re.split(r"[^A-Za-z0-9_]", fields[8].strip()) if len(fields) > 8 else [""]
    if not _TYPE.fullmatch(parts[0]):
        return None
    trigger = parts[1] if len(parts) > 1 and _TRIGGER.fullmatch(parts[1]) else None
    return parts[0], trigger


def _read_adt(frame: Frame, lines: tuple[Line, ...], delimiters: Delimiters, *, note: str | None) -> Outcome:
    fault = find_fault(lines, delimiters)
    segments = fault if fault is not None else parse(lines, delimiters)
    if isinstance(segments, Fault):
        return _rejected(frame, segments)
    trigger = _trigger(segments)
    if isinstance(trigger, Fault):
        return _rejected(frame, trigger)
    wrong = _unusable(segments)
    if wrong is not None:
        return _rejected(frame, wrong)
    findings = Findings()
    if note is not None:
        findings.note("MSH-18", note)
    report = _report(frame, segments, trigger, findings)
    _leave_segments(lines, findings)
    return _with(report, findings)


def _trigger(segments: tuple[Segment, ...]) -> str | Fault:
    """MSH-9.2, else EVN-1."""
    msh = segments[0]
    if msh.text(9) != "ADT":
        return Fault(msh.line, "MSH-9", "no message type such as ADT", "ADT^A03 would be right")
    said = msh.text(9, 2) or next((found.text(1) for found in segments if found.label == "EVN"), None)
    if said is None or not _TRIGGER.fullmatch(said):
        return Fault(msh.line, "MSH-9.2", "no trigger event", "A01 to A62 would be right, as in ADT^A03")
    return said


def _unusable(segments: tuple[Segment, ...]) -> Fault | None:
    """What keeps an ADT from being about one person, once."""
    msh = segments[0]
    patients = [found for found in segments if found.label == "PID"]
    control = msh.text(10)
    if control is not None and _PLACEHOLDER.fullmatch(control):
        # Every message of that sender would carry this one id: the second would look like a repeat of the
        # first.
        return Fault(msh.line, "MSH-10", "the control id is an unfilled placeholder", "an id of this message alone")
    if not patients:
        return Fault(msh.line, "PID", "no PID segment", "one PID after MSH and EVN")
    if len(patients) > 1:
        what = "more than one PID: two patients in one message (a swap, link or merge)"
        return Fault(patients[1].line, "PID", what, "one message for each patient; a merge needs two people (R64)")
    pid = patients[0]
    if not any(pid.repetitions(number) for number in (2, 3, 4, 5, 18, 19)):
        return Fault(pid.line, "PID", "neither an identifier (PID-3) nor a name (PID-5)", "at least one of them")
    return None


def _report(frame: Frame, segments: tuple[Segment, ...], trigger: str, findings: Findings) -> AdtReport:
    first = {found.label: found for found in reversed(segments)}
    msh, pid, pda, pv1 = first["MSH"], first["PID"], first.get("PDA"), first.get("PV1")
    sent = _header(msh, first.get("EVN"), trigger, findings)
    patient = read_patient(pid, findings)
    death = read_death(pid, pda, findings)
    findings.rest(pid)
    visit = read_visit(pv1, findings)
    found = [read_kin(nk1, findings, sent=sent) for nk1 in segments if nk1.label.startswith("NK1")]
    find_conflicts(patient, death, visit, sent, into=findings)
    find_withdrawal(trigger, death, visit, into=findings)
    return AdtReport(
        where=Where(message=frame.number, line=frame.line),
        digest=hashlib.sha256(b"\r".join(text for _, text in frame.lines)).hexdigest(),
        trigger=trigger,
        control_id=msh.text(10),
        application=_system(msh, 3),
        facility=_system(msh, 4),
        sent_at=sent,
        processing=msh.text(11),
        version=msh.text(12),
        patient=patient,
        death=death,
        visit=visit,
        kin=tuple(kin for kin in found if kin is not None),
    )


def _system(msh: Segment, number: int) -> str | None:
    """An HD: the namespace, else the universal id."""
    return msh.text(number) or msh.text(number, 2)


def _header(msh: Segment, evn: Segment | None, trigger: str, findings: Findings) -> Moment | None:
    """Accounts for MSH and EVN; gives the moment the message speaks of itself: MSH-7, else EVN-2."""
    findings.take("MSH-9" if msh.text(9, 2) else "EVN-1", f"trigger {trigger}")
    sent = findings.moment(msh, 7, "sent")
    if sent is None and evn is not None:
        sent = findings.moment(evn, 2, "recorded")
    if msh.text(10) is None:
        findings.leave("MSH-10", "no control id: a repeat can be known by the digest of the bytes only")
    else:
        findings.take("MSH-10", "control id")
    processing = msh.text(11)
    if processing in _PROCESSING:
        findings.note("MSH-11", f"code {processing}: a {_PROCESSING[processing]} message, not production")
    for number, kind in ((3, "sender"), (4, "sender"), (11, "processing id"), (12, "version")):
        said = _system(msh, number) if kind == "sender" else msh.text(number)
        if said is not None:
            findings.take(msh.name(number), kind)
    for number in (9, 18):
        if msh.repetitions(number):
            findings.seen(msh.name(number))
    findings.rest(msh)
    if evn is not None:
        findings.seen("EVN-1")
        findings.rest(evn)
    return sent


def _leave_segments(lines: tuple[Line, ...], findings: Findings) -> None:
    """Other segments, and repeats of those read once, are left by name and number of occurrences."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.segment or ""] = counts.get(line.segment or "", 0) + 1
    for name, count in counts.items():
        if name == "":
            findings.leave("text", f"{count} line(s) that are no segment")
        elif name not in READ:
            why = "two records are merged by two people, not by a message (R64)" if name == "MRG" else "not read"
            findings.leave(name, f"{count} segment(s), {why}")
        elif name != "NK1" and count > 1:
            findings.leave(name, f"{count - 1} segment(s) after the first, not read")


def _with(report: AdtReport, findings: Findings) -> AdtReport:
    return msgspec.structs.replace(
        report,
        deletes=tuple(findings.deletes),
        conflicts=tuple(findings.conflicts),
        notes=tuple(findings.notes),
        taken=tuple(findings.taken),
        left=tuple(findings.left),
    )


def _rejected(frame: Frame, fault: Fault) -> Rejected:
    segment = fault.field.split("-")[0] if fault.field else None
    where = Where(message=frame.number, line=fault.line, segment=segment, field=fault.field)
    return Rejected(where=where, what=fault.what, right=fault.right)
