"""`kinfirst bedside`: `watch` and `generate` here, `feed` and `work` on many machines, and how good the monitor is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
import typer
from rich.console import Console

from kinfirst.cli import open_database
from kinfirst.cli.bedside import app
from kinfirst.cli.bedside_many import feed, work
from kinfirst.cli.bedside_whence import BED, CASE, DB, FS, HELP, MLLP, SCRIPT, SECONDS, SEED, day_of, opened, whence_of
from kinfirst.clock import SystemClock

if TYPE_CHECKING:
    from kinfirst.cli.bedside_session import Session


@click.command(context_settings=HELP)
@click.argument("record", required=False)
@SCRIPT
@MLLP
@SEED
@FS
@SECONDS
@click.option("--speed", type=float, help="Times real time; 0: as fast as it goes. Default 1 on a terminal, else 0.")
@click.option("--plain", is_flag=True, help="One line an alarm, no strip.")
@BED
@CASE
@DB
@click.option("--log", metavar="FILE", help="Add the alarm log to this file, one JSON line an entry.")
@click.option("--write", metavar="FILE", help="Write alarms there: .hl7 as ORU^R40, .ndjson as FHIR Observations.")
def watch(**given: Any) -> None:
    """Watch a bed live: its strips, its rate and its alarms.

    RECORD is a WFDB record, or a .hl7 file of ORU messages; instead of it --script generates one, --mllp waits for
    messages. With --case, every rhythm alarm becomes a task in that case to check the patient, and nothing else. This
    is a documentation aid, not a medical device. Exit code 0: the signal ended. 2: it cannot be read.
    """
    from kinfirst.cli.bedside_session import Session, Want

    fancy = sys.stdout.isatty() and not given["plain"]
    want = msgspec.convert({name: given[name] for name in ("bed", "case", "log", "write")}, Want)
    whence = whence_of(given, standard=1.0 if fancy else 0.0)
    if want.case is not None:
        open_database(given["db"])
    with opened(whence) as feed, Session(feed, want, clock=SystemClock()) as session:
        _play(session, fancy=fancy)


@click.command(context_settings=HELP)
@click.argument("out")
@click.option("--script", default="night", show_default=True, metavar="NAME", help="The story; `list` names them.")
@click.option("--seconds", type=float, default=240.0, show_default=True, help="How much of it.")
@FS
@SEED
@click.option("--leads", default="II,V,PLETH,ABP", show_default=True, help="Of I, II, III, V, PLETH, ABP.")
def generate(**given: Any) -> None:
    """Write a generated bed: OUT.csv as a table (- for standard output), anything else as a WFDB record.

    The same script, seed, rate and leads give the same samples. OUT `list` names the scripts.
    """
    from kinfirst.bedside.generator import Generator
    from kinfirst.bedside.scripts import SCRIPTS, script_named
    from kinfirst.bedside.writing import write_csv, write_csv_file, write_wfdb

    out = Path(given["out"])
    if str(out) == "list":
        for each in SCRIPTS.values():
            click.echo(f"{each.name:<10} {each.says}")
        return
    script = script_named(given["script"])
    leads = tuple(lead.strip() for lead in str(given["leads"]).split(","))
    source = Generator(script, fs=given["fs"], leads=leads, seed=given["seed"])
    if str(out) == "-":
        write_csv(source, sys.stdout, seconds=given["seconds"])
        return
    if out.suffix == ".csv":
        write_csv_file(source, out, seconds=given["seconds"])
    else:
        write_wfdb(source, out, seconds=given["seconds"], start=day_of(script.starts))
    click.echo(f"{out}: {given['seconds']:g} s of {script.name}, {', '.join(leads)} at {given['fs']:g} Hz", err=True)


def _play(session: Session, *, fancy: bool) -> None:
    console = Console(highlight=False)
    if not fancy:
        from kinfirst.cli.bedside_screen import plain

        for _, entries in session.steps():
            plain(console, entries)
        return
    from rich.live import Live

    with Live(console=console, screen=True, auto_refresh=False) as live:
        for screen, _ in session.steps():
            live.update(screen.draw(session.watching, console.width, console.height), refresh=True)
            if screen.must_ring(session.watching):
                console.bell()


class Bedside(click.Group):
    """The live commands, and those of `kinfirst.cli.bedside`, which Typer runs by itself."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command of ours, or one that hands its arguments to Typer's."""
        found: Any = self.commands.get(cmd_name)
        return found if found is None or isinstance(found, click.Command) else _handed_on(cmd_name, found)


def _handed_on(name: str, found: Any) -> click.Command:
    def run(args: tuple[str, ...]) -> None:
        found.main(args=list(args), prog_name=f"kinfirst bedside {name}")

    return click.Command(
        name,
        callback=run,
        params=[click.Argument(("args",), nargs=-1, type=click.UNPROCESSED)],
        help=found.help,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    )


def _all() -> dict[str, Any]:
    scored: Any = typer.main.get_command(app)
    return {**{one.name: one for one in (watch, generate, feed, work)}, **scored.commands}


bedside = Bedside("bedside", commands=_all(), help=app.info.help, context_settings=HELP)
