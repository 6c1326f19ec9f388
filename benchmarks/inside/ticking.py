"""The worker's own path: claim, load, tick, write, until nothing is due."""

from __future__ import annotations

import resource
import secrets
import sys
from datetime import datetime
from time import monotonic, process_time
from typing import Any

from django.db import connection
from django.db.models import Min

from kinfirst.records import models
from kinfirst.records import verify as checking
from kinfirst.records.errors import LostRace, RecordUnavailable
from kinfirst.records.queries import case_state
from kinfirst.workers.plan import Plan
from kinfirst.workers.ticker import Ticker


def tick(*, moment: str, batch: int) -> dict[str, Any]:
    """One worker among others: says that it is ready, waits for `go`, and does what is due at that moment."""
    now = datetime.fromisoformat(moment)
    ticker = Ticker(secrets.token_hex(8), Plan(batch=batch))
    case_state(models.Case.objects.filter(kind="case").values_list("id", flat=True)[0])
    print("ready", flush=True)
    sys.stdin.readline()
    began, used, moved = monotonic(), process_time(), 0
    while _due(now):
        try:
            moved += ticker.batch(now)
        except (LostRace, RecordUnavailable):
            continue
    return {
        "moved": moved,
        "seconds": monotonic() - began,
        "cpu": process_time() - used,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def moments() -> dict[str, Any]:
    """The next moment at which something is due. PostgreSQL looks at its tables first, as it does by itself in time."""
    at = models.Case.objects.aggregate(at=Min("due_at"))["at"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return {"next": at.isoformat() if at else None}


def verify() -> dict[str, Any]:
    """Whether the record holds after all that."""
    report = checking.verify()
    return {"wrong": [wrong.sentence() for wrong in report.wrong][:5], "entries": report.entries}


def _due(now: datetime) -> bool:
    return models.Case.objects.filter(due_at__lte=now).exists()
