"""The segments we read, parsed by the `hl7` library and seen as repetitions, components and subcomponents.

Only MSH, EVN, PID, PV1, PDA and NK1 are parsed: a message may carry megabytes of results beside them. See
docs/decisions/0002-hl7-parser.md for what the library does well and what is done here instead.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import hl7

from kinfirst.interop.hl7v2.text import Delimiters, has_control, unescape

READ = ("MSH", "EVN", "PID", "PV1", "PDA", "NK1")
MAX_FIELD = 20_000
MAX_SEGMENT = 100_000
MAX_READ = 1_000_000
MAX_NK1 = 500
MAX_REPETITIONS = 200
NULL = '""'
_ID = re.compile(r"[ \t]*([A-Z][A-Z0-9]{2})")

# A repetition: its components, each a tuple of subcomponents.
Repetition = tuple[tuple[str, ...], ...]


class Fault(NamedTuple):
    """Why a message cannot be read: the line, the field if known, what is wrong and what would be right."""

    line: int
    field: str | None
    what: str
    right: str


class Segment(NamedTuple):
    """One parsed segment: `label` is `PID` or `NK1(2)`, `line` its line in the file, fields counted from
    1.
    """

    label: str
    line: int
    fields: tuple[tuple[Repetition, ...], ...]

    def name(self, number: int) -> str:
        """How the reports name that field."""
        return f"{self.label}-{number}"

    def repetitions(self, number: int) -> tuple[Repetition, ...]:
        """The repetitions of a field that hold anything; HL7 null counts as a value."""
        if number > len(self.fields):
            return ()
        return tuple(found for found in self.fields[number - 1] if any(any(part) for part in found))

    def text(self, number: int, component: int = 1, sub: int = 1) -> str | None:
        """One value of the first repetition, stripped; None when empty or HL7 null."""
        found = self.repetitions(number)
        return part(found[0], component, sub) if found else None

    def filled(self) -> tuple[int, ...]:
        """The numbers of the fields that hold anything."""
        return tuple(number for number in range(1, len(self.fields) + 1) if self.repetitions(number))


class Line(NamedTuple):
    """One line of a message, with the segment id it begins with (None: it is no segment)."""

    number: int
    segment: str | None
    text: str


def part(found: Repetition, component: int, sub: int = 1) -> str | None:
    """A subcomponent of a repetition, stripped; None when empty or HL7 null."""
    if component > len(found) or sub > len(found[component - 1]):
        return None
    value = found[component - 1][sub - 1].strip()
    return value if value and value != NULL else None


def read_lines(texts: list[tuple[int, str]], field: str) -> tuple[Line, ...]:
    """Names each line's segment: three signs, then the field separator or the end of the line."""
    lines = []
    for number, text in texts:
        found = _ID.match(text)
        whole = found is not None and text[found.end() : found.end() + 1] in ("", field)
        name = found.group(1) if found is not None and whole else None
        lines.append(Line(number, name, text.lstrip(" \t") if name else text))
    return tuple(lines)


def find_fault(lines: tuple[Line, ...], delimiters: Delimiters) -> Fault | None:
    """Limits and damage in the segments we read: the first found makes the message unreadable."""
    before: Line | None = None
    for line in lines:
        if line.segment is None and before is not None and before.segment in READ:
            what = f"segment {before.segment} is followed by a line that is no segment: it seems broken in two"
            return Fault(line.number, None, what, "each segment on one line; a line break inside a text is \\.br\\")
        if line.segment in READ:
            fault = _field_fault(line, delimiters)
            if fault is not None:
                return fault
        before = line if line.segment is not None else before
    total = sum(len(line.text) for line in lines if line.segment in READ)
    if total > MAX_READ:
        what = f"the segments to be read have {total} characters together"
        return Fault(lines[0].number, None, what, f"at most {MAX_READ}, or several messages")
    kin = [line for line in lines if line.segment == "NK1"]
    if len(kin) > MAX_NK1:
        return Fault(kin[MAX_NK1].number, "NK1", f"more than {MAX_NK1} NK1 segments", "fewer, or several messages")
    return None


