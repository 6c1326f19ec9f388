"""The life of a bed's alarms, as a pure state machine: `now` and the person are arguments; the log's lines come back.

ISA-18.2: an alarm is unacknowledged, acknowledged, or (its cause gone, nobody has looked) latched; all of a bed may
be suppressed by standby, which only a signed-in person can order. Nothing in here ends a patient: standby is about a
machine (R01).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from kinfirst.bedside.alarm_rules import SIGNAL_ON_STANDBY, LifeSettings, rule_of
from kinfirst.bedside.alarm_shapes import Condition, Entry, Life, Seen, Step, What
from kinfirst.core.errors import BadInput

STANDARD = LifeSettings()
REMEMBERED = 64
FLAT = ("asystole", "verify_asystole")


def sense(life: Life, seen: Seen, now: datetime) -> Step:
    """A condition has come or gone. The same onset told again changes nothing."""
    _aware(now, seen.onset)
    return _came(life, seen, now) if seen.present else _went(life, seen, now)


def acknowledge(life: Life, *, by: str, now: datetime, key: str | None = None) -> Step:
    """Somebody has come: every alarm of the bed is acknowledged, or the one of that key; latched ones are reset.

    Refuses (BadInput) nobody.
    """
    _person(by)
    kept: list[Condition] = []
    entries: list[Entry] = []
    for one in life.conditions:
        if one.state == "acknowledged" or key not in (None, one.key):
            kept.append(one)
        elif one.present:
            kept.append(msgspec.structs.replace(one, acknowledged_by=by, acknowledged_at=now))
            entries.append(_entry(life, one, "acknowledged", now, by=by))
        else:
            entries.append(_entry(life, one, "reset", now, by=by))
    return msgspec.structs.replace(life, conditions=tuple(kept)), tuple(entries)


def pause_audio(life: Life, *, by: str, now: datetime, settings: LifeSettings = STANDARD) -> Step:
    """The sound stops for a set time; a new alarm of high priority brings it back. Refuses (BadInput) nobody."""
    _person(by)
    until = now + settings.audio_pause
    entry = Entry(at=now, bed=life.bed, what="audio_paused", by=by)
    return msgspec.structs.replace(life, paused_until=until), (entry,)


def resume_audio(life: Life, *, now: datetime, by: str | None = None, why: str | None = None) -> Step:
    """The sound is on again; nothing when it was not paused."""
    if life.paused_until is None:
        return life, ()
    entry = Entry(at=now, bed=life.bed, what="audio_resumed", by=by, why=why)
    return msgspec.structs.replace(life, paused_until=None), (entry,)


def stand_by(life: Life, *, by: str, now: datetime) -> Step:
    """A signed-in person turns the alarms of the bed off, until a person turns them on. Refuses (BadInput) nobody.

    The record is told `flat_standby` when the line was flat: once more a task to look, nothing else (R01).
    """
    _person(by)
    if life.standby_by is not None:
        return life, ()
    flat = any(one.kind in FLAT and one.present for one in life.conditions)
    onset = min((one.onset for one in life.conditions if one.kind in FLAT and one.present), default=None)
    event = "flat_standby" if flat else None
    entry = Entry(at=now, bed=life.bed, what="standby", by=by, event=event, onset=onset)
    kept = tuple(one for one in life.conditions if one.present)
    changed = msgspec.structs.replace(life, conditions=kept, standby_by=by, standby_since=now, paused_until=None)
    return changed, (entry,)


def leave_standby(life: Life, *, by: str, now: datetime) -> Step:
    """Alarms are on again, and what is still the case calls anew. Refuses (BadInput) nobody."""
    _person(by)
    if life.standby_by is None:
        return life, ()
    kept = tuple(
        Condition(kind=one.kind, onset=one.onset, since=now, lead=one.lead)
        for one in life.conditions
        if one.present and one.kind != SIGNAL_ON_STANDBY
    )
    entries = (
        Entry(at=now, bed=life.bed, what="standby_left", by=by),
        *(_entry(life, one, "raised", now) for one in kept),
    )
    return msgspec.structs.replace(life, conditions=kept, standby_by=None, standby_since=None), entries


def tick(life: Life, now: datetime, settings: LifeSettings = STANDARD) -> Step:
    """What time alone brings: the end of a pause, an acknowledged alarm that goes on and calls again, escalation."""
    entries: list[Entry] = []
    if life.paused_until is not None and now >= life.paused_until:
        life, ended = resume_audio(life, now=life.paused_until, why="the pause is over")
        entries += ended
    if life.standby_by is not None:
        return life, tuple(entries)
    moved = tuple(_aged(life, one, now, settings, entries) for one in life.conditions)
    return msgspec.structs.replace(life, conditions=moved), tuple(entries)


def next_tick(life: Life, settings: LifeSettings = STANDARD) -> datetime | None:
    """When time alone changes something next; None where it never does."""
    moments = [life.paused_until] if life.paused_until is not None else []
    for one in life.conditions if life.standby_by is None else ():
        after = _next_of(one, settings)
        moments += [after] if after is not None else []
    return min(moments, default=None)


def _next_of(one: Condition, settings: LifeSettings) -> datetime | None:
    if one.acknowledged_at is not None:
        wait = settings.rearm.get(one.priority)
        return one.acknowledged_at + wait if wait is not None and one.present else None
    steps = settings.escalate.get(one.priority, ())
    return one.since + steps[one.step].after if one.step < len(steps) else None


def _aged(life: Life, one: Condition, now: datetime, settings: LifeSettings, entries: list[Entry]) -> Condition:
    due = _next_of(one, settings)
    while due is not None and due <= now:
        if one.acknowledged_at is not None:
            one = Condition(kind=one.kind, onset=one.onset, since=due, lead=one.lead)
            entries.append(_entry(life, one, "rearmed", due))
        else:
            step = settings.escalate[one.priority][one.step]
            one = msgspec.structs.replace(one, step=one.step + 1)
            entries.append(_entry(life, one, "escalated", due, to=step.to))
        due = _next_of(one, settings)
    return one


def _came(life: Life, seen: Seen, now: datetime) -> Step:
    one = Condition(kind=seen.kind, onset=seen.onset, since=now, lead=seen.lead)
    known = dict(life.known)
    if one.key in known and seen.onset <= known[one.key]:
        return life, ()
    known[one.key] = seen.onset
    others = tuple(other for other in life.conditions if other.key != one.key)
    newest = tuple(sorted(known.items(), key=lambda each: each[1])[-REMEMBERED:])
    life = msgspec.structs.replace(life, conditions=(*others, one), known=newest)
    if life.standby_by is not None and one.kind != SIGNAL_ON_STANDBY:
        return life, (_entry(life, one, "suppressed", now),)
    raised = _entry(life, one, "raised", now, event=rule_of(one.kind).event)
    if one.priority != "high":
        return life, (raised,)
    life, resumed = resume_audio(life, now=now, why="a new alarm of high priority")
    return life, (raised, *resumed)


def _went(life: Life, seen: Seen, now: datetime) -> Step:
    gone = Condition(kind=seen.kind, onset=seen.onset, since=now, lead=seen.lead)
    one = next((other for other in life.conditions if other.key == gone.key and other.present), None)
    if one is None or seen.onset < one.onset:
        return life, ()
    others = tuple(other for other in life.conditions if other is not one)
    if life.standby_by is not None:
        left = msgspec.structs.replace(life, conditions=others)
        ended = _entry(life, one, "ended", now)
        if one.kind not in FLAT:
            return left, (ended,)
        # The line that was flat is flat no more. A person must look; nobody in the room needs a tone for it.
        left, raised = _came(left, Seen(kind=SIGNAL_ON_STANDBY, onset=now, present=True), now)
        return left, (ended, *raised)
    if rule_of(one.kind).latched and one.acknowledged_by is None:
        latched = msgspec.structs.replace(one, present=False)
        changed = msgspec.structs.replace(life, conditions=(*others, latched))
        return changed, (_entry(life, latched, "latched", now),)
    return msgspec.structs.replace(life, conditions=others), (_entry(life, one, "ended", now),)


def _entry(
    life: Life,
    one: Condition,
    what: What,
    now: datetime,
    **more: str | None,
) -> Entry:
    return Entry(
        at=now,
        bed=life.bed,
        what=what,
        kind=one.kind,
        onset=one.onset,
        lead=one.lead,
        priority=one.priority,
        by=more.get("by"),
        to=more.get("to"),
        event=more.get("event"),
    )


def _person(by: str) -> None:
    if not by.strip():
        raise BadInput("by: only a signed-in person may do this; give their id")


def _aware(*moments: datetime) -> None:
    if any(moment.tzinfo is None for moment in moments):
        raise BadInput("a moment of an alarm needs its zone")
