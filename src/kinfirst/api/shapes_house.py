"""What the API answers with where it is not one case: policies, offers, the house, sign-in, visits."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta

from kinfirst.api.shapes import Moment, OpenTask, Shape
from kinfirst.core.errors import Reason


class PolicyReading(Shape, frozen=True, kw_only=True):
    """The edition a case is decided under, its values by key, and where each comes from (R16).

    `changed`: it is not word for word an edition shipped with this program, so its sources are those of the
    edition it was made from, if any.
    """

    id: str
    title: str
    effective: date
    changed: bool
    values: dict[str, Any]
    sources: dict[str, str]
    unverified: tuple[str, ...]


class PackLine(Shape, frozen=True, kw_only=True):
    """A policy pack shipped with this program, and the days from which its editions hold."""

    id: str
    title: str
    editions: tuple[date, ...]


class Packs(Shape, frozen=True, kw_only=True):
    """Every shipped pack, and the edition that new cases of the reader's realm open under."""

    packs: tuple[PackLine, ...]
    in_force: str | None
    in_force_since: date | None


class OfferLine(Shape, frozen=True, kw_only=True):
    """A command the reader may give now, or what still blocks it; `until` is when waiting alone clears it.

    `subject` is what it is about and fills `argument`; empty for the case as a whole.
    """

    command: str
    subject: str
    argument: str
    possible: bool
    reasons: tuple[Reason, ...]
    until: Moment | None


class Offers(Shape, frozen=True, kw_only=True):
    """What the reader may do now. Commands that their role or the stage excludes are left out."""

    offers: tuple[OfferLine, ...]


class PatientLine(Shape, frozen=True, kw_only=True):
    """A living patient: whose, until when under an accepted hand-over, and whether that ran out (R55, R76)."""

    patient: str
    clinician: str
    until: Moment | None
    ended: Moment | None


class CoverOffer(Shape, frozen=True, kw_only=True):
    """Patients offered by one clinician to another (R55)."""

    number: int
    by: str
    to: str
    patients: tuple[str, ...]
    until: Moment
    recall: str
    at: Moment
    state: str


class HouseReading(Shape, frozen=True, kw_only=True):
    """Everybody's living patients, the offers of cover, who is off, and the tasks of the house."""

    patients: tuple[PatientLine, ...]
    offers: tuple[CoverOffer, ...]
    off: tuple[str, ...]
    tasks: tuple[OpenTask, ...]


class Me(Shape, frozen=True, kw_only=True):
    """Who the reader is here."""

    person: str
    realm: str
    exercise: bool
    roles: tuple[str, ...]
    credentials: tuple[str, ...]


class VisitAnswer(Shape, frozen=True, kw_only=True):
    """`yes, ours` or `not known`, and nothing more (R32)."""

    answer: Literal["yes, ours", "not known"]


class NewToken(Shape, frozen=True, kw_only=True):
    """A token just made; `token` is not shown again."""

    id: str
    token: str
    expires: Moment | None


class TokenLine(Shape, frozen=True, kw_only=True):
    """A token that holds; `last_used` to the hour."""

    id: str
    label: str
    created: Moment
    expires: Moment | None
    last_used: Moment | None


class TokenList(Shape, frozen=True, kw_only=True):
    """The tokens of the account that asks."""

    tokens: tuple[TokenLine, ...]


class Ended(Shape, frozen=True, kw_only=True):
    """The token that has ended."""

    id: str


class VisitQuestion(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The reference the family was given; blanks, dashes and case do not matter."""

    reference: Annotated[str, Meta(min_length=1, max_length=60)]


class SignIn(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A username and password, and the code of the second factor where the account has one."""

    username: Annotated[str, Meta(min_length=1, max_length=150)]
    password: Annotated[str, Meta(min_length=1, max_length=1000)]
    code: Annotated[str, Meta(max_length=40)] = ""
    label: Annotated[str, Meta(min_length=1, max_length=80)] = "signed in through the API"
    hours: Annotated[int, Meta(ge=1, le=24)] = 12
