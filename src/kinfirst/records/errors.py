"""What can go wrong when the record is written or read, and how a database's own errors become ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError, ProgrammingError

from kinfirst.core.errors import KinfirstError

# What the databases say, lower case, and what a person can do about it. The first that fits is used.
_SAID = (
    ("disk is full", "the disk of the database is full: free some space; nothing was written"),
    ("no space left", "the disk of the database is full: free some space; nothing was written"),
    ("database is locked", "the database is held by another program: try again; nothing was written"),
    ("readonly", "the database may not be written by this program: check the rights on its file"),
    ("unable to open", "the database file cannot be opened: check its path and rights"),
    ("not a database", "the file is not a database, or was made with another program"),
    ("malformed", "the database file is damaged: stop, copy it, and restore from the last good copy"),
    ("no such table", "the database is not set up, or is of another version: run `kinfirst serve` once"),
    ("no such column", "the database is of another version: use the program that belongs to it"),
    ("does not exist", "the database is not set up, or is of another version: run `kinfirst serve` once"),
    ("connection", "the database server cannot be reached; nothing was written"),
)


class RecordUnavailable(KinfirstError):
    """The database cannot do it now: full, held, damaged, not set up, or newer than this program."""


class LostRace(KinfirstError):
    """Somebody else moved this case first. Caught by the writer, which tries once more."""


class UnknownCase(KinfirstError):
    """There is no such case."""


def stop_if_newer(schema: int, known: int) -> None:
    """An older program must not write a newer database: RecordUnavailable."""
    if schema > known:
        raise RecordUnavailable(
            f"the database has schema {schema}, this program knows {known}: stop it and use the newer program"
        )


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turns what a database says into one sentence; the transaction inside has been rolled back whole."""
    try:
        yield
    except (OperationalError, ProgrammingError) as wrong:
        raise RecordUnavailable(_sentence(wrong)) from wrong
    except DatabaseError as wrong:
        if "malformed" in str(wrong) or "not a database" in str(wrong):
            raise RecordUnavailable(_sentence(wrong)) from wrong
        raise


def _sentence(wrong: DatabaseError) -> str:
    said = str(wrong).lower()
    return next((ours for theirs, ours in _SAID if theirs in said), "the database refused; nothing was written")
