"""Beds in `kinfirst serve`: their feeds, a watcher that tells the record, and the central station, in one loop.

`KINFIRST_BEDS` names beds that are fed and watched here. With `KINFIRST_NATS` feeds go to that server and the station
listens there; `kinfirst bedside work` does the watching, on as many machines as are wanted.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from kinfirst.bedside.ending import end
from kinfirst.bedside.hub import Hub
from kinfirst.bedside.hub_local import LocalHub
from kinfirst.bedside.loop_thread import LoopThread
from kinfirst.bedside.station import Station, set_current
from kinfirst.bedside.watcher import Watcher
from kinfirst.cli.bedside_record import Reporter
from kinfirst.clock import SystemClock
from kinfirst.project.beds_fed import Clocks, Playing, fed
from kinfirst.project.beds_named import VARIABLE, Named, read_beds

NATS, PREFIX = "KINFIRST_NATS", "KINFIRST_NATS_PREFIX"


class Beds:
    """What runs beside the pages; make it with `beds_of`."""

    def __init__(self, named: tuple[Named, ...], *, nats: str | None) -> None:
        """Refuses (BadInput) a bed whose source cannot be read."""
        self._feeds, self._nats = fed(named), nats
        self._clock = SystemClock()

    def thread(self, *, failed: Callable[[], None]) -> LoopThread:
        """The thread it runs in; `failed` is told when it ends by itself."""
        return LoopThread(self.run, name="kinfirst-beds", failed=failed)

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Feeds, watches and shows until `stop`; then beds are saved and given back. Anything but a broker that is
        away for a while ends it: a station of beds that nobody feeds is none.

        Raises HubAway where there is no NATS server at the beginning, BadInput where a port cannot be opened.
        """
        clocks = Clocks(self._clock.now, time.monotonic)
        async with self._hub() as hub, AsyncExitStack() as until:
            station = Station(hub, now=clocks.now, elapsed=clocks.elapsed)
            for feed in self._feeds:
                await feed.open(hub, clocks, until)
            set_current(station)
            until.callback(set_current, None)
            async with asyncio.TaskGroup() as group:
                playing = [group.create_task(one.run(hub, clocks)) for one in self._feeds if isinstance(one, Playing)]
                if self._nats is None:
                    group.create_task(self._watch(hub, stop))
                await station.run(stop, ready)
                await end(playing)

    async def _watch(self, hub: Hub, stop: asyncio.Event) -> None:
        reporter = Reporter(self._clock)
        owner = f"serve-{os.getpid()}-{secrets.token_hex(4)}"
        watcher = Watcher(hub, owner=owner, now=self._clock.now, elapsed=time.monotonic, tell=reporter.tell)
        try:
            await watcher.run(stop)
        finally:
            await asyncio.to_thread(reporter.close)

    @asynccontextmanager
    async def _hub(self) -> AsyncIterator[Hub]:
        if self._nats is None:
            yield LocalHub()
            return
        from kinfirst.bedside.hub_nats import connected

        hub = await connected(self._nats, prefix=os.environ.get(PREFIX, "").strip() or "kinfirst")
        try:
            yield hub
        finally:
            await hub.close()


class Asked(NamedTuple):
    """The beds of the environment, and its NATS server; nothing of either where it names none."""

    named: tuple[Named, ...] = ()
    nats: str | None = None


def asked() -> Asked:
    """What the environment asks for. Refuses (BadInput) a bed that cannot be read, before anything is opened."""
    said, nats = (os.environ.get(name, "").strip() for name in (VARIABLE, NATS))
    named = read_beds(said)
    fed(named)
    return Asked(named, nats or None)


def beds_of(wanted: Asked, *, demo: bool) -> Beds | None:
    """The beds, each in the case that somebody said it lies in; a demonstration that was asked for none has its own.

    Needs an open database. None where there is nothing to feed and nothing to listen to.
    """
    from kinfirst.project.demo import REALM
    from kinfirst.project.demo_beds import demo_beds
    from kinfirst.web.beds import cases_of_beds

    named = wanted.named or (demo_beds() if demo and wanted.nats is None else ())
    if not named and wanted.nats is None:
        return None
    cases, realm = cases_of_beds(), REALM if demo else "live"
    laid = (one._replace(case=case, realm=of) for one in named for case, of in [cases.get(one.bed, (None, realm))])
    return Beds(tuple(laid), nats=wanted.nats)
