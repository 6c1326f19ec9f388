"""The schema of the database against the one this program knows."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader

from kinfirst.core.errors import BadInput

# Any number will do; the same one in every process.
POSTGRES_LOCK = 0x6B696E66


def bring_up_to_date(*, quiet: bool) -> None:
    """Applies what is missing, one process at a time. Refuses a newer schema before touching anything."""
    with _clear_errors(), _alone():
        unapplied, unknown = _differences()
        _refuse_newer(unknown)
        if unapplied:
            call_command("migrate", interactive=False, verbosity=0 if quiet else 1, skip_checks=True)
        else:
            _refuse_strange_keys()


def refuse_different() -> None:
    """Refuses a schema that is not exactly the program's own; changes nothing."""
    with _clear_errors():
        _refuse_missing_file()
        unapplied, unknown = _differences()
        _refuse_newer(unknown)
        if unapplied:
            raise BadInput(
                f"database {_shown()}: its schema is older than this program ({_listed(unapplied)} missing); "
                "run kinfirst serve or kinfirst work once to update it"
            )
        _refuse_strange_keys()


def _refuse_strange_keys() -> None:
    from kinfirst.records.keys import refuse_strange

    try:
        refuse_strange()
    except BadInput as wrong:
        raise BadInput(f"database {_shown()}: {wrong}") from None


def _differences() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Migrations the database lacks, and those it has that this program has never heard of."""
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations)
    for migration in loader.replacements.values():
        known.update(migration.replaces)
    applied = set(loader.applied_migrations)
    return sorted(set(loader.graph.nodes) - applied), sorted(applied - known)


def _refuse_newer(unknown: list[tuple[str, str]]) -> None:
    if unknown:
        raise BadInput(
            f"database {_shown()}: its schema is newer than this program ({_listed(unknown)} unknown here); "
            "use the version of Kinfirst that wrote it, or a later one"
        )


def _listed(migrations: list[tuple[str, str]]) -> str:
    first = ", ".join(f"{app}.{name}" for app, name in migrations[:3])
    return first if len(migrations) <= 3 else f"{first} and {len(migrations) - 3} more"


def _shown() -> str:
    """The database as an operator knows it: never its password."""
    return str(connection.settings_dict["NAME"])


def _refuse_missing_file() -> None:
    """Opening a SQLite file that is not there would make an empty one."""
    if connection.vendor == "sqlite" and not _file().exists():
        raise BadInput(f"database {_shown()}: there is no such file; set KINFIRST_DB or --db")


def _file() -> Path:
    return Path(connection.settings_dict["NAME"])


@contextmanager
def _clear_errors() -> Iterator[None]:
    """A database that cannot be read or reached is one clear line."""
    try:
        yield
    except (DatabaseError, InterfaceError) as wrong:
        line = (str(wrong).strip().splitlines() or ["no reason given"])[0]
        raise BadInput(f"database {_shown()}: cannot be used: {line}") from wrong
    except OSError as wrong:
        raise BadInput(f"database {_shown()}: cannot be used: {wrong.strerror}") from wrong
    except (ValueError, TypeError) as wrong:
        # Names, moments and messages of a damaged schema may be no text, and no moment, at all.
        raise BadInput(f"database {_shown()}: cannot be used: its schema is damaged") from wrong


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time may change the schema: web and workers often start together."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [POSTGRES_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [POSTGRES_LOCK])
    else:
        with _folder_locked(_file()):
            yield


@contextmanager
def _folder_locked(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Who may read the registry is decided before there is anything in it.
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
