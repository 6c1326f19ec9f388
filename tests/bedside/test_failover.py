"""A watcher is killed at the very moment a heart stops: the beds are taken over and no asystole is missed.

Real processes (`kinfirst bedside work`), a real NATS server, kill -9. The time of the take-over is measured by the
benchmarks, not here; here only that it happens, and that nothing is lost.
"""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from kinfirst.bedside.hub import LEASE_SECONDS, RENEW_SECONDS, Raised
from kinfirst.bedside.hub_nats import NatsHub, connected
from tests.bedside.stories import BEATS, FLAT, packets, plan, seconds_of

PATIENCE = 60.0
BEDS = ("1", "2", "3", "4")
RUN = "from kinfirst.project.entry import main; main()"
pytestmark = [pytest.mark.network, pytest.mark.slow]


@contextmanager
def workers(url: str, prefix: str) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    command = [sys.executable, "-c", RUN, "bedside", "work", "--nats", url, "--prefix", prefix, "--no-record"]
    started = {name: subprocess.Popen([*command, "--name", name], stdout=subprocess.PIPE) for name in ("w1", "w2")}
    try:
        yield started
    finally:
        for each in started.values():
            each.kill()
            each.wait()
            if each.stdout is not None:
                each.stdout.close()


async def owners(hub: NatsHub) -> set[str | None]:
    return {await hub.owner(bed) for bed in BEDS}


async def wait_for(hub: NatsHub, wanted: set[str | None]) -> None:
    async with asyncio.timeout(PATIENCE):
        while await owners(hub) != wanted:
            await asyncio.sleep(0.05)


async def listen(hub: NatsHub, heard: dict[str, Raised]) -> None:
    async for raised in hub.told():
        if raised.entry.what == "raised" and raised.entry.kind == "asystole":
            heard.setdefault(raised.entry.bed, raised)
        if len(heard) == len(BEDS):
            return


def test_an_asystole_that_begins_as_its_watcher_is_killed_is_raised(nats_url: str) -> None:
    prefix = f"f{secrets.token_hex(6)}"
    whole = packets(FLAT, 30)
    alive = [packet for packet in whole if packet.at < BEATS]

    async def play() -> None:
        hub = await connected(nats_url, prefix=prefix)
        heard: dict[str, Raised] = {}
        try:
            for bed in BEDS:
                await hub.register(plan(bed))
            listening = asyncio.create_task(listen(hub, heard))
            with workers(nats_url, prefix) as running:
                await wait_for(hub, {"w1", "w2"})
                for packet in alive:
                    for bed in BEDS:
                        await hub.publish(bed, packet)
                assert not heard
                running["w1"].kill()
                for packet in whole[len(alive) :]:
                    for bed in BEDS:
                        await hub.publish(bed, packet)
                await asyncio.wait_for(listening, PATIENCE)
                await wait_for(hub, {"w2"})
                running["w2"].terminate()
                said, _ = await asyncio.to_thread(running["w2"].communicate)
                assert running["w2"].returncode == 0
                assert b"raised ASYSTOLE" in said
                assert await owners(hub) == {None}
        finally:
            with suppress(UnboundLocalError):
                listening.cancel()
            await hub.forget()
            await hub.close()
        for raised in heard.values():
            assert raised.entry.onset is not None
            assert abs(seconds_of(raised.entry.onset) - BEATS) < 2.0

    asyncio.run(play())


def test_the_leases_are_short_enough_for_five_seconds() -> None:
    assert LEASE_SECONDS + 4 * RENEW_SECONDS < 5.0
