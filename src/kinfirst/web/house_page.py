"""Cover as people read it: who has whose patients, until when, and where nobody has (R55, R76)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kinfirst.core.house import House
from kinfirst.web import colleagues
from kinfirst.web.here import Here


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """Patients of one clinician with another, or offered to them; moments are UTC, people are names."""

    of: str
    to: str
    count: int
    until: datetime
    recall: str
    waiting: bool = False
    mine: bool = False


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Patients whose cover ran out with nobody following: `last` had them, since when nobody has."""

    last: str
    count: int
    since: datetime


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """How many living patients somebody has."""

    who: str
    count: int


class HouseShown(msgspec.Struct, frozen=True, kw_only=True):
    """The house at a glance. `off` are the names of those off duty."""

    gaps: tuple[Gap, ...]
    covers: tuple[Cover, ...]
    loads: tuple[Load, ...]
    off: tuple[str, ...]


def people_in(house: House) -> set[str]:
    """Everybody whose name the house is shown with: clinicians, never patients."""
    offers = {who for offer in house.offers for who in (offer.by, offer.to)}
    return offers | {ward.clinician for ward in house.patients.values()} | set(house.off)


def house_shown(here: Here, house: House, names: dict[str, str] | None = None) -> HouseShown:
    """The house for one viewer; `names` as `colleagues.names_of` gave them for `people_in`."""
    named = colleagues.names_of(here.viewer, people_in(house)) if names is None else names

    def name(who: str) -> str:
        return named.get(who, "?")

    return HouseShown(
        gaps=_gaps(house, named),
        covers=tuple(_covers(here, house, named)),
        loads=tuple(
            Load(who=name(who), count=len(house.of(who)))
            for who in sorted({ward.clinician for ward in house.patients.values()}, key=name)
        ),
        off=tuple(sorted(name(who) for who in house.off)),
    )


def _gaps(house: House, named: dict[str, str]) -> tuple[Gap, ...]:
    ended: dict[tuple[str, datetime], int] = {}
    for ward in house.patients.values():
        if ward.ended is not None:
            ended[ward.clinician, ward.ended] = ended.get((ward.clinician, ward.ended), 0) + 1
    return tuple(
        Gap(last=named.get(who, "?"), count=count, since=since)
        for (who, since), count in sorted(ended.items(), key=lambda pair: pair[0][1])
    )


def _covers(here: Here, house: House, named: dict[str, str]) -> list[Cover]:
    """Hand-overs in force, then those that nobody has answered."""
    carried = [ward.offer for ward in house.patients.values() if ward.ended is None]
    shown = []
    for offer in house.offers:
        waiting = offer.state == "offered"
        count = len(offer.patients) if waiting else carried.count(offer.number)
        if count:
            shown.append(
                Cover(
                    of=named.get(offer.by, "?"),
                    to=named.get(offer.to, "?"),
                    count=count,
                    until=offer.until,
                    recall=offer.recall,
                    waiting=waiting,
                    mine=here.viewer.id in (offer.by, offer.to),
                )
            )
    return sorted(shown, key=lambda cover: (not cover.waiting, cover.until))
