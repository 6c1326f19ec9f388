"""Whose turn it is (R20, R23, R42, R71, R73): which places are settled, which are open."""

from __future__ import annotations

from datetime import datetime

from kinfirst.core.case import Case
from kinfirst.core.places import Place, Tier
from kinfirst.core.policy import Policy

SETTLING_WAIVERS = ("R20", "R73")
KIN_WAIVERS = ("R20", "R71")
SEEING = "R60"
"""The rule on who sees what: an exception to it is for one reader, who is its place (decision 0006)."""


def settled(case: Case, place: Place) -> bool:
    """Whether a place needs nobody any more: told, condoled, confirmed by an agency, or passed by an override."""
    return place.person in case.told or place.id in case.passed


def held_for_kin(case: Case, policy: Policy) -> bool:
    """Whether the chain waits for kin to be found (R71).

    Nobody stands in the kin tiers: only a recorded search may go on from here, and where the pack says `stop`
    only an authority.
    """
    chain = case.chain
    if chain is None or case.kinship.waived or any(tier.kin and tier.places for tier in chain.tiers):
        return False
    return case.kinship.none_found is None or policy.kin.none == "stop"


def open_tiers(case: Case, policy: Policy) -> tuple[Tier, ...]:
    """The tiers whose turn it is: all earlier ones settled; after a leak the kin tiers together (R23, R33)."""
    if case.chain is None or case.retracted or case.closing.closed:
        return ()
    found: list[Tier] = []
    for tier in case.chain.tiers:
        if not tier.kin and held_for_kin(case, policy):
            break
        found.append(tier)
        done = all(settled(case, place) for place in tier.places)
        if not done and not (case.closing.leak and tier.name == "pnok"):
            break
    if case.closing.leak and any(not settled(case, p) for t in found[:1] for p in t.places):
        return tuple(tier for tier in found if tier.kin)
    return tuple(found)


def open_places(case: Case, policy: Policy) -> tuple[Place, ...]:
    """Places that may be told now: of an open tier and not settled."""
    return tuple(p for tier in open_tiers(case, policy) for p in tier.places if not settled(case, p))


def is_open(case: Case, policy: Policy, place: Place) -> bool:
    """Whether it is this place's turn."""
    return any(place.id == p.id for tier in open_tiers(case, policy) for p in tier.places)


def all_settled(case: Case, policy: Policy) -> bool:
    """Whether every place is settled and nobody waits to be found."""
    if case.chain is None or held_for_kin(case, policy):
        return False
    return all(settled(case, place) for place in case.chain.places())


def kin_settled(case: Case, policy: Policy) -> bool:
    """Whether every place of kin is settled (R42)."""
    if case.chain is None or held_for_kin(case, policy):
        return False
    return all(settled(case, place) for tier in case.chain.tiers if tier.kin for place in tier.places)


def kin_settled_at(case: Case, policy: Policy) -> datetime | None:
    """When the last of kin came to know: the hold on the public name runs from here (R39). None before that."""
    if case.chain is None or not kin_settled(case, policy):
        return None
    people = [p.person for tier in case.chain.tiers if tier.kin for p in tier.places]
    told = [case.told[who].at for who in people if who in case.told]
    return max(told, default=case.kinship.none_found or case.death.recorded_at)
