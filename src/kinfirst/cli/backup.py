"""`kinfirst backup` and `kinfirst restore`: a copy of everything but the keys, and the way back."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from kinfirst.cli import PROJECT, open_database
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput

if TYPE_CHECKING:
    from kinfirst.records.findings import Report

DOES_NOT_HOLD = 1

Database = Annotated[str | None, typer.Option("--db", metavar="URL", help="The database; else KINFIRST_DB.")]


def backup(
    file: Annotated[Path, typer.Argument(help="The copy to write; never over another.")], db: Database = None
) -> None:
    """Copy everything but the keys, while work goes on, and check the copy.

    The key file is not in it: keep a copy of that apart, or no name can be read again. Exit code 1: the record does
    not hold; it is copied all the same. 2: the file or the database cannot be used.
    """
    open_database(db)
    from kinfirst.records.backup import backup as copy

    console = Console(highlight=False, soft_wrap=True)
    with Console(stderr=True).status("checking the record") as status:
        done = copy(
            file,
            now=SystemClock().now(),
            progress=lambda table, rows: status.update(f"{table}: {rows} rows copied"),
        )
    size = file.stat().st_size
    console.print(f"{escape(str(file))}: {done.rows} rows of {done.tables} tables, {size} bytes, read again and whole")
    console.print("the keys are not in it: keep the key file too, apart from it")
    _said(console, done.report)


def restore(file: Annotated[Path, typer.Argument(help="The copy to read.")], db: Database = None) -> None:
    """Put a copy back into an empty database, SQLite or PostgreSQL, whichever it came from, and verify it.

    The key file that belongs to the copy must be in place first. Exit code 1: what was put back does not hold. 2: the
    file cannot be used, or the database is not empty; nothing was changed.
    """
    project = import_module(PROJECT)
    _require_key(db)
    if not file.is_file():
        raise BadInput(f"{file}: there is no such file")
    project.setup_django(db)
    from kinfirst.records.restoring import restore as put_back

    console = Console(highlight=False, soft_wrap=True)
    with Console(stderr=True).status("reading the copy") as status:
        done = put_back(file, progress=lambda table, rows: status.update(f"{table}: {rows} rows put back"))
    console.print(f"{done.rows} rows put back, as of {done.manifest.at.isoformat()}")
    console.print("before messages are sent again: kinfirst work --no-send, and look at what waits (kinfirst messages)")
    _said(console, done.report)


def _said(console: Console, report: Report) -> None:
    if report.ok:
        console.print("[green]the record holds[/]")
        return
    console.print(f"[red]does not hold[/] {escape(report.wrong[0].sentence())}")
    console.print(f"{len(report.wrong)} findings: kinfirst verify --all shows them")
    raise typer.Exit(DOES_NOT_HOLD)


def _require_key(db: str | None) -> None:
    """A key that is made now is never that of the copy."""
    found = import_module(f"{PROJECT}.keys").key_path(db or import_module(f"{PROJECT}.database").url_in_use())
    if not os.environ.get("KINFIRST_DATA_KEY", "").strip() and not found.exists():
        raise BadInput(f"key file {found}: missing; put the key file that belongs to the copy there first")