def _field_fault(line: Line, delimiters: Delimiters) -> Fault | None:
    shift = 1 if line.segment == "MSH" else 0
    fields = line.text.split(delimiters.field)
    longest = max(range(len(fields)), key=lambda index: len(fields[index]))
    if len(fields[longest]) > MAX_FIELD:
        what = f"the field has {len(fields[longest])} characters"
        return Fault(line.number, f"{line.segment}-{longest + shift}", what, f"at most {MAX_FIELD} characters")
    if len(line.text) > MAX_SEGMENT:
        what = f"the segment has {len(line.text)} characters"
        return Fault(line.number, line.segment, what, f"at most {MAX_SEGMENT} characters")
    for index, text in enumerate(fields):
        name = f"{line.segment}-{index + shift}"
        if has_control(text):
            return Fault(line.number, name, "a control character stands in the field", "text only, or an HL7 escape")
        if delimiters.repetition and index and text.count(delimiters.repetition) > MAX_REPETITIONS and shift == 0:
            return Fault(line.number, name, "the field repeats too often", f"at most {MAX_REPETITIONS} repetitions")
    return None


def parse(lines: tuple[Line, ...], delimiters: Delimiters) -> tuple[Segment, ...] | Fault:
    """Parses the segments we read; a `Fault` where the library gives up, never its exception."""
    wanted = [line for line in lines if line.segment in READ]
    text = "\r".join(line.text for line in wanted)
    whole = _complete(delimiters, text)
    header = _restated(wanted[0].text, delimiters, whole)
    try:
        message = hl7.parse("\r".join([header, *(line.text for line in wanted[1:])]))  # type: ignore[no-untyped-call]
    except (hl7.HL7Exception, AssertionError, IndexError, KeyError, ValueError):
        message = ()
    if len(message) != len(wanted):
        what, right = "the segments cannot be told apart", "segments ended by CR, fields by MSH-1"
        return Fault(wanted[0].number, "MSH", what, right)
    seen = 0
    segments = []
    for line, found in zip(wanted, message, strict=True):
        seen += line.segment == "NK1"
        label = f"NK1({seen})" if line.segment == "NK1" else str(line.segment)
        first = 3 if line.segment == "MSH" else 1
        empty: tuple[tuple[Repetition, ...], ...] = (((("",),),),) * (first - 1)
        fields = empty + tuple(_field(field, delimiters) for field in list(found)[first:])
        segments.append(Segment(label, line.number, fields))
    return tuple(segments)


def _complete(delimiters: Delimiters, text: str) -> str:
    """MSH-2 with four signs. The library assumes the usual signs for missing ones; a sign the sender did
    not define is text, so each missing one becomes a character that the message does not hold.
    """
    spare = (sign for sign in map(chr, range(0xE000, 0xF8FF)) if sign not in text)
    signs = (delimiters.component, delimiters.repetition, delimiters.escape, delimiters.sub)
    return "".join(sign if sign is not None else next(spare) for sign in signs)


def _restated(header: str, delimiters: Delimiters, signs: str) -> str:
    rest = header[4:].split(delimiters.field, 1)
    return f"MSH{delimiters.field}{signs}{delimiters.field}{rest[1] if len(rest) > 1 else ''}"


def _field(field: Any, delimiters: Delimiters) -> tuple[Repetition, ...]:
    """The library's tree has text at whatever depth it found no further sign: made even here."""
    return tuple(
        tuple(tuple(unescape(str(sub), delimiters) for sub in _inside(component)) for component in _inside(repetition))
        for repetition in _inside(field)
    )


def _inside(node: Any) -> list[Any]:
    return [node] if isinstance(node, str) else list(node)
