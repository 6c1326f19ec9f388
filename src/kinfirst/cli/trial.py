"""A private database for a run in which nobody is named: everything is tried for real, and nothing is kept."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

from kinfirst.cli import PROJECT
from kinfirst.clock import SystemClock

PACK = "us-hospital"


@contextmanager
def trial(realm: str) -> Iterator[str]:
    """A fresh database with somebody of that realm who may open cases; their id. All of it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kinfirst-trial-") as folder:
        os.environ["KINFIRST_KEY_FILE"] = str(Path(folder) / "kinfirst.key")
        project = import_module(PROJECT)
        project.setup_django(f"sqlite:///{quote(folder)}/trial.sqlite3")
        project.migrate()
        from django.db import connections

        try:
            yield _somebody(realm)
        finally:
            connections.close_all()


def _somebody(realm: str) -> str:
    from kinfirst.people import registry
    from kinfirst.policies.load import edition_for
    from kinfirst.records.policies import pin, set_realm_policy

    edition = edition_for(PACK, SystemClock().now().date())
    set_realm_policy(realm, pin(edition.policy))
    return registry.add_person(realm, registry.NewPerson(name="Trial", roles=("coordinator",)))
