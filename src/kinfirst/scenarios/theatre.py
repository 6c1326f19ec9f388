"""The database plays run on: a private file that is thrown away, or the one that was named."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from kinfirst.records.errors import clear_errors

SETTINGS = "kinfirst.project.settings"


@contextmanager
def database(url: str | None) -> Iterator[None]:
    """A database brought up to date, for as long as the block lasts.

    Without `url` it is a private SQLite file with its own key, gone afterwards. In a process whose settings are
    loaded already their database is used: it cannot be changed any more. Raises KinfirstError for a database
    that cannot be used, OSError when there is no room for the private file.
    """
    if settings.configured:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="kinfirst-rehearsal-") as folder:
        if url is None:
            os.environ["KINFIRST_KEY_FILE"] = str(Path(folder) / "kinfirst.key")
        os.environ["KINFIRST_DB"] = url or f"sqlite:///{quote(folder)}/rehearsal.sqlite3"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
        django.setup()
        try:
            _bring_up_to_date(private=url is None)
            yield
        finally:
            connections.close_all()


def _bring_up_to_date(*, private: bool) -> None:
    with clear_errors():
        if private:
            with connection.cursor() as cursor:
                # Nobody will miss this file after a power cut, and plays are many small transactions.
                cursor.execute("PRAGMA synchronous=OFF")
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
