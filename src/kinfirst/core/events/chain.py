"""Events of kin, the chain and the telling."""

from __future__ import annotations

from datetime import datetime

from kinfirst.core.events.base import Event
from kinfirst.core.facts import KinRecord
from kinfirst.core.places import Chain


class RollConfirmed(Event, frozen=True, kw_only=True):
    """The stale-record warning was answered (R67)."""

    note: str = ""


class KinAdded(Event, frozen=True, kw_only=True):
    """Somebody was put on the list of kin (R16)."""

    record: KinRecord


class KinExcluded(Event, frozen=True, kw_only=True):
    """Somebody was taken off it, on a document (R19)."""

    person: str
    ground: str
    evidence: str


class BondDeclared(Event, frozen=True, kw_only=True):
    """A person bereaved though no form names them (N7)."""

    person: str
    ground: str
    second: str


class ChainDrawn(Event, frozen=True, kw_only=True):
    """The places as they now stand. Drawn again whenever kin, offices or the event change (R16, R73)."""

    chain: Chain


class TieFound(Event, frozen=True, kw_only=True):
    """The pack's function cannot order these; an authority must (R17)."""

    persons: tuple[str, ...]


class TieDecided(Event, frozen=True, kw_only=True):
    """An authority ordered those the pack's function could not (R17)."""

    order: tuple[str, ...]
    why: str


class Assigned(Event, frozen=True, kw_only=True):
    """The notifier of record of a place (R31) and the reference by which a family can verify (R32)."""

    place: str
    lead: str
    team: tuple[str, ...] = ()
    interpreter: str | None = None
    reference: str | None = None


class Attempted(Event, frozen=True, kw_only=True):
    """A visit that told nobody; `again` is when the next is planned (R36). `when`: it was recorded later."""

    place: str
    result: str
    again: datetime
    when: datetime | None = None


class Told(Event, frozen=True, kw_only=True):
    """A person was told and understood, under this version of the facts (R28, R44).

    Recorded later than it happened (lateness.py), it says `when`, and by when the person must hear what came between:
    newer facts (`due`), a doubt (`doubt_due`), a retraction (`retract_due`).
    """

    place: str
    channel: str
    version: int
    interpreter: str | None = None
    when: datetime | None = None
    due: datetime | None = None
    doubt_due: datetime | None = None
    retract_due: datetime | None = None


class Condoled(Event, frozen=True, kw_only=True):
    """A person already knew (R34). `right` says whether what they knew stands; if not, they hear it by `due`.

    `doubt_due`, while somebody doubts the case: when they must hear of the doubt (R46). `when` and `retract_due` as in
    Told.
    """

    place: str
    source: str
    right: bool
    version: int
    due: datetime
    doubt_due: datetime | None = None
    when: datetime | None = None
    retract_due: datetime | None = None


class Searched(Event, frozen=True, kw_only=True):
    """A step of a search (R20, R36)."""

    person: str
    step: str
    result: str


class KinSearchEnded(Event, frozen=True, kw_only=True):
    """Every step recorded and no kin found (R20, R71)."""


class AgencyAsked(Event, frozen=True, kw_only=True):
    """Another agency was asked to tell (R20)."""

    place: str
    agency: str


class AgencyConfirmed(Event, frozen=True, kw_only=True):
    """The agency confirms that the person was told, when and by whom (R20). `doubt_due` as in Condoled."""

    place: str
    when: datetime
    name: str
    version: int
    doubt_due: datetime | None = None


class Acknowledged(Event, frozen=True, kw_only=True):
    """The adviser has the word for this place; the place is not settled (R41)."""

    place: str


class Leaked(Event, frozen=True, kw_only=True):
    """The news is out (R33). `when`: it was recorded later."""

    source: str
    about: str = ""
    when: datetime | None = None


class Overridden(Event, frozen=True, kw_only=True):
    """One rule waived, for a place or for the case, until a moment (R35)."""

    number: int
    rule: str
    place: str | None = None
    reason: str
    second: str
    until: datetime


class OverrideReviewed(Event, frozen=True, kw_only=True):
    """Somebody else looked at an override (R35)."""

    number: int
    note: str


class MadeAware(Event, frozen=True, kw_only=True):
    """Operational awareness, not a telling (R42)."""

    person: str
    why: str


class BlackoutStarted(Event, frozen=True, kw_only=True):
    """Communications blackout (R40)."""

    scope: str
    why: str


class BlackoutLifted(Event, frozen=True, kw_only=True):
    """The blackout is lifted (R40)."""

    why: str


class NameReleased(Event, frozen=True, kw_only=True):
    """The name is public (R39)."""


class KinWished(Event, frozen=True, kw_only=True):
    """What kin ask about the name (R39)."""

    wish: str
