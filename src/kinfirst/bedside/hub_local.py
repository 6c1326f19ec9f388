"""The embedded hub: everything in one process, no broker. For `kinfirst serve`, a terminal, and tests."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from itertools import takewhile
from typing import TypeVar

from kinfirst.bedside.acts import Act
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.faces import Face
from kinfirst.bedside.hub import Lease, Message, Raised
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watching import Checkpoint
from kinfirst.core.errors import BadInput

ROOM = 1_200
"""Messages kept for each bed: five minutes in packets of a quarter of a second."""
LISTENER_ROOM = 1_000
REMEMBERED = 10_000
_T = TypeVar("_T")


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
        self._lookers: set[asyncio.Queue[tuple[Face, ...]]] = set()
        self._told: dict[str, None] = {}
        self._watchers: set[str] = set()

    async def register(self, plan: BedPlan) -> None:
        """A bed is to be watched."""
        known = self._plans.get(plan.bed)
        if known is not None and not known.same_signals(plan):
            self._kept[plan.bed].clear()
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
        self._put(Message(bed, self._seq + 1, packet=packet))

    async def act(self, act: Act) -> None:
        """What a person does, in order with the packets. Refuses (BadInput) a bed nobody has registered."""
        self._put(Message(act.bed, self._seq + 1, act=act))

    def _put(self, message: Message) -> None:
        if message.bed not in self._plans:
            raise BadInput("bed: not registered; register it first")
        self._seq = message.seq
        self._kept[message.bed].append(message)
        # A new event for each message: of several readers none clears what another has not seen.
        self._came[message.bed].set()
        self._came[message.bed] = asyncio.Event()

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

    async def messages(self, bed: str, after: int | None) -> AsyncIterator[Message]:
        """The bed's messages after that one, until the bed is removed."""
        read = self._seq if after is None else after
        while bed in self._kept:
            came = self._came[bed]
            for message in self._newer(bed, read):
                read = message.seq
                yield message
            await came.wait()

    def _newer(self, bed: str, read: int) -> list[Message]:
        return list(takewhile(lambda message: message.seq > read, reversed(self._kept[bed])))[::-1]

    async def tell(self, raised: Raised) -> None:
        """To every listener; one that does not keep up loses the oldest, and only of what it hears."""
        if raised.key in self._told:
            return
        self._told[raised.key] = None
        while len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        _to_all(self._listeners, raised)

    async def told(self) -> AsyncIterator[Raised]:
        """What is told from now on."""
        async for raised in _heard(self._listeners):
            yield raised

    async def show(self, faces: Sequence[Face]) -> None:
        """To everybody who looks."""
        _to_all(self._lookers, tuple(faces))

    async def faces(self) -> AsyncIterator[tuple[Face, ...]]:
        """What is shown from now on."""
        async for faces in _heard(self._lookers):
            yield faces

    async def attend(self, owner: str) -> int:
        """How many watchers there are."""
        self._watchers.add(owner)
        return len(self._watchers)

    async def leave(self, owner: str) -> None:
        """This watcher goes, and its beds with it."""
        self._watchers.discard(owner)
        self._owners = {bed: held for bed, held in self._owners.items() if held != owner}


def _to_all(queues: set[asyncio.Queue[_T]], said: _T) -> None:
    for queue in queues:
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(said)


async def _heard(queues: set[asyncio.Queue[_T]]) -> AsyncIterator[_T]:
    queue: asyncio.Queue[_T] = asyncio.Queue(LISTENER_ROOM)
    queues.add(queue)
    try:
        while True:
            yield await queue.get()
    finally:
        queues.discard(queue)
