"""Who of the house carries the word now, and how often they have carried it: nobody should always be the one."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from kinfirst.records import models
from kinfirst.records.errors import clear_errors

CARRIED = ("told", "condoled")
"""Whoever stood before somebody with the word, also where they knew already (R34, R56)."""


def carrying_now(realm: str) -> dict[str, int]:
    """How many open visits each lead of this realm has, by person."""
    rows = models.Visit.objects.filter(realm=realm, open=True).values("lead").annotate(n=Count("lead"))
    with clear_errors():
        return {row["lead"]: row["n"] for row in rows.order_by("lead")}


def carried_since(realm: str, since: datetime) -> dict[str, int]:
    """How many people each has brought the word to since a moment, by person, in cases of this realm."""
    rows = models.Entry.objects.filter(kind__in=CARRIED, at__gte=since, case__realm=realm)
    with clear_errors():
        found = rows.values("actor").annotate(n=Count("actor")).order_by("actor")
        return {row["actor"]: row["n"] for row in found}
