"""How sure we are who this is (R09-R13): a level computed from evidence, never claimed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from kinfirst.core.ask import Ask
from kinfirst.core.case import Case, Evidence
from kinfirst.core.commands import (
    AgencyConfirms,
    Assign,
    Attempt,
    DrawChain,
    HandToAgency,
    Identify,
    Pronounce,
    ReleaseEffects,
    ReleaseName,
    Tell,
    TellOrg,
)
from kinfirst.core.errors import Reason
from kinfirst.core.events import CaseEvent, Identified
from kinfirst.core.facts import EventMember, Person
from kinfirst.core.rules import effect, enforces

SCIENTIFIC = frozenset({"fingerprint", "dental", "dna", "device_serial"})
IDENTIFIERS = frozenset({"wristband", "service_number", "registry_match", "body_mark"})
WEAK = frozenset({"property", "id_card", "vehicle", "description"})
METHODS = SCIENTIFIC | IDENTIFIERS | WEAK | {"visual"}
# What is carried can be carried by somebody else: purses, tags and uniforms have moved between people (R10).
CARRIED = frozenset({"mask", "purse", "wallet", "phone", "dog_tag", "uniform", "name_tape", "clothing", "passport"})
NOT_ON_THE_BODY = WEAK | CARRIED | {"visual"}


def level_of(evidence: Iterable[Evidence]) -> int:
    """The level (0-4) that pieces of evidence for one person add up to (R10).

    Scientific 4; two different methods by two different people with an identifier among them 3; one
    identifier, or a face known to somebody, 2; belongings, cards, vehicles and descriptions 1, however many.
    """
    pieces = tuple(evidence)
    methods = {piece.method for piece in pieces}
    if methods & SCIENTIFIC:
        return 4
    if _pair(pieces, second=METHODS):
        return 3
    if methods & (IDENTIFIERS | {"visual"}):
        return 2
    return 1 if methods else 0


def _pair(pieces: tuple[Evidence, ...], *, second: frozenset[str]) -> bool:
    """Whether an identifier and another method of `second` come from two different people."""
    return any(
        one.method in IDENTIFIERS
        and other.method in second
        and one.method != other.method
        and len({*one.people, *other.people}) > 1
        for one in pieces
        for other in pieces
    )


def _named(case: Case) -> dict[str, tuple[Evidence, ...]]:
    people = dict.fromkeys(piece.person for piece in case.evidence)
    return {who: tuple(p for p in case.evidence if p.person == who) for who in people}


def contradicted(case: Case) -> bool:
    """Whether the evidence names somebody else than the casualty and science has not settled it (R12).

    Once people have been told, evidence for another person is a contradiction however good it is: that is a
    retraction, not a new name.
    """
    levels = {who: level_of(pieces) for who, pieces in _named(case).items()}
    others = [have for who, have in levels.items() if who != case.casualty]
    if not others:
        return False
    return levels.get(case.casualty or "", 0) < 4 or 4 in others


def level(case: Case) -> int:
    """The level of identity of the casualty of this case; 0 while the evidence contradicts itself."""
    if case.casualty is None or contradicted(case):
        return 0
    return level_of(piece for piece in case.evidence if piece.person == case.casualty)


def two_identifiers(case: Case) -> bool:
    """Whether two different identifiers were found by two different people (R11)."""
    pieces = tuple(piece for piece in case.evidence if piece.person == case.casualty)
    return not contradicted(case) and _pair(pieces, second=IDENTIFIERS)


def candidate(case: Case, *, presumed: str | None) -> str | None:
    """Whom the evidence points to.

    The only one proved by science; else the one presumed when the case was opened, unless the evidence is all
    for one other person and good enough to tell; nobody else once people have been told.
    """
    if case.told:
        return presumed
    levels = {who: level_of(pieces) for who, pieces in _named(case).items()}
    proved = [who for who, have in levels.items() if have == 4]
    if len(proved) == 1:
        return proved[0]
    only = next(iter(levels)) if len(levels) == 1 else None
    if only is not None and (presumed is None or levels[only] >= 3):
        return only
    return presumed


def look_alikes(case: Case, years: int) -> tuple[EventMember, ...]:
    """Others of the same event who could be mistaken for the casualty (R11).

    Same sex and born within `years`; where sex or birth is not known, nobody can say that they are not alike.
    """
    event, me = case.facts.event, case.facts.persons.get(case.casualty or "")
    if event is None or me is None:
        return ()
    return tuple(other for other in event.members if alike(me, other, years))


def alike(me: Person, other: EventMember, years: int) -> bool:
    """Whether somebody else of an event could be mistaken for this person (R11)."""
    return (
        other.person != me.id
        and not (other.sex and me.sex and other.sex != me.sex)
        and not (other.born and me.born and _years_apart(other.born, me.born) > years)
    )


def _years_apart(one: date, other: date) -> float:
    return abs((one - other).days) / 365.2425


def sure_enough(case: Case, years: int) -> bool:
    """Whether the casualty is told apart from every look-alike (R11)."""
    return not look_alikes(case, years) or level(case) == 4 or two_identifiers(case)


@enforces("R10", DrawChain, Tell, Attempt, HandToAgency, AgencyConfirms)
def identity_at_minimum(ask: Ask[Tell]) -> Iterator[Reason]:
    """Nobody is told below the pack's level of identity."""
    have, need = level(ask.case), ask.policy.identity.min
    if contradicted(ask.case):
        yield ask.no("R10", "The evidence names two different people. Identify scientifically before going on.")
    elif have < need:
        yield ask.no("R10", f"Identity is at level {have}; level {need} is needed. Record an identification.")


