"""A test on every hub: in one process, and over NATS."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from kinfirst.bedside.hub import Hub, Raised
from kinfirst.bedside.hub_local import LocalHub
from kinfirst.bedside.hub_nats import NatsHub, connected
from kinfirst.bedside.watcher import Watcher
from kinfirst.clock import SystemClock

Test = Callable[[Hub], Coroutine[Any, Any, None]]
OnHub = Callable[[Test], None]
PATIENCE = 30.0


@asynccontextmanager
async def on_nats(url: str) -> AsyncIterator[NatsHub]:
    hub = await connected(url, prefix=f"t{secrets.token_hex(6)}")
    try:
        yield hub
    finally:
        await hub.forget()
        await hub.close()


def run_on(kind: str, nats_url: Callable[[], str], test: Test) -> None:
    async def on_server(url: str) -> None:
        async with on_nats(url) as hub:
            await test(hub)

    if kind == "local":
        asyncio.run(test(LocalHub()))
    else:
        asyncio.run(on_server(nats_url()))


async def first(several: AsyncIterator[Any], count: int) -> list[Any]:
    found = []
    async with asyncio.timeout(PATIENCE):
        async for each in several:
            found.append(each)
            if len(found) == count:
                return found
    return found


async def until(so: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            found = so()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)


@asynccontextmanager
async def watched_by(hub: Hub, owner: str = "w1", **more: Any) -> AsyncIterator[tuple[Watcher, list[Raised]]]:
    """A watcher at work, and what it has told."""
    told: list[Raised] = []

    async def tell(raised: Raised) -> None:
        told.append(raised)

    clocks = {"now": SystemClock().now, "elapsed": time.monotonic} | more
    watcher, stop = Watcher(hub, owner=owner, tell=tell, **clocks), asyncio.Event()
    running = asyncio.create_task(watcher.run(stop))
    try:
        yield watcher, told
    finally:
        stop.set()
        await running
