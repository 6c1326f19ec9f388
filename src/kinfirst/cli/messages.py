"""`kinfirst messages`: what waits for a person to say, and the way to say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from kinfirst.cli import open_database
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput

if TYPE_CHECKING:
    from kinfirst.records.models import Outbox

MOST = 200
SHORTEST = 6


def messages(
    message: Annotated[str | None, typer.Argument(help="The message, as listed; its first letters do.")] = None,
    *,
    db: Annotated[str | None, typer.Option("--db", metavar="URL", help="The database; else KINFIRST_DB.")] = None,
    arrived: Annotated[bool, typer.Option("--arrived", help="It did arrive: the receiver was asked.")] = False,
    again: Annotated[bool, typer.Option("--again", help="It did not arrive: send it again.")] = False,
    by: Annotated[str, typer.Option("--by", metavar="PERSON", help="Who says so.")] = "command line",
) -> None:
    """List messages that are unknown, failed or held, or say what came of one.

    A message is unknown when its worker was stopped while it was on its way: it may have arrived, so it is never
    sent again by itself. One that failed is sent again with --again, once its cause is gone; one that the scanner
    held is not. Exit code 2: there is no such message, or nobody asks about it.
    """
    if (message is None) == (arrived or again) or (arrived and again):
        raise BadInput("messages: give nothing, or a message and one of --arrived and --again")
    open_database(db)
    console = Console(highlight=False)
    if message is None:
        _list(console)
        return
    from kinfirst.records import outbox

    row = _found(message)
    if not outbox.settle(row.id, arrived=arrived, by=by, now=SystemClock().now()):
        raise BadInput(f"message {row.id[:SHORTEST]}: {_why_not(row)}")
    console.print(f"message {row.id}: {'it arrived' if arrived else 'it is sent again'}")


def _why_not(row: Outbox) -> str:
    from kinfirst.records import outbox

    if row.state != outbox.FAILED:
        return f"it is {row.state}; only an unknown or a failed one waits for an answer"
    if row.result == outbox.HELD_BY_SCANNER:
        return "the scanner held it, for it would name somebody; it is not sent"
    return "it failed, so it did not arrive; --again sends it again"


def _found(start: str) -> Outbox:
    from kinfirst.records import models

    # A range, for which the key's own index serves on both databases; ids are hexadecimal.
    found = models.Outbox.objects.filter(id__gte=start, id__lt=f"{start}g", id__startswith=start)
    rows = list(found[:2]) if len(start) >= SHORTEST else []
    if len(rows) != 1:
        raise BadInput(f"message: no single message starts like that; give at least {SHORTEST} letters, as listed")
    return rows[0]


def _list(console: Console) -> None:
    from kinfirst.records import models

    waiting = models.Outbox.objects.filter(state__in=("unknown", "failed")) | models.Outbox.objects.filter(
        state="queued", held_until__gt=SystemClock().now()
    )
    rows = list(waiting.select_related("case").order_by("-created_at")[: MOST + 1])
    if not rows:
        console.print("no message waits for anybody")
        return
    table = Table("message", "state", "case", "what", "for", "result", box=None)
    for row in rows[:MOST]:
        table.add_row(row.id[:12], row.state, row.case.alias or "house", row.kind, row.destination, row.result)
    console.print(table)
    if len(rows) > MOST:
        console.print(f"only the newest {MOST} are shown")
