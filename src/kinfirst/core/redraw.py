"""Drawing again: the chain follows every change of kin, office, event and age (engine.md 4.10, R18). Pure."""

from __future__ import annotations

from calendar import isleap
from datetime import date, datetime

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.chain import draw
from kinfirst.core.events import ChainDrawn, TieFound
from kinfirst.core.facts import Person
from kinfirst.core.gate import open_tiers, settled
from kinfirst.core.kinship import spared
from kinfirst.core.places import Chain
from kinfirst.core.policy import Policy
from kinfirst.core.timing import midnight


def redrawn(case: Case, policy: Policy, now: datetime) -> tuple[ChainDrawn | TieFound, ...]:
    """The chain as it stands now, if it differs from the one on record.

    A new tie leaves the old chain standing and asks for a decision (R17).
    """
    if case.chain is None or case.retracted or case.closing.closed:
        return ()
    drawing = draw(case, policy, now)
    if drawing.tied:
        return (TieFound(persons=drawing.tied),) if drawing.tied != case.kinship.tied else ()
    chain = with_openings(case, drawing.chain, policy, now)
    return (ChainDrawn(chain=chain),) if chain != case.chain else ()


def with_openings(case: Case, chain: Chain, policy: Policy, now: datetime) -> Chain:
    """The chain with the moment at which each open tier became open."""
    before = {tier.name: tier.opened for tier in case.chain.tiers} if case.chain else {}
    trial = msgspec.structs.replace(case, chain=chain)
    opened = {tier.name for tier in open_tiers(trial, policy)}
    tiers = tuple(
        msgspec.structs.replace(tier, opened=before.get(tier.name) or (now if tier.name in opened else None))
        for tier in chain.tiers
    )
    return msgspec.structs.replace(chain, tiers=tiers)


def may_age(case: Case, policy: Policy) -> bool:
    """Whether a birthday can have changed the chain since it was drawn: somebody was young when the case was opened.

    Rather too often than not once: a year more than the age that counts, whatever the zone (R18).
    """
    if case.opened_at is None:
        return False
    young, day = 366 * (policy.kin.adult + 1), case.opened_at.date()
    return any(one.born is not None and (day - one.born).days < young for one in case.facts.persons.values())


def next_coming_of_age(case: Case, policy: Policy) -> datetime | None:
    """When (UTC) the next minor for whom somebody else is still to be told may hear it themselves (R18)."""
    if case.chain is None or case.retracted or case.closing.closed:
        return None
    waiting = {who for place in case.chain.places() if not settled(case, place) for who in place.for_whom}
    known = (case.facts.persons.get(who) for who in waiting if not spared(case, who))
    grown = (grown_up(person, policy.kin.adult) for person in known if person is not None and person.born)
    return min((at for at in grown if redrawn(case, policy, at)), default=None)


def grown_up(person: Person, adult: int) -> datetime:
    """The moment (UTC) from which somebody is of age: midnight of that birthday where they live."""
    if person.born is None:
        raise ValueError("nobody knows when this person comes of age")
    year, (month, day) = person.born.year + adult, (person.born.month, person.born.day)
    if (month, day) == (2, 29) and not isleap(year):
        month, day = 3, 1
    return midnight(date(year, month, day), person.zone)
