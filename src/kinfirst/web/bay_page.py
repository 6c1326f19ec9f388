"""The bay as people read it: what was done and when, the clocks that run, what the note still lacks (N2-N4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from django.urls import reverse

from kinfirst.core.death import observed_since
from kinfirst.core.deathnote import lacking
from kinfirst.core.events import Charted, DeviceReported, Observed, Pronounced, Resuscitated, StripKept
from kinfirst.records.access import Sight
from kinfirst.web.story import Happened, of_kind, texts
from kinfirst.web.wording import Text, word
from kinfirst.web.wording.bay import CLOCKS, DONE, LACKS

LAST = 10
MARK = "[{}]"
_MARKED = re.compile(r"^\[(\d+)\]")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the bay's record. `number` is that of its entry; `detail` None where the chart was not asked for.

    `at` is the moment it was done (UTC), `written` when it was recorded; `wrong`: the chart says it is an error.
    """

    number: int
    at: datetime
    written: datetime
    what: Text
    who: str
    detail: str | None
    later: bool
    wrong: bool
    code: str


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A clock that runs up since a moment (UTC)."""

    label: Text
    since: datetime


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """The observation timer: since when, until when (UTC), None while it has not been started."""

    since: datetime | None
    until: datetime | None
    over: bool


class Lacking(msgspec.Struct, frozen=True, kw_only=True):
    """A field the note still lacks, and where it is filled."""

    said: Text
    rule: str
    url: str


def lines(sight: Sight, happened: Sequence[Happened]) -> tuple[Line, ...]:
    """The bay's record, the latest first: resuscitation, observation, devices, the pronouncement."""
    found = list(_lines(sight, happened))
    return tuple(sorted(found, key=lambda line: (line.at, line.number), reverse=True))


def _lines(sight: Sight, happened: Sequence[Happened]) -> Iterator[Line]:
    said = texts(sight, (event.detail for _one, event in of_kind(happened, Resuscitated)), "medical")
    wrong = _wrong(sight, happened)
    for one in happened:
        match one.event:
            case Resuscitated(what=what, detail=token, when=when):
                detail = None if said is None else said.get(token, "")
                yield _line(sight, one, (what, when), detail if token else "", wrong=one.seq in wrong)
            case Observed(what=what, when=when):
                yield _line(sight, one, (f"observed_{what}", when), "")
            case DeviceReported(device=kind, bed=bed):
                yield _line(sight, one, ("device", one.at), f"{word(kind)}, {bed}")
            case StripKept(bed=bed):
                yield _line(sight, one, ("strip", one.at), bed)
            case Pronounced(when=when):
                yield _line(sight, one, ("pronounced", when), "")


def _line(sight: Sight, one: Happened, done: tuple[str, datetime], detail: str | None, *, wrong: bool = False) -> Line:
    code, at = done
    return Line(
        number=one.seq,
        at=at,
        written=one.at,
        what=DONE[code],
        who="" if code == "device" else sight.label(one.by),
        detail=detail,
        later=(one.at - at).total_seconds() >= 60,
        wrong=wrong,
        code=code,
    )


def _wrong(sight: Sight, happened: Sequence[Happened]) -> set[int]:
    """Lines of which an entry of the chart says that they are wrong. A line itself is never changed."""
    said = texts(sight, (event.text for _one, event in of_kind(happened, Charted)), "medical") or {}
    return {int(found[1]) for text in said.values() if (found := _MARKED.match(text))}


def correction(line: Line, sign: str) -> str:
    """How the entry of the chart begins that supersedes a line: its number, its time, what it said."""
    return f"{MARK.format(line.number)} {sign} {line.what}, {line.at:%H:%M} UTC. "


def clocks(sight: Sight, found: Sequence[Line]) -> tuple[Clock, ...]:
    """The clocks that run while resuscitation does."""
    death = sight.state.death
    if not death.resus_running or death.resus_started is None:
        return ()
    running = [Clock(label=CLOCKS["resuscitation"], since=death.resus_started)]
    for code in ("compressions", "rhythm", "shock", "drug"):
        last = next((line for line in found if line.code == code and line.at >= death.resus_started), None)
        if last is not None and not last.wrong:
            running.append(Clock(label=CLOCKS[code], since=last.at))
    return tuple(running)


def observation(sight: Sight, now: datetime) -> Observation | None:
    """The timer the policy asks for; None where it asks for none, or the death is pronounced."""
    need, death = sight.policy.pronounce.observation, sight.state.death
    if not need or death.pronounced_at is not None:
        return None
    since = observed_since(death)
    until = since + need if since is not None else None
    return Observation(since=since, until=until, over=until is not None and until <= now)


def lacks(sight: Sight, happened: Sequence[Happened]) -> tuple[Lacking, ...]:
    """What the death note still lacks, by name, each with the form that fills it (R07, R57)."""
    return tuple(
        Lacking(said=LACKS[one.field], rule=one.rule, url=f"{reverse('do', args=(sight.id, one.command))}?back=bay")
        for one in lacking(sight.state, sight.policy, (happening.event for happening in happened))
    )
