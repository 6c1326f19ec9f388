"""The port of every channel: a letter is packed into the bytes that will leave, looked at, and only then carried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said, once, to one receiver.

    `key` is the idempotency key; `to` an address of the kind the channel reaches, else the holder of the task
    or the organisation; `facts` are ids, alias and codes for a machine to read; `at` is now, UTC.
    """

    key: str
    kind: Literal["page", "org", "void"]
    to: str
    subject: str
    text: str
    facts: dict[str, str]
    at: datetime


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of carrying a letter.

    `taken`: the receiver has it. `refused`: it never will. `not_now`: it certainly did not arrive, try later.
    `wait`: the receiver asks for `pause`. `unclear`: it may have arrived; only a person can say.
    """

    state: Literal["taken", "refused", "not_now", "wait", "unclear"]
    result: str = ""
    pause: timedelta = timedelta()


class Parcel(Protocol):
    """A letter ready to go."""

    @property
    def wire(self) -> bytes:
        """The bytes that will leave, but for the receiver's own address: what the scanner reads (R72)."""
        ...

    def carry(self) -> Outcome:
        """Carries it, once. Never raises for what a network or a receiver does."""
        ...


class Channel(Protocol):
    """One way out. `reaches` is the kind of contact it needs: `email`, `phone`, or empty for none."""

    @property
    def reaches(self) -> str:
        """The kind of contact in the registry that this channel needs, empty when it needs none."""
        ...

    def pack(self, letter: Letter) -> Parcel:
        """Makes the letter ready. Nothing leaves."""
        ...


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """Which channels are real here. `exercise` is the only one that an exercise ever reaches (R68); `orgs` is by
    organisation; `address` is where people open what a message points at."""

    pages: tuple[Channel, ...]
    orgs: Mapping[str, Channel]
    exercise: Channel
    address: str
