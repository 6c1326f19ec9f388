"""The gate: nobody told out of turn, early, late, wrongly or twice (R03, R10-R28, R31, R41, R42, R46, R70)."""

from __future__ import annotations

from collections.abc import Iterator

from kinfirst.core.ask import Ask
from kinfirst.core.assigning import is_kin_place
from kinfirst.core.commands import (
    Acknowledge,
    AgencyConfirms,
    AlreadyAware,
    Attempt,
    HandToAgency,
    Tell,
)
from kinfirst.core.errors import Reason
from kinfirst.core.events import (
    Acknowledged,
    AgencyAsked,
    AgencyConfirmed,
    Attempted,
    CaseEvent,
    Condoled,
    Told,
)
from kinfirst.core.gate import is_open, kin_settled, open_places, settled
from kinfirst.core.kinship import effective, minor
from kinfirst.core.offices import holder
from kinfirst.core.places import Place
from kinfirst.core.rules import effect, enforces, noted
from kinfirst.core.timing import next_open, within, zone_of

RESULTS = ("no_answer", "moved", "not_home", "refused")
SPOKEN = ("phone", "video")

noted("R33", "kinfirst.core.gate.open_tiers", "leak", "tell", "assign")
noted("R35", "kinfirst.core.rules.waived")


@enforces("R03", Tell, HandToAgency)
def death_is_pronounced(ask: Ask[Tell]) -> Iterator[Reason]:
    """Nobody is told a death that nobody has pronounced."""
    if ask.case.death.pronounced_at is None:
        yield ask.no("R03", "Nobody has pronounced this death.")


@enforces("R14", Tell, HandToAgency)
def belief_is_not_death(ask: Ask[Tell]) -> Iterator[Reason]:
    """Believed dead has its own words; a death is not told on it."""
    if ask.case.state == "believed_dead":
        yield ask.no("R14", "The casualty is only believed dead; a death cannot be told until it is confirmed.")


@enforces("R15", Tell, HandToAgency)
def missing_is_not_dead(ask: Ask[Tell]) -> Iterator[Reason]:
    """Missing and whereabouts unknown are not dead."""
    if ask.case.state in ("missing", "dustwun"):
        yield ask.no("R15", "The casualty is missing, not dead.")


@enforces("argument", Tell, Attempt, AlreadyAware, HandToAgency, AgencyConfirms, Acknowledge)
def place_exists(ask: Ask[Tell]) -> Iterator[Reason]:
    """The command names a place of the chain."""
    if ask.case.chain is not None and ask.place is None:
        yield ask.no("argument", "place: nobody of that name has a place in this chain.")


@enforces("stage", Tell, Acknowledge)
def chain_is_drawn(ask: Ask[Tell]) -> Iterator[Reason]:
    """There is a chain."""
    if ask.case.chain is None:
        yield ask.no("stage", "The chain has not been drawn.")


@enforces("R18", Tell, Attempt, AlreadyAware)
def never_a_minor(ask: Ask[Tell]) -> Iterator[Reason]:
    """The guardian is told, for the minor."""
    if minor(ask.case, ask.do.place, ask.policy.kin.adult, ask.now.date()):
        yield ask.no("R18", "A minor is never told by us; the guardian is, for the minor.")


@enforces("R21", Tell, Attempt)
def never_one_to_be_spared(ask: Ask[Tell]) -> Iterator[Reason]:
    """Somebody with a do-not-notify instruction hears it from the named teller."""
    if any(r.person == ask.do.place and r.do_not_notify for r in effective(ask.case)):
        yield ask.no("R21", "This person must not be told directly; the named teller is told.")


@enforces("R23", Tell, Attempt, HandToAgency)
def in_turn(ask: Ask[Tell]) -> Iterator[Reason]:
    """Every earlier tier is settled."""
    place = ask.place
    if place is None or settled(ask.case, place) or is_open(ask.case, ask.policy, place):
        return
    waiting = len(open_places(ask.case, ask.policy))
    first = f"{waiting} before them are not settled" if waiting else "nobody closer has been found or searched for"
    yield ask.no("R23", f"It is not this person's turn: {first}.")


@enforces("R42", Tell, HandToAgency)
def offices_after_kin(ask: Ask[Tell]) -> Iterator[Reason]:
    """No office hears before the last of kin is settled."""
    place = ask.place
    if place is None or is_kin_place(ask.case, place) or settled(ask.case, place):
        return
    if not kin_settled(ask.case, ask.policy):
        yield ask.no("R42", "Kin are not settled; those who must act get operational awareness, not a telling.")


@enforces("R25", Tell, Attempt)
def inside_the_window(ask: Ask[Tell]) -> Iterator[Reason]:
    """Kin are told in permitted hours of their own zone; a leak lifts them."""
    place = ask.place
    if place is None or not is_kin_place(ask.case, place) or ask.case.closing.leak:
        return
    zone = zone_of(ask.case, place)
    if not within(ask.policy.window, ask.now, zone):
        opens = next_open(ask.policy.window, ask.now, zone)
        text = "The recipient's zone is not known; record it." if opens is None else "Outside the permitted hours"
        yield ask.no("R25", text if opens is None else f"{text} where the recipient lives.", until=opens)


@enforces("R27", Tell)
def in_person(ask: Ask[Tell]) -> Iterator[Reason]:
    """The channel is one the pack allows for this tier; no message and no radio ever."""
    place, channel = ask.place, ask.do.channel
    allowed = ask.policy.channel.allowed
    if place is not None and not is_kin_place(ask.case, place):
        allowed = ask.policy.channel.office
    elif ask.case.closing.leak:
        allowed = (*allowed, *ask.policy.leak_channels)
    if channel not in allowed:
        yield ask.no("R27", f"A death is not told by {channel} here; allowed: {', '.join(dict.fromkeys(allowed))}.")


