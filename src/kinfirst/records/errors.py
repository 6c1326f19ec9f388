"""What can go wrong when the record is written or read, and how a database's own errors become ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError

from kinfirst.core.errors import KinfirstError

# Deadlock and serialization failure, by their SQLSTATE.
_AGAIN = ("40P01", "40001")
DAMAGED = "the database file is damaged: stop, copy it, and restore from the last good copy"
# What the databases say, lower case, and what a person can do about it. The first that fits is used.
_SAID = (
    ("disk is full", "the disk of the database is full: free some space; nothing was written"),
    ("no space left", "the disk of the database is full: free some space; nothing was written"),
    ("disk i/o error", "the disk of the database fails, or its limit is reached: free some space; nothing was written"),
    ("database is locked", "the database is held by another program: try again; nothing was written"),
    ("readonly", "the database may not be written by this program: check the rights on its file"),
    ("read-only", "the database server takes no writing: it is a copy, or is being repaired; nothing was written"),
    ("unable to open", "the database file cannot be opened: check its path and rights"),
    ("not a database", "the file is not a database, or was made with another program"),
    ("malformed", DAMAGED),
    ("decode", DAMAGED),
    ("no such table", "the database is not set up, or is of another version: run `kinfirst serve` once"),
    ("no such column", "the database is of another version: use the program that belongs to it"),
    ("does not exist", "the database is not set up, or is of another version: run `kinfirst serve` once"),
    ("connection", "the database server cannot be reached; nothing was written"),
)


class RecordUnavailable(KinfirstError):
    """The database cannot do it now: full, held, damaged, not set up, or newer than this program."""


class NewerSchema(RecordUnavailable):
    """The database was brought up to date by a newer program: this one must stop by itself."""


class LostRace(KinfirstError):
    """Somebody else moved this case first. Caught by the writer, which tries once more."""


class UnknownCase(KinfirstError):
    """There is no such case."""


def stop_if_newer(schema: int | None, known: int) -> None:
    """An older program must not write a newer database (NewerSchema), nor any one that does not say what it is:
    RecordUnavailable."""
    if schema is None:
        raise RecordUnavailable("the database does not say which schema it has: run `kinfirst verify`")
    if schema > known:
        raise NewerSchema(
            f"the database has schema {schema}, this program knows {known}: stop it and use the newer program"
        )


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turns what a database says into one sentence; the transaction inside has been rolled back whole.

    Two writers that wait for each other are a lost race. A row that breaks a rule of its table, or does not fit
    its column, is a fault of our own and keeps its traceback.
    """
    try:
        yield
    except (IntegrityError, DataError):
        raise
    except (DatabaseError, InterfaceError) as wrong:
        if getattr(wrong.__cause__, "sqlstate", None) in _AGAIN:
            raise LostRace("two writers waited for each other") from wrong
        raise RecordUnavailable(_sentence(wrong)) from wrong
    except UnicodeDecodeError as wrong:
        raise RecordUnavailable(DAMAGED) from wrong


def _sentence(wrong: Exception) -> str:
    said = str(wrong).lower()
    return next((ours for theirs, ours in _SAID if theirs in said), "the database refused; nothing was written")
