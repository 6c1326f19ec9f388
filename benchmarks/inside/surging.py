"""A manifest as a file: read, checked, everybody of it entered and opened; and how many could be mistaken."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from time import monotonic, process_time
from typing import Any

from benchmarks import seeding
from kinfirst.clock import SystemClock
from kinfirst.interop.manifest import read
from kinfirst.records import models
from kinfirst.records.actions import Given
from kinfirst.records.manifest import take
from kinfirst.records.manifest_check import Event, checked

EVENT = Event(code="convoy", closed=True)
SAY_EVERY = 2_500


def surge(*, casualties: int) -> dict[str, Any]:
    """Seconds and CPU for checking and for opening, bytes of ledger of the last case, and who has a look-alike."""
    now = SystemClock().now()
    house = seeding.furnish(now.date())
    given = Given(realm=seeding.REALM, by=house.staff["doctor"], now=now)
    raw = _file(casualties)
    began, used = monotonic(), process_time()
    manifest = read(raw)
    problems = checked(manifest, given=given, event=EVENT)
    assert not problems, problems[:3]
    known = monotonic()
    told = take(manifest, given=given, event=EVENT, progress=_say)
    done = monotonic()
    assert [one.did for one in told] == ["opened"] * casualties
    lines = models.Entry.objects.filter(case_id=told[-1].case).values_list("data", flat=True)
    return {
        "check": known - began,
        "open": done - known,
        "cpu": process_time() - used,
        "alike": sum(bool(one.like) for one in told),
        "bytes": sum(len(line) for line in lines),
    }


def _say(what: str, done: int, of: int) -> None:
    if done % SAY_EVERY == 0:
        print(f"  {done:,} of {of:,} {what}", file=sys.stderr, flush=True)


def _file(casualties: int) -> bytes:
    lines = ["key,name,born,sex,zone,state"]
    for number in range(casualties):
        born = date(1950, 1, 1) + timedelta(days=(number * 37) % 18_000)
        lines.append(f"{number},Casualty {number},{born},{('male', 'female')[number % 2]},UTC,believed_dead")
    return "\n".join(lines).encode()