@enforces("R28", Tell)
def understood(ask: Ask[Tell]) -> Iterator[Reason]:
    """Sent is not told; told is understood."""
    if not ask.do.understood:
        yield ask.no("R28", "Told means understood: stay until they have understood, then record it.")


@enforces("R31", Tell, Attempt)
def by_the_notifier_of_record(ask: Ask[Tell]) -> Iterator[Reason]:
    """The one who tells is assigned to this place."""
    place = ask.place
    if place is None or place.through is not None or settled(ask.case, place):
        return
    held = ask.case.assigned.get(place.id)
    if held is None:
        yield ask.no("R31", "Nobody is assigned to this person; assign first.")
    elif ask.by not in held.people:
        yield ask.no("R31", "Another team is the notifier of record for this person.")
    if place.id in ask.case.handed:
        yield ask.no("R31", "Another agency has been asked to tell this person and has not answered.")


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
        yield ask.no("R41", f"The {place.through} has not been told yet.")


def carries_through(ask: Ask[Tell], place: Place) -> bool:
    """Whether the giver holds the office a place is told through (R41)."""
    if place.through is None or ask.case.chain is None:
        return False
    stands = next((p for p in ask.case.chain.places() if place.through in (p.office, *p.also)), None)
    return ask.by == (stands.person if stands else holder(ask.case, place.through))


@enforces("R46", Tell, HandToAgency, Acknowledge)
def no_forward_step_in_doubt(ask: Ask[Tell]) -> Iterator[Reason]:
    """While there is doubt nothing goes forward."""
    if ask.case.doubts:
        yield ask.no("R46", "Somebody doubts this. Nothing goes forward until an authority clears the doubt.")


@enforces("R70", Tell, Attempt, AlreadyAware, HandToAgency, AgencyConfirms)
def told_once(ask: Ask[Tell]) -> Iterator[Reason]:
    """One person is told once."""
    if ask.place is not None and settled(ask.case, ask.place):
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
        yield ask.no("R36", f"result: one of {', '.join(RESULTS)}. No note, no message with anybody else.")


@enforces("argument", Attempt)
def result_is_known(ask: Ask[Attempt]) -> Iterator[Reason]:
    """The result is one of four."""
    if ask.do.result not in RESULTS:
        yield ask.no("argument", f"result: '{ask.do.result}' is none of {', '.join(RESULTS)}.")


@enforces("R34", AlreadyAware)
def source_is_on_record(ask: Ask[AlreadyAware]) -> Iterator[Reason]:
    """How they know is on record."""
    if not ask.do.source.strip():
        yield ask.no("R34", "Say how they came to know.")


@enforces("R20", HandToAgency)
def agency_is_named(ask: Ask[HandToAgency]) -> Iterator[Reason]:
    """Somebody can be asked whether it was done."""
    if not ask.do.agency.strip():
        yield ask.no("R20", "Name the agency, so that it can be asked.")
    if ask.place is not None and ask.place.id in ask.case.handed:
        yield ask.no("R20", "An agency has been asked already and has not confirmed.")


@enforces("R20", AgencyConfirms)
def agency_was_asked(ask: Ask[AgencyConfirms]) -> Iterator[Reason]:
    """Only a named person's word that it was done, and when, settles the place."""
    place, at = ask.place, ask.do.at
    asked = ask.case.handed.get(place.id) if place else None
    if place is not None and asked is None and not settled(ask.case, place):
        yield ask.no("R20", "No agency has been asked to tell this person.")
    if not ask.do.name.strip():
        yield ask.no("R20", "Name who confirms it.")
    if at is None or at > ask.now or (asked is not None and at < asked):
        yield ask.no("R20", "Give the moment at which they were told: after the agency was asked, not later than now.")


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


@effect(AlreadyAware)
def condoled(ask: Ask[AlreadyAware]) -> Iterator[CaseEvent]:
    """They knew; if wrongly, what stands is still owed to them."""
    place = ask.place
    if place is None:
        raise ValueError("a condolence without a place passed its rules")
    do, due = ask.do, ask.now + ask.policy.deadline_kin
    yield Condoled(place=place.id, source=do.source, right=do.right, version=ask.case.version, due=due)


@effect(HandToAgency)
def agency_asked(ask: Ask[HandToAgency]) -> Iterator[CaseEvent]:
    """Asked; nothing is settled."""
    place = ask.place
    if place is None:
        raise ValueError("a hand-over to an agency without a place passed its rules")
    yield AgencyAsked(place=place.id, agency=ask.do.agency)


@effect(AgencyConfirms)
def agency_confirmed(ask: Ask[AgencyConfirms]) -> Iterator[CaseEvent]:
    """Done, by their word."""
    place, at = ask.place, ask.do.at
    if place is None or at is None:
        raise ValueError("a confirmation without a place passed its rules")
    yield AgencyConfirmed(place=place.id, when=at, name=ask.do.name, version=ask.case.version)


@effect(Acknowledge)
def acknowledged(ask: Ask[Acknowledge]) -> Iterator[CaseEvent]:
    """The adviser has it; the leader has not been told."""
    place = ask.place
    if place is None:
        raise ValueError("an acknowledgement without a place passed its rules")
    yield Acknowledged(place=place.id)
