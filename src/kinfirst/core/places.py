"""The chain as data: tiers of places (engine.md section 4).

A place is a person who must be told, known by that person's id; an office nobody can be found for is a place
without a person, known by `office:<name>`.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

KIN_TIERS = ("pnok", "kin")
AGENCY = "agency"


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One who must be told. `because` is the rule that put them here (R16).

    `for_whom` are the minors or protected people this place stands for (R18, R21); `relation` is empty for an
    office; `also` lists later offices this same person holds, settled by this one place (R70); `strict` means
    the channel of kin applies.
    """

    id: str
    person: str | None
    because: str
    relation: str = ""
    office: str | None = None
    also: tuple[str, ...] = ()
    for_whom: tuple[str, ...] = ()
    through: str | None = None
    strict: bool = False


class Tier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Places that may be told in any order, and at once. `opened` is when it became their turn (UTC)."""

    name: str
    places: tuple[Place, ...] = ()
    opened: datetime | None = None

    @property
    def kin(self) -> bool:
        """Whether this is a tier of kin: team, grade, hours and the strict channel apply."""
        return self.name in KIN_TIERS


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the list of kin who has no place, and why (R19)."""

    person: str
    because: str


class Chain(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All tiers in order, and who was left out with the reason."""

    tiers: tuple[Tier, ...] = ()
    removed: tuple[Removed, ...] = ()

    def places(self) -> tuple[Place, ...]:
        """Every place, the earliest tier first."""
        return tuple(place for tier in self.tiers for place in tier.places)

    def find(self, place: str) -> Place | None:
        """The place of that id, or the one that a person or an office stands in, settled by it included (R70)."""
        return next((p for p in self.places() if place in (p.id, p.person, p.office, *p.also)), None)

    def tier_of(self, place: str) -> Tier | None:
        """The tier in which a place stands."""
        return next((tier for tier in self.tiers if any(p.id == place for p in tier.places)), None)
