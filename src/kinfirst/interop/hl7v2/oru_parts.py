"""One OBX, cut into its fields; the values of a wave stay text until they are wanted."""

from __future__ import annotations

import re
from typing import NamedTuple

from kinfirst.interop.hl7v2.mdc import WAVE_NAMES, WAVES
from kinfirst.interop.hl7v2.text import Delimiters, has_control

_REFERENCE = re.compile(r"(MDC|MNDRY)_?[A-Za-z0-9_]{1,80}")


class Line(NamedTuple):
    """A line of the message with its segment's name (None: it is no segment)."""

    number: int
    segment: str | None
    text: str


class Trouble(NamedTuple):
    """Why a message cannot be read: the line, the field, what is wrong, what would be right."""

    line: int
    field: str | None
    what: str
    right: str


class Obx(NamedTuple):
    """An observation as sent: `name` and `code` of OBX-3, `sub` OBX-4, the text of OBX-5, the unit's name, OBX-8,
    OBX-14. `component` and `repetition` are the signs that part OBX-5."""

    line: int
    type: str
    code: int | None
    name: str | None
    system: str | None
    sub: str
    value: str
    unit: str | None
    flags: tuple[str, ...]
    when: str
    component: str
    repetition: str

    @property
    def is_mdc(self) -> bool:
        """Whether OBX-3 is an ISO/IEEE 11073 code."""
        return self.system == "MDC" or (self.name or "").startswith("MDC_")

    @property
    def lead(self) -> str | None:
        """What the wave is called on a strip; None for what is no wave we know."""
        by_code = WAVES.get(self.code or 0)
        return by_code or WAVE_NAMES.get((self.name or "").upper())

    @property
    def published(self) -> str:
        """The code as it may be shown: a reference id or a number, never other text (R72)."""
        if self.name and _REFERENCE.fullmatch(self.name):
            return self.name
        return str(self.code) if self.code is not None else "a code without a number"


def obx_of(line: Line, delimiters: Delimiters) -> Obx | Trouble:
    """The fields of an OBX; a `Trouble` for control characters, which no field may hold."""
    if has_control(line.text):
        return Trouble(line.number, "OBX", "a control character stands in it", "text only")
    fields = line.text.split(delimiters.field)
    component, repetition = delimiters.component or "^", delimiters.repetition or "~"

    def part(number: int, index: int = 0) -> str:
        parts = fields[number].split(component) if number < len(fields) else []
        return parts[index].strip() if index < len(parts) else ""

    unit = part(6, 1) or part(6)
    return Obx(
        line=line.number,
        type=part(2),
        code=int(part(3)) if part(3).isdecimal() and len(part(3)) < 10 and part(3) != "0" else None,
        name=part(3, 1) or None,
        system=part(3, 2) or None,
        sub=part(4),
        value=fields[5] if len(fields) > 5 else "",
        unit=unit or None,
        flags=tuple(flag.strip() for flag in fields[8].split(repetition)) if len(fields) > 8 else (),
        when=part(14),
        component=component,
        repetition=repetition,
    )
