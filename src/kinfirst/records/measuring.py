"""The common measures of a realm (R66), read off the ledgers of cases in which everybody has been told.

An open chain is not measured: its numbers are not final, and whoever is still to be told would be counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from kinfirst.core.measures import EVENTS, Measured, Noted, of_case
from kinfirst.records import models, policies
from kinfirst.records.errors import clear_errors
from kinfirst.records.snapshots import CASE, case_event

SETTLED = ("told", "closed", "retracted")
MOST = 2_000
CHUNK = 200
KINDS = tuple(str(kind.__struct_config__.tag) for kind in EVENTS)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The cases that were measured; `left_out` counts those beyond the latest 2,000."""

    cases: tuple[Measured, ...]
    left_out: int


def measured(realm: str, since: datetime) -> Found:
    """Every settled case of a realm opened since a moment (UTC), at most the latest 2,000."""
    rows = models.Case.objects.filter(realm=realm, kind=CASE, stage__in=SETTLED, opened_at__gte=since)
    with clear_errors():
        chosen = list(rows.order_by("-opened_at", "id").values_list("id", "policy_digest")[: MOST + 1])
        more = rows.count() - MOST if len(chosen) > MOST else 0
        found = tuple(_each(chosen[:MOST]))
    return Found(cases=found, left_out=more)


def _each(chosen: Sequence[tuple[str, str]]) -> Iterator[Measured]:
    for start in range(0, len(chosen), CHUNK):
        part = chosen[start : start + CHUNK]
        ledgers: dict[str, list[Noted]] = {id: [] for id, _digest in part}
        entries = models.Entry.objects.filter(case_id__in=ledgers, kind__in=KINDS).order_by("case_id", "seq")
        for case, at, actor, data in entries.values_list("case_id", "at", "actor", "data"):
            if at is not None:
                ledgers[case].append(Noted(case_event(data), at, actor))
        for id, digest in part:
            one = of_case(ledgers[id], policies.policy(digest).window)
            if one is not None:
                yield one
