"""What every hub can do, and what its watchers make of it: in one process, and over NATS."""

from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest

from kinfirst.bedside.alarm_shapes import Entry
from kinfirst.bedside.hub import Hub, HubAway, Raised
from kinfirst.bedside.hub_nats import connected
from kinfirst.bedside.hub_wire import packed, unpacked
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watcher import Watcher
from kinfirst.bedside.watching import Checkpoint, Watching
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput
from tests.bedside.hubs import OnHub, first, on_nats, until
from tests.bedside.stories import FLAT, START, packets, plan


def entry(bed: str = "3") -> Entry:
    return Entry(at=START, bed=bed, what="raised", kind="asystole", onset=START)


def a_checkpoint(seq: int) -> Checkpoint:
    watching = Watching()
    watching.admit(plan())
    return watching.checkpoint("3", seq)


def test_samples_come_in_order_after_the_one_that_is_named(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan())
        for packet in packets(FLAT, 2):
            await hub.publish("3", packet)
        got = await first(hub.messages("3", 0), 8)
        assert [message.packet.at for message in got] == [packet.at for packet in packets(FLAT, 2)]
        assert np.array_equal(got[3].packet.samples, packets(FLAT, 2)[3].samples)
        rest = await first(hub.messages("3", got[4].seq), 3)
        assert [message.seq for message in rest] == [message.seq for message in got[5:]]

    on_hub(test)


def test_one_bed_has_one_owner(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan())
        lease = await hub.claim("3", "w1")
        assert lease is not None
        assert await hub.claim("3", "w2") is None
        assert await hub.owner("3") == "w1"
        lease = await hub.renew(lease)
        assert lease is not None
        # Its owner may ask again, as after a broker that was away.
        lease = await hub.claim("3", "w1")
        assert lease is not None
        await hub.release(lease)
        assert await hub.owner("3") is None
        assert await hub.claim("3", "w2") is not None

    on_hub(test)


def test_a_checkpoint_is_read_as_it_was_saved(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan())
        lease = await hub.claim("3", "w1")
        assert lease is not None
        lease, nothing = await hub.load(lease)
        assert nothing is None
        for seq in (7, 8):
            lease = await hub.save(lease, a_checkpoint(seq))
            assert lease is not None
        _, kept = await hub.load(lease)
        assert kept == a_checkpoint(8)

    on_hub(test)


def test_an_alarm_told_twice_is_heard_once(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan())
        heard = asyncio.create_task(first(hub.told(), 2))
        await asyncio.sleep(0.3)
        for bed in ("3", "3", "4"):
            await hub.tell(Raised(entry=entry(bed), case="c1"))
        assert [(raised.entry.bed, raised.case) for raised in await heard] == [("3", "c1"), ("4", "c1")]

    on_hub(test)


def test_beds_come_and_go(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan("3", case="c1"))
        await hub.register(plan("4"))
        assert await hub.plans() == {"3": plan("3", case="c1"), "4": plan("4")}
        await hub.register(plan("4", case="c2"))
        await hub.remove("3")
        assert await hub.plans() == {"4": plan("4", case="c2")}

    on_hub(test)


def test_watchers_share_the_beds_and_tell_of_every_asystole(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        beds = ["1", "2", "3", "4"]
        told: set[str] = set()

        async def tell(raised: Raised) -> None:
            if raised.entry.kind == "asystole" and raised.entry.what == "raised":
                told.add(raised.entry.bed)

        stop, watchers = asyncio.Event(), []
        for owner in ("w1", "w2"):
            watchers.append(Watcher(hub, owner=owner, now=SystemClock().now, elapsed=time.monotonic, tell=tell))
        for bed in beds:
            await hub.register(plan(bed))
        running = [asyncio.create_task(watcher.run(stop)) for watcher in watchers]

        async def shared() -> bool:
            return sorted(len(watcher.beds) for watcher in watchers) == [2, 2]

        async def all_told() -> bool:
            return told == set(beds)

        await until(shared)
        for packet in packets(FLAT, 20):
            for bed in beds:
                await hub.publish(bed, packet)
        await until(all_told)
        stop.set()
        await asyncio.gather(*running)
        assert [await hub.owner(bed) for bed in beds] == [None] * 4

    on_hub(test)


def test_what_cannot_be_told_is_told_again(on_hub: OnHub) -> None:
    """The record is away once: the bed is read again from where it was saved, and the alarm is not lost."""

    async def test(hub: Hub) -> None:
        tries: list[str] = []

        async def tell(raised: Raised) -> None:
            tries.append(raised.key)
            if len(tries) == 1:
                raise HubAway("the record cannot be written now")

        stop = asyncio.Event()
        watcher = Watcher(hub, owner="w1", now=SystemClock().now, elapsed=time.monotonic, tell=tell)
        await hub.register(plan())
        running = asyncio.create_task(watcher.run(stop))
        for packet in packets(FLAT, 20):
            await hub.publish("3", packet)

        async def told_again() -> bool:
            return len(tries) >= 2

        await until(told_again)
        stop.set()
        await running
        assert tries[0] == tries[1]

    on_hub(test)


@pytest.mark.network
def test_a_watcher_that_only_slept_cannot_save_over_its_successor(nats_url: str) -> None:
    async def test() -> None:
        async with on_nats(nats_url) as hub:
            await hub.register(plan())
            asleep = await hub.claim("3", "asleep")
            assert asleep is not None
            asleep, _ = await hub.load(asleep)

            async def taken() -> bool:
                return await hub.owner("3") is None

            await until(taken)
            awake = await hub.claim("3", "awake")
            assert awake is not None
            awake, _ = await hub.load(awake)
            assert await hub.save(awake, a_checkpoint(9)) is not None
            assert await hub.renew(asleep) is None
            assert await hub.save(asleep, a_checkpoint(2)) is None

    asyncio.run(test())


@pytest.mark.network
def test_no_server_is_said_at_once() -> None:
    with pytest.raises(HubAway, match="no NATS server"):
        asyncio.run(connected("nats://127.0.0.1:9"))


def test_a_message_that_is_no_packet_is_refused() -> None:
    assert np.isnan(unpacked(packed(Packet(1.5, np.array([[np.nan, 1.0]])))).samples[0, 0])
    for raw in (b"", b"\x93\x01\x00\xc4\x00", b"rubbish"):
        with pytest.raises(BadInput, match="packet"):
            unpacked(raw)
