"""Folds of kin, the chain and the telling."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from kinfirst.core.case import Assignment, Bond, Case, Duty, Telling, Waiver
from kinfirst.core.events import (
    Acknowledged,
    AgencyAsked,
    AgencyConfirmed,
    Assigned,
    Attempted,
    BlackoutLifted,
    BlackoutStarted,
    BondDeclared,
    ChainDrawn,
    Condoled,
    KinAdded,
    KinExcluded,
    KinSearchEnded,
    KinWished,
    Leaked,
    MadeAware,
    NameReleased,
    Overridden,
    OverrideReviewed,
    RollConfirmed,
    Searched,
    TieDecided,
    TieFound,
    Told,
)
from kinfirst.core.folding.base import Moment, at_work, change, folds, joined, without
from kinfirst.core.gate import KIN_WAIVERS, SEEING, SETTLING_WAIVERS
from kinfirst.core.places import Place


def _kinship(case: Case, **fields: Any) -> Case:
    return change(case, kinship=msgspec.structs.replace(case.kinship, **fields))


def _closing(case: Case, **fields: Any) -> Case:
    return change(case, closing=msgspec.structs.replace(case.closing, **fields))


def _place(case: Case, named: str) -> Place | None:
    return case.chain.find(named) if case.chain else None


@folds(RollConfirmed)
def roll_confirmed(case: Case, event: RollConfirmed, moment: Moment) -> Case:
    """The list was checked."""
    return _kinship(at_work(case, moment), roll_confirmed=moment.at)


@folds(KinAdded)
def kin_added(case: Case, event: KinAdded, moment: Moment) -> Case:
    """On the list; an earlier exclusion of the same person no longer holds, and a tie is looked for anew."""
    kin = case.kinship
    others = tuple(r for r in kin.added if (r.person, r.relation) != (event.record.person, event.record.relation))
    return _kinship(
        at_work(case, moment),
        added=(*others, event.record),
        excluded=without(kin.excluded, event.record.person),
        tied=(),
        tie_since=None,
    )


@folds(KinExcluded)
def kin_excluded(case: Case, event: KinExcluded, moment: Moment) -> Case:
    """Off the list; a tie is looked for anew."""
    excluded = {**case.kinship.excluded, event.person: event.ground}
    return _kinship(at_work(case, moment), excluded=excluded, tied=(), tie_since=None)


@folds(BondDeclared)
def bond_declared(case: Case, event: BondDeclared, moment: Moment) -> Case:
    """Bound, from now."""
    bond = Bond(person=event.person, at=moment.at)
    return _kinship(at_work(case, moment), bonds=(*case.kinship.bonds, bond))


@folds(ChainDrawn)
def chain_drawn(case: Case, event: ChainDrawn, moment: Moment) -> Case:
    """The places as they stand."""
    return _kinship(at_work(change(case, chain=event.chain), moment), tied=(), tie_since=None)


@folds(TieFound)
def tie_found(case: Case, event: TieFound, moment: Moment) -> Case:
    """Somebody must decide."""
    return _kinship(case, tied=event.persons, tie_since=moment.at)


@folds(TieDecided)
def tie_decided(case: Case, event: TieDecided, moment: Moment) -> Case:
    """Decided."""
    return _kinship(at_work(case, moment), order=event.order, tied=(), tie_since=None)


@folds(Assigned)
def assigned(case: Case, event: Assigned, moment: Moment) -> Case:
    """The notifier of record; an attempt planned before stays planned, an agency asked before is asked no more."""
    held = Assignment(
        lead=event.lead,
        team=event.team,
        interpreter=event.interpreter,
        reference=event.reference,
        at=moment.at,
    )
    more = change(case, assigned={**case.assigned, event.place: held}, handed=without(case.handed, event.place))
    return at_work(more, moment)


@folds(Attempted)
def attempted(case: Case, event: Attempted, moment: Moment) -> Case:
    """Not told; again later, unless somebody has told them meanwhile."""
    tries = {**case.attempts, event.place: case.attempts.get(event.place, 0) + 1}
    place = _place(case, event.place)
    known = place is not None and place.person in case.told
    again = case.again if known else {**case.again, event.place: event.again}
    return change(case, attempts=tries, again=again, attended=joined(case.attended, moment.by))


def _knows(case: Case, place: Place, telling: Telling) -> Case:
    """The one who stands in a place knows."""
    who = place.person or place.id
    held = case.assigned.get(place.id)
    fields: dict[str, Any] = {
        "told": {**case.told, who: telling},
        "again": without(case.again, place.id),
        "handed": without(case.handed, place.id),
        "late": without(case.late, place.id),
        "attended": joined(case.attended, *(held.people if held else ())),
    }
    return change(case, **fields)


@folds(Told)
def told(case: Case, event: Told, moment: Moment) -> Case:
    """They know, and of which version; what came between the telling and its record is owed to them."""
    place = _place(case, event.place)
    if place is None:
        return case
    telling = Telling(
        at=event.when or moment.at,
        by=moment.by,
        how="told",
        version=event.version,
        heard=event.version,
        channel=event.channel,
    )
    known = _owe_since(_knows(at_work(case, moment), place, telling), place, event, moment)
    return known if event.due is None else owe_correction(known, place.person or place.id, event.due, moment)


@folds(Condoled)
def condoled(case: Case, event: Condoled, moment: Moment) -> Case:
    """They knew; if wrongly, or under an open doubt, what stands is owed to them."""
    place = _place(case, event.place)
    if place is None or place.person is None:
        return case
    at = event.when or moment.at
    telling = Telling(at=at, by=moment.by, how="condoled", version=event.version, heard=event.version)
    known = _owe_since(_knows(at_work(case, moment), place, telling), place, event, moment)
    stands = event.right and event.version == case.version
    return known if stands else owe_correction(known, place.person, event.due, moment)


def _owe_since(case: Case, place: Place, event: Told | Condoled, moment: Moment) -> Case:
    """The case with an open doubt and a retraction owed to somebody who is only now known to know (R45, R46)."""
    who = place.person or place.id
    more = _owe_doubt(case, who, event.doubt_due, moment)
    if event.retract_due is None:
        return more
    duty = Duty(opened=moment.at, due=event.retract_due, holder=case.told[who].by)
    return change(more, retract_duties={**more.retract_duties, who: duty})


def _owe_doubt(case: Case, who: str | None, due: datetime | None, moment: Moment) -> Case:
    """The case with an open doubt owed to somebody who turned out to know (R46)."""
    if who is None or due is None:
        return case
    duty = Duty(opened=moment.at, due=due, holder=case.told[who].by)
    return change(case, doubt_duties={**case.doubt_duties, who: duty})


def owe_correction(case: Case, who: str, due: datetime, moment: Moment) -> Case:
    """The case with a correction owed to somebody."""
    holder = case.told[who].by if who in case.told else moment.by
    duty = Duty(opened=moment.at, due=due, holder=holder)
    return change(case, corrections={**case.corrections, who: duty})


@folds(AgencyAsked)
def agency_asked(case: Case, event: AgencyAsked, moment: Moment) -> Case:
    """Asked, not settled; whoever was assigned is so no longer."""
    handed = {**case.handed, event.place: moment.at}
    return at_work(change(case, handed=handed, assigned=without(case.assigned, event.place)), moment)


@folds(AgencyConfirmed)
def agency_confirmed(case: Case, event: AgencyConfirmed, moment: Moment) -> Case:
    """Done, by their word."""
    place = _place(case, event.place)
    if place is None:
        return case
    telling = Telling(at=event.when, by=moment.by, how="agency", version=event.version, heard=event.version)
    return _owe_doubt(_knows(case, place, telling), place.person, event.doubt_due, moment)


@folds(Searched)
def searched(case: Case, event: Searched, moment: Moment) -> Case:
    """A step done."""
    steps = joined(case.kinship.searches.get(event.person, ()), event.step)
    return _kinship(at_work(case, moment), searches={**case.kinship.searches, event.person: steps})


@folds(KinSearchEnded)
def kin_search_ended(case: Case, event: KinSearchEnded, moment: Moment) -> Case:
    """Nobody."""
    return _kinship(at_work(case, moment), none_found=moment.at)


@folds(Acknowledged)
def acknowledged(case: Case, event: Acknowledged, moment: Moment) -> Case:
    """The adviser has it."""
    return change(case, acknowledged=joined(case.acknowledged, event.place))


@folds(Leaked)
def leaked(case: Case, event: Leaked, moment: Moment) -> Case:
    """The fast lane opens; a second leak changes nothing."""
    return _closing(case, leak=case.closing.leak or event.when or moment.at)


@folds(Overridden)
def overridden(case: Case, event: Overridden, moment: Moment) -> Case:
    """Waived for a time; overriding the search, or a place itself, is final."""
    waiver = Waiver(
        number=event.number,
        rule=event.rule,
        place=event.place,
        by=moment.by,
        second=event.second,
        until=event.until,
        at=moment.at,
    )
    more = change(case, waivers=(*case.waivers, waiver))
    if event.rule == SEEING and event.place == moment.by:
        return more  # who broke the glass is not at work on the case by that (decision 0006)
    more = at_work(more, moment)
    if event.place is None:
        more = _kinship(more, waived=True) if event.rule in KIN_WAIVERS else more
        return _cleared_incidents(more) if event.rule == "R52" else more
    if event.rule in SETTLING_WAIVERS:
        return change(more, passed=joined(more.passed, event.place), late=without(more.late, event.place))
    return more


def _cleared_incidents(case: Case) -> Case:
    return change(case, effects=tuple(msgspec.structs.replace(e, incident=False) for e in case.effects))


@folds(OverrideReviewed)
def override_reviewed(case: Case, event: OverrideReviewed, moment: Moment) -> Case:
    """Looked at."""
    waivers = tuple(msgspec.structs.replace(w, reviewed=True) if w.number == event.number else w for w in case.waivers)
    return change(case, waivers=waivers)


@folds(MadeAware)
def made_aware(case: Case, event: MadeAware, moment: Moment) -> Case:
    """Knows, is not told."""
    return at_work(change(case, aware=joined(case.aware, event.person)), moment)


@folds(BlackoutStarted)
def blackout_started(case: Case, event: BlackoutStarted, moment: Moment) -> Case:
    """Silence."""
    return _closing(case, blackout=True)


@folds(BlackoutLifted)
def blackout_lifted(case: Case, event: BlackoutLifted, moment: Moment) -> Case:
    """Lifted."""
    return _closing(case, blackout=False)


@folds(NameReleased)
def name_released(case: Case, event: NameReleased, moment: Moment) -> Case:
    """Public."""
    return _closing(case, released=moment.at)


@folds(KinWished)
def kin_wished(case: Case, event: KinWished, moment: Moment) -> Case:
    """A wish of kin."""
    if event.wish == "never_name":
        return _closing(case, never_name=True)
    return _closing(case, hold_waived=True)
