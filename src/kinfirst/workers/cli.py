"""`kinfirst work` does what is due and sends what is waiting; `kinfirst watch` sees whether anybody does."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from kinfirst.clock import SystemClock

if TYPE_CHECKING:
    from kinfirst.workers.worker import Worker

# The project assembles everything and is found by name, as Django finds its settings.
PROJECT = "kinfirst.project"
SHOW_EVERY = 1.0


def work(
    *,
    db: Annotated[str | None, typer.Option("--db", metavar="URL", help="The database; else KINFIRST_DB.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Do all that is due now, then end.")] = False,
    batch: Annotated[int, typer.Option("--batch", help="How many ledgers are ticked in one transaction.")] = 500,
    seal_every: Annotated[
        str, typer.Option("--seal-every", metavar="DURATION", help="Seal that often (ISO 8601); PT0S: never.")
    ] = "PT1H",
    no_send: Annotated[
        bool, typer.Option("--no-send", help="Send nothing: after an old copy of the database was put back.")
    ] = False,
) -> None:
    """Do what is due, and send what is waiting. Several may run at once, on one machine or many.

    SIGTERM or Ctrl-C: what is held is finished first, exit code 0. 2: the database or a setting cannot be used.
    """
    from kinfirst.workers.plan import Plan, duration

    plan = Plan(batch=batch, seal_every=duration(seal_every, "--seal-every"), send=not no_send)
    project = import_module(PROJECT)
    project.setup_django(db)
    project.migrate()
    import_module(f"{PROJECT}.traces").begin()
    from kinfirst.workers.worker import Worker

    ways = import_module(f"{PROJECT}.bootstrap").ways()
    worker = Worker(SystemClock(), ways, plan)
    console = Console(stderr=True, highlight=False)
    if once:
        worker.once()
        console.print(_line(worker))
        return
    with stopped_by_signal() as stop, _shown(console, worker):
        worker.run(stop)


def watch(
    *,
    db: Annotated[str | None, typer.Option("--db", metavar="URL", help="The database; else KINFIRST_DB.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once, then end: for cron and for probes.")] = False,
) -> None:
    """Call the flow desk and the casualty officers when nobody does what is due.

    Looks every 15 seconds and calls by the ways that pages go; again every ten minutes while it lasts. Changes nothing
    in the database.

    Exit code 0 when all was well or a signal ended it, 1 with --once when something is due and no worker lives,
    2 when the database or a setting cannot be used.
    """
    project = import_module(PROJECT)
    project.setup_django(db)
    from kinfirst.records.heartbeats import pulse
    from kinfirst.workers.watchman import Watchman

    clock = SystemClock()
    watchman = Watchman(clock, import_module(f"{PROJECT}.bootstrap").ways())
    # A record that cannot be read at the start is a wrong setting, and is said at once.
    pulse(clock.now())
    console = Console(stderr=True, highlight=False)
    with stopped_by_signal() as stop:
        well = watchman.look()
        console.print("the clock is watched" if well else "nobody watches the clock: people were called")
        if not once:
            watchman.run(stop)
        elif not well:
            raise typer.Exit(1)


@contextmanager
def stopped_by_signal() -> Iterator[Event]:
    """An event that SIGTERM and SIGINT set, for as long as the block lasts."""
    stop = Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _shown(console: Console, worker: Worker) -> Iterator[None]:
    """One line: kept current on a terminal, else said at the beginning and at the end."""
    if sys.stderr.isatty():
        with console.status("") as status:
            ended = Event()
            painter = _painter(lambda: status.update(_line(worker)), ended)
            try:
                yield
            finally:
                ended.set()
                painter.join()
    else:
        console.print(f"worker {worker.id} works")
        yield
    console.print(f"{_line(worker)}; stopped")


def _painter(paint: Callable[[], None], ended: Event) -> Thread:
    def keep() -> None:
        while not ended.wait(SHOW_EVERY):
            paint()

    thread = Thread(target=keep, name="kinfirst-line", daemon=True)
    paint()
    thread.start()
    return thread


def _line(worker: Worker) -> str:
    return f"worker {worker.id}: {worker.moved} ledgers moved, {worker.carried} messages, {worker.sealed} seals"
