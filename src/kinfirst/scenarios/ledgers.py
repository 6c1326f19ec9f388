"""Whether a ledger of the play is intact: the record's own check, for that one ledger (R59)."""

from __future__ import annotations

from django.db import connection

from kinfirst.records.checking import check_case
from kinfirst.records.errors import clear_errors
from kinfirst.records.reading import stored


def fault_of(ledger: str) -> str | None:
    """The first thing that does not hold: chain of digests, snapshot, tasks, notes. None when all of it does.

    A ledger in which nothing was ever written is intact.
    """
    with clear_errors():
        wrong = [found for one in stored(connection, [ledger]) for found in check_case(one).wrong]
    return wrong[0].sentence() if wrong else None
