"""Commands of kin, the chain and the telling."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from kinfirst.core.commands.words import Channel, Do, Key, Label, Ref, Words


class ConfirmRoll(Do, frozen=True, kw_only=True):
    """Answer the stale-record warning (R67)."""

    note: Words = ""


class AddKin(Do, frozen=True, kw_only=True):
    """Put somebody on the list of kin of this case (R16, R18, R22)."""

    person: Ref
    relation: Key
    guardian: Ref | None = None
    listed: bool = False
    emergency_contact: bool = False


class ExcludeKin(Do, frozen=True, kw_only=True):
    """Take somebody off the list, on a document (R19)."""

    person: Ref
    ground: Literal["dead", "unlocatable", "incapacitated", "declined", "disqualified"]
    evidence: str = ""


class DeclareBond(Do, frozen=True, kw_only=True):
    """Name the person who will be bereaved though no form names them (N7)."""

    person: Ref
    ground: Words = ""
    second: Ref | None = None


class DrawChain(Do, frozen=True, kw_only=True):
    """Draw the places, in tiers (R16)."""


class DecideTie(Do, frozen=True, kw_only=True):
    """An authority orders those whom the pack's function cannot (R17)."""

    order: tuple[Ref, ...]
    why: Words = ""


class Assign(Do, frozen=True, kw_only=True):
    """Name who carries the word (R29, R30, R31, R37, R69). `reference` lets the family verify the visit (R32)."""

    place: Ref
    lead: Ref
    team: tuple[Ref, ...] = ()
    interpreter: Ref | None = None
    reference: Label | None = None


class Attempt(Do, frozen=True, kw_only=True):
    """Knocked, and not told (R25, R31, R36)."""

    place: Ref
    result: Key


class Tell(Do, frozen=True, kw_only=True):
    """A person was told, face to face unless the policy says otherwise, and understood (R23, R27, R28)."""

    place: Ref
    channel: Channel
    understood: bool = False
    interpreter: Ref | None = None


class AlreadyAware(Do, frozen=True, kw_only=True):
    """They knew: condolence plus facts, not a telling (R34)."""

    place: Ref
    source: Words = ""
    right: bool


class Search(Do, frozen=True, kw_only=True):
    """A recorded step of the search for a person, or for any kin at all (R20, R36)."""

    person: Ref
    step: Key
    result: Words = ""


class NoKinFound(Do, frozen=True, kw_only=True):
    """Every step is recorded and there is nobody (R20, R71)."""


class HandToAgency(Do, frozen=True, kw_only=True):
    """Another agency is asked to tell. This settles nothing (R20)."""

    place: Ref
    agency: Words = ""


class AgencyConfirms(Do, frozen=True, kw_only=True):
    """The other agency says that it is done: when and by whom (R20)."""

    place: Ref
    at: datetime | None = None
    name: Words = ""


class Acknowledge(Do, frozen=True, kw_only=True):
    """The adviser has the word; the leader has not been told (R41)."""

    place: Ref


class Leak(Do, frozen=True, kw_only=True):
    """The news is out: the fast lane opens (R33)."""

    source: Words = ""
    about: Words = ""


class Override(Do, frozen=True, kw_only=True):
    """An authority waives one rule for a time, with a reason and a second person (R35)."""

    rule: Key
    place: Ref | None = None
    reason: Words = ""
    second: Ref | None = None
    minutes: int = 0


class ReviewOverride(Do, frozen=True, kw_only=True):
    """Somebody else looks at an override afterwards and says so (R35, R58). `override` is its number."""

    override: int
    note: Words = ""


class Awareness(Do, frozen=True, kw_only=True):
    """Operational awareness for one who must act: not a telling (R42)."""

    person: Ref
    why: Words = ""


class Blackout(Do, frozen=True, kw_only=True):
    """Communications blackout (R40)."""

    what: Literal["start", "lift"]
    scope: Words = ""
    why: Words = ""


class ReleaseName(Do, frozen=True, kw_only=True):
    """Make the name public (R39, R40)."""


class KinWish(Do, frozen=True, kw_only=True):
    """What kin ask about the name (R39)."""

    wish: Literal["waive_hold", "never_name"]
