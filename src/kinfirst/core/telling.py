"""The gate: nobody told out of turn, early, late, wrongly or twice (R03, R10-R28, R31, R41, R42, R46, R70)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kinfirst.core.ask import Ask
from kinfirst.core.assigning import is_kin_place
from kinfirst.core.commands import (
    Acknowledge,
    AgencyConfirms,
    AlreadyAware,
    Assign,
    Attempt,
    DrawChain,
    HandToAgency,
    Tell,
)
from kinfirst.core.errors import Reason
from kinfirst.core.events import Attempted, CaseEvent, Told
from kinfirst.core.gate import held_for_kin, is_open, kin_settled, open_places, settled
from kinfirst.core.kinship import minor, spared
from kinfirst.core.offices import holder
from kinfirst.core.places import Place
from kinfirst.core.rules import effect, enforces, noted
from kinfirst.core.timing import next_open, within, zone_of

RESULTS = ("no_answer", "moved", "not_home", "refused")
SPOKEN = ("person", "phone", "video")

noted("R06", "kinfirst.core.telling.belief_is_not_death", "tell", "assign", "attempt", "hand_to_agency")
noted("R33", "kinfirst.core.gate.open_tiers", "leak", "tell", "assign")
noted("R35", "kinfirst.core.rules.waived")


@enforces("R03", Tell, Assign, Attempt, AlreadyAware, HandToAgency, AgencyConfirms)
def death_is_pronounced(ask: Ask[Tell]) -> Iterator[Reason]:
    """Nobody is sent out with, or told, a death that nobody has pronounced."""
    if ask.case.death.pronounced_at is None:
        yield ask.no("R03", "Nobody has pronounced this death; a clinician with the credential must (pronounce).")


@enforces("R14", Tell, Assign, Attempt, HandToAgency, DrawChain)
def belief_is_not_death(ask: Ask[Tell]) -> Iterator[Reason]:
    """Believed dead has its own words; a death is not told on it."""
    if ask.case.state == "believed_dead":
        yield ask.no("R14", "The casualty is only believed dead; a death cannot be told until it is pronounced.")


@enforces("R15", Tell, Assign, Attempt, HandToAgency, DrawChain)
def missing_is_not_dead(ask: Ask[Tell]) -> Iterator[Reason]:
    """Missing and whereabouts unknown are not dead."""
    if ask.case.state in ("missing", "dustwun"):
        yield ask.no("R15", "The casualty is missing, not dead; a death cannot be told until it is pronounced.")


@enforces("argument", Tell, Attempt, AlreadyAware, HandToAgency, AgencyConfirms, Acknowledge)
def place_exists(ask: Ask[Tell]) -> Iterator[Reason]:
    """The command names a place of the chain."""
    if ask.case.chain is not None and ask.place is None:
        yield ask.no("argument", "place: nobody of that name has a place in this chain.")


@enforces("argument", Tell, Attempt, AlreadyAware, HandToAgency, Acknowledge)
def somebody_stands_there(ask: Ask[Tell]) -> Iterator[Reason]:
    """A place without a person can be told to nobody."""
    if ask.place is not None and ask.place.person is None:
        yield ask.no("argument", "place: nobody stands in this place yet.")


@enforces("R73", Tell, Assign, Attempt, AlreadyAware, HandToAgency, Acknowledge)
def office_is_held(ask: Ask[Tell]) -> Iterator[Reason]:
    """An office that stands empty is filled, or passed over by an authority."""
    place = ask.place
    if place is not None and place.person is None and place.office:
        yield ask.no("R73", "This office is vacant: fill it, name a deputy, or have an authority override R73 here.")


@enforces("stage", Tell, Acknowledge)
def chain_is_drawn(ask: Ask[Tell]) -> Iterator[Reason]:
    """There is a chain."""
    if ask.case.chain is None:
        yield ask.no("stage", "The chain has not been drawn; draw it first (draw_chain).")


@enforces("R18", Tell, Attempt, AlreadyAware)
def never_a_minor(ask: Ask[Tell]) -> Iterator[Reason]:
    """The guardian is told, for the minor; nobody can make an exception."""
    if minor(ask.case, ask.do.place, ask.policy.kin.adult, ask.now):
        yield ask.no("R18", "A minor is never told by us; name the guardian's place and tell them.", final=True)


@enforces("R18", Assign)
def minor_has_a_guardian(ask: Ask[Assign]) -> Iterator[Reason]:
    """Nobody is sent to a minor whose guardian is not known."""
    if _vacant_for_kin(ask) and minor(ask.case, ask.do.place, ask.policy.kin.adult, ask.now):
        yield ask.no("R18", "This minor has no guardian on record: name one (add_kin with guardian).", final=True)


@enforces("R21", Tell, Attempt)
def never_one_to_be_spared(ask: Ask[Tell]) -> Iterator[Reason]:
    """Somebody with a do-not-notify instruction hears it from the named teller."""
    if spared(ask.case, ask.do.place):
        yield ask.no("R21", "This person must not be told directly; the named teller is told.", final=True)


@enforces("R21", Assign)
def spared_have_a_teller(ask: Ask[Assign]) -> Iterator[Reason]:
    """Nobody is sent to one who must not be told directly."""
    if _vacant_for_kin(ask) and spared(ask.case, ask.do.place):
        yield ask.no("R21", "This person has no teller on record who can be told: name one in the roll.", final=True)


def _vacant_for_kin(ask: Ask[Assign]) -> bool:
    return ask.place is not None and ask.place.person is None and not ask.place.office


@enforces("R23", Tell, Attempt, HandToAgency)
def in_turn(ask: Ask[Tell]) -> Iterator[Reason]:
    """Every earlier tier is settled."""
    place = ask.place
    if place is None or place.person in ask.case.told or is_open(ask.case, ask.policy, place):
        return
    waiting = len(open_places(ask.case, ask.policy))
    first = f"{waiting} before them to be told first" if waiting else "nobody closer has been found or searched for"
    yield ask.no("R23", f"It is not this person's turn: {first}.")


@enforces("R71", Tell, Attempt, HandToAgency)
def nobody_on_record_is_searched_for(ask: Ask[Tell]) -> Iterator[Reason]:
    """While no kin have been found or searched for, nobody further out is told in their stead."""
    place = ask.place
    if place is None or is_kin_place(ask.case, place) or not held_for_kin(ask.case, ask.policy):
        return
    if ask.case.kinship.none_found is None:
        yield ask.no("R71", "No kin on record: declare a bond, or record every search step and then no_kin_found.")
    else:
        yield ask.no("R71", "No kin were found, and this policy stops here: an authority decides (override of R71).")


@enforces("R42", Tell, HandToAgency)
def offices_after_kin(ask: Ask[Tell]) -> Iterator[Reason]:
    """No office hears before the last of kin is settled."""
    place = ask.place
    if place is None or is_kin_place(ask.case, place) or place.person in ask.case.told:
        return
    if not kin_settled(ask.case, ask.policy):
        yield ask.no("R42", "Kin are not settled; those who must act are made aware (awareness), which is no telling.")


@enforces("R25", Tell, Attempt)
def inside_the_window(ask: Ask[Tell]) -> Iterator[Reason]:
    """Kin are told in permitted hours of their own zone; a leak lifts them."""
    place = ask.place
    if place is None or not is_kin_place(ask.case, place) or ask.case.closing.leak:
        return
    zone = zone_of(ask.case, place)
    if within(ask.policy.window, ask.now, zone):
        return
    opens = next_open(ask.policy.window, ask.now, zone)
    if opens is None:
        yield ask.no("R25", "The recipient's zone is not on record: record it, or an authority decides the hour.")
    else:
        text = "Outside the permitted hours where the recipient lives: wait, or ask an authority."
        yield ask.no("R25", text, until=opens)


@enforces("R27", Tell)
def in_person(ask: Ask[Tell]) -> Iterator[Reason]:
    """The channel is one the pack allows for this tier; an authority may allow the telephone, never a message."""
    place, channel = ask.place, ask.do.channel
    allowed = ask.policy.channel.allowed
    if place is not None and not is_kin_place(ask.case, place):
        allowed = ask.policy.channel.office
    elif ask.case.closing.leak:
        allowed = (*allowed, *ask.policy.leak_channels)
    if channel not in allowed:
        text = f"A death is not told by {channel} here; allowed: {', '.join(dict.fromkeys(allowed))}."
        yield ask.no("R27", text, final=channel not in SPOKEN)


@enforces("R28", Tell)
def understood(ask: Ask[Tell]) -> Iterator[Reason]:
    """Sent is not told; told is understood."""
    if not ask.do.understood:
        yield ask.no("R28", "Told means understood: stay until they have understood, then record it.")


@enforces("R31", Tell, Attempt)
def by_the_notifier_of_record(ask: Ask[Tell]) -> Iterator[Reason]:
    """The one who tells is assigned to this place."""
    place = ask.place
    if place is None or place.through is not None or place.person in ask.case.told:
        return
    held = ask.case.assigned.get(place.id)
    if place.id in ask.case.handed:
        yield ask.no("R31", "Another agency has been asked to tell this person; wait for its word (agency_confirms).")
    elif held is None:
        yield ask.no("R31", "Nobody is assigned to this person; assign first.")
    elif ask.by not in held.people:
        yield ask.no("R31", "Another team is the notifier of record for this person; they tell, or are reassigned.")


@enforces("R41", Tell, Acknowledge)
def through_the_adviser(ask: Ask[Tell]) -> Iterator[Reason]:
    """A place told through an office is told by its holder, after they were told themselves."""
    place = ask.place
    if place is None:
        return
    if place.through is None:
        if isinstance(ask.do, Acknowledge) and not settled(ask.case, place):
            yield ask.no("R41", "This place is not told through anybody; it is told directly.")
        return
    if not carries_through(ask, place):
        yield ask.no("R41", f"Only the {place.through} tells this person.")
    elif ask.by not in ask.case.told:
        yield ask.no("R41", f"The {place.through} has not been told yet; they hear it first.")


@enforces("role", Acknowledge)
def only_the_adviser_acknowledges(ask: Ask[Acknowledge]) -> Iterator[Reason]:
    """The office a place is told through has the word, nobody else."""
    place = ask.place
    if place is not None and place.through is not None and not carries_through(ask, place):
        yield ask.no("role", f"This is for the {place.through}.")


def carries_through(ask: Ask[Any], place: Place) -> bool:
    """Whether the giver holds the office a place is told through (R41)."""
    if place.through is None or ask.case.chain is None:
        return False
    stands = next((p for p in ask.case.chain.places() if place.through in (p.office, *p.also)), None)
    return ask.by == (stands.person if stands else holder(ask.case, place.through))


@enforces("R46", Tell, Attempt, HandToAgency, Acknowledge)
def no_forward_step_in_doubt(ask: Ask[Tell]) -> Iterator[Reason]:
    """While there is doubt nothing goes forward."""
    if ask.case.doubts:
        yield ask.no("R46", "Somebody doubts this. Nothing goes forward until an authority clears the doubt.")


@enforces("R70", Tell, Attempt, AlreadyAware, HandToAgency, AgencyConfirms)
def told_once(ask: Ask[Tell]) -> Iterator[Reason]:
    """One person is told once; one who was passed over may still be told when they are found (R20)."""
    if ask.place is not None and ask.place.person in ask.case.told:
        yield ask.no("R70", "This person knows already; correct is for what has changed since.")


@enforces("R75", Tell, Attempt)
def trainee_does_not_tell(ask: Ask[Tell]) -> Iterator[Reason]:
    """Telling needs a full credential; the office a place is told through has it by that."""
    place = ask.place
    if place is not None and carries_through(ask, place):
        return
    if not ask.can_tell(ask.by):
        yield ask.no("R75", "Telling needs a full credential: notifier, clinician, casualty officer or authority.")


@enforces("R36", Attempt)
def no_note_no_neighbour(ask: Ask[Attempt]) -> Iterator[Reason]:
    """An attempt leaves no note and tells nobody else."""
    if ask.do.result not in RESULTS:
        yield ask.no("R36", f"No note, no message with anybody else. result: one of {', '.join(RESULTS)}.")


@enforces("argument", Attempt)
def result_is_known(ask: Ask[Attempt]) -> Iterator[Reason]:
    """The result is one of four."""
    if ask.do.result not in RESULTS:
        yield ask.no("argument", f"result: '{ask.do.result}' is none of {', '.join(RESULTS)}.")


@effect(Attempt)
def attempted(ask: Ask[Attempt]) -> Iterator[CaseEvent]:
    """Knocked; the next attempt is planned, inside the permitted hours (R36)."""
    place = ask.place
    if place is None:
        raise ValueError("an attempt without a place passed its rules")
    again = ask.now + ask.policy.retry.after
    if not ask.case.closing.leak and is_kin_place(ask.case, place):
        again = next_open(ask.policy.window, again, zone_of(ask.case, place)) or again
    yield Attempted(place=place.id, result=ask.do.result, again=again)


@effect(Tell)
def told(ask: Ask[Tell]) -> Iterator[CaseEvent]:
    """A person knows: who, when, by whom, over which channel, which version of the facts."""
    place, do = ask.place, ask.do
    if place is None:
        raise ValueError("a telling without a place passed its rules")
    held = ask.case.assigned.get(place.id)
    interpreter = do.interpreter or (held.interpreter if held else None)
    yield Told(place=place.id, channel=do.channel, version=ask.case.version, interpreter=interpreter)
