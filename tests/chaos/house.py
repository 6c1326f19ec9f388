"""The house that the storm is about: run as a program of its own, on a database of its own; prints one JSON object.

    python -m tests.chaos.house fill URL CASES     cases long due, one with a chain, an account with a token
    python -m tests.chaos.house conflict URL MANY  that many tell the same person of one case, at once
    python -m tests.chaos.house schema URL STEP    the database becomes that much newer
    python -m tests.chaos.house verify URL -       what does not hold
    python -m tests.chaos.house finish URL KEYS    ends what killed workers left, two hours later

KEYS is a file with the idempotency keys of the messages that the receiver has.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kinfirst.clock import SimulatedClock, SystemClock
from kinfirst.project import migrate, setup_django

AGE = timedelta(days=3)
CONTESTED, PLAIN = "Contested", "Alder"
THREADS = 100


def fill(cases: int) -> dict[str, Any]:
    from django.db import transaction

    past = SystemClock().now() - AGE
    with transaction.atomic():
        people = _people()
        for number in range(cases):
            _do(people, "open_case", past, alias=f"{PLAIN}{number}", state="unknown")
        case = _contested(people, past)
        token = _token(people["doctor"], past)
    return {"due": sorted(_expected()), "case": case, "token": token, "place": people["sister"]}


def _people() -> dict[str, str]:
    from kinfirst.core.facts import KinRecord
    from kinfirst.people import registry
    from kinfirst.people.entries import NewPerson
    from kinfirst.policies.load import edition_for
    from kinfirst.records.policies import pin, set_realm_policy

    staff = ("clinician", "casualty_officer", "authority", "coordinator")
    made = {
        "doctor": NewPerson(name="Dora Møen", roles=staff, credentials=("pronounce",), grade=9, speaks=("en",)),
        "nurse": NewPerson(name="Nils Møen", roles=("clinician", "notifier"), grade=9, speaks=("en",)),
        "casualty": NewPerson(name="Cato Bøe", grade=3, division="first"),
        "sister": NewPerson(name="Siri Bøe", zone="Europe/London", speaks=("en",)),
    }
    people = dict(zip(made, registry.add_people("live", tuple(made.values())), strict=True))
    kin = KinRecord(
        of=people["casualty"], person=people["sister"], relation="sibling", recorded=SystemClock().now().date()
    )
    registry.add_kin("live", kin)
    set_realm_policy("live", pin(edition_for("village", SystemClock().now().date()).policy))
    return people


def _do(people: dict[str, str], name: str, now: datetime, case: str | None = None, **args: Any) -> str:
    from kinfirst.records.actions import Given, perform_named

    outcome = perform_named(name, args, given=Given(realm="live", by=people["doctor"], now=now), case=case)
    assert outcome.refusal is None, outcome.refusal
    return outcome.case or ""


def _contested(people: dict[str, str], now: datetime) -> str:
    """A case in which one person is to be told, and everything is ready for it."""
    doctor, nurse = people["doctor"], people["nurse"]
    case = _do(people, "open_case", now, casualty=people["casualty"], alias=CONTESTED)
    _do(people, "pronounce", now, case, mode="present", witness=nurse, identifiers=["wristband"])
    who = {"as": people["casualty"], "method": "fingerprint", "evidence": "on file"}
    _do(people, "identify", now, case, **who)
    _do(people, "draw_chain", now, case)
    _do(people, "assign", now, case, place=people["sister"], lead=doctor, team=[nurse])
    return case


def _token(person: str, now: datetime) -> str:
    from django.contrib.auth.models import User

    from kinfirst.people import registry, tokens

    user = User.objects.create_user("storm", password="a long enough password")
    registry.link_user("live", person, user.pk)
    return tokens.issue(user.pk, label="storm", now=now, lasts=None).text


def _expected() -> set[str]:
    """Every `task_overdue` that must be in the ledgers of the plain cases, computed before any time has passed."""
    from kinfirst.core.due import tick
    from kinfirst.records import models, queries

    later = SystemClock().now()
    found: set[str] = set()
    for case in models.Case.objects.filter(kind="case").filter(alias__startswith=PLAIN).values_list("id", flat=True):
        for event in tick(queries.case_state(case), queries.case_policy(case), later):
            found.add(f"{case} {event.task}")  # type: ignore[union-attr]
    return found


def conflict(many: int) -> dict[str, Any]:
    """Each of them twice under one key; what came of it, done or the rules that refused, and whether it was `again`."""
    from django.db import connection

    from kinfirst.core.errors import KinfirstError
    from kinfirst.records import models
    from kinfirst.records.actions import Given, perform_named

    case = models.Case.objects.get(alias=CONTESTED).id
    sister = models.Visit.objects.get(case_id=case).place
    doctor = models.Visit.objects.get(case_id=case).lead
    args = {"place": sister, "channel": "person", "understood": True}

    def tell(number: int) -> str:
        given = Given(realm="live", by=doctor, now=SystemClock().now(), key=f"tell{number // 2}")
        try:
            outcome = perform_named("tell", args, given=given, case=case)
        except KinfirstError as wrong:
            return type(wrong).__name__
        finally:
            connection.close()
        came = ",".join(outcome.refusal.rules) if outcome.refusal else "done"
        return f"{came} again" if outcome.repeated else came

    with ThreadPoolExecutor(THREADS) as threads:
        return dict(Counter(threads.map(tell, range(many))))


def schema(step: int) -> dict[str, Any]:
    from kinfirst.records import models

    row = models.Engine.objects.get()
    models.Engine.objects.update(schema=row.schema + step)
    return {"schema": row.schema + step}


def verified() -> dict[str, Any]:
    from kinfirst.records.verify import verify

    return {"wrong": [wrong.sentence() for wrong in verify().wrong], **_invariants()}


def _invariants() -> dict[str, Any]:
    from django.db import connection

    from kinfirst.records import models, policies, queries, reading
    from kinfirst.scenarios.simulation.deeds import Broken
    from kinfirst.scenarios.simulation.watch import look_at, no_names

    broken = []
    rows = list(models.Case.objects.filter(kind="case").values_list("id", "policy_digest"))
    try:
        for id, digest in rows:
            look_at(queries.case_state(id), policies.policy(digest))
        for stored in reading.stored(connection, [id for id, _ in rows]):
            no_names(stored)
    except Broken as wrong:
        broken.append(str(wrong))
    return {"broken": broken}


def finish(keys: Path) -> dict[str, Any]:
    """Two hours later every lease has run out, also that of a clock an hour ahead: what was left is found again."""
    from kinfirst.project.bootstrap import ways
    from kinfirst.records import models, outbox
    from kinfirst.workers.plan import Plan
    from kinfirst.workers.worker import Worker

    later = SimulatedClock(SystemClock().now() + timedelta(hours=2))
    Worker(later, ways(), Plan(lanes=16)).once()
    before = set(keys.read_text().split())
    unknown = list(models.Outbox.objects.filter(state="unknown").values_list("id", flat=True))
    for id in unknown:
        assert outbox.settle(id, arrived=id in before, by="p", now=later.now())
    Worker(later, ways(), Plan(lanes=16)).once()
    # A page that asks about a message, and gets no answer itself, asks nobody again: it stays `failed`, to be seen.
    rows = models.Outbox.objects.values_list("id", "state", "payload")
    messages = [row for row in rows if json.loads(row[2]).get("task") != "delivery_unknown"]
    overdue = models.Entry.objects.filter(kind="task_overdue").filter(case__alias__startswith=PLAIN)
    ticked = [f"{case} {json.loads(data)['task']}" for case, data in overdue.values_list("case_id", "data")]
    charted = models.Entry.objects.filter(kind="charted").values_list("case_id", "data")
    return {
        "unknown": len(unknown),
        "left": sorted({state for _, state, _ in messages} - {"sent", "delivered"}),
        "messages": sorted(id for id, _, _ in messages),
        "ticked": sorted(ticked),
        "told": models.Entry.objects.filter(kind="told").count(),
        "charted": len(charted),
        "opened": models.Case.objects.filter(kind="case").count()
        - len(models.Case.objects.filter(alias__startswith=PLAIN))
        - 1,
        **verified(),
    }


ACTS: dict[str, Any] = {"fill": fill, "conflict": conflict, "schema": schema}

if __name__ == "__main__":
    act, url, what = sys.argv[1:]
    setup_django(url)
    if act != "schema":
        migrate()
    if act == "finish":
        print(json.dumps(finish(Path(what))))
    else:
        print(json.dumps(verified() if act == "verify" else ACTS[act](int(what))))
