"""Watching one bed in this process: the signal through the monitor, alarms to the screen, a file, a log, the record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import TracebackType

import msgspec

from kinfirst.bedside.alarm_life import sense
from kinfirst.bedside.alarm_log import AlarmLog
from kinfirst.bedside.alarm_shapes import Entry
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.hub import Raised
from kinfirst.bedside.watching import Watching
from kinfirst.cli.bedside_feeds import Came, Feed
from kinfirst.cli.bedside_hl7 import as_fhir, as_r40
from kinfirst.cli.bedside_record import CaseOfBed, Reporter, case_of_bed
from kinfirst.cli.bedside_screen import Screen
from kinfirst.clock import Clock
from kinfirst.core.errors import BadInput

ENDINGS = (".hl7", ".ndjson")


class Want(msgspec.Struct, frozen=True, kw_only=True):
    """Which bed, the case it lies in, and the files the alarms go to."""

    bed: str
    case: str | None
    log: str | None
    write: str | None


class Session:
    """One bed from its first packet to its last. Refuses (BadInput) before the first what cannot be done."""

    def __init__(self, feed: Feed, want: Want, *, clock: Clock) -> None:
        self.watching = Watching()
        self._feed, self._want, self._clock = feed, want, clock
        self._case: CaseOfBed | None = case_of_bed(want.case) if want.case is not None else None
        self._reporter = Reporter(clock)
        self._log = AlarmLog(path=Path(want.log) if want.log is not None else None)
        self._out = Path(want.write) if want.write is not None else None
        if self._out is not None and self._out.suffix not in ENDINGS:
            raise BadInput("--write: a file that ends in .hl7 (ORU^R40) or .ndjson (FHIR) would be right")
        self._screen = Screen(want.bed, feed.fs, feed.leads, feed.title)
        self.watching.admit(BedPlan(bed=want.bed, fs=feed.fs, leads=feed.leads, start=feed.start))

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        self._reporter.close()

    def steps(self) -> Iterator[tuple[Screen, tuple[Entry, ...]]]:
        """What each packet made known, after it has gone wherever it should."""
        for came in self._feed.coming:
            entries = self._took(came)
            for added in self._log.add(entries):
                self._tell(added.entry)
            if came.packet is not None:
                self._screen.add(came.packet, entries)
            yield self._screen, entries

    def _took(self, came: Came) -> tuple[Entry, ...]:
        bed = self._want.bed
        entries: tuple[Entry, ...] = ()
        if came.packet is not None:
            entries = self.watching.push({bed: [came.packet]}).get(bed, ())
        for seen in came.seen:
            now = max(seen.onset, self.watching.bed(bed).state.now)
            entries += self.watching.act(bed, partial(sense, seen=seen, now=now))
        return entries

    def _tell(self, entry: Entry) -> None:
        case = self._case
        if case is not None:
            self._reporter.send(Raised(entry=entry, case=case.id, realm=case.realm))
        if self._out is None:
            return
        alias, now = (case.alias if case is not None else None), self._clock.now()
        if self._out.suffix == ".hl7":
            message = as_r40(entry, alias=alias, now=now)
        else:
            resource = as_fhir(entry, alias=alias, now=now)
            message = msgspec.json.encode(resource) + b"\n" if resource is not None else None
        if message is not None:
            with self._out.open("ab") as file:
                file.write(message)
