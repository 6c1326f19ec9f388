"""Commands of facts, effects, organisations and closing."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from kinfirst.core.commands.words import Channel, Do, Key, Label, Picture, Ref, Term, Words


class Amend(Do, frozen=True, kw_only=True):
    """A fact changed: a new version, and a correction for everyone told an older one (R44)."""

    fact: Term
    value: Words = ""
    why: Words = ""


class Correct(Do, frozen=True, kw_only=True):
    """The person has now heard what stands (R44, R45, R46)."""

    person: Ref
    channel: Channel


class Inventory(Do, frozen=True, kw_only=True):
    """Effects listed item by item by two people; nothing found is `["none"]` (R51)."""

    items: tuple[Words, ...] = ()
    with_: Ref | None = field(default=None, name="with")


class Treat(Do, frozen=True, kw_only=True):
    """Clean, wrap or seal effects (R08, R52)."""

    item: Words | None = None
    all: bool = False
    done: Literal["cleaned", "wrapped", "sealed"]
    seal: Label | None = None


class Photograph(Do, frozen=True, kw_only=True):
    """Keep a photograph of the label of one item (R52). Evidence too may be photographed."""

    item: Words
    image: Picture


class Transfer(Do, frozen=True, kw_only=True):
    """The holder gives effects to another (R52)."""

    item: Words | None = None
    all: bool = False
    to: Ref
    seal: Label | None = None
    where: Words = ""


class Receive(Do, frozen=True, kw_only=True):
    """The named receiver takes them; a seal that differs is an incident (R52)."""

    item: Words | None = None
    all: bool = False
    seal: Label | None = None


class ReleaseEffects(Do, frozen=True, kw_only=True):
    """Give effects to the one entitled. It cannot be undone (R53)."""

    item: Words | None = None
    to: Ref
    id_seen: bool = False
    receipt: Words = ""


class OfferSupport(Do, frozen=True, kw_only=True):
    """Offer support to somebody who was there (R56)."""

    to: Ref


class TellOrg(Do, frozen=True, kw_only=True):
    """Tell an organisation (R47, R48, R50)."""

    org: Key
    number: Words = ""


class OrgAcknowledged(Do, frozen=True, kw_only=True):
    """The organisation says it has it (R50)."""

    org: Key
    number: Words = ""


class View(Do, frozen=True, kw_only=True):
    """Look at a part of the case; allowed or refused, both are recorded (R60)."""

    what: Literal["identity", "medical", "kin", "beneficiaries", "effects"]


class CloseCase(Do, frozen=True, kw_only=True):
    """Close the case (R58)."""


class ReopenCase(Do, frozen=True, kw_only=True):
    """Reopen it; it keeps its number (R58)."""
