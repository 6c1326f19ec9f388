"""The hub over NATS JetStream: beds are subjects, leases are keys that run out, checkpoints are keys with a revision.

A lease is created by compare-and-set in a bucket whose keys live for `LEASE_SECONDS`; its owner rewrites it at its
revision. A checkpoint is rewritten at the revision it was read at, so that a watcher that was only asleep cannot put
an older state over its successor's. Needs a server of 2.9 or later with JetStream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

import msgspec
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, KeyValueConfig, StorageType, StreamConfig
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError, NoKeysError
from nats.js.kv import KeyValue

from kinfirst.bedside.acts import Act
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.faces import Face
from kinfirst.bedside.hub import LEASE_SECONDS, HubAway, Lease, Message, Raised
from kinfirst.bedside.hub_nats_asking import asking
from kinfirst.bedside.hub_wire import packed, packed_faces, unpacked, unpacked_faces
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watching import Checkpoint
from kinfirst.core.errors import BadInput

SAMPLES_SECONDS = 600
SAMPLES_BYTES = 256 * 1024 * 1024
ALARM_SECONDS = 7 * 86_400
ALARMS_KEPT = 100_000
SAME_ALARM_SECONDS = 600
CONNECT_SECONDS = 3
FETCH, FETCH_SECONDS = 64, 1.0
FACES_AT_ONCE = 100
IDLE_CONSUMER_SECONDS = 30


class NatsHub:
    """Make it with `connected`. `prefix` keeps the houses of one server apart."""

    def __init__(self, client: Client, prefix: str) -> None:
        self._client, self._prefix = client, prefix
        self._stream: JetStreamContext = client.jetstream(timeout=CONNECT_SECONDS)
        self._leases: KeyValue
        self._states: KeyValue
        self._beds: KeyValue
        self._watchers: KeyValue
        self._plans: dict[str, BedPlan] = {}
        self._plans_at = -1

    async def prepare(self) -> None:
        """Makes the streams and buckets where they are missing. Raises HubAway where JetStream is not on."""
        name = self._prefix
        with asking():
            await self._stream.add_stream(
                StreamConfig(
                    name=f"{name}_samples",
                    subjects=[f"{name}.bed.*"],
                    max_age=SAMPLES_SECONDS,
                    max_bytes=SAMPLES_BYTES,
                    storage=StorageType.FILE,
                )
            )
            await self._stream.add_stream(
                StreamConfig(
                    name=f"{name}_alarms",
                    subjects=[f"{name}.alarm.*"],
                    max_age=ALARM_SECONDS,
                    max_msgs=ALARMS_KEPT,
                    duplicate_window=SAME_ALARM_SECONDS,
                    storage=StorageType.FILE,
                )
            )
            self._beds = await self._bucket("beds")
            self._states = await self._bucket("states")
            self._leases = await self._bucket("leases", ttl=LEASE_SECONDS)
            self._watchers = await self._bucket("watchers", ttl=LEASE_SECONDS)

    async def _bucket(self, what: str, *, ttl: float | None = None) -> KeyValue:
        """On disk, even what lives for seconds: a server that begins anew must still have the bucket."""
        config = KeyValueConfig(bucket=f"{self._prefix}_{what}", ttl=ttl, history=1, storage=StorageType.FILE)
        return await self._stream.create_key_value(config)

    async def close(self) -> None:
        """Hangs up."""
        with suppress(NatsError):
            await self._client.close()

    async def forget(self) -> None:
        """Deletes all that this prefix has on the server: for tests, and for a house that has ended."""
        with asking():
            for bucket in ("beds", "states", "leases", "watchers"):
                await self._stream.delete_key_value(f"{self._prefix}_{bucket}")
            for stream in ("samples", "alarms"):
                await self._stream.delete_stream(f"{self._prefix}_{stream}")

    async def register(self, plan: BedPlan) -> None:
        """A bed is to be watched."""
        with asking():
            with suppress(KeyNotFoundError):
                known = msgspec.json.decode((await self._beds.get(plan.bed)).value or b"", type=BedPlan)
                if not known.same_signals(plan):
                    await self._stream.purge_stream(f"{self._prefix}_samples", subject=f"{self._prefix}.bed.{plan.bed}")
            await self._beds.put(plan.bed, msgspec.json.encode(plan))

    async def remove(self, bed: str) -> None:
        """A bed is not to be watched any more; its checkpoint goes too."""
        with asking():
            await self._beds.delete(bed)
            await self._states.delete(bed)

    async def plans(self) -> dict[str, BedPlan]:
        """The beds to be watched; they are read again only when one has changed."""
        with asking():
            at = (await self._stream.stream_info(f"KV_{self._prefix}_beds")).state.last_seq
            if at != self._plans_at:
                self._plans = await self._read_plans()
                self._plans_at = at
        return dict(self._plans)

    async def _read_plans(self) -> dict[str, BedPlan]:
        found: dict[str, BedPlan] = {}
        with suppress(NoKeysError):
            for key in sorted(await self._beds.keys()):
                with suppress(KeyNotFoundError):
                    raw = (await self._beds.get(key)).value or b""
                    found[key] = msgspec.json.decode(raw, type=BedPlan)
        return found

    async def publish(self, bed: str, packet: Packet) -> None:
        """Samples of a bed; returns when the server has stored them."""
        with asking():
            await self._stream.publish(f"{self._prefix}.bed.{bed}", packed(packet))

    async def act(self, act: Act) -> None:
        """What a person does, stored once in order with the packets. Refuses (BadInput) a bed nobody registered."""
        with asking():
            try:
                await self._beds.get(act.bed)
            except KeyNotFoundError:
                raise BadInput("bed: not registered; register it first") from None
            await self._stream.publish(
                f"{self._prefix}.bed.{act.bed}", packed(act), headers={"Nats-Msg-Id": f"act:{act.id}"}
            )

    async def claim(self, bed: str, owner: str) -> Lease | None:
        """The lease of a bed that nobody holds, or that is this owner's already."""
        with asking():
            try:
                return Lease(bed=bed, owner=owner, token=await self._leases.create(bed, owner.encode()))
            except (KeyWrongLastSequenceError, KeyNotFoundError):
                pass  # somebody holds it, or held it until this very moment: it is asked for again soon
            with suppress(KeyNotFoundError):
                held = await self._leases.get(bed)
                if held.value == owner.encode():
                    return await self.renew(Lease(bed=bed, owner=owner, token=held.revision or 0))
        return None

    async def renew(self, lease: Lease) -> Lease | None:
        """The lease for another `LEASE_SECONDS`."""
        with asking():
            try:
                token = await self._leases.update(lease.bed, lease.owner.encode(), last=lease.token)
            except KeyWrongLastSequenceError:
                return None
        return msgspec.structs.replace(lease, token=token)

    async def release(self, lease: Lease) -> None:
        """Gives the bed up; one that is somebody else's by now stays theirs."""
        with asking(), suppress(KeyWrongLastSequenceError):
            await self._leases.delete(lease.bed, last=lease.token)

    async def owner(self, bed: str) -> str | None:
        """Who watches the bed now."""
        with asking():
            try:
                return ((await self._leases.get(bed)).value or b"").decode()
            except KeyNotFoundError:
                return None

    async def load(self, lease: Lease) -> tuple[Lease, Checkpoint | None]:
        """The last checkpoint; one that a newer or older program wrote and this one cannot read is none."""
        with asking():
            try:
                kept = await self._states.get(lease.bed)
            except KeyNotFoundError:
                return msgspec.structs.replace(lease, saved=0), None
        lease = msgspec.structs.replace(lease, saved=kept.revision or 0)
        try:
            return lease, msgspec.msgpack.decode(kept.value or b"", type=Checkpoint)
        except msgspec.MsgspecError:
            return lease, None

    async def save(self, lease: Lease, checkpoint: Checkpoint) -> Lease | None:
        """Keeps the checkpoint at the revision that was read or saved last."""
        raw = msgspec.msgpack.encode(checkpoint)
        with asking():
            try:
                if lease.saved == 0:
                    saved = await self._states.create(lease.bed, raw)
                else:
                    saved = await self._states.update(lease.bed, raw, last=lease.saved)
            except KeyWrongLastSequenceError:
                return None
        return msgspec.structs.replace(lease, saved=saved)

    async def messages(self, bed: str, after: int | None) -> AsyncIterator[Message]:
        """The bed's messages after that one, for as long as they are asked for; a broken one is left out."""
        policy = DeliverPolicy.NEW if after is None else DeliverPolicy.BY_START_SEQUENCE
        config = _consumer(policy, start=None if after is None else after + 1)
        async for seq, raw in self._pulled(f"{self._prefix}.bed.{bed}", f"{self._prefix}_samples", config):
            with suppress(BadInput):
                said = unpacked(raw)
                yield Message(bed, seq, act=said) if isinstance(said, Act) else Message(bed, seq, packet=said)

    async def show(self, faces: Sequence[Face]) -> None:
        """Sent to whoever listens, not stored, in messages that a server takes."""
        with asking():
            for first in range(0, len(faces), FACES_AT_ONCE):
                await self._client.publish(self._shown_on, packed_faces(faces[first : first + FACES_AT_ONCE]))

    async def faces(self) -> AsyncIterator[tuple[Face, ...]]:
        """What is shown from now on; one that a newer or older program shows and this one cannot read is left out."""
        with asking():
            looking = await self._client.subscribe(self._shown_on)
        try:
            while True:
                raw = None
                with asking(), suppress(TimeoutError):
                    raw = (await looking.next_msg(FETCH_SECONDS)).data
                if raw is not None:
                    with suppress(BadInput):
                        yield unpacked_faces(raw)
        finally:
            with suppress(NatsError):
                await looking.unsubscribe()

    @property
    def _shown_on(self) -> str:
        return f"{self._prefix}.face"

    async def tell(self, raised: Raised) -> None:
        """Stored once for each key within ten minutes, whoever tells it."""
        subject = f"{self._prefix}.alarm.{raised.entry.bed}"
        with asking():
            await self._stream.publish(subject, msgspec.json.encode(raised), headers={"Nats-Msg-Id": raised.key})

    async def told(self) -> AsyncIterator[Raised]:
        """What watchers tell from now on."""
        config = _consumer(DeliverPolicy.NEW, start=None)
        async for _, raw in self._pulled(f"{self._prefix}.alarm.*", f"{self._prefix}_alarms", config):
            with suppress(msgspec.MsgspecError):
                yield msgspec.json.decode(raw, type=Raised)

    async def _pulled(self, subject: str, stream: str, config: ConsumerConfig) -> AsyncIterator[tuple[int, bytes]]:
        """Message by message, pulled in small batches: what is not wanted yet waits on the server."""
        with asking():
            pull = await self._stream.pull_subscribe(subject, stream=stream, config=config)
        try:
            while True:
                found = []
                with asking(), suppress(TimeoutError):
                    found = await pull.fetch(FETCH, timeout=FETCH_SECONDS)
                if not found:
                    await self._still_there(pull)
                for message in found:
                    yield message.metadata.sequence.stream, message.data
        finally:
            with suppress(NatsError):
                await pull.unsubscribe()

    async def _still_there(self, pull: JetStreamContext.PullSubscription) -> None:
        """Silence is either no messages or no consumer: a broker that began anew knows ours no more (HubAway)."""
        if self._client.is_closed:
            raise HubAway("the connection to the broker is closed")
        with asking():
            await pull.consumer_info()

    async def attend(self, owner: str) -> int:
        """Counts the watchers that have said so within `LEASE_SECONDS`. A server that has lost all is made ready."""
        try:
            with asking():
                await self._watchers.put(owner, b"1")
                return (await self._stream.stream_info(f"KV_{self._prefix}_watchers")).state.messages
        except HubAway:
            await self.prepare()
            raise

    async def leave(self, owner: str) -> None:
        """This watcher goes."""
        with asking():
            await self._watchers.delete(owner)


def _consumer(policy: DeliverPolicy, *, start: int | None) -> ConsumerConfig:
    return ConsumerConfig(
        deliver_policy=policy,
        opt_start_seq=start,
        ack_policy=AckPolicy.NONE,
        inactive_threshold=IDLE_CONSUMER_SECONDS,
        mem_storage=True,
    )


async def connected(url: str, *, prefix: str = "kinfirst") -> NatsHub:
    """A hub on the server at that URL (nats://host:port). Raises HubAway where there is none, or no JetStream."""
    client = Client()
    try:
        # Lost later, a server is waited for without end; one that was never there is a mistake to be told of.
        async with asyncio.timeout(CONNECT_SECONDS):
            await client.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=1, error_cb=_heard)
    except (NatsError, OSError, ValueError) as wrong:
        raise HubAway(f"no NATS server answers there ({type(wrong).__name__}); give nats://host:port") from None
    hub = NatsHub(client, prefix)
    try:
        await hub.prepare()
    except BaseException:
        await hub.close()
        raise
    return hub


async def _heard(wrong: Exception) -> None:
    """The client's own faults come to the caller as HubAway; here they would only be printed."""
