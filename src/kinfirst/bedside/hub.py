"""The port between beds and those who watch them: samples in, leases, checkpoints, alarms out. One code path, in one
process or over many machines.

Every bed has at most one watcher at a time: it holds a lease, renews it, and loses it when it stops. Whoever takes a
bed over goes on from the last checkpoint, after the message that it names; so everything is seen at least once, and
an alarm may be told twice, with the same onset.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from kinfirst.bedside.acts import Act
from kinfirst.bedside.alarm_shapes import Entry
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.faces import Face
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watching import Checkpoint
from kinfirst.core.errors import KinfirstError

LEASE_SECONDS = 2.0
"""A watcher that has not renewed for this long has lost its beds."""
RENEW_SECONDS = 0.5


class HubAway(KinfirstError):
    """The broker cannot be reached, or cannot do what is asked of it now."""


@dataclass(frozen=True, slots=True)
class Message:
    """One packet of a bed, or what a person did to its alarms, with its place in the bed's subject (later ones are
    higher)."""

    bed: str
    seq: int
    packet: Packet | None = None
    act: Act | None = None


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the alarm log that leaves the watcher, with the case its bed is registered for."""

    entry: Entry
    case: str | None = None
    realm: str = "live"

    @property
    def key(self) -> str:
        """The same for the same line of the log, whoever tells it and however often: all moments in it are those of
        samples and of acts, never of the telling. One alarm may be acknowledged, and call again, many times."""
        one = self.entry
        words = (one.bed, one.what, one.kind, one.lead, one.to, one.by)
        onset = one.onset.isoformat() if one.onset is not None else ""
        return ":".join((*(word or "" for word in words), onset, one.at.isoformat()))


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """The right to watch a bed; `token` changes with each renewal, `saved` with each checkpoint."""

    bed: str
    owner: str
    token: int
    saved: int = 0


class Hub(Protocol):
    """What a hub can do. Raises HubAway where it cannot now; nothing is lost by that."""

    async def register(self, plan: BedPlan) -> None:
        """A bed is to be watched; registered again, the newer plan holds. Where its signals are others than before,
        what is kept of the earlier ones goes: by the newer plan it would mean something else."""
        ...

    async def remove(self, bed: str) -> None:
        """A bed is not to be watched any more."""
        ...

    async def plans(self) -> dict[str, BedPlan]:
        """The beds to be watched."""
        ...

    async def publish(self, bed: str, packet: Packet) -> None:
        """Samples of a bed, in order; they are kept for whoever watches it, for minutes, not for ever."""
        ...

    async def act(self, act: Act) -> None:
        """What a person does to the bed's alarms, in order with its packets. Refuses (BadInput) a bed that is not
        registered."""
        ...

    async def claim(self, bed: str, owner: str) -> Lease | None:
        """The lease of a bed that nobody holds; None where somebody does."""
        ...

    async def renew(self, lease: Lease) -> Lease | None:
        """The lease, held on to; None where it is lost."""
        ...

    async def release(self, lease: Lease) -> None:
        """Somebody else may have the bed at once."""
        ...

    async def owner(self, bed: str) -> str | None:
        """Who watches the bed now; None where nobody does."""
        ...

    async def load(self, lease: Lease) -> tuple[Lease, Checkpoint | None]:
        """The last checkpoint of the bed, and the lease that may save the next."""
        ...

    async def save(self, lease: Lease, checkpoint: Checkpoint) -> Lease | None:
        """Keeps a checkpoint; None where somebody else has saved one meanwhile: the bed is theirs."""
        ...

    def messages(self, bed: str, after: int | None) -> AsyncIterator[Message]:
        """The bed's messages after that one (None: from now on), as they come."""
        ...

    async def show(self, faces: Sequence[Face]) -> None:
        """What a watcher says of its beds, for whoever listens now; it is not kept."""
        ...

    def faces(self) -> AsyncIterator[tuple[Face, ...]]:
        """What watchers say of their beds from now on, many at a time."""
        ...

    async def tell(self, raised: Raised) -> None:
        """An entry for everybody who listens; the same key within minutes is one."""
        ...

    def told(self) -> AsyncIterator[Raised]:
        """What watchers tell from now on."""
        ...

    async def attend(self, owner: str) -> int:
        """Says that this watcher lives; how many do."""
        ...

    async def leave(self, owner: str) -> None:
        """This watcher goes."""
        ...


async def announce(hub: Hub, plan: BedPlan) -> BedPlan:
    """Registers a bed whose feed begins, and gives the plan that holds: where the feed says no case, the bed stays in
    the one it lies in. A cable that was pulled takes nobody out of their case."""
    known = (await hub.plans()).get(plan.bed)
    if known is not None and plan.case is None:
        plan = msgspec.structs.replace(plan, case=known.case, realm=known.realm)
    await hub.register(plan)
    return plan
