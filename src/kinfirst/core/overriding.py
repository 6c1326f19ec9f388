"""Leaks, overrides, awareness, blackouts (R33, R35, R40, R42)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kinfirst.core.ask import Ask, find_place
from kinfirst.core.case import Case
from kinfirst.core.commands import Awareness, Blackout, Leak, Override, ReviewOverride
from kinfirst.core.errors import Reason
from kinfirst.core.events import (
    BlackoutLifted,
    BlackoutStarted,
    CaseEvent,
    Leaked,
    MadeAware,
    Overridden,
    OverrideReviewed,
)
from kinfirst.core.facts import EventMember
from kinfirst.core.gate import kin_settled
from kinfirst.core.kinship import records
from kinfirst.core.rulebook import RULEBOOK
from kinfirst.core.rules import effect, enforces

LONGEST = 24 * 60
# Rules an exception would not help with, and what does.
ANSWERED_OTHERWISE = {
    "R16": "identify the casualty",
    "R17": "an authority orders those who stand level (decide_tie)",
    "R18": "the guardian is told; name another with add_kin",
    "R21": "the named teller is told; the roll names another",
}


@enforces("argument", Leak)
def leak_has_a_source(ask: Ask[Leak]) -> Iterator[Reason]:
    """Where it is out."""
    if not ask.do.source.strip():
        yield ask.no("argument", "source: say where it is out.")


@enforces("argument", Override)
def override_makes_sense(ask: Ask[Override]) -> Iterator[Reason]:
    """A rule that exists, a second who is another, a time that ends."""
    do = ask.do
    if do.rule not in RULEBOOK:
        yield ask.no("argument", f"rule: '{do.rule}' is not a rule that can be waived (R01 to R76).")
    if do.second is None or do.second == ask.by:
        yield ask.no("argument", "second: a second person, not the one who decides.")
    if not 1 <= do.minutes <= LONGEST:
        yield ask.no("argument", f"minutes: between 1 and {LONGEST}.")
    if do.place is not None and ask.case.chain is not None and ask.place is None:
        yield ask.no("argument", "place: nobody of that name has a place in this chain.")


@enforces("R35", Override)
def override_is_lawful(ask: Ask[Override]) -> Iterator[Reason]:
    """A reason, an end, two people who were not refused, and never the five that stand above everybody."""
    do = ask.do
    if ask.policy.never(do.rule):
        yield ask.no("R35", f"{do.rule} can be waived by nobody.")
    if do.rule in ANSWERED_OTHERWISE:
        yield ask.no("R35", f"{do.rule} is not waived: {ANSWERED_OTHERWISE[do.rule]}.")
    if not do.reason.strip():
        yield ask.no("R35", "An override needs its reason in words.")
    if do.second is None or do.second == ask.by:
        yield ask.no("R35", "An override needs a second person, not the one who decides.")
    if not 1 <= do.minutes <= LONGEST:
        yield ask.no("R35", f"An override has an end: minutes between 1 and {LONGEST}.")
    refused = refused_by(ask)
    if ask.by in refused:
        yield ask.no("R35", "The one who was refused cannot decide the exception.")
    if do.second is not None and do.second in refused:
        yield ask.no("R35", "The one who was refused cannot be the second person.")


def refused_by(ask: Ask[Override]) -> set[str]:
    """Who was refused by this rule: at this place, or anywhere when the override is for the whole case."""
    place = find_place(ask.case, ask.do.place)
    here = place.id if place else ask.do.place
    found: set[str] = set()
    for key, people in ask.case.refused.items():
        rule, _, where = key.partition("@")
        if rule == ask.do.rule and (here is None or where in ("", here)):
            found.update(people)
    return found


@enforces("argument", ReviewOverride)
def override_exists(ask: Ask[ReviewOverride]) -> Iterator[Reason]:
    """There is such an override, not reviewed yet."""
    found = [w for w in ask.case.waivers if w.number == ask.do.override]
    if not found:
        yield ask.no("argument", "override: no override has this number.")
    elif found[0].reviewed:
        yield ask.no("stage", "This override has been reviewed.")


@enforces("R35", ReviewOverride)
def reviewed_by_another(ask: Ask[ReviewOverride]) -> Iterator[Reason]:
    """The one who decided an exception does not review it."""
    if any(w.number == ask.do.override and w.by == ask.by for w in ask.case.waivers):
        yield ask.no("R35", "An override is reviewed by somebody other than the one who decided it.")
    if not ask.do.note.strip():
        yield ask.no("R35", "Say what the review found.")


@enforces("argument", Awareness)
def awareness_has_a_reason(ask: Ask[Awareness]) -> Iterator[Reason]:
    """They must act on something."""
    if not ask.do.why.strip():
        yield ask.no("argument", "why: say what this person must do that needs them to know.")


@enforces("R42", Awareness)
def kin_are_told_not_made_aware(ask: Ask[Awareness]) -> Iterator[Reason]:
    """Awareness is for those who must act; kin and bonds are told, in person and in turn."""
    if any(r.person == ask.do.person for r in records(ask.case)):
        yield ask.no("R42", "Kin are not made aware; they are told, in their turn.")


@enforces("argument", Awareness)
def awareness_is_for_another(ask: Ask[Awareness]) -> Iterator[Reason]:
    """Nobody is made aware of their own death."""
    if ask.do.person == ask.case.casualty:
        yield ask.no("argument", "person: this is the casualty.")


@enforces("R40", Blackout)
def blackout_is_bounded(ask: Ask[Blackout]) -> Iterator[Reason]:
    """It starts with a scope and a reason, once, and lasts until the last of kin is told."""
    do, running = ask.do, ask.case.closing.blackout
    if do.what == "start" and not (do.scope.strip() and do.why.strip()):
        yield ask.no("R40", "A blackout needs a scope and a reason.")
    if do.what == "start" and running:
        yield ask.no("stage", "A blackout is running.")
    if do.what == "lift" and not running:
        yield ask.no("stage", "No blackout is running.")
    kin_open = not ask.case.retracted and not kin_settled(ask.case, ask.policy)
    if do.what == "lift" and running and (kin_open or others_waiting(ask.case)):
        yield ask.no("R40", "A blackout lasts until the last of kin in the event is told.")


def others_waiting(case: Case) -> bool:
    """Whether kin of another death of the same event are still to be told (R39, R40)."""
    return any(True for _ in others_waiting_for(case))


def others_waiting_for(case: Case) -> Iterator[EventMember]:
    """The others of the same event whose kin are still to be told."""
    for member in case.facts.event.members if case.facts.event else ():
        if kin_wait(member) and member.person != case.casualty:
            yield member


def kin_wait(member: EventMember) -> bool:
    """Whether somebody of an event is dead, or believed so, and their kin are still to be told."""
    dead = member.case and not member.retracted and member.state in ("deceased", "believed_dead")
    return dead and member.kin_settled is None


@effect(Leak)
def leaked(ask: Ask[Leak]) -> Iterator[CaseEvent]:
    """The fast lane opens."""
    yield Leaked(source=ask.do.source, about=ask.do.about)


@effect(Override)
def overridden(ask: Ask[Override]) -> Iterator[CaseEvent]:
    """Waived until a moment; somebody else reviews it afterwards."""
    do, place = ask.do, ask.place
    if do.second is None:
        raise ValueError("an override without a second passed its rules")
    yield Overridden(
        number=len(ask.case.waivers) + 1,
        rule=do.rule,
        place=place.id if place else do.place,
        reason=do.reason,
        second=do.second,
        until=ask.now + timedelta(minutes=do.minutes),
    )


@effect(ReviewOverride)
def override_reviewed(ask: Ask[ReviewOverride]) -> Iterator[CaseEvent]:
    """Looked at by another."""
    yield OverrideReviewed(number=ask.do.override, note=ask.do.note)


@effect(Awareness)
def made_aware(ask: Ask[Awareness]) -> Iterator[CaseEvent]:
    """On record, no telling, no right to pass it on."""
    yield MadeAware(person=ask.do.person, why=ask.do.why)


@effect(Blackout)
def blackout(ask: Ask[Blackout]) -> Iterator[CaseEvent]:
    """Started or lifted."""
    if ask.do.what == "start":
        yield BlackoutStarted(scope=ask.do.scope, why=ask.do.why)
    else:
        yield BlackoutLifted(why=ask.do.why)
