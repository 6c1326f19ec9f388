"""Two watchers share beds over NATS; one is killed (`kill -9`) at the moment every heart stops.

Measured in real time: until the other holds every bed, from the fourth beatless second of a bed to its alarm, and how
many beds raised none.
"""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from benchmarks.results import Measured
from benchmarks.run import say
from benchmarks.working import START
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.generator import Generator
from kinfirst.bedside.hub_nats import NatsHub, connected
from kinfirst.bedside.scripts import Phase, Script
from kinfirst.bedside.sources.port import Packet
from kinfirst.clock import SystemClock

ROOT = Path(__file__).resolve().parents[1]
FS, LEADS = 250.0, ("II", "V")
BEATING, FLAT, PACKET = 15.0, 15.0, 0.5
ASYSTOLE = 4.0
PATIENCE = 60.0
DIES, LIVES = "dies", "lives"


class Heard(NamedTuple):
    """When an alarm came (this program's clock), and the moment of the last beat as it says."""

    at: float
    last_beat: datetime


def measured(beds: int) -> list[Measured]:
    """One killing. Without a NATS server with JetStream every row says so and holds no value."""
    say(f"  {beds} beds, two watchers, one is killed")
    whats = {
        "takeover": ("beds of a killed watcher taken over", "s"),
        "takeover.delay": ("from the fourth beatless second to the alarm, its watcher killed, real time, worst", "s"),
        "takeover.missed": ("asystoles missed, a watcher killed", ""),
    }
    found: dict[str, float] = {}
    note = f"{beds} beds"
    try:
        found = asyncio.run(_killed(_server(), [str(number) for number in range(beds)]))
    except (OSError, RuntimeError, TimeoutError, subprocess.SubprocessError) as wrong:
        note = f"could not be run: {type(wrong).__name__} {wrong}"[:300]
    return [
        Measured(
            bench="bedside",
            key=f"bedside.{key}",
            what=what,
            unit=unit,
            values=(found[key],) if key in found else (),
            note=note,
        )
        for key, (what, unit) in whats.items()
    ]


def _server() -> str:
    found = subprocess.run([ROOT / "scripts" / "nats.sh"], check=True, capture_output=True, text=True)
    return found.stdout.strip()


@contextmanager
def _watchers(url: str, prefix: str) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    command = [sys.executable, "-c", START, "bedside", "work", "--nats", url, "--prefix", prefix, "--no-record"]
    quiet = subprocess.DEVNULL
    running = {name: subprocess.Popen([*command, "--name", name], stdout=quiet, stderr=quiet) for name in (DIES, LIVES)}
    try:
        yield running
    finally:
        for one in running.values():
            one.kill()
            one.wait()


async def _killed(url: str, beds: list[str]) -> dict[str, float]:
    prefix, start = f"bench{secrets.token_hex(6)}", SystemClock().now() - timedelta(seconds=BEATING)
    hub = await connected(url, prefix=prefix)
    heard: dict[str, Heard] = {}
    listening = asyncio.create_task(_listen(hub, heard, len(beds)))
    try:
        for bed in beds:
            await hub.register(BedPlan(bed=bed, fs=FS, leads=LEADS, start=start))
        packets = list(_packets())
        with _watchers(url, prefix) as running:
            await _until_shared(hub, beds)
            for packet in packets:
                if packet.at < BEATING:
                    await _to_all(hub, beds, packet)
            running[DIES].kill()
            stopped = monotonic()
            taking = asyncio.create_task(_taken_over(hub, beds))
            await _in_real_time(hub, beds, [packet for packet in packets if packet.at >= BEATING], stopped)
            taken = await taking - stopped
            with suppress(TimeoutError):
                await asyncio.wait_for(listening, FLAT)
    finally:
        listening.cancel()
        await hub.forget()
        await hub.close()
    # The signal is fed in real time from the moment of the killing: its second BEATING was `stopped`.
    late = [
        (at - stopped) - ((last_beat - start).total_seconds() - BEATING) - ASYSTOLE for at, last_beat in heard.values()
    ]
    found = {"takeover": taken, "takeover.missed": float(len(beds) - len(heard))}
    return found | ({"takeover.delay": max(late)} if late else {})


def _packets() -> Iterator[Packet]:
    """One heart that beats and stops."""
    phases = (Phase(rhythm="sinus", seconds=BEATING, rate=80.0), Phase(rhythm="asystole", seconds=1e6, stroke=0.0))
    coming = Generator(Script(name="stops", says="", phases=phases), fs=FS, leads=LEADS, seed=3).packets(PACKET)
    return (next(coming) for _ in range(round((BEATING + FLAT) / PACKET)))


async def _to_all(hub: NatsHub, beds: list[str], packet: Packet) -> None:
    await asyncio.gather(*(hub.publish(bed, packet) for bed in beds))


async def _in_real_time(hub: NatsHub, beds: list[str], packets: list[Packet], began: float) -> None:
    """Each packet when its last sample has been taken."""
    for packet in packets:
        await asyncio.sleep(max(0.0, packet.at - BEATING + PACKET - (monotonic() - began)))
        await _to_all(hub, beds, packet)


async def _listen(hub: NatsHub, heard: dict[str, Heard], wanted: int) -> None:
    async for raised in hub.told():
        one = raised.entry
        if one.what == "raised" and one.kind == "asystole":
            heard.setdefault(one.bed, Heard(monotonic(), one.onset or one.at))
        if len(heard) == wanted:
            return


async def _until_shared(hub: NatsHub, beds: list[str]) -> None:
    async with asyncio.timeout(PATIENCE):
        while sorted([await hub.owner(bed) or "" for bed in beds]).count(DIES) != len(beds) // 2:
            await asyncio.sleep(0.1)


async def _taken_over(hub: NatsHub, beds: list[str]) -> float:
    """The moment from which the watcher that lives holds every bed."""
    async with asyncio.timeout(PATIENCE):
        while {await hub.owner(bed) for bed in beds} != {LIVES}:
            await asyncio.sleep(0.05)
    return monotonic()
