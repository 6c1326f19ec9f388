"""The office tiers: who holds an office is asked when its tier opens, not when the chain is drawn (R73)."""

from __future__ import annotations

from kinfirst.core.case import Case
from kinfirst.core.places import Place, Removed, Tier
from kinfirst.core.policy import OfficeTier, Policy

VACANT = "office:"


def office_name(case: Case, tier: OfficeTier | str) -> str | None:
    """The office a tier means for this casualty; None where the casualty belongs to no division."""
    name = tier if isinstance(tier, str) else tier.office
    if name != "division_head":
        return name
    casualty = case.facts.persons.get(case.casualty or "")
    return f"division_head:{casualty.division}" if casualty and casualty.division else None


def holder(case: Case, office: str) -> str | None:
    """Who answers for an office now: the holder, else the first deputy who is neither dead, away nor the casualty.

    Once somebody was told for the office it has the word, wherever they are since; no deputy is told again (R70).
    """
    known = case.facts.office(office)
    if known is None:
        return None
    kept = _opened_holder(case, office)
    if kept in case.told:
        return kept
    line = ((kept,) if kept else ()) + ((known.holder,) if known.holder else ()) + known.deputies
    return next((who for who in line if _available(case, who)), None)


def _available(case: Case, who: str) -> bool:
    person = case.facts.persons.get(who)
    return person is not None and who != case.casualty and not person.dead and not person.away


def _opened_holder(case: Case, office: str) -> str | None:
    """Who the office resolved to when its tier opened: that holds, as long as they are available (R73)."""
    for tier in case.chain.tiers if case.chain else ():
        if tier.opened is not None:
            for place in tier.places:
                if place.office == office and place.person is not None:
                    return place.person
    return None


def office_tiers(
    case: Case, policy: Policy, seen: dict[str, str]
) -> tuple[tuple[Tier, ...], tuple[Removed, ...], dict[str, tuple[str, ...]]]:
    """The office tiers in order, what was left out, and offices whose holder already has an earlier place (R70)."""
    tiers: list[Tier] = []
    left_out: list[Removed] = []
    also: dict[str, tuple[str, ...]] = {}
    placed = dict(seen)
    for tier in policy.tiers:
        office = office_name(case, tier)
        if office is None:
            left_out.append(Removed(person=VACANT + tier.office, because="the casualty belongs to no division"))
            continue
        who = holder(case, office)
        if who is not None and who in placed:
            also[placed[who]] = (*also.get(placed[who], ()), office)
            tiers.append(Tier(name=tier.office))
            continue
        place = Place(
            id=who or VACANT + office,
            person=who,
            because=f"office: {tier.office}" if who else f"office: {tier.office}, vacant",
            office=office,
            through=office_name(case, tier.through) if tier.through else None,
        )
        if who is not None:
            placed[who] = place.id
        tiers.append(Tier(name=tier.office, places=(place,)))
    return tuple(tiers), tuple(left_out), also
