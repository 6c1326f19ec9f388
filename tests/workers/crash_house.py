"""A house with many cases, for the crash test: run as a program of its own on a database of its own.

    python -m tests.workers.crash_house fill URL CASES      many cases, everything in them long due
    python -m tests.workers.crash_house finish URL KEYS     ends what killed workers left, an hour later

Each prints one JSON object. KEYS is a file with the idempotency keys that the receiver has.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from kinfirst.clock import SimulatedClock, SystemClock
from kinfirst.project import migrate, setup_django

AGE = timedelta(days=3)


def fill(cases: int) -> dict[str, Any]:
    from django.db import transaction

    from kinfirst.people import registry
    from kinfirst.people.entries import NewPerson
    from kinfirst.policies.load import edition_for
    from kinfirst.records.actions import Given, perform_named
    from kinfirst.records.policies import pin, set_realm_policy

    past = SystemClock().now() - AGE
    with transaction.atomic():
        desk = registry.add_person("live", NewPerson(name="Desk", roles=("coordinator", "casualty_officer")))
        set_realm_policy("live", pin(edition_for("village", past.date()).policy))
        for number in range(cases):
            given = Given(realm="live", by=desk, now=past)
            outcome = perform_named("open_case", {"alias": f"Alder{number}", "state": "unknown"}, given=given)
            assert outcome.refusal is None, outcome.refusal
    return {"due": sorted(_expected())}


def _expected() -> set[str]:
    """Every `task_overdue` that must be in the ledgers once all time has passed, computed before any of it has."""
    from kinfirst.core.due import tick
    from kinfirst.records import models, queries

    later = SystemClock().now()
    found: set[str] = set()
    for case in models.Case.objects.filter(kind="case").values_list("id", flat=True):
        for event in tick(queries.case_state(case), queries.case_policy(case), later):
            found.add(f"{case} {event.task}")  # type: ignore[union-attr]
    return found


def finish(keys: Path) -> dict[str, Any]:
    """Once an hour later every lease has run out: what was claimed and not finished is found again."""
    from kinfirst.project.bootstrap import ways
    from kinfirst.records import models, outbox, verify
    from kinfirst.workers.plan import Plan
    from kinfirst.workers.worker import Worker

    later = SimulatedClock(SystemClock().now() + timedelta(hours=1))
    Worker(later, ways(), Plan(lanes=16)).once()
    unknown = list(models.Outbox.objects.filter(state="unknown").values_list("id", flat=True))
    pages = (json.loads(text) for text in models.Outbox.objects.values_list("payload", flat=True))
    asked = Counter(page["message"] for page in pages if page["task"] == "delivery_unknown")
    before = set(keys.read_text().split())
    # A person looks at the receiver, and says of each whether it arrived.
    for id in unknown:
        assert outbox.settle(id, arrived=id in before, by="p", now=later.now())
    Worker(later, ways(), Plan(lanes=16)).once()
    overdue = models.Entry.objects.filter(kind="task_overdue").values_list("case_id", "data")
    report = verify.verify()
    return {
        "unknown": sorted(unknown),
        "asked": dict(asked),
        "states": dict(Counter(models.Outbox.objects.values_list("state", flat=True))),
        "messages": sorted(models.Outbox.objects.values_list("id", flat=True)),
        "ticked": sorted(f"{case} {json.loads(data)['task']}" for case, data in overdue),
        "wrong": [wrong.sentence() for wrong in report.wrong],
    }


if __name__ == "__main__":
    act, url, what = sys.argv[1:]
    setup_django(url)
    migrate()
    print(json.dumps(fill(int(what)) if act == "fill" else finish(Path(what))))
