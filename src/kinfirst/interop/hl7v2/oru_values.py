"""What the observations of one message say: waves with their rate and scale, numbers, and alarms."""

from __future__ import annotations

import math
import re

from kinfirst.interop.hl7v2 import mdc
from kinfirst.interop.hl7v2.moments import Moment, read_moment
from kinfirst.interop.hl7v2.oru_parts import Obx, Trouble
from kinfirst.interop.hl7v2.oru_shape import Alert, Numeric, Wave
from kinfirst.interop.hl7v2.shape import Left

MAX_SAMPLES = 400_000
MIN_RATE, MAX_RATE = 1.0, 10_000.0
_ATTRIBUTES = frozenset(
    (mdc.SAMPLE_RATE.name, mdc.INOP.name, "MDC_ATTR_DATA_RANGE", "MDC_ATTR_SCALE_RANGE", *mdc.RESOLUTION_NAMES)
)
_WORD = re.compile(r"[A-Za-z][A-Za-z_\-]{0,31}")


class Observed:
    """Collects what the rows gave."""

    def __init__(self) -> None:
        self.waves: list[Wave] = []
        self.numerics: list[Numeric] = []
        self.alerts: list[Alert] = []
        self.unknown: set[str] = set()
        self.left: list[Left] = []


def observe(rows: list[Obx], *, alarm: bool) -> Observed | Trouble:
    """Reads the rows in order. A wave that is not numbers, has no rate, or is too long is a `Trouble`: a signal
    that would be silently shortened is worse than none."""
    found = Observed()
    room = MAX_SAMPLES
    for index, row in enumerate(rows):
        if row.type == "NA" and row.is_mdc:
            wave = _wave(index, row, rows)
            if isinstance(wave, Trouble):
                return wave
            _keep(found, row, wave)
            room -= len(wave.samples) if wave is not None else 0
            if room < 0:
                return Trouble(row.line, "OBX-5", f"more than {MAX_SAMPLES} samples", "several messages")
        elif row.type == "NM" and row.is_mdc and not _is_attribute(row):
            _number(row, found)
        elif not row.is_mdc:
            found.unknown.add("a code of another system than MDC")
    if alarm:
        found.alerts.extend(_alerts(rows))
    return found


def _is_attribute(row: Obx) -> bool:
    return (row.name or "").startswith("MDC_ATTR_") or row.name in _ATTRIBUTES


def _keep(found: Observed, row: Obx, wave: Wave | None) -> None:
    if wave is None:
        found.unknown.add(row.published)
    elif wave.samples:
        found.waves.append(wave)
    else:
        found.left.append(Left(field=row.published, why="a wave without samples"))


def _wave(index: int, row: Obx, rows: list[Obx]) -> Wave | Trouble | None:
    """The wave of that row with the attributes that stand under its sub-id; None for a code that is no wave we
    know."""
    if row.lead is None:
        return None
    attributes = _attributes(index, row, rows)
    if not row.value.strip():
        return Wave(lead=row.lead, fs=0.0, samples=(), field=row.published)
    values = _numbers(row)
    if values is None:
        return Trouble(row.line, "OBX-5", "the wave holds something that is no number", "numbers, ^ between them")
    rate = _float(attributes.get(mdc.SAMPLE_RATE.name, ""))
    if rate is None or not MIN_RATE <= rate <= MAX_RATE:
        what = "the wave has no sample rate (MDC_ATTR_SAMP_RATE) that could be"
        return Trouble(row.line, "OBX-5", what, f"{MIN_RATE:g} to {MAX_RATE:g} samples a second, under its sub-id")
    scale = _scale(row, attributes)
    invalid = _float(attributes.get(mdc.INOP.name, ""))
    samples = tuple(math.nan if invalid not in (None, 0.0) and value == invalid else value * scale for value in values)
    return Wave(lead=row.lead, fs=rate, samples=samples, at=_moment(row.when), field=row.published)


