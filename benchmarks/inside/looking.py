"""What a page costs the server, and accounts for clients that come over HTTP."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import seeding
from kinfirst.clock import SystemClock
from kinfirst.people import registry, tokens
from kinfirst.records import models

WARM = 3


def board(*, times: int) -> dict[str, Any]:
    """The board as one who works here asks for it: seconds in the server, each time, and how many queries."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(_user(), backend="kinfirst.project.signin.WithPerson")
    took: list[float] = []
    for number in range(times + WARM):
        began = perf_counter()
        answer = client.get("/")
        assert answer.status_code == 200, answer.status_code
        if number >= WARM:
            took.append(perf_counter() - began)
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    return {"each": took, "queries": len(asked.captured_queries), "bytes": len(answer.content)}


def accounts(*, cases: int) -> dict[str, Any]:
    """A token for the doctor, and cases of the house."""
    now = SystemClock().now()
    token = tokens.issue(_user().pk, label="bench", now=now, lasts=None).text
    rows = models.Case.objects.filter(realm=seeding.REALM, kind="case").order_by("id")
    return {"token": token, "cases": list(rows.values_list("id", flat=True)[:cases])}


def _user() -> Any:
    person = seeding.house().staff["doctor"]
    users = get_user_model().objects
    found = users.filter(person__id=person).first()
    if found is None:
        found = users.create_user(username="doctor")
        registry.link_user(seeding.REALM, person, found.pk)
    return found
