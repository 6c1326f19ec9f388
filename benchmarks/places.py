"""Databases of the benchmark's own: a SQLite file, or a PostgreSQL database beside the one named, made and dropped."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
POSTGRES = "KINFIRST_TEST_POSTGRES"


class Place:
    """One database under `folder`: where it is, and copies of it."""

    def __init__(self, kind: str, folder: Path, name: str | None = None) -> None:
        self.kind, self.folder = kind, folder
        self.name = name or f"kinfirst_bench_{secrets.token_hex(5)}"

    @property
    def url(self) -> str:
        """The address, as KINFIRST_DB takes it."""
        if self.kind == SQLITE:
            return f"sqlite:///{self.folder}/{self.name}.sqlite3"
        return urlunsplit(urlsplit(os.environ[POSTGRES])._replace(path=f"/{self.name}"))

    def make(self) -> None:
        """An empty one."""
        if self.kind == POSTGRESQL:
            _ask(f'CREATE DATABASE "{self.name}"')

    def copied(self) -> Place:
        """The same again, as it is now; nobody may be connected to it."""
        copy = Place(self.kind, self.folder)
        if self.kind == POSTGRESQL:
            _ask(f'CREATE DATABASE "{copy.name}" TEMPLATE "{self.name}" STRATEGY FILE_COPY')
        else:
            shutil.copyfile(self.folder / f"{self.name}.sqlite3", self.folder / f"{copy.name}.sqlite3")
        return copy

    def drop(self) -> None:
        """Takes it away with all that is in it."""
        if self.kind == POSTGRESQL:
            _ask(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        else:
            for file in self.folder.glob(f"{self.name}.sqlite3*"):
                file.unlink()


def kinds() -> tuple[str, ...]:
    """What can be measured here: PostgreSQL only where one is named."""
    return (SQLITE, POSTGRESQL) if os.environ.get(POSTGRES) else (SQLITE,)


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[Place]:
    """An empty database for as long as the block lasts."""
    place = Place(kind, folder)
    place.make()
    try:
        yield place
    finally:
        place.drop()


@contextmanager
def copy_of(seed: Place) -> Iterator[Place]:
    """A copy for as long as the block lasts."""
    place = seed.copied()
    try:
        yield place
    finally:
        place.drop()


def _ask(sql: str) -> None:
    import psycopg

    with psycopg.connect(os.environ[POSTGRES], autocommit=True) as connection:
        connection.execute(sql)
