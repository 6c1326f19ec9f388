"""The central station: what all beds show now, and the last seconds of their signals, for the threads of web pages.

It judges nothing. It listens to the hub: to faces, which watchers say of their beds, and to the signals themselves.
A bed whose watcher has said nothing for `STALE_SECONDS` is shown as one that nobody watches, whatever it said last.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import msgspec

from kinfirst.bedside.acts import Act
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.ending import end
from kinfirst.bedside.faces import Face
from kinfirst.bedside.hub import RENEW_SECONDS, Hub, HubAway
from kinfirst.bedside.loop_thread import LoopThread
from kinfirst.bedside.strip import RING_SECONDS, Frozen, Piece, Strip
from kinfirst.core.errors import BadInput

__all__ = [
    "RING_SECONDS",
    "STALE_SECONDS",
    "Act",
    "Face",
    "Frozen",
    "Piece",
    "Screen",
    "Station",
    "current",
    "set_current",
]
_log = logging.getLogger(__name__)
_T = TypeVar("_T")

STALE_SECONDS = 5.0
ASK_SECONDS = 5.0
"""How long a page waits for the hub before it says that it cannot be done now."""


class Screen(NamedTuple):
    """One bed of the station; `watched` is False where nobody has said anything of it lately."""

    plan: BedPlan
    face: Face | None
    watched: bool


class Station:
    """One station of a hub. `run` belongs to the hub's loop; everything else may be called from any other thread.

    `now` is the wall clock, `elapsed` a clock that never goes back.
    """

    def __init__(self, hub: Hub, *, now: Callable[[], datetime], elapsed: Callable[[], float]) -> None:
        self._hub, self._now, self._elapsed = hub, now, elapsed
        self._lock = Lock()
        self._plans: dict[str, BedPlan] = {}
        self._faces: dict[str, tuple[Face, float]] = {}
        self._strips: dict[str, Strip] = {}
        self._readers: dict[str, asyncio.Task[None]] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: LoopThread | None = None

    def screens(self) -> tuple[Screen, ...]:
        """Every bed there is, in the order of their names (bed 2 before bed 10)."""
        with self._lock:
            plans, faces = list(self._plans.values()), dict(self._faces)
        return tuple(self._screen(plan, faces.get(plan.bed)) for plan in sorted(plans, key=_by_name))

    def piece(self, bed: str, after: int) -> Piece:
        """The bed's samples numbered from `after` on, at most `RING_SECONDS` of them. Refuses (BadInput) a bed that is
        not there."""
        with self._lock:
            found = self._strip(bed).after(after)
            empty = self._strips[bed].count == 0
        return found._replace(end_at=self._now()) if empty else found

    def frozen(self, bed: str, seconds: float) -> Frozen:
        """A copy of the bed's last seconds. Refuses (BadInput) a bed that is not there and more than is kept."""
        if not 0 < seconds <= RING_SECONDS:
            raise BadInput(f"seconds: more than 0 and at most {RING_SECONDS}")
        with self._lock:
            return self._strip(bed).last(seconds)

    def act(self, act: Act) -> None:
        """Tells the bed's watcher what a person does. Refuses (BadInput) a bed that is not there. Raises HubAway where
        the hub does not say that it has it: the page must say so, and show the bed as its watcher says it is."""
        self._plan(act.bed)
        self.ask(lambda: self._hub.act(act))

    def attach(self, bed: str, case: str | None, realm: str) -> None:
        """The bed lies in that case from now on (None: in none). Refuses and raises as `act` does."""
        plan = msgspec.structs.replace(self._plan(bed), case=case, realm=realm)
        self.ask(lambda: self._hub.register(plan))
        with self._lock:
            if bed in self._plans:
                self._plans[bed] = plan

    def ask(self, of_hub: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Asks something of the hub in its own loop and waits for the answer, from another thread.

        Raises HubAway where no answer comes in `ASK_SECONDS`, and where the station does not run.
        """
        loop = self._loop
        if loop is None:
            raise HubAway("the station does not run")
        asked = asyncio.run_coroutine_threadsafe(of_hub(), loop)
        try:
            return asked.result(ASK_SECONDS)
        except (TimeoutError, CancelledError):
            asked.cancel()
            raise HubAway("the station does not answer in time") from None

    def start(self) -> None:
        """Runs it in a thread of its own, with its hub."""
        self._thread = LoopThread(self.run, name="kinfirst-station")
        self._thread.start()

    def stop(self) -> None:
        """Ends what `start` began. Raises what it ended with by itself."""
        if self._thread is not None:
            self._thread.stop()
            if self._thread.failure is not None:
                raise self._thread.failure

    async def run(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
        """Listens until `stop`; `ready` is called once it has asked which beds are there.

        A broker that is away is waited for; anything else ends it, loudly.
        """
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.TaskGroup() as group:
                hearing = group.create_task(self._hear(stop), name="station-faces")
                asked = False
                while not stop.is_set():
                    with suppress(HubAway):
                        self._follow(await self._hub.plans(), group)
                    if not asked:
                        asked = True
                        ready()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(stop.wait(), RENEW_SECONDS)
                self._follow({}, group)
                await end((hearing, *self._leaving))
        finally:
            self._loop = None

    def _follow(self, plans: dict[str, BedPlan], group: asyncio.TaskGroup) -> None:
        """Beds that are new are read, those that have gone are forgotten, those with other signals begin anew."""
        with self._lock:
            self._plans = plans
            self._faces = {bed: said for bed, said in self._faces.items() if bed in plans}
            self._strips = {
                bed: strip if (strip := self._strips.get(bed)) and strip.plan.same_signals(plan) else Strip(plan)
                for bed, plan in plans.items()
            }
        for bed in [bed for bed in self._readers if bed not in plans]:
            gone = self._readers.pop(bed)
            gone.cancel()
            self._leaving = {task for task in (*self._leaving, gone) if not task.done()}
        for bed in plans:
            if bed not in self._readers or self._readers[bed].done():
                self._readers[bed] = group.create_task(self._read(bed), name=f"station-{bed}")

    async def _read(self, bed: str) -> None:
        """The bed's samples from now on; one that cannot be shown is left out, its watcher says so."""
        reader = asyncio.current_task()
        try:
            async for message in self._hub.messages(bed, None):
                # Asked here too: a client that had a message ready may forget that its reader was cancelled.
                if self._readers.get(bed) is not reader:
                    return
                if message.packet is not None:
                    with self._lock, suppress(BadInput):
                        self._strips[bed].add(message.packet)
        except HubAway as wrong:
            _log.warning("station: bed %s cannot be read now (%s)", bed, wrong)

    async def _hear(self, stop: asyncio.Event) -> None:
        """What watchers say of their beds, from now on."""
        while not stop.is_set():
            with suppress(HubAway):
                async for faces in self._hub.faces():
                    if stop.is_set():
                        return
                    with self._lock:
                        self._faces |= {face.plan.bed: (face, self._elapsed()) for face in faces}
            await asyncio.sleep(RENEW_SECONDS)

    def _screen(self, plan: BedPlan, said: tuple[Face, float] | None) -> Screen:
        if said is None:
            return Screen(plan, None, watched=False)
        face, at = said
        return Screen(plan, face, watched=self._elapsed() - at <= STALE_SECONDS)

    def _strip(self, bed: str) -> Strip:
        if bed not in self._strips:
            raise BadInput("bed: not on this station")
        return self._strips[bed]

    def _plan(self, bed: str) -> BedPlan:
        with self._lock:
            if bed not in self._plans:
                raise BadInput("bed: not on this station")
            return self._plans[bed]


_current: Station | None = None


def current() -> Station | None:
    """The station of this program; None where it has none."""
    return _current


def set_current(station: Station | None) -> None:
    """Makes it the station of this program; None: there is none any more."""
    global _current  # noqa: PLW0603 - one program, one station
    _current = station


def _by_name(plan: BedPlan) -> list[tuple[int, str]]:
    """Numbers in a name count as numbers."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", plan.bed)]
