"""What a bed is watched from: a record, a file of messages, a script, an MLLP port; packets and others' alarms."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from kinfirst.bedside.alarm_shapes import Seen
from kinfirst.bedside.sources.joining import Joiner
from kinfirst.bedside.sources.port import Packet, Source, paced
from kinfirst.cli.bedside_hl7 import passed_over, pieces_of, read_reports, seen_of, spoken, start_of
from kinfirst.core.errors import BadInput
from kinfirst.interop.hl7v2.mllp_link import open_door
from kinfirst.interop.hl7v2.oru import read_message
from kinfirst.interop.hl7v2.oru_shape import DeviceReport

WAITING = 256
MESSAGE_ENDINGS = (".hl7", ".oru")


class Came(NamedTuple):
    """What came next: a packet, and what another monitor says by itself."""

    packet: Packet | None
    seen: tuple[Seen, ...] = ()


class Feed(NamedTuple):
    """A source ready to be watched: its rate, leads, when its second 0 was, and what comes."""

    fs: float
    leads: tuple[str, ...]
    start: datetime
    title: str
    coming: Iterator[Came]


def from_source(source: Source, *, start: datetime, title: str, speed: float, seconds: float | None) -> Feed:
    """A record or a generated bed, at that many times real time (0: at once), for so many seconds at most."""
    length = packet_seconds(speed)
    packets = paced(source.packets(length), speed=speed, elapsed=time.monotonic, wait=time.sleep)
    limited = (packet for packet in _until(packets, seconds))
    return Feed(source.fs, source.leads, start, title, (Came(packet) for packet in limited))


def packet_seconds(speed: float) -> float:
    """About fifteen packets in a second of the clock on the wall; a quarter of a second at full speed."""
    return 0.25 if speed == 0 else min(2.0, max(0.02, speed / 15))


def _until(packets: Iterator[Packet], seconds: float | None) -> Iterator[Packet]:
    for packet in packets:
        if seconds is not None and packet.at >= seconds:
            return
        yield packet


def from_messages(path: Path, *, now: datetime, say: Callable[[str], None]) -> Feed:
    """A file of ORU messages, at once. What is not a device's is said and passed over.

    Messages without a wave still bring another monitor's alarms. Refuses (BadInput) a file with neither, and waves
    without an ECG among them.
    """
    reports, others = read_reports(path)
    for why in others:
        say(why)
    if not reports:
        raise BadInput("record: no message of a bedside device in it; an ORU^R01 or ORU^R40 with MDC codes is one")
    first = next((report for report in reports if report.waves), None)
    if first is None:
        return _only_alarms(path, reports, now=now, say=say)
    start = start_of(first) or now
    joiner = Joiner(pieces_of(first, start))
    return Feed(joiner.fs, joiner.leads, start, path.name, _joined(reports, joiner, start))


def _only_alarms(path: Path, reports: list[DeviceReport], *, now: datetime, say: Callable[[str], None]) -> Feed:
    """Rates and alarms without a signal: a bed that gives no samples, and what the other monitor said of it."""
    for report in reports:
        for text in spoken(report):
            say(text)
    start = start_of(reports[0]) or now
    came = (Came(None, seen) for report in reports if (seen := _seen(report, start)))
    return Feed(250.0, ("II",), start, path.name, came)


def _joined(reports: list[DeviceReport], joiner: Joiner, start: datetime) -> Iterator[Came]:
    for report in reports:
        yield from _came(report, joiner, start)
    for packet in joiner.flush():
        yield Came(packet)


def _came(report: DeviceReport, joiner: Joiner, start: datetime) -> Iterator[Came]:
    for packet in joiner.feed(pieces_of(report, start)):
        yield Came(packet)
    seen = _seen(report, start)
    if seen:
        yield Came(None, seen)


def _seen(report: DeviceReport, start: datetime) -> tuple[Seen, ...]:
    return tuple(found for alert in report.alerts if (found := seen_of(alert, otherwise=start)) is not None)


class Port:
    """An MLLP port in a thread of its own: messages are answered there and wait in a bounded line to be watched.

    A message that is no device's is answered with AE or CR and the reason; when the line is full the sender waits for
    its answer, which is how it is told to slow down.
    """

    def __init__(self, port: int, now: Callable[[], datetime], say: Callable[[str], None]) -> None:
        self._wanted, self._now, self._say = port, now, say
        self._line: queue.Queue[DeviceReport] = queue.Queue(WAITING)
        self._ready: queue.Queue[int | OSError] = queue.Queue(1)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kinfirst-mllp", daemon=True)

    def open(self) -> int:
        """Begins to listen and says on which port. Raises OSError where it cannot."""
        self._thread.start()
        found = self._ready.get()
        if isinstance(found, OSError):
            raise found
        return found

    def close(self) -> None:
        """Stops listening."""
        self._end.set()
        self._thread.join()

    def feed(self, *, patience: float) -> Feed:
        """Waits for the first message with an ECG and goes on from there, until nothing has come for that long."""
        while True:
            report = self._next(patience)
            if report is None:
                raise BadInput("mllp: no message with an ECG has come")
            if report.waves:
                break
        start = start_of(report) or self._now()
        joiner = Joiner(pieces_of(report, start))
        return Feed(
            joiner.fs,
            joiner.leads,
            start,
            f"MLLP {report.bed or ''}".strip(),
            self._coming(report, joiner, start, patience),
        )

    def _coming(self, first: DeviceReport, joiner: Joiner, start: datetime, patience: float) -> Iterator[Came]:
        report: DeviceReport | None = first
        while report is not None:
            yield from _came(report, joiner, start)
            report = self._next(patience)
        for packet in joiner.flush():
            yield Came(packet)

    def _next(self, patience: float) -> DeviceReport | None:
        try:
            return self._line.get(timeout=patience)
        except queue.Empty:
            return None

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        try:
            async with open_door(self._take, port=self._wanted, now=self._now) as door:
                self._ready.put(door.port)
                await asyncio.to_thread(self._end.wait)
        except OSError as wrong:
            self._ready.put(wrong)

    async def _take(self, raw: bytes) -> str | None:
        outcome = read_message(raw)
        if not isinstance(outcome, DeviceReport):
            why = passed_over(outcome)
            self._say(why)
            return why
        while not self._end.is_set():
            try:
                self._line.put_nowait(outcome)
            except queue.Full:
                await asyncio.sleep(0.05)
            else:
                return None
        return "the receiver is closing"
