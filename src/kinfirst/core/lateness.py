"""What was done before its record came: a telephone without network at a door (decision 0005). Pure.

It is judged by the moment at which it was done, on the case as it stood then: whose turn it was, whether the hours
were open, who carried the word, which exception was in force. It is written down now, into the case as it stands now;
whatever came between, newer facts, a doubt, a retraction, is owed to whoever turns out to know.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from kinfirst.core.ask import Ask, find_place
from kinfirst.core.case import Case
from kinfirst.core.commands import AlreadyAware, Command, Leak, Tell
from kinfirst.core.decide import decide, refreshed
from kinfirst.core.errors import Reason, Refusal
from kinfirst.core.events import Attempted, CaseEvent, Condoled, Leaked, Told
from kinfirst.core.fold import fold
from kinfirst.core.policy import Policy
from kinfirst.core.redraw import redrawn

LATE = frozenset({"tell", "attempt", "already_aware", "leak"})
"""What may be recorded later than it was done: what happens at a door."""


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """When something was done (UTC), and the case as its ledger stood then."""

    happened: datetime
    then: Case


def decide_late(
    case: Case, command: Command, policy: Policy, now: datetime, *, late: Late
) -> tuple[CaseEvent, ...] | Refusal:
    """What follows from something done at `late.happened` and recorded `now`: events, or every rule in the way.

    `command.facts` are the registry's as of now; what it said then is in `late.then`. Refuses what would have been
    refused then, and what cannot be written any more: the person was told by others meanwhile (R70), has no place any
    more, or the case is closed.
    """
    as_then = msgspec.structs.replace(command, facts=late.then.facts)
    judged = decide(late.then, as_then, policy, late.happened)
    if isinstance(judged, Refusal):
        return judged
    news = refreshed(case, command.facts, policy, now)
    for event in news:
        case = fold(case, event, at=now, by=command.by)
    ask: Ask[Any] = Ask(case=case, command=command, policy=policy, now=now, do=command.do)
    if reasons := tuple(_against(ask, late)):
        return Refusal(command=command.name, reasons=reasons)
    done = next(_written(event, ask, late.happened) for event in judged if isinstance(event, _DONE))
    after = fold(case, done, at=now, by=command.by)
    return (*news, done, *redrawn(after, policy, now))


_DONE = (Told, Attempted, Condoled, Leaked)


def done_at(event: CaseEvent) -> datetime | None:
    """When (UTC) something was done whose record came later; None for everything that was recorded at once."""
    return event.when if isinstance(event, _DONE) else None


def _against(ask: Ask[Any], late: Late) -> Iterator[Reason]:
    """What has come between that leaves no room for it."""
    if ask.case.closing.closed:
        yield ask.no("stage", "The case was closed meanwhile: reopen it, then record this (reopen_case).")
    if isinstance(ask.do, Leak):
        return
    then = find_place(late.then, ask.do.place)
    if ask.place is None or then is None or ask.place.person != then.person:
        yield ask.no("argument", "place: this person has no place in the chain any more.")
    elif isinstance(ask.do, Tell | AlreadyAware) and ask.place.person in ask.case.told:
        yield ask.no("R70", "Meanwhile others have told this person: find out what they heard, and correct it.")


def _written(event: CaseEvent, ask: Ask[Any], happened: datetime) -> CaseEvent:
    """The event with its own moment, and what is owed for what came between."""
    case, policy = ask.case, ask.policy
    soon = ask.now + policy.doubt_tell_within
    if not isinstance(event, Told | Condoled):
        return msgspec.structs.replace(event, when=happened)
    owed: dict[str, Any] = {
        "when": happened,
        "doubt_due": soon if case.doubts else None,
        "retract_due": soon if case.retracted else None,
    }
    if isinstance(event, Condoled) or event.version < case.version:
        owed["due"] = ask.now + policy.deadline_kin
    return msgspec.structs.replace(event, **owed)
