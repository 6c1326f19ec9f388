"""The port between beds and those who watch them: samples in, leases, checkpoints, alarms out. One code path, in one
process or over many machines.

Every bed has at most one watcher at a time: it holds a lease, renews it, and loses it when it stops. Whoever takes a
bed over goes on from the last checkpoint, after the message that it names; so everything is seen at least once, and
an alarm may be told twice, with the same onset.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import msgspec
import numpy as np

from kinfirst.bedside.alarm_shapes import Entry
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watching import Checkpoint
from kinfirst.core.errors import BadInput, KinfirstError

LEASE_SECONDS = 2.0
"""A watcher that has not renewed for this long has lost its beds."""
RENEW_SECONDS = 0.5


class HubAway(KinfirstError):
    """The broker cannot be reached, or cannot do what is asked of it now."""


@dataclass(frozen=True, slots=True)
class Message:
    """One packet of a bed, with its place in the bed's subject (later ones are higher)."""

    bed: str
    seq: int
    packet: Packet


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the alarm log that leaves the watcher, with the case its bed is registered for."""

    entry: Entry
    case: str | None = None
    realm: str = "live"

    @property
    def key(self) -> str:
        """The same for the same alarm, whoever tells it and however often: bed, what, kind, lead, onset."""
        one = self.entry
        moment = one.onset or one.at
        return ":".join((one.bed, one.what, one.kind or "", one.lead or "", one.to or "", moment.isoformat()))


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """The right to watch a bed; `token` changes with each renewal, `saved` with each checkpoint."""

    bed: str
    owner: str
    token: int
    saved: int = 0


class Hub(Protocol):
    """What a hub can do. Raises HubAway where it cannot now; nothing is lost by that."""

    async def register(self, plan: BedPlan) -> None:
        """A bed is to be watched; registered again, the newer plan holds."""
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

    def messages(self, bed: str, after: int) -> AsyncIterator[Message]:
        """The bed's messages after that one, as they come."""
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


class _Wire(msgspec.Struct, frozen=True, array_like=True):
    at: float
    leads: int
    samples: bytes


def packed(packet: Packet) -> bytes:
    """A packet as bytes: msgpack, samples in little-endian doubles, so that every machine sees the same numbers."""
    samples = np.ascontiguousarray(packet.samples, dtype="<f8")
    return msgspec.msgpack.encode(_Wire(packet.at, samples.shape[1], samples.tobytes()))


def unpacked(raw: bytes) -> Packet:
    """The packet again. Refuses (BadInput) bytes that are none."""
    try:
        wire = msgspec.msgpack.decode(raw, type=_Wire)
        samples = np.frombuffer(wire.samples, dtype="<f8").reshape(-1, wire.leads)
    except (msgspec.MsgspecError, ValueError, ZeroDivisionError):
        raise BadInput("message: not a packet of samples") from None
    return Packet(wire.at, samples.astype(np.float64))
