"""Told in turn: what somebody who was told may know, say and do now, and when more comes (R41-R44)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from django.utils.translation import gettext_lazy as _

from kinfirst.core.assigning import is_kin_place
from kinfirst.core.case import Case, Telling
from kinfirst.core.closing import hold_until
from kinfirst.core.gate import kin_settled, kin_settled_at, settled
from kinfirst.core.offers import Offer, offers_of
from kinfirst.core.places import Place
from kinfirst.records.access import Sight
from kinfirst.records.board import MOST, Wanted, board
from kinfirst.web import case_page
from kinfirst.web.chain_picture import called
from kinfirst.web.here import Here
from kinfirst.web.wording import Text, office, word


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Something that comes, or has come: in words, when (UTC), whether it is past."""

    title: Text
    at: datetime | None
    done: bool


class Through(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom this person tells, because the channel leads through them (R41)."""

    place: str
    who: str
    acknowledged: bool
    may_acknowledge: bool
    tell: Offer | None
    channels: tuple[tuple[str, Text], ...]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One case somebody was told of. `kin`: they are family. `aware`: they know so that they can act (R42)."""

    case: str
    alias: str
    name: str | None
    told: Telling | None
    by: str
    kin: bool
    aware: bool
    office: Text
    version: int
    owed: datetime | None
    doubted: bool
    withdrawn: bool
    family_done: bool
    family_at: datetime | None
    public: datetime | None
    blackout: bool
    never_named: bool
    facts: tuple[tuple[Text, str], ...]
    steps: tuple[Step, ...]
    through: tuple[Through, ...]


def turns(here: Here) -> tuple[Turn, ...]:
    """Every case this person was told of or made aware of, the newest first. Nothing of a case before their turn."""
    found: list[Turn] = []
    for stage in ("", "closed", "retracted"):
        for line in board(here.viewer, Wanted(stage=stage, limit=MOST)).lines:
            if line.id not in {turn.case for turn in found}:
                turn = _turn(here, here.case(line.id))
                found += [turn] if turn is not None else []
    return tuple(sorted(found, key=lambda one: one.told.at if one.told else here.now, reverse=True))


def _turn(here: Here, sight: Sight) -> Turn | None:
    case, me = sight.state, here.viewer.id
    telling = case.told.get(me)
    if telling is None and me not in case.aware:
        return None
    place = case.chain.find(me) if case.chain else None
    duties = [d for d in (case.corrections.get(me), case.doubt_duties.get(me), case.retract_duties.get(me)) if d]
    latest = {one.fact: one for one in case.amendments}
    shown = "identity" in sight.revealed
    return Turn(
        case=sight.id,
        alias=sight.alias,
        name=sight.name,
        told=telling,
        by=sight.label(telling.by) if telling else "",
        kin=place is not None and is_kin_place(case, place) and not place.office,
        aware=telling is None,
        office=office(place.office) if place and place.office else "",
        version=case.version,
        owed=min((duty.due for duty in duties), default=None),
        doubted=bool(case.doubts),
        withdrawn=case.retracted is not None,
        family_done=kin_settled(case, sight.policy),
        family_at=kin_settled_at(case, sight.policy),
        public=case.closing.released,
        blackout=case.closing.blackout,
        never_named=case.closing.never_name,
        facts=tuple((word(f), sight.text(one.value, "identity") or "") for f, one in latest.items()) if shown else (),
        steps=tuple(_steps(sight)),
        through=tuple(_through(here, sight)),
    )


def _steps(sight: Sight) -> Iterator[Step]:
    """What comes, in order: the family, the offices, the end of the hold."""
    case, policy = sight.state, sight.policy
    yield Step(title=_("The family knows"), at=kin_settled_at(case, policy), done=kin_settled(case, policy))
    for tier in case.chain.tiers if case.chain else ():
        if tier.kin or not tier.places:
            continue
        tellings = [case.told.get(place.person or "") for place in tier.places]
        done = all(settled(case, place) for place in tier.places)
        at = max((one.at for one in tellings if one), default=None) if done else None
        yield Step(title=office(tier.name), at=at, done=done)
    ends = hold_until(case, policy)
    if not case.closing.never_name:
        yield Step(title=_("The name may become public"), at=ends, done=case.closing.hold_ended)


def _through(here: Here, sight: Sight) -> Iterator[Through]:
    case, policy = sight.state, sight.policy
    if case.chain is None:
        return
    seen = case_page.met(here, sight)
    mine = {name: _offers(name, seen, here, sight) for name in ("acknowledge", "tell")}
    for place in _carried(case, here.viewer.id):
        offers = {name: found.get(place.id) for name, found in mine.items()}
        knows = offers["acknowledge"]
        yield Through(
            place=place.id,
            who=called(sight, place),
            acknowledged=place.id in case.acknowledged,
            may_acknowledge=knows is not None and knows.possible and place.id not in case.acknowledged,
            tell=offers["tell"],
            channels=tuple((code, word(code)) for code in policy.channel.office),
        )


def _offers(name: str, seen: Case, here: Here, sight: Sight) -> dict[str, Offer]:
    found = offers_of(name, seen, here.viewer.person, policy=sight.policy, now=here.now)
    return {one.subject: one for one in found}


def _carried(case: Case, me: str) -> Iterator[Place]:
    """Places told through an office that this person holds, not yet settled."""
    for place in case.chain.places() if case.chain else ():
        through = case.chain.find(place.through) if case.chain and place.through else None
        if through is not None and through.person == me and not settled(case, place):
            yield place
