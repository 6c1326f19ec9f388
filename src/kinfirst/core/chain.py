"""Drawing the chain: who is told, in which tier, and why (R16-R19, R21, R70, R73; engine.md section 4).

`draw` is a pure function of what the case knows, the policy and the day. Drawing twice gives the same, in
whatever order kin are listed.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.offices import office_tiers
from kinfirst.core.places import AGENCY, Chain, Place, Removed, Tier
from kinfirst.core.policy import Policy
from kinfirst.core.standing import Candidate, Problem, Standing, standing


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """The result of drawing: a chain, or what a person must decide first.

    `tied` are the persons only an authority can order (R17); `problems` are rule and sentence.
    """

    chain: Chain
    tied: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def draw(case: Case, policy: Policy, now: datetime) -> Drawing:
    """Draw the chain of a case as it stands at `now` (UTC).

    Kin for whom nobody can be told keep a place without a person: it stays open until somebody is named.
    """
    stand = standing(case, policy, now)
    kin_tiers = _kin_tiers(case, policy, stand)
    seen = {place.person: place.id for tier in kin_tiers for place in tier.places if place.person}
    offices, left_out, also = office_tiers(case, policy, seen)
    tiers = tuple(_with_also(tier, also) for tier in (*kin_tiers, *offices))
    chain = Chain(tiers=_keep_told(case, tiers), removed=(*stand.removed, *left_out))
    return Drawing(chain=chain, tied=stand.tied, problems=stand.problems)


def _kin_tiers(case: Case, policy: Policy, stand: Standing) -> tuple[Tier, Tier]:
    first = _merge(stand.first)
    if not first and not stand.others and case.kinship.none_found and policy.kin.none == "agency":
        first = (Place(id=AGENCY, person=AGENCY, because="kin.none: an agency takes the place of kin"),)
    taken = {place.id for place in first}
    others = tuple(place for place in _merge(stand.others) if place.id not in taken)
    merged = tuple(_also_for(place, stand.others) for place in first)
    return Tier(name="pnok", places=merged), Tier(name="kin", places=others)


def _merge(candidates: tuple[Candidate, ...]) -> tuple[Place, ...]:
    """One place a recipient, however many they stand for (R70)."""
    places: dict[str, Place] = {}
    for one in candidates:
        id = one.recipient or one.person
        known = places.get(id)
        stands_for = {
            *(known.for_whom if known else ()),
            *((one.person,) if one.person != one.recipient else ()),
        }
        places[id] = Place(
            id=id,
            person=one.recipient,
            because=known.because if known else one.because,
            relation=known.relation if known else one.relation,
            for_whom=tuple(sorted(stands_for)),
            strict=True,
        )
    return tuple(places.values())


def _also_for(place: Place, others: tuple[Candidate, ...]) -> Place:
    extra = {one.person for one in others if one.recipient == place.id and one.person != place.id}
    return msgspec.structs.replace(place, for_whom=tuple(sorted({*place.for_whom, *extra})))


def _with_also(tier: Tier, also: dict[str, tuple[str, ...]]) -> Tier:
    places = tuple(msgspec.structs.replace(p, also=also[p.id]) if p.id in also else p for p in tier.places)
    return msgspec.structs.replace(tier, places=places)


def _keep_told(case: Case, tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
    """Places told stay told, even when the person would have no place any more (engine.md 4.10)."""
    if case.chain is None:
        return tiers
    drawn = {place.id for tier in tiers for place in tier.places}
    kept: dict[str, list[Place]] = {}
    for old in case.chain.tiers:
        for place in old.places:
            if place.person in case.told and place.id not in drawn:
                kept.setdefault(old.name, []).append(place)
    return tuple(
        msgspec.structs.replace(tier, places=(*tier.places, *kept.pop(tier.name, ()))) for tier in tiers
    ) + tuple(Tier(name=name, places=tuple(places)) for name, places in kept.items())


def removed_reason(chain: Chain, person: str) -> Removed | None:
    """Why somebody on the list of kin has no place."""
    return next((gone for gone in chain.removed if gone.person == person), None)
