"""Places settled without our telling: known already, told by another agency, or passed on (R20, R34, R41)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kinfirst.core.ask import Ask
from kinfirst.core.commands import Acknowledge, AgencyConfirms, AlreadyAware, HandToAgency
from kinfirst.core.errors import Reason
from kinfirst.core.events import Acknowledged, AgencyAsked, AgencyConfirmed, CaseEvent, Condoled
from kinfirst.core.rules import effect, enforces


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
        yield ask.no("R20", "An agency has been asked already; wait for its word (agency_confirms).")


@enforces("R20", AgencyConfirms)
def agency_was_asked(ask: Ask[AgencyConfirms]) -> Iterator[Reason]:
    """Only a named person's word that it was done, and when, settles the place."""
    place, at = ask.place, ask.do.at
    asked = ask.case.handed.get(place.id) if place else None
    if place is not None and asked is None and place.person not in ask.case.told:
        yield ask.no("R20", "No agency has been asked to tell this person; ask one first (hand_to_agency).")
    if not ask.do.name.strip():
        yield ask.no("R20", "Name who confirms it.")
    if at is None or at > ask.now or (asked is not None and at < asked):
        yield ask.no("R20", "Give the moment at which they were told: after the agency was asked, not later than now.")


@effect(AlreadyAware)
def condoled(ask: Ask[AlreadyAware]) -> Iterator[CaseEvent]:
    """They knew; if wrongly, what stands is still owed to them."""
    place = ask.place
    if place is None:
        raise ValueError("a condolence without a place passed its rules")
    do, due = ask.do, ask.now + ask.policy.deadline_kin
    yield Condoled(
        place=place.id,
        source=do.source,
        right=do.right,
        version=ask.case.version,
        due=due,
        doubt_due=_doubt_due(ask),
    )


def _doubt_due(ask: Ask[AlreadyAware] | Ask[AgencyConfirms]) -> datetime | None:
    """By when somebody who is found to know must hear that there is a doubt (R46)."""
    return ask.now + ask.policy.doubt_tell_within if ask.case.doubts else None


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
    yield AgencyConfirmed(
        place=place.id,
        when=at,
        name=ask.do.name,
        version=ask.case.version,
        doubt_due=_doubt_due(ask),
    )


@effect(Acknowledge)
def acknowledged(ask: Ask[Acknowledge]) -> Iterator[CaseEvent]:
    """The adviser has it; the leader has not been told."""
    place = ask.place
    if place is None:
        raise ValueError("an acknowledgement without a place passed its rules")
    yield Acknowledged(place=place.id)
