"""`kinfirst key`: the key that names, notes and digests are kept under, changed while the house works on."""

from __future__ import annotations

import os
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from kinfirst.cli import open_database
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput

DOES_NOT_HOLD = 1
FROM_ENVIRONMENT = "KINFIRST_DATA_KEY"
# The project puts everything together; it is found by name, never imported (see kinfirst.cli).
KEY_FILES = "kinfirst.project.keys"

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Show and change the key that names are kept under.")

Database = Annotated[str | None, typer.Option("--db", metavar="URL", help="The database; else KINFIRST_DB.")]


@app.command()
def rotate(db: Database = None) -> None:
    """Make a new key and write every name, address, note, second factor and digest again under it.

    The old key stays in the key file until `kinfirst key retire`. Killed in the middle nothing is lost: run it
    again, and it goes on with the same key. Exit code 2: a row was changed, or its key is missing.
    """
    open_database(db)
    from kinfirst.records import keys, rekeying

    console = _console()
    found = rekeying.held()
    waiting = rekeying.stale(found)
    if waiting:
        console.print(f"{waiting} values are under an older key: going on with key {keys.ring().current.id.hex()}")
    else:
        _add_key()
        console.print(f"new key {keys.ring().current.id.hex()}")
    count = _rekeyed(console, waiting or rekeying.rows(found))
    console.print(f"{count} values written again under key {keys.ring().current.id.hex()}")
    console.print("programs that run take the new key from the file; copies of the database need the old one")
    console.print("kinfirst key status shows what is under which key; kinfirst key retire takes the old one away")


@app.command()
def status(db: Database = None) -> None:
    """Show how many values are under which key. Exit code 1: some are under a key that is not at hand."""
    open_database(db)
    from kinfirst.records import keys, rekeying

    found = rekeying.held()
    known = [key.hex() for key in keys.ring().keys]
    current = keys.ring().current.id.hex()
    table = Table("kept in", *(f"{key} current" if key == current else key for key in known), "no key", box=None)
    for name, used in found.items():
        strange = used.total() - sum(used[key] for key in known)
        table.add_row(name, *(str(used[key]) for key in known), str(strange))
    console = _console()
    console.print(table)
    console.print(_summary(found, known, current))
    if sum(used.total() - sum(used[key] for key in known) for used in found.values()):
        raise typer.Exit(DOES_NOT_HOLD)


@app.command()
def retire(db: Database = None) -> None:
    """Take the older keys out of the key file. Refused while anything is still under one of them: exit code 1.

    Copies of the database made before the rotation need them: keep a copy of the key file with each.
    """
    open_database(db)
    from kinfirst.records import rekeying

    waiting = rekeying.stale(rekeying.held())
    if waiting:
        _console().print(f"{waiting} values are still under an older key: run kinfirst key rotate first")
        raise typer.Exit(DOES_NOT_HOLD)
    gone = _key_files().retire_keys(_key_file())
    keys = "1 older key" if gone == 1 else f"{gone} older keys"
    _console().print(f"{keys} taken out of the key file" if gone else "there is no older key")


def _summary(found: dict[str, Counter[str]], known: list[str], current: str) -> str:
    older = [key for key in known if key != current]
    waiting = sum(used[key] for used in found.values() for key in older)
    if waiting:
        return f"{waiting} values are under an older key: kinfirst key rotate moves them"
    return "nothing is under an older key: kinfirst key retire takes it away" if older else "there is one key"


def _rekeyed(console: Console, total: int) -> int:
    from kinfirst.records import rekeying

    columns = (TextColumn("values"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("values", total=total)
        return rekeying.rekey(SystemClock().now(), moved=lambda size: progress.advance(task, size))


def _add_key() -> None:
    """A new current key, on disk before anything is written under it."""
    from django.conf import settings

    _key_files().add_key(_key_file())
    settings.KINFIRST_KEYRING.renew()


def _key_file() -> Path:
    from django.conf import settings

    if os.environ.get(FROM_ENVIRONMENT, "").strip():
        raise BadInput(
            f"{FROM_ENVIRONMENT}: holds the keys, so the new one is yours to put there, before the others and a "
            "comma: openssl rand -base64 32 makes one; then run kinfirst key rotate again"
        )
    path: Path = _key_files().key_path(settings.KINFIRST_DB)
    return path


def _key_files() -> Any:
    return import_module(KEY_FILES)


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
