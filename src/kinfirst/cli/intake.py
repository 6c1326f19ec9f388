"""`kinfirst intake`: HL7 v2 messages into cases, unverified, and an account of every one of them."""

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

if TYPE_CHECKING:
    from kinfirst.cli.intake_shown import AsJson, AsText
    from kinfirst.interop.hl7v2 import Outcome, Reading
    from kinfirst.records.actions import Given
    from kinfirst.records.intake_findings import Told

SOMEBODY_MUST_LOOK, UNREADABLE = 1, 2
LARGEST = 256 * 1024 * 1024
STANDARD_INPUT = "-"
EVERY = 50


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command was given."""

    files: tuple[str, ...]
    by: str | None
    realm: str
    case: str | None
    as_json: bool
    dry_run: bool
    db: str | None


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("files", nargs=-1, metavar="[FILES]...")
@click.option("--by", metavar="WHO", help="Who brings them in: a username, or a person's id.")
@click.option("--realm", default="live", show_default=True, help="The realm they are brought into.")
@click.option("--case", metavar="CASE", help="Show what was brought to this case (id or alias) instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a message.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@click.option("--db", metavar="URL", help="The database; else KINFIRST_DB.")
def intake(**given: Any) -> None:
    """Read HL7 v2 ADT messages: a death they speak of opens a case, unverified, with the people they name.

    FILES are files of one or many messages, folders of .hl7 files, or - for standard input. A message never
    pronounces, identifies or orders anybody. The same message again changes nothing.

    Exit code 0: every message is accounted for. 1: a person must look at one, for it is rejected or in
    conflict. 2: a file or an option that cannot be read; the other files are brought in all the same.

    Without --by nobody answers for what comes in: everything is tried on a database that is thrown away.
    """
    asked = msgspec.convert(given, Options)
    if (asked.case is None) == (not asked.files):
        raise BadInput("intake: give files, or --case CASE to show what was brought to it")
    if asked.case is None and asked.by is None:
        _tried(asked)
        return
    open_database(asked.db)
    if asked.case is not None:
        from kinfirst.cli.intake_shown import show_case

        show_case(asked.case, as_json=asked.as_json)
        return
    _brought_in(asked)


def _tried(asked: Options) -> None:
    """The whole run on a private database; it says so, for nothing of it stays."""
    from kinfirst.cli.trial import trial

    click.echo("nobody was named with --by: this is a trial, nothing is kept", err=True)
    with trial(asked.realm) as somebody:
        _brought_in(msgspec.structs.replace(asked, by=somebody, dry_run=True))


def _brought_in(asked: Options) -> None:
    from kinfirst.cli.intake_shown import AsJson, AsText
    from kinfirst.records.intake import opener

    who = opener(asked.realm, asked.by or "", now=SystemClock().now())
    shown: AsJson | AsText = AsJson(dry_run=asked.dry_run) if asked.as_json else AsText(dry_run=asked.dry_run)
    read = [(name, _reading(name)) for name in _found(asked.files)]
    done: dict[int, Told] = {}
    try:
        with _kept(asked):
            _take([outcome for _, reading in read for outcome in _outcomes(reading)], who, done)
    finally:
        # Whatever stopped the run: what was brought in before that is told.
        _show(read, done, shown)
    shown.end()
    sys.exit(UNREADABLE if shown.totals.unreadable else SOMEBODY_MUST_LOOK if shown.totals.look else 0)


@contextmanager
def _kept(asked: Options) -> Iterator[None]:
    """A dry run is one transaction that is rolled back: what follows from what is then seen as well."""
    if not asked.dry_run:
        yield
        return
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _found(names: Sequence[str]) -> list[str]:
    """Files as named; of a folder its .hl7 files at any depth, sorted. An empty folder stays, to be told of."""
    found: list[str] = []
    for name in names:
        inside = sorted(map(str, Path(name).rglob("*.hl7"))) if Path(name).is_dir() else []
        found += inside or [name]
    return found


def _reading(name: str) -> Reading | str:
    from kinfirst.interop.hl7v2 import read

    raw = _bytes(name)
    return raw if isinstance(raw, str) else read(raw)


def _outcomes(reading: Reading | str) -> tuple[Outcome, ...]:
    return () if isinstance(reading, str) else reading.outcomes


def _take(outcomes: Sequence[Outcome], given: Given, done: dict[int, Told]) -> None:
    from rich.console import Console

    from kinfirst.records.intake_batch import take_all

    with Console(stderr=True).status("reading messages") as status:

        def progress(count: int, total: int) -> None:
            if count % EVERY == 0:
                status.update(f"{count} of {total} messages")

        take_all(outcomes, given=given, done=done, progress=progress)


def _show(read: Sequence[tuple[str, Reading | str]], done: dict[int, Told], shown: AsJson | AsText) -> None:
    place = 0
    for name, reading in read:
        if isinstance(reading, str):
            shown.unreadable(name, reading)
            continue
        shown.file(name, reading)
        for _ in reading.outcomes:
            if place in done:
                shown.message(name, done[place])
            place += 1


def _bytes(name: str) -> bytes | str:
    """What the file holds, or why it cannot be read."""
    if name == STANDARD_INPUT:
        raw = sys.stdin.buffer.read(LARGEST + 1)
    elif Path(name).is_dir():
        return "a folder without .hl7 files"
    else:
        try:
            with Path(name).open("rb") as lines:
                raw = lines.read(LARGEST + 1)
        except (OSError, ValueError) as wrong:
            return getattr(wrong, "strerror", None) or "no such file"
    return raw if len(raw) <= LARGEST else f"larger than {LARGEST // 1024 // 1024} MB: split it at a message"
