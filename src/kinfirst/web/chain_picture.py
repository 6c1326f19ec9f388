"""The chain as a picture: tiers in order, in each the places, and of each place why it is there and how it stands."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from django.utils.translation import gettext as _

from kinfirst.core.case import Case, Telling
from kinfirst.core.errors import Reason
from kinfirst.core.facts import Person
from kinfirst.core.gate import held_for_kin, open_tiers, settled
from kinfirst.core.offers import against
from kinfirst.core.offices import holder
from kinfirst.core.places import AGENCY, Place, Tier
from kinfirst.core.policy import Policy
from kinfirst.core.probes import anyone, do
from kinfirst.core.timing import zone_named
from kinfirst.records.access import Sight
from kinfirst.web.wording import Text, office
from kinfirst.web.wording.because import because

DONE, TURN, LATER = "done", "turn", "later"


class PlaceShown(msgspec.Struct, frozen=True, kw_only=True):
    """One place. `state` is done, turn (it is theirs now) or later; moments are UTC, people are labels."""

    id: str
    who: str
    state: str
    because: str
    told: Telling | None = None
    told_by: str = ""
    passed: bool = False
    carriers: tuple[str, ...] = ()
    interpreter: str = ""
    reference: str = ""
    through: Text = ""
    for_whom: tuple[str, ...] = ()
    also: tuple[Text, ...] = ()
    attempts: int = 0
    again: datetime | None = None
    handed: datetime | None = None
    blocks: tuple[Reason, ...] = ()
    zone: ZoneInfo | None = None
    zone_name: str = ""


class TierShown(msgspec.Struct, frozen=True, kw_only=True):
    """One tier, and since when it is open (UTC)."""

    title: Text
    kin: bool
    state: str
    opened: datetime | None
    places: tuple[PlaceShown, ...]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The whole chain. `waiting_for_kin`: nobody stands in the kin tiers and only a search may go on (R71)."""

    tiers: tuple[TierShown, ...]
    left_out: tuple[tuple[str, str], ...]
    waiting_for_kin: bool


def picture(sight: Sight, now: datetime) -> Picture | None:
    """The chain of a case as its viewer may see it; None while it is not drawn."""
    case, policy, chain = sight.state, sight.policy, sight.state.chain
    if chain is None:
        return None
    turn = {tier.name for tier in open_tiers(case, policy)}
    tiers = tuple(_tier(sight, tier, now, is_turn=tier.name in turn) for tier in chain.tiers)
    left_out = tuple((_left(sight, gone.person), because(gone.because)) for gone in chain.removed)
    return Picture(tiers=tiers, left_out=left_out, waiting_for_kin=held_for_kin(case, policy))


def _left(sight: Sight, who: str) -> str:
    return str(office(who)) if who.startswith("office:") else sight.label(who)


def _tier(sight: Sight, tier: Tier, now: datetime, *, is_turn: bool) -> TierShown:
    places = tuple(_place(sight, place, now, is_turn=is_turn) for place in tier.places)
    finished = all(place.state == DONE for place in places)
    state = (DONE if places or is_turn else LATER) if finished else (TURN if is_turn else LATER)
    return TierShown(title=office(tier.name), kin=tier.kin, state=state, opened=tier.opened, places=places)


def _place(sight: Sight, place: Place, now: datetime, *, is_turn: bool) -> PlaceShown:
    case = sight.state
    finished = settled(case, place)
    held, told = case.assigned.get(place.id), case.told.get(place.person or "")
    person = case.facts.persons.get(place.person or "")
    return PlaceShown(
        id=place.id,
        who=called(sight, place),
        state=DONE if finished else (TURN if is_turn else LATER),
        because=because(place.because),
        told=told,
        told_by=sight.label(told.by) if told else "",
        passed=finished and told is None,
        carriers=tuple(sight.label(who) for who in held.people) if held else (),
        interpreter=sight.label(held.interpreter) if held and held.interpreter else "",
        reference=held.reference or "" if held and not finished else "",
        through=office(place.through) if place.through else "",
        for_whom=tuple(sight.label(who) for who in place.for_whom),
        also=tuple(office(name) for name in place.also) if "kin" in sight.revealed else (),
        attempts=case.attempts.get(place.id, 0),
        again=None if finished else case.again.get(place.id),
        handed=None if finished else case.handed.get(place.id),
        blocks=() if finished else blocks(case, sight.policy, place, now),
        zone=zone_named(person.zone) if person else None,
        zone_name=(person.zone or "") if person else "",
    )


def called(sight: Sight, place: Place) -> str:
    """What a place is called: kin by relation, an office by its name, until kin were asked for; then by name."""
    if place.person is None:
        return _("%(office)s, vacant") % {"office": office(place.office or place.id)}
    if place.person == AGENCY:
        return _("Another agency")
    if place.office is None:
        return sight.label(place.person)
    named = "kin" in sight.revealed or place.person == sight.viewer.id
    return f"{sight.label(place.person)} ({office(place.office)})" if named else str(office(place.office))


def blocks(case: Case, policy: Policy, place: Place, now: datetime) -> tuple[Reason, ...]:
    """What keeps this person from being told now, by the one who carries the word, else by anybody fit."""
    carrier = _carrier(case, place)
    ways = (do("tell", place=place.id, channel=channel, understood=True) for channel in policy.channel.rank[::-1])
    found = [against(case, carrier, way, policy=policy, now=now) for way in ways]
    return min(found, key=len, default=())


def _carrier(case: Case, place: Place) -> Person:
    held = case.assigned.get(place.id)
    who = held.lead if held else (holder(case, place.through) if place.through else None)
    if who is None:
        return anyone(1)
    known = case.facts.persons.get(who) or Person(id=who)
    return known if known.roles else msgspec.structs.replace(known, roles=("notifier",))
