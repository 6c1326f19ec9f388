"""Who may see what (R60, R74): answered for a viewer, a case and a part of it, at its stage."""

from __future__ import annotations

from collections.abc import Iterator

from kinfirst.core.ask import Ask
from kinfirst.core.case import Case
from kinfirst.core.commands import View
from kinfirst.core.errors import Reason
from kinfirst.core.events import CaseEvent, Viewed
from kinfirst.core.facts import Person
from kinfirst.core.rules import effect, enforces, noted

BENEFITS = "benefits"
ALWAYS = ("casualty_officer", "authority", "coroner")

noted("R74", "kinfirst.core.disclosure.may_see", "view")
noted("R72", "kinfirst.records.scanner")
noted("R59", "kinfirst.records.verify")


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
        yield ask.no("R60", f"Your work on this case does not need its {ask.do.what}. The attempt is recorded.")


@effect(View)
def viewed(ask: Ask[View]) -> Iterator[CaseEvent]:
    """Somebody looked."""
    yield Viewed(what=ask.do.what)
