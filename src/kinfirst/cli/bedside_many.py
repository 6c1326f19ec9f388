"""`kinfirst bedside feed` and `work`: beds on NATS, and a group of processes that share the watching of them."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import time
from typing import TYPE_CHECKING, Any

import click

from kinfirst.cli import open_database
from kinfirst.cli.bedside_whence import BED, CASE, DB, FS, HELP, MLLP, SCRIPT, SECONDS, SEED, opened, whence_of
from kinfirst.clock import SystemClock

if TYPE_CHECKING:
    from kinfirst.bedside.bed import BedPlan
    from kinfirst.bedside.hub import Hub, Raised
    from kinfirst.cli.bedside_feeds import Feed
    from kinfirst.cli.bedside_record import Reporter

ADDRESS = "nats://127.0.0.1:4222"
NATS = click.option("--nats", metavar="URL", envvar="KINFIRST_NATS", default=ADDRESS, show_default=True)
PREFIX = click.option(
    "--prefix",
    envvar="KINFIRST_NATS_PREFIX",
    default="kinfirst",
    show_default=True,
    help="Keeps houses on one server apart; else KINFIRST_NATS_PREFIX.",
)


@click.command(context_settings=HELP)
@click.argument("record", required=False)
@SCRIPT
@MLLP
@SEED
@FS
@SECONDS
@click.option("--speed", type=float, help="Times real time; 0: as fast as it goes.  [default: 1]")
@BED
@CASE
@DB
@NATS
@PREFIX
def feed(**given: Any) -> None:
    """Put a bed's signal on NATS, for `kinfirst bedside work` to watch, and register the bed (for a case)."""
    whence = whence_of(given, standard=1.0)
    if given["case"] is not None:
        open_database(given["db"])
    with opened(whence) as found:
        asyncio.run(_publish(found, _plan(found, given), given))


@click.command(context_settings=HELP)
@NATS
@PREFIX
@DB
@click.option("--no-record", is_flag=True, help="Tell the record nothing: watch only.")
@click.option("--name", help="The name of this watcher; a random one if none is given.")
def work(**given: Any) -> None:
    """Watch a share of the beds on NATS; any number of these share them. One line for each alarm.

    When one dies the others take its beds over within seconds, from where it last saved. SIGTERM or Ctrl-C: the beds
    are saved and given back, exit code 0. 2: no NATS server with JetStream, or no database.
    """
    from kinfirst.cli.bedside_record import Reporter

    reporter = None
    if not given["no_record"]:
        open_database(given["db"])
        reporter = Reporter(SystemClock())
    try:
        asyncio.run(_work(given, reporter))
    finally:
        if reporter is not None:
            reporter.close()


async def _work(given: dict[str, Any], reporter: Reporter | None) -> None:
    from kinfirst.bedside.hub_nats import connected
    from kinfirst.bedside.watcher import Watcher
    from kinfirst.cli.bedside_screen import line

    owner = given["name"] or f"{os.getpid()}-{secrets.token_hex(4)}"
    clock, stop = SystemClock(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    async def tell(raised: Raised) -> None:
        click.echo(line(raised.entry))
        if reporter is not None:
            await reporter.tell(raised)

    hub = await connected(given["nats"], prefix=given["prefix"])
    try:
        click.echo(f"watcher {owner} works", err=True)
        await Watcher(hub, owner=owner, now=clock.now, elapsed=time.monotonic, tell=tell).run(stop)
        click.echo(f"watcher {owner}: stopped", err=True)
    finally:
        await hub.close()


async def _publish(found: Feed, plan: BedPlan, given: dict[str, Any]) -> None:
    from kinfirst.bedside.hub import announce
    from kinfirst.bedside.hub_nats import connected

    hub = await connected(given["nats"], prefix=given["prefix"])
    try:
        await announce(hub, plan)
        await _publish_all(hub, found, plan.bed)
    finally:
        await hub.close()


async def _publish_all(hub: Hub, found: Feed, bed: str) -> None:
    """The feed waits in real time, so it is asked in a thread: the connection must stay alive meanwhile."""
    while (came := await asyncio.to_thread(next, found.coming, None)) is not None:
        if came.packet is not None:
            await hub.publish(bed, came.packet)


def _plan(found: Feed, given: dict[str, Any]) -> BedPlan:
    from kinfirst.bedside.bed import BedPlan
    from kinfirst.cli.bedside_record import case_of_bed

    case = case_of_bed(given["case"]) if given["case"] is not None else None
    return BedPlan(
        bed=given["bed"],
        fs=found.fs,
        leads=found.leads,
        start=found.start,
        case=case.id if case is not None else None,
        realm=case.realm if case is not None else "live",
    )
