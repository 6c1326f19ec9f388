"""`kinfirst simulate`: a house in virtual time, and whether every invariant held."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click
from rich.console import Console

from kinfirst.core.errors import BadInput
from kinfirst.scenarios.simulation.faults import FAULTS

if TYPE_CHECKING:
    from kinfirst.scenarios.simulation.run import Result

BROKEN = 1


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", type=int, required=True, help="Everything follows from it.")
@click.option("--days", type=int, default=7, show_default=True, help="How many days pass.")
@click.option("--cases", type=int, help="How many cases are opened; else one in three days, at least 8.")
@click.option("--policy", "packs", multiple=True, metavar="PACK", help="A shipped pack; again for more. Else all.")
@click.option("--faults", default="all", metavar="LIST", help=f"all, none, or some of {', '.join(FAULTS)}, by comma.")
@click.option("--db", metavar="URL", help="An empty database; else a private file.")
@click.option("--log", type=click.Path(path_type=Path), help="Write every step here, one JSON object a line.")
def simulate(db: str | None, log: Path | None, **asked: Any) -> None:
    """Play a house that never was, in virtual time, through the real engine: the same seed gives the same bytes.

    Exit code 0 when every invariant held, 1 when one did not (with the line that plays it again), 2 for bad input.
    """
    from kinfirst.scenarios.simulation.plan import planned
    from kinfirst.scenarios.theatre import database

    plan = planned(**asked)
    console, said = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False)
    with _opened(log) as out, database(db), said.status("the first day") as status:
        from kinfirst.scenarios.simulation.run import simulate as play

        result = play(plan, out, progress=lambda day: status.update(f"day {day + 1} of {plan.days}"))
    _show(console, result)
    if result.broken is not None:
        sys.exit(BROKEN)


def _opened(log: Path | None) -> AbstractContextManager[BinaryIO | None]:
    if log is None:
        return nullcontext()
    try:
        return log.open("wb")
    except OSError as wrong:
        raise BadInput(f"--log {log}: {wrong.strerror}") from None


def _show(console: Console, result: Result) -> None:
    console.print(", ".join(f"{count} {what}" for what, count in result.counts.items()))
    console.print(f"seed {result.plan.seed}, {result.steps} steps, ledgers {result.digest}")
    if result.broken is None:
        console.print("[green]every invariant held[/]")
        return
    console.print(f"[red]does not hold[/] at step {result.steps}: {result.broken}", markup=True)
    console.print(f"to play it again: {result.plan.line} --log simulation.jsonl")
