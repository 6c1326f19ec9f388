"""What the page of the station is fed with, as server-sent events: beds that changed in words, and new samples.

`beds` is a list of whole beds, sent when anything of them changed, and `gone` the names of those that are no more;
`tick` comes eight times a second, whether there is anything to draw or not: a page that hears none is stale and says
so. One look at who may see what serves five seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection
from django.utils import timezone, translation

from kinfirst.bedside.station import Screen, Station, current
from kinfirst.core.errors import BadInput, KinfirstError
from kinfirst.records.access import Viewer
from kinfirst.web import clock, station_page
from kinfirst.web.station_page import BedShown, Known
from kinfirst.web.station_signal import GRID_FS, WHOLE_FS, Follow, Part

EVERY, TIMES = 0.125, 4_800
"""Eight times a second, for ten minutes; then the browser comes again, and who it is is asked again."""
LOOK_EVERY = 40
RETRY = b"retry: 500\n\n"

Looking = Callable[[], tuple[Viewer, Known] | None]


class Reader(NamedTuple):
    """For whom it is: how their standing is asked again, their language and zone, and the one bed (empty: all)."""

    look: Callable[[], Viewer | None]
    language: str
    zone: ZoneInfo
    bed: str = ""


class Feed:
    """One stream's memory: what was said of each bed, and how far its signal was sent."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._said: dict[str, BedShown] = {}
        self._follows: dict[str, Follow] = {}
        self.known = Known({}, {})
        self.viewer: Viewer | None = None

    def look(self, screens: tuple[Screen, ...]) -> bool:
        """Asks again who reads and what they may know; False where they may not read any more."""
        try:
            viewer = self._reader.look()
            if viewer is None:
                return False
            self.known = station_page.known(viewer, screens)
            self.viewer = viewer
        except KinfirstError:
            # The record is away: what was known a moment ago holds, and the beds go on.
            return self.viewer is not None
        finally:
            if not connection.in_atomic_block:
                # A stream is long: others need the connection meanwhile.
                close_old_connections()
        return True

    def unknown(self, screens: tuple[Screen, ...]) -> bool:
        """Whether there is a case or a person nothing was read of yet."""
        ours = [one for one in screens if self.viewer is None or one.plan.realm == self.viewer.realm]
        cases, people = station_page.cases(ours), station_page.people(ours)
        return bool(cases - set(self.known.aliases) or people - set(self.known.names))

    def events(self, station: Station, screens: tuple[Screen, ...]) -> Iterator[bytes]:
        """What is to be sent now."""
        assert self.viewer is not None
        seen = station_page.visible(self.viewer, screens, self.known)
        seen = tuple(one for one in seen if self._reader.bed in ("", one.plan.bed))
        changed, gone = self._changes(self.viewer, seen)
        if changed or gone:
            yield event("beds", {"beds": changed, "gone": gone})
        yield event("tick", {"t": self._time(), "s": dict(self._signals(station, seen))})

    def _time(self) -> str:
        return f"{clock.now().astimezone(self._reader.zone):%H:%M:%S}"

    def _changes(self, viewer: Viewer, seen: tuple[Screen, ...]) -> tuple[list[BedShown], list[str]]:
        with translation.override(self._reader.language), timezone.override(self._reader.zone):
            now = station_page.beds_shown(viewer, seen, self.known, whole=bool(self._reader.bed))
        changed = [one for one in now if self._said.get(one.bed) != one]
        gone = [bed for bed in self._said if all(bed != one.bed for one in now)]
        self._said = {one.bed: one for one in now}
        return changed, gone

    def _signals(self, station: Station, seen: tuple[Screen, ...]) -> Iterator[tuple[str, Part]]:
        whole = bool(self._reader.bed)
        for screen in seen:
            plan = screen.plan
            follow = self._follows.get(plan.bed)
            if follow is None or not follow.plan.same_signals(plan):
                follow = self._follows[plan.bed] = Follow(plan, most=WHOLE_FS if whole else GRID_FS)
            leads = tuple(range(len(plan.leads))) if whole else (station_page.lead_of(screen),)
            try:
                part = follow.part(station.piece(plan.bed, follow.after), leads)
            except BadInput:
                # It has gone since the screens were read.
                continue
            if part is not None:
                yield plan.bed, part


async def events(reader: Reader, *, every: float = EVERY, times: int = TIMES) -> AsyncIterator[bytes]:
    """The stream; it ends where there is no station any more, and for whom it is not any more."""
    yield RETRY
    feed = Feed(reader)
    look = sync_to_async(feed.look)
    for number in range(times):
        station = current()
        if station is None:
            return
        screens = station.screens()
        if (number % LOOK_EVERY == 0 or feed.unknown(screens)) and not await look(screens):
            return
        yield b"".join(feed.events(station, screens))
        await asyncio.sleep(every)


def event(name: str, told: object) -> bytes:
    """One event with its JSON."""
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(told) + b"\n\n"