@enforces("R10", TellOrg)
def organisation_hears_a_name_only_when_sure(ask: Ask[TellOrg]) -> Iterator[Reason]:
    """Organisations other than organ procurement are told about a person, so identity comes first."""
    if ask.do.org != "opo" and level(ask.case) < ask.policy.identity.min:
        yield ask.no("R10", "The casualty is not identified well enough to tell an organisation; identify first.")


@enforces("R10", ReleaseEffects)
def effects_follow_a_sure_identity(ask: Ask[ReleaseEffects]) -> Iterator[Reason]:
    """Belongings travel with the wrong patient; what is given away cannot be had back (R53)."""
    if level(ask.case) < ask.policy.identity.min:
        yield ask.no("R10", "The casualty is not identified well enough to give effects away; identify first.")


@enforces("R11", DrawChain, Tell, HandToAgency)
def told_apart_from_look_alikes(ask: Ask[Tell]) -> Iterator[Reason]:
    """A look-alike in the same event raises what is needed."""
    if not sure_enough(ask.case, ask.policy.identity.look_alike_years):
        yield ask.no(
            "R11",
            "Somebody of like sex and age was in the same event: identify scientifically, or by two"
            " identifiers checked by two people.",
        )


@enforces("R13", Tell, Attempt, HandToAgency, ReleaseName)
def survivors_identified_too(ask: Ask[Tell]) -> Iterator[Reason]:
    """In a closed event the look-alike survivors come first: naming the dead names the living."""
    event = ask.case.facts.event
    if event is None or not event.closed:
        return
    for other in look_alikes(ask.case, ask.policy.identity.look_alike_years):
        if other.state != "deceased" and not told_apart(other):
            yield ask.no(
                "R13",
                "A survivor of the same event who could be mistaken for the casualty is not identified to the"
                " same level. Identify them in their own case first.",
            )
            return


def told_apart(other: EventMember) -> bool:
    """Whether a survivor is identified beyond mistake; a name that was withdrawn identifies nobody (R45)."""
    withdrawn = other.retracted and other.state == "unknown"
    return not withdrawn and (other.level == 4 or other.two_identifiers)


@enforces("R12", Identify)
def evidence_is_kept(ask: Ask[Identify]) -> Iterator[Reason]:
    """The evidence itself is stored, not the claim that it matched."""
    if not ask.do.evidence.strip():
        yield ask.no("R12", "Say what the evidence is and where it is kept.")


@enforces("argument", Identify)
def identification_makes_sense(ask: Ask[Identify]) -> Iterator[Reason]:
    """A known method, and two people who are two."""
    if ask.do.method not in METHODS:
        yield ask.no("argument", f"method: '{ask.do.method}' is none of {', '.join(sorted(METHODS))}.")
    if not ask.do.evidence.strip():
        yield ask.no("argument", "evidence: missing.")
    if ask.do.second == ask.by:
        yield ask.no("argument", "second: the second person must be somebody else.")
    if ask.by == ask.do.as_:
        yield ask.no("argument", "as: nobody identifies themselves as the casualty.")


@enforces("R09", Pronounce)
def identifiers_on_the_body(ask: Ask[Pronounce]) -> Iterator[Reason]:
    """Enough identifiers were read on the body, and none of them is wrong."""
    need = ask.policy.pronounce.identifiers
    checked = {name.lower().replace(" ", "_") for name in ask.do.identifiers} - NOT_ON_THE_BODY
    if len(checked) < need:
        yield ask.no(
            "R09", f"{len(checked)} identifiers checked on the body; {need} are needed. Belongings do not count."
        )
    if ask.do.mismatched:
        yield ask.no("R09", f"Does not match: {', '.join(ask.do.mismatched)}. Find out who this is first.")


@enforces("argument", Assign)
def carriers_are_not_the_casualty(ask: Ask[Assign]) -> Iterator[Reason]:
    """The casualty carries nothing."""
    if ask.case.casualty in (ask.do.lead, *ask.do.team, ask.do.interpreter):
        yield ask.no("argument", "lead: the casualty cannot be on the team.")


@effect(Identify)
def identified(ask: Ask[Identify]) -> Iterator[CaseEvent]:
    """The evidence is on record; the level follows from it."""
    people = (ask.by,) if ask.do.second is None else (ask.by, ask.do.second)
    yield Identified(person=ask.do.as_, method=ask.do.method, evidence=ask.do.evidence, people=people)
