"""When what was due is really done: seen from outside, in the database, after the commit."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import sleep
from typing import Any

from benchmarks.inside.filling import more
from kinfirst.clock import SystemClock
from kinfirst.records import models
from kinfirst.records.moments import micros

LOOK_EVERY = 0.005
# Between the last case entered and the first that is due; entering one takes about a millisecond, or several.
HEAD_START = timedelta(seconds=2)
ENTERING = timedelta(milliseconds=8)


def beating(*, patience: float) -> dict[str, Any]:
    """Waits until a worker says that it lives."""
    since = SystemClock().now()
    while not models.Heartbeat.objects.exists():
        if (SystemClock().now() - since).total_seconds() > patience:
            raise TimeoutError("no worker came up")
        sleep(LOOK_EVERY)
    return {}


def late(*, cases: int, every: float, patience: float) -> dict[str, Any]:
    """Opens cases that will be due one after another, so many seconds apart, and watches them (`watch`)."""
    first = SystemClock().now() + HEAD_START + cases * ENTERING
    more(cases=cases, due=first.isoformat(), every=every)
    last = first + timedelta(seconds=every * cases)
    return watch(first=first.isoformat(), last=last.isoformat(), patience=patience)


def watch(*, first: str, last: str, patience: float) -> dict[str, Any]:
    """How late (seconds) each case was ticked that is due from `first` to `last`, to one look (5 ms).

    Ends when all are done, or `patience` seconds after the last was due; what is still waiting is counted.
    """
    start, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    rows = models.Case.objects.filter(due_at__gte=start, due_at__lte=end)
    due = {id: at for id, at in rows.values_list("id", "due_at") if at is not None}
    print("ready", flush=True)
    waiting, late = dict(due), list[float]()
    while waiting and (now := SystemClock().now()).timestamp() < end.timestamp() + patience:
        still = set(rows.filter(due_at__lte=now).values_list("id", flat=True))
        seen = micros(SystemClock().now())
        done = [id for id, at in waiting.items() if at <= now and id not in still]
        late += [(seen - micros(waiting.pop(id))) / 1e6 for id in done]
        sleep(LOOK_EVERY)
    return {"late": late, "waiting": len(waiting), "cases": len(due)}
