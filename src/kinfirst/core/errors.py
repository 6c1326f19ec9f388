"""What can go wrong, as one small tree, and the refusal: an answer, not an exception.

A `Refusal` is what `decide` returns when rules stand in the way. Exceptions are for input that cannot be
judged at all (a file that does not parse, a record that does not verify). No text in here ever carries a
person's name.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class KinfirstError(Exception):
    """Something Kinfirst cannot go on with. The message names what, where and what would be right."""


class BadInput(KinfirstError):
    """Input that cannot be read: unknown key, wrong type, impossible time, unknown person."""


class BrokenRecord(KinfirstError):
    """The record does not agree with itself: a digest, a snapshot or a seal that does not verify."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that stands in the way.

    `rule` is `R01`..`R76`, or `role`, `stage`, `argument`, `busy` (engine.md section 1). `text` is one plain
    sentence: what, and what would unblock it. `until` is set (UTC) where waiting is enough. What is `final` no
    override lifts, whatever rule it is of (R35).
    """

    rule: str
    text: str
    until: datetime | None = None
    place: str | None = None
    final: bool = False


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Every rule a command broke. A refused command changes nothing and is itself recorded (R35, R59)."""

    command: str
    reasons: tuple[Reason, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rule ids, each once, in the order in which they were found."""
        return tuple(dict.fromkeys(reason.rule for reason in self.reasons))
