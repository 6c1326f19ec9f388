"""How anything is written: in one transaction, by a program that knows the schema, once more after a lost race."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TypeVar

from django.db import connection, transaction

from kinfirst.records import store
from kinfirst.records.errors import LostRace, clear_errors

TRIES = 2
_turn = Lock()

_Result = TypeVar("_Result")


@contextmanager
def whole() -> Iterator[None]:
    """One transaction of the record. RecordUnavailable when the database is newer than this program, or fails;
    LostRace when somebody else was first; nothing is written then."""
    with clear_errors(), _in_turn(), transaction.atomic():
        store.refuse_newer()
        yield


@contextmanager
def _in_turn() -> Iterator[None]:
    """Writers of one program wait here and not in SQLite, where whoever comes may be served before those who wait:
    with fifty at once, some waited until they were refused."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with _turn:
        yield


def in_one_piece(work: Callable[[], _Result]) -> _Result | None:
    """Runs it in one transaction, once more after a lost race, and gives None after the second."""
    for _ in range(TRIES):
        with suppress(LostRace), whole():
            return work()
    return None
