"""`kinfirst manifest`: everybody on a list of one event, checked first, then entered and opened."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from kinfirst.cli import open_database
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput
from kinfirst.interop.manifest import COLUMNS

if TYPE_CHECKING:
    from kinfirst.interop.manifest import Problem
    from kinfirst.records.manifest import Progress, Told

NOT_OPENED, UNREADABLE = 1, 2
LARGEST = 64 * 1024 * 1024
STANDARD_INPUT = "-"
HELP = f"""Open a case for everybody on a list of one event: a crash, a convoy, a ward fire.

FILE is CSV in UTF-8, - for standard input. Its first line names columns of these: {", ".join(COLUMNS)}. Every line has
a key of its own, and a name, or in `person` the id of somebody in the registry.

First everything is checked, and if anything is wrong, all of it is said by line and column and nothing is written.
Then people and event are entered and the cases opened, each in its own ledger as if it had been opened alone. Who
could be mistaken for another of the event is said (R11). A key that was opened before is left as it is, so a run that
was cut off is simply started again.

Exit code 0: every line has its case. 1: some case was refused, the others are open. 2: something is wrong with the
file, and nothing was written.
"""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command was given."""

    file: str
    event: str
    by: str
    realm: str
    closed: bool
    check: bool
    as_json: bool
    db: str | None


@click.command(help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file")
@click.option("--event", required=True, metavar="CODE", help="What the event is called; entered if it is new.")
@click.option("--by", required=True, metavar="WHO", help="Who opens the cases: a username, or a person's id.")
@click.option("--realm", default="live", show_default=True, help="The realm the cases are opened in.")
@click.option("--closed", is_flag=True, help="Everybody who was in the event is on a list (R13, R63).")
@click.option("--check", is_flag=True, help="Only check, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--db", metavar="URL", help="The database; else KINFIRST_DB.")
def manifest(**given: Any) -> None:
    """Checks a file, and opens what it lists."""
    asked = msgspec.convert(given, Options)
    open_database(asked.db)
    from kinfirst.interop.manifest import read
    from kinfirst.records.intake import opener
    from kinfirst.records.manifest import take
    from kinfirst.records.manifest_check import Event, checked

    who = opener(asked.realm, asked.by, now=SystemClock().now())
    event = Event(code=asked.event, closed=asked.closed)
    listed = read(_bytes(asked.file))
    problems = checked(listed, given=who, event=event)
    if problems:
        _show_problems(asked, problems)
        sys.exit(UNREADABLE)
    if asked.check:
        click.echo(f"{len(listed.entries)} lines, nothing wrong; nothing was written", err=True)
        return
    with _shown_progress() as progress:
        told = take(listed, given=who, event=event, progress=progress)
    _show(asked, told)
    sys.exit(NOT_OPENED if any(one.did == "refused" for one in told) else 0)


@contextmanager
def _shown_progress() -> Iterator[Progress]:
    """A bar for each part of the work, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        parts: dict[str, Any] = {}

        def progress(what: str, done: int, of: int) -> None:
            if what not in parts:
                parts[what] = bars.add_task(what, total=of)
            bars.update(parts[what], completed=done)

        yield progress


def _show_problems(asked: Options, problems: Sequence[Problem]) -> None:
    for one in problems:
        if asked.as_json:
            click.echo(msgspec.json.encode(one))
        else:
            click.echo(f"line {one.line}{f', {one.column}' if one.column else ''}: {one.what}")
    click.echo(f"{len(problems)} problems: nothing was written", err=True)


def _show(asked: Options, told: Sequence[Told]) -> None:
    for one in told:
        if asked.as_json:
            click.echo(msgspec.json.encode(one))
            continue
        like = f"; could be mistaken for {one.like} (R11)" if one.like else ""
        click.echo(f"line {one.line}, {one.key}: {one.did} {one.alias or one.what}{like}")
    count = {did: sum(one.did == did for one in told) for did in ("opened", "seen", "refused")}
    said = ", ".join(f"{number} {did}" for did, number in count.items())
    alike = sum(bool(one.like) for one in told)
    click.echo(f"{len(told)} lines: {said}; {alike} could be mistaken for somebody else of the event (R11)", err=True)


def _bytes(name: str) -> bytes:
    try:
        if name == STANDARD_INPUT:
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(name).open("rb") as lines:
                raw = lines.read(LARGEST + 1)
    except (OSError, ValueError) as wrong:
        raise BadInput(f"FILE: {getattr(wrong, 'strerror', None) or 'no such file'}") from None
    if len(raw) > LARGEST:
        raise BadInput(f"FILE: larger than {LARGEST // 1024 // 1024} MB: split it at a line")
    return raw
