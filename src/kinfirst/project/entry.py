"""The `kinfirst` command: one line a command, loaded only when it is asked for.

Exit codes: 0 fine, 1 the thing asked about does not hold, 2 input that cannot be read.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

import click

from kinfirst import __version__
from kinfirst.core.errors import KinfirstError
from kinfirst.project.database import VARIABLE, django_database

UNREADABLE = 2
DATABASE_FAULTS = ("DatabaseError", "InterfaceError", "OperationalError")


class Target(NamedTuple):
    """Where a command lives and what it says of itself."""

    module: str
    attribute: str
    help: str


COMMANDS = {
    "rehearse": Target("kinfirst.scenarios.cli", "rehearse", "Play scenario files against the real engine."),
    "simulate": Target("kinfirst.scenarios.simulation.cli", "simulate", "Play a made-up house in virtual time."),
    "policy": Target("kinfirst.cli.policy", "app", "List, show, check and draw policy packs."),
    "intake": Target("kinfirst.cli.intake", "intake", "Read HL7 v2 messages into cases, unverified."),
    "manifest": Target("kinfirst.cli.manifest", "manifest", "Open a case for everybody on a list of one event."),
    "verify": Target("kinfirst.cli.record", "verify", "Check every digest, seal and snapshot of the record."),
    "proof": Target("kinfirst.cli.record", "proof", "Export one case with its proof, or check such a file."),
    "seal": Target("kinfirst.cli.record", "seal", "Sign the heads of all cases as they stand."),
    "backup": Target("kinfirst.cli.backup", "backup", "Copy everything but the keys while work goes on."),
    "restore": Target("kinfirst.cli.backup", "restore", "Put a copy back into an empty database."),
    "work": Target("kinfirst.workers.cli", "work", "Do what is due, and send what is waiting."),
    "watch": Target("kinfirst.workers.cli", "watch", "Call people when nobody does what is due."),
    "messages": Target("kinfirst.cli.messages", "messages", "List messages that wait for a person; answer one."),
    "serve": Target("kinfirst.project.serve", "serve", "Serve the pages and the API, with one worker."),
    "bedside": Target("kinfirst.cli.bedside_live", "bedside", "Watch beds; hold the monitor against expert labels."),
    "user": Target("kinfirst.cli.user", "app", "Make and change the accounts people sign in with."),
    "key": Target("kinfirst.cli.key", "app", "Rotate the key that names are kept under."),
}


class Commands(click.Group):
    """The table above as a group; a command's module is imported when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command that hands its arguments on, or None for a name that is not in the table."""
        target = COMMANDS.get(cmd_name)
        return None if target is None else _forward(cmd_name, target)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db", metavar="URL", help=f"The database; else {VARIABLE}, else var/kinfirst.sqlite3.")
@click.version_option(__version__, prog_name="kinfirst")
def commands(db: str | None) -> None:
    """From a flat line to the last person who must be told: the closest first, in person, nothing lost."""
    if db is not None:
        django_database(db)
        os.environ[VARIABLE] = db


def main() -> None:
    """Runs the command line. What Kinfirst refuses is one line on standard error, and exit code 2."""
    try:
        commands(prog_name="kinfirst")
    except KinfirstError as wrong:
        _leave(str(wrong))
    except OSError as wrong:
        _leave(f"{wrong.filename or 'the system'}: {wrong.strerror or wrong}")
    except Exception as wrong:
        if not _of_database(wrong):
            raise
        _leave(f"database: {(str(wrong).strip().splitlines() or ['cannot be used'])[0]}")


def _leave(line: str) -> None:
    click.echo(f"kinfirst: {line}", err=True)
    sys.exit(UNREADABLE)


def _of_database(wrong: Exception) -> bool:
    """Whether a database cannot be reached, read or written; a fault in our own SQL keeps its traceback."""
    kind = type(wrong)
    return kind.__module__ == "django.db.utils" and kind.__name__ in DATABASE_FAULTS


def _forward(name: str, target: Target) -> click.Command:
    """A command that hands whatever follows to the target, which has its own options and help."""

    def run(args: tuple[str, ...]) -> None:
        _loaded(target)(args=list(args), prog_name=f"kinfirst {name}")

    return click.Command(
        name,
        callback=run,
        params=[click.Argument(("args",), nargs=-1, type=click.UNPROCESSED)],
        help=target.help,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    )


def _loaded(target: Target) -> Callable[..., Any]:
    """The target's `main`, whether it is a Click command, a Typer app, or a function Typer can read."""
    found = getattr(import_module(target.module), target.attribute)
    if isinstance(found, click.Command):
        return found.main
    import typer

    if not isinstance(found, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command()(found)
        found = app
    return typer.main.get_command(found).main
