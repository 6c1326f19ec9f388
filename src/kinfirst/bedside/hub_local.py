"""The embedded hub: everything in one process, no broker. For `kinfirst serve`, a terminal, and tests."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.hub import Lease, Message, Raised
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watching import Checkpoint
from kinfirst.core.errors import BadInput

ROOM = 1_200
"""Messages kept for each bed: five minutes in packets of a quarter of a second."""
LISTENER_ROOM = 1_000
REMEMBERED = 10_000


class LocalHub:
    """A hub for the watchers of one process. Leases do not run out: a watcher that dies takes the process along."""

    def __init__(self) -> None:
        self._plans: dict[str, BedPlan] = {}
        self._kept: dict[str, deque[Message]] = {}
        self._came: dict[str, asyncio.Event] = {}
        self._seq = 0
        self._owners: dict[str, str] = {}
        self._saved: dict[str, Checkpoint] = {}
        self._listeners: set[asyncio.Queue[Raised]] = set()
        self._told: dict[str, None] = {}
        self._watchers: set[str] = set()

    async def register(self, plan: BedPlan) -> None:
        """A bed is to be watched."""
        self._plans[plan.bed] = plan
        self._kept.setdefault(plan.bed, deque(maxlen=ROOM))
        self._came.setdefault(plan.bed, asyncio.Event())

    async def remove(self, bed: str) -> None:
        """A bed is not to be watched any more."""
        came = self._came.pop(bed, None)
        for kept in (self._plans, self._kept, self._owners, self._saved):
            kept.pop(bed, None)
        if came is not None:
            came.set()

    async def plans(self) -> dict[str, BedPlan]:
        """The beds to be watched."""
        return dict(self._plans)

    async def publish(self, bed: str, packet: Packet) -> None:
        """Samples of a bed. Refuses (BadInput) a bed nobody has registered."""
        if bed not in self._plans:
            raise BadInput("bed: not registered; register it first")
        self._seq += 1
        self._kept[bed].append(Message(bed, self._seq, packet))
        self._came[bed].set()

    async def claim(self, bed: str, owner: str) -> Lease | None:
        """The lease of a bed that nobody holds."""
        if bed not in self._plans or self._owners.get(bed, owner) != owner:
            return None
        self._owners[bed] = owner
        return Lease(bed=bed, owner=owner, token=1)

    async def renew(self, lease: Lease) -> Lease | None:
        """The lease, as long as nobody released it."""
        return lease if self._owners.get(lease.bed) == lease.owner else None

    async def release(self, lease: Lease) -> None:
        """Somebody else may have the bed."""
        if self._owners.get(lease.bed) == lease.owner:
            del self._owners[lease.bed]

    async def owner(self, bed: str) -> str | None:
        """Who watches the bed now."""
        return self._owners.get(bed)

    async def load(self, lease: Lease) -> tuple[Lease, Checkpoint | None]:
        """The last checkpoint."""
        return lease, self._saved.get(lease.bed)

    async def save(self, lease: Lease, checkpoint: Checkpoint) -> Lease | None:
        """Keeps a checkpoint, where the lease still holds."""
        if await self.renew(lease) is None:
            return None
        self._saved[lease.bed] = checkpoint
        return lease

    async def messages(self, bed: str, after: int) -> AsyncIterator[Message]:
        """The bed's messages after that one, until the bed is removed."""
        while bed in self._kept:
            came = self._came[bed]
            came.clear()
            for message in [each for each in self._kept[bed] if each.seq > after]:
                after = message.seq
                yield message
            await came.wait()

    async def tell(self, raised: Raised) -> None:
        """To every listener; one that does not keep up loses the oldest, and only of what it hears."""
        if raised.key in self._told:
            return
        self._told[raised.key] = None
        while len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(raised)

    async def told(self) -> AsyncIterator[Raised]:
        """What is told from now on."""
        queue: asyncio.Queue[Raised] = asyncio.Queue(LISTENER_ROOM)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    async def attend(self, owner: str) -> int:
        """How many watchers there are."""
        self._watchers.add(owner)
        return len(self._watchers)

    async def leave(self, owner: str) -> None:
        """This watcher goes, and its beds with it."""
        self._watchers.discard(owner)
        self._owners = {bed: held for bed, held in self._owners.items() if held != owner}
