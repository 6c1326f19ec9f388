"""Who carries the word (R29, R30, R31, R37, R41, R69, R70, R75)."""

from __future__ import annotations

from collections.abc import Iterator

from kinfirst.core.ask import Ask
from kinfirst.core.case import Case
from kinfirst.core.commands import Assign, Tell
from kinfirst.core.errors import Reason
from kinfirst.core.events import Assigned, CaseEvent
from kinfirst.core.facts import Person
from kinfirst.core.gate import settled
from kinfirst.core.kinship import records
from kinfirst.core.places import AGENCY, Place
from kinfirst.core.rules import effect, enforces, noted
from kinfirst.core.timing import day_where

noted("R32", "kinfirst.records.visits", "verify_visit", "assign")


def is_kin_place(case: Case, place: Place | None) -> bool:
    """Whether a place stands in a tier of kin."""
    tier = case.chain.tier_of(place.id) if case.chain and place else None
    return bool(tier and tier.kin)


def due_to_be_told(case: Case, who: str) -> bool:
    """Whether somebody has a place, or an office with one, and has not been told (R69)."""
    if case.chain is None or who in case.told:
        return False
    return any(place.person == who and not settled(case, place) for place in case.chain.places())


def is_bereaved(case: Case, who: str) -> bool:
    """Whether somebody is kin or bond of the casualty."""
    return any(r.person == who for r in records(case))


@enforces("argument", Assign)
def team_makes_sense(ask: Ask[Assign]) -> Iterator[Reason]:
    """Different people, none of them the recipient."""
    do, place = ask.do, ask.place
    if place is None:
        yield ask.no("argument", "place: nobody of that name has a place in this chain.")
        return
    people = (do.lead, *do.team, *((do.interpreter,) if do.interpreter else ()))
    if len(set(people)) != len(people):
        yield ask.no("argument", "team: the same person twice.")
    if place.person in people or set(place.for_whom) & set(people):
        yield ask.no("argument", "team: nobody carries the word to themselves.")
    if place.person is None:
        yield ask.no("argument", "place: nobody stands in this place yet.")
    if place.person == AGENCY:
        yield ask.no("argument", "place: an agency is asked (hand_to_agency), not visited.")


@enforces("R70", Assign)
def told_once(ask: Ask[Assign]) -> Iterator[Reason]:
    """Somebody who knows is not visited again to be told; one who was passed over may be (R20)."""
    if ask.place is not None and ask.place.person in ask.case.told:
        yield ask.no("R70", "This person knows already; correct is for what has changed since.")


@enforces("R29", Assign)
def team_is_big_enough(ask: Ask[Assign]) -> Iterator[Reason]:
    """The pack's number of people go to kin; a leak lifts it, because the perfect team comes too late (R33)."""
    size, need = 1 + len(ask.do.team), ask.policy.team.min
    if is_kin_place(ask.case, ask.place) and not ask.case.closing.leak and size < need:
        yield ask.no("R29", f"A team of {size}; {need} are needed. Add to the team, or ask an authority.")


@enforces("R30", Assign)
def lead_has_the_grade(ask: Ask[Assign]) -> Iterator[Reason]:
    """The lead's grade reaches the casualty's, and that of a serving recipient where the pack says so."""
    rule = ask.policy.team.grade
    if rule == "none" or not is_kin_place(ask.case, ask.place) or ask.place is None:
        return
    casualty, recipient = ask.casualty, ask.person(ask.place.person)
    need = [casualty.grade] if casualty else []
    if rule == "casualty_and_recipient" and recipient is not None and recipient.serving:
        need.append(recipient.grade)
    wanted = max((grade for grade in need if grade is not None), default=None)
    lead = ask.person(ask.do.lead)
    have = lead.grade if lead else None
    if wanted is not None and (have is None or have < wanted):
        shown = have if have is not None else "unknown"
        yield ask.no("R30", f"The lead's grade is {shown}; {wanted} is needed. Name another lead, or ask an authority.")


@enforces("R31", Assign)
def one_notifier_of_record(ask: Ask[Assign]) -> Iterator[Reason]:
    """A recipient has one lead, in this case and in every other open one."""
    place = ask.place
    if place is None:
        return
    held = ask.case.assigned.get(place.id)
    if held is not None and held.lead != ask.do.lead and not settled(ask.case, place):
        yield ask.no("R31", "Another lead is the notifier of record here; keep them, or ask an authority.")
    if place.id in ask.case.handed and not settled(ask.case, place):
        yield ask.no("R31", "Another agency has been asked to tell this person; an authority can take it back.")
    elsewhere = (lock for lock in ask.case.facts.locks if lock.person == place.person)
    if any(lock.lead != ask.do.lead for lock in elsewhere):
        yield ask.no("R31", "This person has a notifier of record in another case: it must be the same one.")


