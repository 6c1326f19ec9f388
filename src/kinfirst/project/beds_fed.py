"""The feeds of the beds that `kinfirst serve` was told of: in real time, into a hub, for ever.

A script goes on in its last phase; a record begins again when it ends; a monitor's messages come when they come.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from itertools import dropwhile
from math import inf
from typing import NamedTuple

from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.generator import Generator
from kinfirst.bedside.hub import Hub, HubAway, announce
from kinfirst.bedside.scripts import script_named
from kinfirst.bedside.sources.joining import Joiner
from kinfirst.bedside.sources.port import Packet, Source
from kinfirst.cli.bedside_hl7 import passed_over, pieces_of, start_of
from kinfirst.core.errors import BadInput
from kinfirst.interop.hl7v2.mllp_link import open_door
from kinfirst.interop.hl7v2.oru import read_message
from kinfirst.interop.hl7v2.oru_shape import DeviceReport
from kinfirst.project.beds_named import VARIABLE, Listened, Named, Recorded, Scripted

_log = logging.getLogger(__name__)

PACKET_SECONDS = 0.2
ANEW_SECONDS = 60.0
"""A monitor that was silent for so long may come back with other leads."""
EXPECTED_FS, EXPECTED_LEADS = 250.0, ("II",)
"""What a bed is registered with before its monitor has said anything: silent, and known to be."""


class Clocks(NamedTuple):
    """The wall clock, and a clock that never goes back."""

    now: Callable[[], datetime]
    elapsed: Callable[[], float]


class Playing:
    """A script or a record as a live bed: its samples are taken now, whatever day they are from."""

    def __init__(self, named: Named, *, seed: int) -> None:
        """Refuses (BadInput) a record that cannot be read."""
        self._named = named
        self._begin = named.source.begin if isinstance(named.source, Scripted) else 0.0
        self._source, self._seconds = _source(named, seed=seed)
        self._begun = 0.0

    async def open(self, hub: Hub, clocks: Clocks, _: AsyncExitStack) -> None:
        """The bed is there, and its first sample is taken now."""
        self._begun = clocks.elapsed() - self._begin
        start = clocks.now() - timedelta(seconds=self._begin)
        await announce(hub, _plan(self._named, self._source.fs, self._source.leads, start))

    async def run(self, hub: Hub, clocks: Clocks) -> None:
        """Feeds the bed until it is cancelled. A record that breaks off is said, and its bed falls silent."""
        begun, packets, sent = self._begun, self._packets(), True
        while (packet := await asyncio.to_thread(self._next, packets)) is not None:
            # Given on when its last sample has been taken.
            seconds = len(packet.samples) / self._source.fs
            await asyncio.sleep(max(0.0, begun + packet.at + seconds - clocks.elapsed()))
            sent = await _published(hub, self._named.bed, packet, said=not sent)

    def _next(self, packets: Iterator[Packet]) -> Packet | None:
        try:
            return next(packets)
        except BadInput as wrong:
            _log.error("bed %s: its feed has ended: %s", self._named.bed, wrong)
            return None

    def _packets(self) -> Iterator[Packet]:
        """From where the story begins, again and again if it has an end."""
        passed = 0.0
        while True:
            for packet in dropwhile(lambda packet: packet.at < self._begin, self._source.packets(PACKET_SECONDS)):
                yield Packet(passed + packet.at, packet.samples)
            passed += self._seconds


class Listening:
    """A port of this machine to which one monitor sends its messages over MLLP."""

    def __init__(self, named: Named, port: int) -> None:
        self._named, self._port = named, port
        self._joiner: Joiner | None = None
        self._start: datetime
        self._last = 0.0
        self._hub: Hub
        self._clocks: Clocks

    async def open(self, hub: Hub, clocks: Clocks, until: AsyncExitStack) -> None:
        """Listens until `until` ends. Refuses (BadInput) a port that is taken."""
        self._hub, self._clocks = hub, clocks
        await announce(hub, _plan(self._named, EXPECTED_FS, EXPECTED_LEADS, clocks.now()))
        try:
            await until.enter_async_context(open_door(self._take, port=self._port, now=clocks.now))
        except OSError as wrong:
            why = wrong.strerror or type(wrong).__name__
            raise BadInput(f"{VARIABLE}: {self._named.bed}: mllp:{self._port} cannot be opened: {why}") from None

    async def _take(self, raw: bytes) -> str | None:
        """None where the message was taken; else why not, as the answer to the sender."""
        report = read_message(raw)
        if not isinstance(report, DeviceReport):
            return passed_over(report)
        if not report.waves:
            return None
        try:
            for packet in await self._joined(report):
                await self._hub.publish(self._named.bed, packet)
        except (BadInput, HubAway) as wrong:
            return str(wrong)
        return None

    async def _joined(self, report: DeviceReport) -> list[Packet]:
        silent = self._clocks.elapsed() - self._last > ANEW_SECONDS
        if self._joiner is None or silent:
            self._start = start_of(report) or self._clocks.now()
            joiner = Joiner(pieces_of(report, self._start))
            await announce(self._hub, _plan(self._named, joiner.fs, joiner.leads, self._start))
            self._joiner = joiner
        self._last = self._clocks.elapsed()
        return self._joiner.feed(pieces_of(report, self._start))


def fed(beds: tuple[Named, ...]) -> list[Playing | Listening]:
    """A feed for each bed. Refuses (BadInput) a record that cannot be read, by its bed."""
    feeds: list[Playing | Listening] = []
    for seed, named in enumerate(beds):
        if isinstance(named.source, Listened):
            feeds.append(Listening(named, named.source.port))
            continue
        try:
            feeds.append(Playing(named, seed=seed))
        except BadInput as wrong:
            raise BadInput(f"{VARIABLE}: {named.bed}: {wrong}") from None
    return feeds


def _source(named: Named, *, seed: int) -> tuple[Source, float]:
    """The signals, and how many seconds of them there are."""
    if isinstance(named.source, Recorded):
        from kinfirst.bedside.sources.wfdb_files import WfdbSource

        record = WfdbSource(named.source.path)
        return record, record.seconds
    assert isinstance(named.source, Scripted)
    return Generator(script_named(named.source.name), seed=seed), inf


def _plan(named: Named, fs: float, leads: tuple[str, ...], start: datetime) -> BedPlan:
    return BedPlan(bed=named.bed, fs=fs, leads=leads, start=start, case=named.case, realm=named.realm)


async def _published(hub: Hub, bed: str, packet: Packet, *, said: bool) -> bool:
    """Whether it was stored. Where the broker is away the samples are lost, and the bed itself makes the gap known."""
    try:
        await hub.publish(bed, packet)
    except HubAway as wrong:
        if not said:
            _log.warning("bed %s: its samples are lost for now (%s)", bed, wrong)
        return False
    return True
