"""The commands of the `kinfirst` program, one module each; thin, over the record and the registry."""

from __future__ import annotations

from importlib import import_module

# The project puts everything together and may import the commands, never the other way round; it is found by
# name, as Django finds its settings.
PROJECT = "kinfirst.project"


def open_database(db: str | None) -> None:
    """Makes Django ready for that database (else KINFIRST_DB), and refuses one of another schema: BadInput."""
    project = import_module(PROJECT)
    project.setup_django(db)
    project.check_schema()