@enforces("R37", Assign)
def language_before_departure(ask: Ask[Assign]) -> Iterator[Reason]:
    """Somebody of the team, or an interpreter, speaks the recipient's language."""
    place = ask.place
    if place is None or not is_kin_place(ask.case, place):
        return
    recipient = ask.person(place.person)
    yield from _interpreter_is_fit(ask, ask.do.interpreter, recipient)
    if recipient is None or not recipient.speaks or ask.do.interpreter is not None:
        return
    if not any(_share(ask.person(who), recipient) for who in (ask.do.lead, *ask.do.team)):
        yield ask.no("R37", "Nobody of the team speaks the recipient's language; name an interpreter.")


@enforces("R37", Tell)
def language_at_the_door(ask: Ask[Tell]) -> Iterator[Reason]:
    """The words were understood: in their language, and not through family or a child."""
    place = ask.place
    if place is None or not is_kin_place(ask.case, place):
        return
    recipient = ask.person(place.person)
    yield from _interpreter_is_fit(ask, ask.do.interpreter, recipient)
    held = ask.case.assigned.get(place.id)
    if recipient is None or not recipient.speaks or ask.do.interpreter or (held and held.interpreter):
        return
    speakers = (ask.by, *(held.people if held else ()))
    known = [person for who in speakers if (person := ask.person(who)) is not None]
    if known and not any(_share(person, recipient) for person in known) and held is None:
        yield ask.no("R37", "Nobody there speaks the recipient's language; name the interpreter.")


def _share(person: Person | None, other: Person) -> bool:
    return person is not None and bool(set(person.speaks) & set(other.speaks))


def _interpreter_is_fit(ask: Ask[Assign] | Ask[Tell], who: str | None, recipient: Person | None) -> Iterator[Reason]:
    if who is None:
        return
    person = ask.person(who)
    day = day_where(person.zone if person else None, ask.now)
    age = person.age_on(day) if person else None
    if is_bereaved(ask.case, who) or _same_house(person, recipient):
        yield ask.no("R37", "Family must not interpret; name somebody outside it.")
    if age is not None and age < ask.policy.kin.adult:
        yield ask.no("R37", "A minor must not interpret.")
    if person and recipient and person.speaks and recipient.speaks and not _share(person, recipient):
        yield ask.no("R37", "This interpreter does not speak the recipient's language.")


def _same_house(person: Person | None, other: Person | None) -> bool:
    return bool(person and other and person.household and person.household == other.household)


@enforces("R41", Assign)
def adviser_carries_it(ask: Ask[Assign]) -> Iterator[Reason]:
    """A place that is told through an office is that office's to tell, without an assignment."""
    if ask.place is not None and ask.place.through:
        yield ask.no("R41", f"This place is told by the {ask.place.through} alone; nobody is assigned.")


@enforces("R69", Assign)
def carriers_are_not_waiting_to_be_told(ask: Ask[Assign]) -> Iterator[Reason]:
    """Nobody due to be told carries the word, to interpret it neither; one who is kin or bond only by override."""
    interpreter = (ask.do.interpreter,) if ask.do.interpreter else ()
    yield from carrier_reasons(ask, (ask.do.lead, *ask.do.team, *interpreter))


@enforces("R69", Tell)
def teller_is_not_waiting_to_be_told(ask: Ask[Tell]) -> Iterator[Reason]:
    """The same at the moment of telling; the office a place is told through carries by its office, once told (R41)."""
    place = ask.place
    by_office = place is not None and place.through is not None and ask.by in ask.case.told
    interpreter = (ask.do.interpreter,) if ask.do.interpreter else ()
    yield from carrier_reasons(ask, interpreter if by_office else (ask.by, *interpreter))


def carrier_reasons(ask: Ask[Assign] | Ask[Tell], people: tuple[str, ...]) -> Iterator[Reason]:
    """Why these people may not carry the word: due to hear it themselves, or bereaved (R69)."""
    for who in people:
        if due_to_be_told(ask.case, who):
            yield ask.no("R69", "Somebody on the team is due to be told themselves; tell them first.")
        elif is_bereaved(ask.case, who):
            yield ask.no("R69", "Somebody on the team is bereaved by this death; an authority must allow it.")


@enforces("R75", Assign)
def lead_may_tell(ask: Ask[Assign]) -> Iterator[Reason]:
    """The lead has a telling credential."""
    if not ask.can_tell(ask.do.lead):
        yield ask.no("R75", "The lead needs a full credential to tell: notifier, clinician or casualty officer.")


@effect(Assign)
def assigned(ask: Ask[Assign]) -> Iterator[CaseEvent]:
    """The notifier of record, and the reference the family can check."""
    do, place = ask.do, ask.place
    if place is None:
        raise ValueError("an assignment without a place passed its rules")
    yield Assigned(place=place.id, lead=do.lead, team=do.team, interpreter=do.interpreter, reference=do.reference)
