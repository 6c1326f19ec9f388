"""Who may see what (R60, R74): answered for a viewer, a case and a part of it, at its stage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from kinfirst.core.ask import Ask
from kinfirst.core.case import Case, Waiver
from kinfirst.core.commands import View
from kinfirst.core.errors import Reason
from kinfirst.core.events import CaseEvent, Viewed
from kinfirst.core.facts import Person
from kinfirst.core.gate import SEEING
from kinfirst.core.rules import effect, enforces, noted

BENEFITS = "benefits"
ALWAYS = ("casualty_officer", "authority", "coroner")

noted("R74", "kinfirst.core.disclosure.may_see", "view")
noted("R72", "kinfirst.records.scanner")
noted("R59", "kinfirst.records.verify")
noted("R66", "kinfirst.core.measures.of_case")
# Held where a signal, a page or a message is made, not by refusing a command.
noted("R02", "kinfirst.bedside.rhythm")
noted("R38", "kinfirst.web.words")
noted("R43", "kinfirst.web.told_page")
noted("R49", "kinfirst.workers.recipients.recipients")
noted("R65", "kinfirst.workers.wording.filled")
noted("R68", "kinfirst.workers.recipients.recipients")


def may_see(case: Case, viewer: Person, what: str = "identity") -> bool:
    """Whether a viewer may see a part of a case: `identity`, `medical`, `kin`, `beneficiaries`, `effects`."""
    if what == "identity":
        return knows(case, viewer.id) or _by_duty(case, viewer)
    if what == "beneficiaries":
        return BENEFITS in viewer.credentials
    if what == "medical":
        return "coroner" in viewer.roles or (viewer.id in case.working and _holds(viewer, "clinician", "trainee"))
    if what == "kin":
        return _by_duty(case, viewer) or _carries(case, viewer.id)
    holding = any(viewer.id in (effect.holder, effect.going_to) for effect in case.effects)
    return holding or _holds(viewer, "custodian") or _by_duty(case, viewer)


def knows(case: Case, who: str) -> bool:
    """Whether somebody knows the name already: told, made aware, or carrying the word."""
    return who in case.told or who in case.aware or _carries(case, who)


def glass_broken(case: Case, who: str, now: datetime) -> Waiver | None:
    """The exception by which somebody may see parts of a case for a time, though not their duty (decision 0006)."""
    held = (waiver for waiver in case.waivers if waiver.rule == SEEING and waiver.place == who)
    return next((waiver for waiver in held if now < waiver.until), None)


def _carries(case: Case, who: str) -> bool:
    return any(who in (*held.people, held.interpreter) for held in case.assigned.values())


def _by_duty(case: Case, viewer: Person) -> bool:
    """Those whose work needs the name; for a sealed casualty only those already working on this case (R74)."""
    if viewer.id in case.working and _holds(viewer, *ALWAYS, "clinician"):
        return True
    casualty = case.facts.persons.get(case.casualty or "")
    if casualty is not None and casualty.sealed:
        return False
    return case.closing.released is not None or _holds(viewer, *ALWAYS)


def _holds(viewer: Person, *roles: str) -> bool:
    return any(role in viewer.roles for role in roles)


@enforces("R60", View)
def need_to_know(ask: Ask[View]) -> Iterator[Reason]:
    """Only who may see it; the look is recorded either way."""
    viewer = ask.person(ask.by)
    if viewer is None or not may_see(ask.case, viewer, ask.do.what):
        said = f"Your work on this case does not need its {ask.do.what}. The attempt is recorded."
        # An exception to this rule is for one reader: that is its place (decision 0006).
        yield msgspec.structs.replace(ask.no(SEEING, said), place=ask.by)


@effect(View)
def viewed(ask: Ask[View]) -> Iterator[CaseEvent]:
    """Somebody looked."""
    yield Viewed(what=ask.do.what)
