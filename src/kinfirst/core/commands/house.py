"""Commands of the house: cover and duty (R55, R76)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kinfirst.core.commands.words import Do, Ref, Words


class Ipass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The four spoken parts of a hand-over; the fifth, synthesis, is the receiver's read-back (R55)."""

    illness: Words = ""
    summary: Words = ""
    actions: Words = ""
    contingency: Words = ""


class HandOver(Do, frozen=True, kw_only=True):
    """Offer living patients to another clinician (R55)."""

    patients: tuple[Ref, ...]
    to: Ref
    until: datetime
    recall: Literal["never", "emergency", "any"] = "never"
    ipass: Ipass = Ipass()


class AcceptCover(Do, frozen=True, kw_only=True):
    """Accept an offer, reading it back; `offer` is its number or the one who offered (R55)."""

    offer: Ref
    read_back: Words = ""


class DeclineCover(Do, frozen=True, kw_only=True):
    """Decline an offer."""

    offer: Ref
    read_back: Words = ""


class GoOff(Do, frozen=True, kw_only=True):
    """Leave duty (R07, R55)."""


class Recall(Do, frozen=True, kw_only=True):
    """Call somebody back (R55)."""

    person: Ref
    why: Literal["emergency", "other"]
