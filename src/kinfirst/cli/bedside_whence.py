"""Where a bed's signal comes from, as options of a command: a record, a script, an MLLP port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput

if TYPE_CHECKING:
    from kinfirst.cli.bedside_feeds import Feed

HELP = {"help_option_names": ["-h", "--help"]}
PATIENCE_SECONDS = 600.0
SCRIPT = click.option("--script", metavar="NAME", help="Generate this script: night, dying, calm, fast, loose ...")
SEED = click.option("--seed", type=int, default=0, show_default=True, help="Of the generated signal.")
FS = click.option("--fs", type=float, default=250.0, show_default=True, help="Samples a second of what is generated.")
SECONDS = click.option("--seconds", type=float, help="Stop after so many seconds of signal.")
BED = click.option("--bed", default="1", show_default=True, help="The name of the bed.")
CASE = click.option("--case", metavar="CASE", help="The case the bed lies in (id or alias): the record is told.")
DB = click.option("--db", metavar="URL", help="The database; else KINFIRST_DB.")
MLLP = click.option("--mllp", type=int, metavar="PORT", help="Listen here for ORU messages (0: any free port).")


class From(msgspec.Struct, frozen=True, kw_only=True):
    """Where the signal comes from, as the options say."""

    record: str | None
    script: str | None
    mllp: int | None
    seed: int
    fs: float
    seconds: float | None
    speed: float | None


def whence_of(given: dict[str, Any], *, standard: float) -> From:
    """What the options say; `standard` is the speed where none is given. Refuses (BadInput) none and more than one."""
    names = ("record", "script", "mllp", "seed", "fs", "seconds", "speed")
    found = msgspec.convert({name: given[name] for name in names}, From)
    if sum(each is not None for each in (found.record, found.script, found.mllp)) != 1:
        raise BadInput("give one of: a RECORD, --script NAME, --mllp PORT")
    if found.speed is None:
        found = msgspec.structs.replace(found, speed=standard)
    return found


@contextmanager
def opened(whence: From) -> Iterator[Feed]:
    """What is to be watched. An MLLP port is closed when the block ends."""
    from kinfirst.cli import bedside_feeds as feeds

    speed = whence.speed or 0.0
    if whence.mllp is not None:
        port = feeds.Port(whence.mllp, SystemClock().now, say)
        say(f"listening for MLLP on 127.0.0.1:{port.open()}")
        try:
            yield port.feed(patience=PATIENCE_SECONDS)
        finally:
            port.close()
        return
    if whence.script is not None:
        yield _scripted(whence, speed)
        return
    path = Path(whence.record or "")
    if path.suffix in feeds.MESSAGE_ENDINGS:
        yield feeds.from_messages(path, now=SystemClock().now(), say=say)
        return
    from kinfirst.bedside.sources.wfdb_files import WfdbSource

    source = WfdbSource(path)
    start = source.start or SystemClock().now()
    yield feeds.from_source(source, start=start, title=source.name, speed=speed, seconds=whence.seconds)


def _scripted(whence: From, speed: float) -> Feed:
    from kinfirst.bedside.generator import Generator
    from kinfirst.bedside.scripts import script_named
    from kinfirst.cli.bedside_feeds import from_source

    script = script_named(whence.script or "")
    source = Generator(script, fs=whence.fs, seed=whence.seed)
    seconds = whence.seconds if whence.seconds is not None else sum(phase.seconds for phase in script.phases)
    start = day_of(script.starts)
    return from_source(source, start=start, title=f"script {script.name}", speed=speed, seconds=seconds)


def day_of(starts: time) -> datetime:
    """Today, at the script's own time of day."""
    return datetime.combine(SystemClock().now().date(), starts, tzinfo=UTC)


def say(text: str) -> None:
    """One line on standard error."""
    click.echo(f"kinfirst: {text}", err=True)
