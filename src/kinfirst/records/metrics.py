"""Numbers about the work, for whoever watches the machines: no names, no ids, and no step that one death would make.

How many cases stand where is rounded down to fives: a count that goes from none to one would tell a person at a graph
what nobody has been told (R72). What asks for a hand at once (a late clock, a message nobody knows of) is exact. Every
query runs on an index and stops counting at a limit.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, get_args

import msgspec
from django.db import connection
from django.db.models import Count, Min, QuerySet

from kinfirst.core.errors import Refusal
from kinfirst.core.stages import Stage
from kinfirst.people.models import LIVE
from kinfirst.records import models, outbox, outgoing
from kinfirst.records.errors import clear_errors
from kinfirst.records.moments import moment

ROUNDED = 5
MOST = 10_000
"""Where counting ends: beyond it only "very many" matters."""
ALIVE = timedelta(minutes=1)
OPEN_STAGES = tuple(stage for stage in get_args(Stage) if stage not in ("unopened", "closed"))


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the record says of itself at one moment. Ages are in seconds; None where there is nothing to be old."""

    cases: dict[str, int]
    tasks_overdue: int
    oldest_task: float | None
    clock_late: float | None
    messages: dict[str, int]
    oldest_message: float | None
    workers: int
    last_beat: float | None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What this process has done since it began: commands by name, refusals by rule, and the seconds they took."""

    commands: dict[str, int]
    refusals: dict[str, int]
    seconds: float
    count: int


class _Tally:
    """Counters of this process, for all its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._commands: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._seconds = 0.0

    def add(self, command: str, refusal: Refusal | None, seconds: float) -> None:
        with self._lock:
            self._commands[command] += 1
            self._seconds += seconds
            if refusal is not None:
                self._refusals.update(refusal.rules)

    def read(self) -> Done:
        with self._lock:
            return Done(
                commands={name: _rounded(count) for name, count in sorted(self._commands.items())},
                refusals={rule: _rounded(count) for rule, count in sorted(self._refusals.items())},
                seconds=self._seconds,
                count=self._commands.total(),
            )


_tally = _Tally()


class Timed:
    """One command on its way: whoever decides it says what came of it."""

    refusal: Refusal | None = None


@contextmanager
def timed(command: str) -> Iterator[Timed]:
    """Counts a command that was decided; one that failed is not counted."""
    began, found = time.monotonic(), Timed()
    yield found
    _tally.add(command, found.refusal, time.monotonic() - began)


def done() -> Done:
    """What this process has done."""
    return _tally.read()


def figures(now: datetime) -> Figures:
    """The live house at a moment (UTC); exercises are not counted."""
    with clear_errors():
        late = models.Task.objects.filter(due__lte=now, case__realm=LIVE)
        due = models.Case.objects.filter(due_at__isnull=False, due_at__lte=now).aggregate(at=Min("due_at"))["at"]
        # A beat from a clock far ahead says nothing of now (heartbeats.py).
        beats = models.Heartbeat.objects.filter(at__lte=now + ALIVE).order_by("-at").values_list("at", flat=True)
        beat = beats.first()
        return Figures(
            cases=_cases(),
            tasks_overdue=_rounded(_counted(late)),
            oldest_task=_age(late.order_by("due").values_list("due", flat=True).first(), now),
            clock_late=_age(due, now),
            messages=_messages(),
            oldest_message=_age(_oldest_queued(), now),
            workers=beats.filter(at__gte=now - ALIVE).count(),
            last_beat=_age(beat, now),
        )


def _cases() -> dict[str, int]:
    rows = models.Case.objects.filter(realm=LIVE, kind="case", closed=False).values_list("stage")
    found = dict(rows.annotate(many=Count("*")).order_by("stage"))
    return {stage: _rounded(found.get(stage, 0)) for stage in OPEN_STAGES}


def _messages() -> dict[str, int]:
    """Those on their way, and those that wait for a person; what has arrived is not counted."""
    waiting = dict(
        _select("SELECT state, count(*) FROM records_outbox WHERE state IN ('unknown', 'failed') GROUP BY state")
    )
    return {
        outgoing.QUEUED: _under_way(outgoing.QUEUED),
        outbox.ATTEMPTING: _under_way(outbox.ATTEMPTING),
        outbox.UNKNOWN: waiting.get(outbox.UNKNOWN, 0),
        outbox.FAILED: waiting.get(outbox.FAILED, 0),
    }


def _under_way(state: str) -> int:
    # The state stands in the text: SQLite uses an index of some rows only for a value that it can read there.
    sql = f"SELECT count(*) FROM (SELECT 1 FROM records_outbox WHERE state = '{state}' LIMIT {MOST}) AS some"
    return _rounded(_select(sql)[0][0])


def _oldest_queued() -> datetime | None:
    found = _select("SELECT min(not_before) FROM records_outbox WHERE state = 'queued'")[0][0]
    return None if found is None else moment(found)


def _select(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _counted(rows: QuerySet[models.Task]) -> int:
    return rows.order_by()[:MOST].count()


def _rounded(count: int) -> int:
    return count - count % ROUNDED


def _age(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else max(0.0, (now - at).total_seconds())
