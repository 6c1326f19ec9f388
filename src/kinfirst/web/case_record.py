"""What the record of a case says beside the chain: evidence, facts, refusals, reports from outside, messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from kinfirst.core.events import Amended, Identified, Refused
from kinfirst.records import intake_kept, outbox
from kinfirst.records.access import Sight
from kinfirst.records.intake_kept import Findings, Kept
from kinfirst.records.timeline import learnt
from kinfirst.web.story import Happened, of_kind, texts
from kinfirst.web.wording import SAID, Text, role, word
from kinfirst.web.wording.knowing import HOW

About = Callable[[Sight, str], str]
"""What a task, a place or a person is called in front of a viewer."""


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One line of who came to know what, or who was refused: `rules` are those that stood in the way."""

    at: datetime
    who: str
    how: Text
    by: str = ""
    channel: Text = ""
    version: int | None = None
    rules: tuple[str, ...] = ()
    about: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report from outside: its account without values, and what it said where that was asked for."""

    at: datetime
    by: str
    taken: tuple[str, ...]
    left: tuple[str, ...]
    notes: tuple[str, ...]
    conflicts: tuple[str, ...]
    said: tuple[tuple[str, str], ...] | None


def knowing(sight: Sight, happened: Sequence[Happened], about: About, *, refusals: bool) -> list[Moment]:
    """Who came to know what, when, from whom; with `refusals`, also who tried what and was refused."""
    found = [
        Moment(
            at=one.at,
            who=about(sight, one.who),
            how=HOW.get(one.how, one.how),
            by=sight.label(one.by),
            channel=word(one.channel) if one.channel else "",
            version=one.version,
        )
        for one in learnt(sight.id)
    ]
    if refusals:
        for one, event in of_kind(happened, Refused):
            place = about(sight, event.place) if event.place else ""
            tried = SAID[event.command].title if event.command in SAID else _("Something unknown")
            found.append(Moment(at=one.at, who=sight.label(one.by), how=tried, rules=event.rules, about=place))
    return sorted(found, key=lambda one: one.at)


def evidence(sight: Sight, happened: Sequence[Happened]) -> Iterator[dict[str, object]]:
    """Each piece of identity evidence; what it is only for those who asked for the name (R10, R12)."""
    pieces = list(of_kind(happened, Identified))
    said = texts(sight, (event.evidence for _one, event in pieces), "identity")
    for one, event in pieces:
        yield {
            "of": sight.label(event.person),
            "method": word(event.method),
            "people": [sight.label(who) for who in event.people],
            "at": one.at,
            "text": None if said is None else said.get(event.evidence, ""),
        }


def facts(sight: Sight, happened: Sequence[Happened]) -> Iterator[dict[str, object]]:
    """Each version of the facts: what changed, why, by whom (R44)."""
    changes = list(of_kind(happened, Amended))
    said = texts(sight, (token for _one, event in changes for token in (event.value, event.why)), "identity")
    for one, event in changes:
        yield {
            "version": event.version,
            "fact": word(event.fact),
            "value": None if said is None else said.get(event.value, ""),
            "why": None if said is None else said.get(event.why, ""),
            "at": one.at,
            "by": sight.label(one.by),
        }


def reports(sight: Sight) -> tuple[Report, ...]:
    """The reports from outside that were brought to this case, unverified; nothing in them identifies anybody."""
    return tuple(_report(sight, one) for one in intake_kept.for_case(sight.id))


def _report(sight: Sight, one: Kept) -> Report:
    found: Findings = one.findings
    return Report(
        at=one.at,
        by=sight.label(one.by),
        taken=tuple(f"{taken.field}: {taken.kind}" for taken in found.taken),
        left=tuple(f"{left.field}: {left.why}" for left in found.left),
        notes=tuple(f"{note.field}: {note.what}" for note in found.notes),
        conflicts=tuple(
            f"{', '.join(conflict.fields)}: {conflict.what}{f' ({conflict.rule})' if conflict.rule else ''}"
            for conflict in found.conflicts
        ),
        said=None if "identity" not in sight.revealed else tuple(_flat(msgspec.to_builtins(one.said) or {})),
    )


def _flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Nested values as lines: `death.time` and what it said."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _flat(part, f"{path} {name}".strip().replace("_", " "))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _flat(part, path)
    elif value not in (None, "", False):
        yield path, str(value)


def messages(sight: Sight) -> Iterator[dict[str, object]]:
    """Every message that went out or waits, to whom and how it stands; what it says is made when it is delivered."""
    for one in outbox.of_case(sight.id):
        to = one.destination.removeprefix("org:")
        yield {
            "number": one.number,
            "to": role(to) or (word(to) if to != one.destination else sight.label(to)),
            "kind": word(one.kind),
            "state": one.state,
            "at": one.created_at,
            "held_until": one.held_until,
            "needs": one.state in (outbox.UNKNOWN, outbox.FAILED),
            "may_have_arrived": one.state == outbox.UNKNOWN,
            "may_go_again": one.state == outbox.UNKNOWN or outbox.may_go_again(one),
        }
