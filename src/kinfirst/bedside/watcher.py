"""A watcher: takes its share of the beds from the hub, watches them, tells what it hears, and saves where it stands.

Several share the beds without knowing each other. What is told is told before it is saved, so a watcher that dies
between the two leaves an alarm that is told again, never one that was not told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from math import ceil

import msgspec

from kinfirst.bedside.acts import Act
from kinfirst.bedside.alarm_shapes import Entry
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.ending import end
from kinfirst.bedside.faces import SHOW_SECONDS
from kinfirst.bedside.hub import RENEW_SECONDS, Hub, HubAway, Lease, Message, Raised
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watching import Watching
from kinfirst.core.errors import BadInput

_log = logging.getLogger(__name__)

SAVE_SECONDS = 1.0
QUIET_SECONDS = 5.0
"""A bed from which nothing has come for this long has a technical alarm: never a silent bed."""
AT_ONCE = 64
WAITING = 2_048
TAKEN_AT_ONCE = 64
ASKED_AT_ONCE = 128

Tell = Callable[[Raised], Awaitable[None]]


class _Held:
    """A bed of ours: its lease, the task that reads it, how far we are and how far we saved."""

    def __init__(self, lease: Lease, plan: BedPlan, seq: int, since: float) -> None:
        self.lease, self.plan, self.seq = lease, plan, seq
        self.heard_at = since
        self.reader: asyncio.Task[None] | None = None
        # What is new since it was last saved, and since it was last shown.
        self.unsaved, self.unshown = False, True

    def takes(self, packet: Packet) -> bool:
        """Whether the packet has the leads of the plan."""
        return packet.samples.shape[1:] == (len(self.plan.leads),)


class Watcher:
    """One watcher of a hub. `tell` is awaited for every entry, beside the hub, before it counts as told.

    `now` is the wall clock, for beds that fall silent; `elapsed` a clock that never goes back.
    """

    def __init__(
        self,
        hub: Hub,
        *,
        owner: str,
        now: Callable[[], datetime],
        elapsed: Callable[[], float],
        tell: Tell | None = None,
    ) -> None:
        self.watching = Watching()
        self._hub, self._owner, self._tell = hub, owner, tell
        self._now, self._elapsed = now, elapsed
        self._held: dict[str, _Held] = {}
        self._group: asyncio.TaskGroup
        self._leaving: set[asyncio.Task[None]] = set()
        self._queue: asyncio.Queue[Message] = asyncio.Queue(WAITING)
        # What was heard must be told before it may be saved: a bed is given back between the two by nobody.
        self._hearing = asyncio.Lock()
        self._saved_at = self._shown_at = 0.0

    @property
    def beds(self) -> tuple[str, ...]:
        """The beds it holds."""
        return tuple(self._held)

    async def run(self, stop: asyncio.Event) -> None:
        """Watches until `stop`, then saves and gives its beds back. Raises what it cannot go on after."""
        async with asyncio.TaskGroup() as group:
            # The readers of its beds belong to it too: one that fails is no bed that falls silent unsaid.
            self._group = group
            await asyncio.wait([group.create_task(self._hold(stop)), group.create_task(self._judge(stop))])
            await self._let_all_go()
            await end(self._leaving)

    async def _hold(self, stop: asyncio.Event) -> None:
        """Renews what it holds and takes what nobody holds, again and again; a broker that is away is waited for."""
        while not stop.is_set():
            try:
                others = await self._hub.attend(self._owner)
                await self._renew()
                await self._share(max(1, others))
            except HubAway as wrong:
                _log.warning("watcher %s waits: the broker cannot be used now (%s)", self._owner, wrong)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RENEW_SECONDS)

    async def _renew(self) -> None:
        await _each(list(self._held), self._renewed)

    async def _renewed(self, bed: str) -> None:
        held = self._held.get(bed)
        if held is None:
            return
        kept = await self._hub.renew(held.lease)
        if kept is None:
            self._drop(bed)
        else:
            held.lease = msgspec.structs.replace(kept, saved=held.lease.saved)

    async def _share(self, watchers: int) -> None:
        """Takes beds up to its share, and gives one back when it holds more: a new watcher gets work."""
        plans = await self._hub.plans()
        for bed in [bed for bed, held in self._held.items() if bed not in plans or not self._adopted(held, plans[bed])]:
            await self._give_back(bed)
        share = ceil(len(plans) / watchers)
        # A bounded number in each round, or the leases held would run out while others are taken.
        room = min(TAKEN_AT_ONCE, max(0, share - len(self._held)))
        for plan in [plan for bed, plan in plans.items() if bed not in self._held]:
            if room == 0:
                break
            room -= await self._take(plan)
        for bed in list(self._held)[: min(TAKEN_AT_ONCE, max(0, len(self._held) - share))]:
            await self._give_back(bed)

    def _adopted(self, held: _Held, plan: BedPlan) -> bool:
        """Whether we may go on with a bed as it is registered now: one that lies in another case, not one whose
        signals are others."""
        if held.plan == plan:
            return True
        if not held.plan.same_signals(plan):
            return False
        self.watching.adopt(plan)
        held.plan, held.unshown, held.unsaved = plan, True, True
        return True

    async def _take(self, plan: BedPlan) -> bool:
        """Whether the bed is ours now."""
        lease = await self._hub.claim(plan.bed, self._owner)
        if lease is None:
            return False
        lease, checkpoint = await self._hub.load(lease)
        try:
            self.watching.admit(plan, checkpoint)
        except BadInput as wrong:
            _log.error("bed %s cannot be watched: %s", plan.bed, wrong)
            await self._hub.release(lease)
            return False
        held = _Held(lease, plan, checkpoint.seq if checkpoint is not None else 0, self._elapsed())
        self._held[plan.bed] = held
        held.reader = self._group.create_task(self._read(plan.bed, held), name=f"bed-{plan.bed}")
        return True

    async def _read(self, bed: str, held: _Held) -> None:
        """Puts the bed's messages where they are judged; the queue's bound holds it back, not the memory.

        Whether the bed is still ours is asked after each message: a client that had one ready may forget that its
        reader was cancelled.
        """
        after = held.seq
        while self._held.get(bed) is held:
            try:
                async for message in self._hub.messages(bed, after):
                    if self._held.get(bed) is not held:
                        return
                    await self._queue.put(message)
                    after = message.seq
            except HubAway:
                await asyncio.sleep(RENEW_SECONDS)
            else:
                return

    async def _judge(self, stop: asyncio.Event) -> None:
        """Takes what waits, all beds at once, tells what is new, and saves."""
        while not stop.is_set():
            waiting: list[Message] = []
            with suppress(TimeoutError):
                waiting.append(await asyncio.wait_for(self._queue.get(), RENEW_SECONDS))
            while waiting and len(waiting) < AT_ONCE and not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            try:
                async with self._hearing:
                    await self._heard(waiting)
                    await self._notice_silence()
                    await self._show()
                    await self._save()
            except HubAway as wrong:
                # Nothing was saved: the beds are given up and read again from where they were last saved.
                _log.warning("watcher %s lets its beds go (%s)", self._owner, wrong)
                for bed in list(self._held):
                    self._drop(bed)

    async def _heard(self, messages: list[Message]) -> None:
        """Packets of all beds together, but for acts, which are done between the packets they came between."""
        packets: dict[str, list[Packet]] = {}
        for message in messages:
            held = self._held.get(message.bed)
            if held is None or message.seq <= held.seq:
                continue
            if message.packet is not None and held.takes(message.packet):
                packets.setdefault(message.bed, []).append(message.packet)
                held.heard_at = self._elapsed()
            else:
                await self._tell_all(self._pushed(packets))
                packets = {}
                await self._came_between(message, held)
            held.seq, held.unsaved = message.seq, True
        await self._tell_all(self._pushed(packets))

    async def _came_between(self, message: Message, held: _Held) -> None:
        """An act, or a packet of other leads: then the bed has a new plan, by which this packet is read again; or it
        is broken, and that is said."""
        bed = message.bed
        if self._held.get(bed) is not held:
            return  # somebody else has it by now, and does it then
        if message.act is not None:
            await self._told(bed, self._done(message.act))
            return
        plan = (await self._hub.plans()).get(bed)
        if plan is not None and not plan.same_signals(held.plan):
            await self._part_with(bed)
        elif message.packet is not None:
            await self._told(bed, self._pushed_alone(bed, [message.packet]))

    def _done(self, act: Act) -> tuple[Entry, ...]:
        """What a person does; one who may not is said, and the bed goes on as it was."""
        try:
            return self.watching.perform(act)
        except BadInput as wrong:
            _log.error("bed %s: %s cannot be done: %s", act.bed, act.do, wrong)
            return ()

    def _pushed(self, packets: dict[str, list[Packet]]) -> dict[str, tuple[Entry, ...]]:
        try:
            return self.watching.push(packets)
        except BadInput:
            # One bed's broken packet must not silence the others: each by itself, the broken one said.
            return {bed: self._pushed_alone(bed, several) for bed, several in packets.items()}

    def _pushed_alone(self, bed: str, packets: list[Packet]) -> tuple[Entry, ...]:
        try:
            return self.watching.push({bed: packets}).get(bed, ())
        except BadInput as wrong:
            _log.error("bed %s: a packet cannot be read: %s", bed, wrong)
            return self.watching.quiet(bed, self._now())

    async def _notice_silence(self) -> None:
        for bed, held in list(self._held.items()):
            if self._elapsed() - held.heard_at > QUIET_SECONDS and bed in self._held:
                await self._told(bed, self.watching.quiet(bed, self._now()))

    async def _tell_all(self, heard: dict[str, tuple[Entry, ...]]) -> None:
        for bed, entries in heard.items():
            await self._told(bed, entries)

    async def _told(self, bed: str, entries: tuple[Entry, ...]) -> None:
        held = self._held.get(bed)
        if held is None or not entries:
            return
        held.unsaved = held.unshown = True
        for entry in entries:
            raised = Raised(entry=entry, case=held.plan.case, realm=held.plan.realm)
            await self._hub.tell(raised)
            if self._tell is not None:
                await self._tell(raised)

    async def _show(self) -> None:
        """What has changed, and once a second all of it. It is said again so soon that a broker may be away."""
        all_due = self._elapsed() - self._shown_at >= SHOW_SECONDS
        due = [bed for bed, held in self._held.items() if all_due or held.unshown]
        if all_due:
            self._shown_at = self._elapsed()
        if not due:
            return
        for bed in due:
            self._held[bed].unshown = False
        with suppress(HubAway):
            await self._hub.show(self.watching.faces(due))

    async def _save(self) -> None:
        if self._elapsed() - self._saved_at < SAVE_SECONDS:
            return
        self._saved_at = self._elapsed()
        await _each(list(self._held), self._saved)

    async def _saved(self, bed: str) -> None:
        held = self._held.get(bed)
        if held is None or not held.unsaved:
            return
        held.unsaved = False
        lease = await self._hub.save(held.lease, self.watching.checkpoint(bed, held.seq))
        if lease is None:
            self._drop(bed)
            return
        held.lease = msgspec.structs.replace(held.lease, saved=lease.saved)

    async def _give_back(self, bed: str) -> None:
        async with self._hearing:
            await self._part_with(bed)

    async def _part_with(self, bed: str) -> None:
        await self._saved(bed)
        held = self._held.get(bed)
        self._drop(bed)
        if held is not None:
            await self._hub.release(held.lease)

    async def _let_all_go(self) -> None:
        for bed in list(self._held):
            with suppress(HubAway):
                await self._give_back(bed)
        with suppress(HubAway):
            await self._hub.leave(self._owner)

    def _drop(self, bed: str) -> None:
        held = self._held.pop(bed, None)
        if held is not None and held.reader is not None:
            held.reader.cancel()
            self._leaving = {task for task in (*self._leaving, held.reader) if not task.done()}
        self.watching.discharge(bed)


async def _each(beds: list[str], ask: Callable[[str], Awaitable[None]]) -> None:
    """Asks for many beds at a time, not for all at once and not one after the other."""
    for first in range(0, len(beds), ASKED_AT_ONCE):
        await asyncio.gather(*(ask(bed) for bed in beds[first : first + ASKED_AT_ONCE]))
