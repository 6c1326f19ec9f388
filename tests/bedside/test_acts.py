"""What a person does to a bed from a station: in the bed's own order, once, whoever watches it and however often."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from kinfirst.bedside import alarm_life
from kinfirst.bedside.acts import Act, Do, done
from kinfirst.bedside.alarm_shapes import Entry, Life, Seen
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.hub import Hub, Raised
from kinfirst.bedside.hub_local import LocalHub
from kinfirst.bedside.hub_wire import packed, unpacked
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watching import Checkpoint, Watching
from kinfirst.core.errors import BadInput
from tests.bedside.hubs import OnHub, first, on_nats, until, watched_by
from tests.bedside.stories import FLAT, packets, plan

NOW = datetime(2026, 3, 2, 14, 35, tzinfo=UTC)
WALL = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
SAKURA = "p-sakura"


def act(do: Do = "acknowledge", *, bed: str = "3", key: str | None = None, after: float = 0.0) -> Act:
    return Act(bed=bed, do=do, by=SAKURA, at=WALL + timedelta(seconds=after), key=key)


def ringing(*kinds: str) -> Life:
    life = Life(bed="3")
    for kind in kinds:
        life, _ = alarm_life.sense(life, Seen(kind=kind, onset=NOW, present=True), NOW)
    return life


@pytest.mark.parametrize(
    ("one", "whats", "events"),
    [
        pytest.param(act(), ["acknowledged", "acknowledged"], [None, None], id="all are acknowledged"),
        pytest.param(act(key="tachy"), ["acknowledged"], [None], id="one is"),
        pytest.param(act(key="vt"), [], [], id="one that is not there"),
        pytest.param(act("pause_audio"), ["audio_paused"], [None], id="pause"),
        pytest.param(act("resume_audio"), [], [], id="nothing was paused"),
        pytest.param(act("stand_by"), ["standby"], ["flat_standby"], id="standby on a flat line tells the record"),
        pytest.param(act("leave_standby"), [], [], id="there was no standby"),
    ],
)
def test_an_act_is_done_by_the_beds_clock_and_logged_by_its_own(
    one: Act, whats: list[str], events: list[str | None]
) -> None:
    life, entries = done(ringing("asystole", "tachy"), one, now=NOW)
    assert [entry.what for entry in entries] == whats
    assert [entry.event for entry in entries] == events
    assert all((entry.at, entry.by) == (WALL, SAKURA) for entry in entries)
    assert {found.acknowledged_at for found in life.conditions if found.acknowledged_by} <= {NOW}
    assert life.paused_until in (None, NOW + timedelta(minutes=2))


def test_only_that_alarm_is_silenced() -> None:
    life, _ = done(ringing("asystole", "tachy"), act(key="tachy"), now=NOW)
    assert {one.kind: one.state for one in life.conditions} == {
        "asystole": "unacknowledged",
        "tachy": "acknowledged",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"by": " "}, id="nobody"),
        pytest.param({"by": "two words"}, id="no id"),
        pytest.param({"at": datetime(2027, 1, 1)}, id="no zone"),  # noqa: DTZ001
        pytest.param({"key": ""}, id="no key"),
    ],
)
def test_an_act_of_nobody_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=next(iter(wrong))):
        msgspec.structs.replace(act(), **wrong)


def test_packets_and_acts_are_told_apart_and_older_packets_are_read() -> None:
    assert unpacked(packed(act("stand_by", key="vf"))) == act("stand_by", key="vf")
    # As the first programs wrote it: time, number of leads, little-endian doubles.
    older = msgspec.msgpack.encode((1.5, 2, np.array([0.25, np.nan], dtype="<f8").tobytes()))
    found = unpacked(older)
    assert isinstance(found, Packet)
    assert (found.at, found.samples[0, 0]) == (1.5, 0.25)
    for wrong in (msgspec.msgpack.encode({"bed": "3", "do": "die"}), packed(act())[:-3], b"\x80"):
        with pytest.raises(BadInput, match="act"):
            unpacked(wrong)


def test_each_line_of_one_alarm_has_a_key_of_its_own() -> None:
    """An alarm that goes on is acknowledged, calls again, and is acknowledged again: one onset, four lines."""
    life, lines = ringing("asystole"), list[Entry]()
    for minutes in (0, 4):
        life, entries = done(life, act(after=60 * minutes), now=NOW + timedelta(minutes=minutes))
        lines += entries
        life, entries = alarm_life.tick(life, NOW + timedelta(minutes=minutes + 3))
        lines += entries
    assert [line.what for line in lines] == ["acknowledged", "rearmed"] * 2
    assert len({Raised(entry=line).key for line in lines}) == 4
    assert len({line.onset for line in lines}) == 1


def test_the_end_of_a_pause_is_its_own_moment_whenever_it_is_noticed() -> None:
    life, _ = done(ringing("tachy"), act("pause_audio"), now=NOW)
    said = {alarm_life.tick(life, NOW + timedelta(seconds=later))[1][0].at for later in (120, 121, 133)}
    assert said == {NOW + timedelta(minutes=2)}


def played(watching: Watching, said: list[Packet | Act], *, at_once: int) -> list[str]:
    """Packets in batches of that many, acts between them; the keys of all that was told."""
    keys: list[str] = []
    waiting: list[Packet] = []

    def push() -> None:
        entries = watching.push({"3": waiting}).get("3", ()) if waiting else ()
        keys.extend(Raised(entry=entry).key for entry in entries)
        waiting.clear()

    for each in said:
        if isinstance(each, Packet):
            waiting.append(each)
            if len(waiting) == at_once:
                push()
        else:
            push()
            keys.extend(Raised(entry=entry).key for entry in watching.perform(each))
    push()
    return keys


@pytest.mark.parametrize("at_once", [1, 7, 64])
def test_a_watcher_that_takes_over_does_the_same_again(at_once: int) -> None:
    whole = packets(FLAT, 30)
    said: list[Packet | Act] = [*whole[:72], act(), *whole[72:80], act("stand_by", after=2), *whole[80:]]
    one = Watching()
    one.admit(plan())
    played(one, said[:70], at_once=8)
    saved: Checkpoint = one.checkpoint("3", 70)
    keys = played(one, said[70:], at_once=8)
    other = Watching()
    other.admit(plan(), saved)
    assert played(other, said[70:], at_once=at_once) == keys
    assert other.bed("3").state.life == one.bed("3").state.life
    assert [key.split(":")[1] for key in keys if SAKURA in key] == ["acknowledged", "standby"]


def test_acts_keep_their_place_among_packets(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan())
        later = asyncio.create_task(first(hub.messages("3", None), 2))
        before, after = packets(FLAT, 0.5)
        await hub.publish("3", before)
        await asyncio.sleep(0)
        await hub.act(act())
        await hub.publish("3", after)
        got = await first(hub.messages("3", 0), 3)
        assert [(one.packet is not None, one.act) for one in got] == [(True, None), (False, act()), (True, None)]
        with pytest.raises(BadInput, match="registered"):
            await hub.act(act(bed="nobodys"))
        later.cancel()

    on_hub(test)


def test_what_comes_from_now_on_is_not_what_was(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan())
        old, new = packets(FLAT, 0.5)
        await hub.publish("3", old)
        coming = asyncio.create_task(first(hub.messages("3", None), 1))
        await asyncio.sleep(0.5)
        await hub.publish("3", new)
        assert [one.packet.at for one in await coming] == [new.at]

    on_hub(test)


def test_who_acknowledged_and_who_ordered_standby_is_told(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan(case="c1"))
        async with watched_by(hub) as (_, told):
            for packet in packets(FLAT, 20):
                await hub.publish("3", packet)
            await until(lambda: any(raised.entry.kind == "asystole" for raised in told))
            await hub.act(act())
            await hub.act(act("stand_by", after=1))
            await until(lambda: any(raised.entry.what == "standby" for raised in told))
        by = [(one.entry.what, one.entry.event, one.entry.at, one.case) for one in told if one.entry.by == SAKURA]
        assert by[0] == ("acknowledged", None, WALL, "c1")
        assert by[-1] == ("standby", "flat_standby", WALL + timedelta(seconds=1), "c1")

    on_hub(test)


def test_an_act_that_was_done_and_not_saved_is_done_again_and_told_once(on_hub: OnHub) -> None:
    """The first watcher's clock stands still: it saves nothing, and then it is gone."""

    async def test(hub: Hub) -> None:
        await hub.register(plan())
        heard: list[Raised] = []

        async def listen() -> None:
            async for raised in hub.told():
                heard.append(raised)

        async def takes_nothing(_: BedPlan) -> bool:
            return False

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.5)
        async with watched_by(hub, "w1", elapsed=lambda: 0.0) as (first_one, told):
            for packet in packets(FLAT, 18):
                await hub.publish("3", packet)
            await until(lambda: any(raised.entry.kind == "asystole" for raised in told))
            await hub.act(act())
            await until(lambda: any(raised.entry.what == "acknowledged" for raised in told))
            first_one._take = takes_nothing  # type: ignore[method-assign]
            first_one._drop("3")  # as kill -9 would, but in this program
        async with watched_by(hub, "w2") as (second_one, again):
            await until(lambda: any(raised.entry.what == "acknowledged" for raised in again))
            assert [one.state for one in second_one.watching.bed("3").state.life.conditions] == ["acknowledged"]
        await asyncio.sleep(0.5)
        listening.cancel()
        whats = [raised.entry.what for raised in heard if raised.entry.kind == "asystole"]
        assert whats.count("raised") == whats.count("acknowledged") == 1

    on_hub(test)


def test_an_act_that_cannot_be_done_does_not_silence_the_bed() -> None:
    def refuse(_: Act) -> tuple[Entry, ...]:
        raise BadInput("not this one")

    async def test() -> None:
        hub = LocalHub()
        await hub.register(plan())
        async with watched_by(hub) as (watcher, told):
            watcher.watching.perform = refuse  # type: ignore[method-assign]
            await hub.act(act())
            for packet in packets(FLAT, 20):
                await hub.publish("3", packet)
            await until(lambda: any(raised.entry.kind == "asystole" for raised in told))

    asyncio.run(test())


@pytest.mark.network
def test_the_same_act_sent_twice_is_stored_once_and_a_broken_one_is_left_out(nats_url: str) -> None:
    async def test() -> None:
        async with on_nats(nats_url) as hub:
            await hub.register(plan())
            for _ in range(2):
                await hub.act(act())
            broken = msgspec.msgpack.encode({"bed": "3", "do": "die", "by": SAKURA})
            await hub._stream.publish(f"{hub._prefix}.bed.3", broken)
            await hub.act(act("stand_by"))
            got = await first(hub.messages("3", 0), 2)
            assert [one.act for one in got] == [act(), act("stand_by")]

    asyncio.run(test())
