"""Filling a database with open cases."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from benchmarks import seeding

HOURS_TO_KIN = timedelta(hours=4)
SAY_EVERY = 10_000


def fill(*, cases: int, opened: str) -> dict[str, Any]:
    """A house, and so many cases opened at that moment: the first thing in them is due four hours later."""
    at = datetime.fromisoformat(opened)
    began = monotonic()
    seeding.furnish(at.date())
    done = 0

    def say(more: int) -> None:
        nonlocal done
        if done // SAY_EVERY != (done + more) // SAY_EVERY:
            print(f"  {done + more} of {cases} cases written", file=sys.stderr, flush=True)
        done += more

    seeding.open_many(cases, at, progress=say)
    return {"seconds": monotonic() - began}


def more(*, cases: int, due: str, every: float) -> dict[str, Any]:
    """So many more, the first of them due at that moment, each the next so many seconds later."""
    seeding.open_many(cases, datetime.fromisoformat(due) - HOURS_TO_KIN, every=timedelta(seconds=every))
    return {}
