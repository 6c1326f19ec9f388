"""How anything is written: in one transaction, by a program that knows the schema, once more after a lost race."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from django.db import OperationalError, connection, transaction

from kinfirst.records import store
from kinfirst.records.errors import LostRace, clear_errors

TRIES = 2
PATIENCE = 30.0
"""How long (seconds) a writer waits for the others of its program; as long as SQLite waits for other programs."""
LINE = ".line"
"""Ends the name of the file beside a SQLite database at which its writers queue. Nothing is ever in it."""
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
    """Writers wait here and not in SQLite, where whoever comes may be served before those who wait: with fifty at
    once, some waited until they were refused."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    if not _turn.acquire(timeout=PATIENCE):
        raise OperationalError("database is locked")
    try:
        with _first_in_line(Path(connection.settings_dict["NAME"])):
            yield
    finally:
        _turn.release()


@contextmanager
def _first_in_line(database: Path) -> Iterator[None]:
    """One program after another; whoever is killed leaves the line. Where there is no place to queue they wait in
    SQLite, which lets one write at a time in any case."""
    try:
        line = (
            os.open(f"{database}{LINE}", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644) if database.exists() else None
        )
    except OSError:
        line = None
    if line is None:
        yield
        return
    try:
        fcntl.flock(line, fcntl.LOCK_EX)
        yield
    finally:
        os.close(line)


def in_one_piece(work: Callable[[], _Result]) -> _Result | None:
    """Runs it in one transaction, once more after a lost race, and gives None after the second."""
    for _ in range(TRIES):
        with suppress(LostRace), whole():
            return work()
    return None
