"""How a worker goes about it."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from kinfirst.core.errors import BadInput

LARGEST_BATCH = 1000


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`batch` ledgers are ticked in one transaction; `lanes` messages are carried at once; a claim is given up
    after `lease`. `seal_every` of nothing means that this worker makes no seals, `send` that messages leave."""

    batch: int = 500
    lanes: int = 8
    lease: timedelta = timedelta(minutes=2)
    seal_every: timedelta = timedelta(hours=1)
    send: bool = True

    def __post_init__(self) -> None:
        """Refuses (BadInput) numbers that mean nothing."""
        if not 1 <= self.batch <= LARGEST_BATCH:
            raise BadInput(f"batch: a whole number from 1 to {LARGEST_BATCH}")


def duration(text: str, argument: str) -> timedelta:
    """A time span in ISO 8601, such as PT1H or P1D. Refuses (BadInput) anything else, and what is negative."""
    try:
        found: timedelta = msgspec.convert(text.strip(), timedelta)
    except msgspec.ValidationError:
        raise BadInput(f"{argument}: write it as an ISO 8601 duration, such as PT1H or P1D") from None
    if found < timedelta():
        raise BadInput(f"{argument}: a duration is not negative")
    return found