def _attributes(index: int, row: Obx, rows: list[Obx]) -> dict[str, str]:
    """Those whose sub-id begins with the wave's; where a sender gives none, those that follow the wave."""
    under = f"{row.sub}."
    found: dict[str, str] = {}
    for later in rows[index + 1 :]:
        if later.type == "NA" and (not row.sub or later.sub == row.sub):
            break
        if (later.name or "") in _ATTRIBUTES and (later.sub.startswith(under) or later.sub in ("", row.sub)):
            found.setdefault(str(later.name), later.value)
    return found


def _numbers(row: Obx) -> list[float] | None:
    """OBX-5 of an NA: numbers with the component sign between them, lines of numbers repeated."""
    text = row.value.replace(row.repetition, row.component)
    try:
        values = [float(each) if each.strip() else math.nan for each in text.split(row.component)]
    except ValueError:
        return None
    return None if any(math.isinf(value) for value in values) else values


def _scale(row: Obx, attributes: dict[str, str]) -> float:
    steps = [_float(attributes[name]) for name in mdc.RESOLUTION_NAMES if name in attributes]
    step = next((value for value in steps if value is not None and value > 0), 1.0)
    return step * mdc.UNIT_FACTORS.get(row.unit or "", 1.0)


def _number(row: Obx, found: Observed) -> None:
    value = _float(row.value)
    if value is None:
        found.left.append(Left(field=row.published, why="a number was promised and none was sent"))
        return
    unit = row.unit if row.unit is not None and len(row.unit) <= 40 else None
    found.numerics.append(Numeric(name=row.published, value=value, unit=unit, at=_moment(row.when)))


def _alerts(rows: list[Obx]) -> list[Alert]:
    """Each MDC_EVT_ row that is no attribute begins an alarm; the attributes up to the next one are its own."""
    alerts: list[Alert] = []
    begun = [index for index, row in enumerate(rows) if _is_event(row)]
    for place, index in enumerate(begun):
        after = rows[index + 1 : begun[place + 1] if place + 1 < len(begun) else len(rows)]
        alerts.append(_alert(rows[index], after))
    return alerts


def _is_event(row: Obx) -> bool:
    return (row.name or "").startswith("MDC_EVT_") and row.name != mdc.INOP.name


def _alert(row: Obx, after: list[Obx]) -> Alert:
    said = {later.name: later for later in after}
    codes = row.value.split(row.component)
    coded = len(codes) > 1 and codes[1].startswith("MDC_")
    generic = row.name == mdc.EVENT_ALARM.name and coded
    event, code = (codes[1], codes[0]) if generic else (str(row.name), str(row.code or ""))
    about = (
        codes[1] if coded and not generic else next((r.name for r in after if r.type == "NM" and _measured(r)), None)
    )
    flags = set(row.flags)
    return Alert(
        event=event[:80],
        code=int(code) if code.isdecimal() and len(code) < 10 else None,
        about=about,
        phase=_said(said.get(mdc.EVENT_PHASE.name)),
        state=_said(said.get(mdc.ALARM_STATE.name)),
        inactivation=_said(said.get(mdc.INACTIVATION.name)),
        priority=_said(said.get(mdc.PRIORITY.name)) or _flag(flags, "PH", "PM", "PL", "PN"),
        type=_said(said.get(mdc.ALERT_TYPE.name)) or _flag(flags, "SP", "ST", "SA"),
        at=_moment(row.when),
    )


def _measured(row: Obx) -> bool:
    return (row.name or "").startswith("MDC_") and not _is_attribute(row)


def _flag(flags: set[str], *wanted: str) -> str | None:
    return next((each for each in wanted if each in flags), None)


def _said(row: Obx | None) -> str | None:
    """A word of the profile's vocabulary; any other text is left."""
    text = row.value.strip() if row is not None else ""
    return text if _WORD.fullmatch(text) else None


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _moment(text: str) -> Moment | None:
    if not text:
        return None
    found = read_moment(text)
    return None if isinstance(found, str) else found
