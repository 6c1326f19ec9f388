"""Events of facts, effects, support, organisations, time and closing."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kinfirst.core.events.base import Event


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in the inventory; `text` is a token of a note (R51)."""

    number: int
    text: str


class Amended(Event, frozen=True, kw_only=True):
    """A new version of the facts; whoever was told an older one hears it by `due` (R44)."""

    fact: str
    value: str
    why: str
    version: int
    due: datetime


class Corrected(Event, frozen=True, kw_only=True):
    """A person has now heard what stands (R44, R45, R46)."""

    person: str
    channel: str
    version: int


class Inventoried(Event, frozen=True, kw_only=True):
    """Effects listed by two people (R51)."""

    items: tuple[Item, ...]
    witness: str


class Treated(Event, frozen=True, kw_only=True):
    """Effects cleaned, wrapped or sealed (R52)."""

    items: tuple[int, ...]
    done: str
    seal: str | None = None


class Photographed(Event, frozen=True, kw_only=True):
    """The label of an item was photographed; `image` is a token of a note (R52)."""

    items: tuple[int, ...]
    image: str


class Transferred(Event, frozen=True, kw_only=True):
    """Effects given, not yet received (R52)."""

    items: tuple[int, ...]
    to: str
    seal: str | None = None
    where: str = ""


class Received(Event, frozen=True, kw_only=True):
    """Effects received; `incident` when the seal read is not the seal given (R52)."""

    items: tuple[int, ...]
    seal: str | None = None
    incident: bool = False


class EffectsReleased(Event, frozen=True, kw_only=True):
    """Effects given to the one entitled; final (R53)."""

    items: tuple[int, ...]
    to: str
    receipt: str


class EffectsUnclaimed(Event, frozen=True, kw_only=True):
    """The effects have waited as long as the pack allows before it must be reported (R54)."""


class SupportOffered(Event, frozen=True, kw_only=True):
    """Support was offered. Nothing else about it is in the ledger (R56)."""

    to: str


class OrgTold(Event, frozen=True, kw_only=True):
    """An organisation was told (R47, R48, R50)."""

    org: str
    number: str = ""


class OrgAnswered(Event, frozen=True, kw_only=True):
    """The organisation acknowledged (R50)."""

    org: str
    number: str = ""


class Viewed(Event, frozen=True, kw_only=True):
    """Somebody looked (R60)."""

    what: str


class TaskOverdue(Event, frozen=True, kw_only=True):
    """A task's time has passed: it is escalated."""

    task: str
    due: datetime


class HoldEnded(Event, frozen=True, kw_only=True):
    """The hold on the public name has run out (R39)."""


class CaseClosed(Event, frozen=True, kw_only=True):
    """The case is closed (R58)."""


class CaseReopened(Event, frozen=True, kw_only=True):
    """The case is open again, under the same number (R58)."""
