"""`decide`: the only way anything happens to a case (engine.md section 1). Pure.

The registry's facts are noted first and the chain drawn again by them, then every rule for the command is asked;
if none objects, the command's effect follows, and the chain is drawn again where it changed anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import kinfirst.core.charting
import kinfirst.core.closing
import kinfirst.core.correction
import kinfirst.core.custody
import kinfirst.core.death
import kinfirst.core.disclosure
import kinfirst.core.kin
import kinfirst.core.overriding
import kinfirst.core.relays  # noqa: F401  (importing registers the rules)
from kinfirst.core.ask import Ask
from kinfirst.core.case import Case
from kinfirst.core.commands import Command, OpenCase, name_of
from kinfirst.core.errors import Reason, Refusal
from kinfirst.core.events import CaseEvent, FactsTaken
from kinfirst.core.facts import Facts
from kinfirst.core.fold import fold
from kinfirst.core.policy import Policy
from kinfirst.core.redraw import may_age, redrawn
from kinfirst.core.roles import role_reasons
from kinfirst.core.rules import EFFECTS, reasons_against, waived
from kinfirst.core.stages import ALLOWED, stage_of


def decide(case: Case, command: Command, policy: Policy, now: datetime) -> tuple[CaseEvent, ...] | Refusal:
    """What follows from a command: events, or every rule that stands in the way.

    `now` is UTC. The same inputs give the same events. A refusal changes nothing.
    """
    taken = _take_facts(case, command)
    seen = _fold_all(case, taken, now, command.by)
    # Every command leaves the chain as it stands: only new facts, or a birthday since, can have changed it.
    anew = redrawn(seen, policy, now) if taken or may_age(case, policy) else ()
    seen = _fold_all(seen, anew, now, command.by)
    ask: Ask[Any] = Ask(case=seen, command=command, policy=policy, now=now, do=command.do)
    reasons = (*_stage_reasons(ask), *role_reasons(ask), *reasons_against(ask))
    if reasons:
        return Refusal(command=command.name, reasons=tuple(dict.fromkeys(reasons)))
    happened = tuple(EFFECTS[command.name](ask))
    after = _fold_all(seen, happened, now, command.by)
    return (*taken, *anew, *happened, *redrawn(after, policy, now))


def refreshed(case: Case, facts: Facts, policy: Policy, now: datetime) -> tuple[CaseEvent, ...]:
    """What follows when the registry or another case of the event says something new, without any command."""
    if case.opened_at is None or case.closing.closed or facts == case.facts:
        return ()
    taken = FactsTaken(facts=facts)
    return (taken, *redrawn(fold(case, taken, at=now, by="system"), policy, now))


def _take_facts(case: Case, command: Command) -> tuple[CaseEvent, ...]:
    return (FactsTaken(facts=command.facts),) if command.facts != case.facts else ()


def _fold_all(case: Case, events: tuple[CaseEvent, ...], now: datetime, by: str) -> Case:
    for event in events:
        case = fold(case, event, at=now, by=by)
    return case


def _stage_reasons(ask: Ask[Any]) -> Iterator[Reason]:
    name, stage = name_of(ask.do), stage_of(ask.case, ask.policy)
    if stage == "unopened" and not isinstance(ask.do, OpenCase):
        yield ask.no("stage", "There is no such case.")
    elif name not in ALLOWED[stage]:
        reason = ask.no("stage", f"A case that is {stage} does not take {name.replace('_', ' ')}.")
        if not waived(ask, reason):
            yield reason
