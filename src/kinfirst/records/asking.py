"""What is asked of the record and what it answers, between the steps of one command."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kinfirst.core.errors import Refusal
from kinfirst.core.events import AnyEvent
from kinfirst.core.task import Task
from kinfirst.records.repeats import Kept


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for what, where and when; the command itself travels beside it. `case` is the case's id.

    `happened`: when it was done, where that was before `now`, and only its record comes now (decision 0005).
    """

    name: str
    realm: str
    by: str
    now: datetime
    case: str | None
    happened: datetime | None = None


class Stands(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case stands once something was done: its stage, the version of its facts (R44), what is new to do. The
    house has a name and no version."""

    alias: str
    stage: str
    version: int
    opened: tuple[Task, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: in which ledger, from which entry to which, or why it was refused."""

    case: str | None
    ledger: str | None = None
    first: int = 0
    seq: int = 0
    events: tuple[AnyEvent, ...] = ()
    refusal: Refusal | None = None
    stands: Stands | None = None

    def kept(self) -> Kept:
        """The part that is kept under an idempotency key."""
        return Kept(
            case=self.case,
            ledger=self.ledger,
            first=self.first,
            seq=self.seq,
            refusal=self.refusal,
            answer=None,
        )
