"""The central station: what watchers say of their beds, the last seconds of signal, and what a person does from it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
import numpy as np
import pytest

from kinfirst.bedside.acts import Act
from kinfirst.bedside.alarm_face import shown
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.ending import end
from kinfirst.bedside.faces import Face
from kinfirst.bedside.generator import Generator
from kinfirst.bedside.hub import Hub, HubAway, announce
from kinfirst.bedside.hub_local import LocalHub
from kinfirst.bedside.scripts import script_named
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.station import RING_SECONDS, STALE_SECONDS, Station, current, set_current
from kinfirst.bedside.strip import Strip
from kinfirst.bedside.watching import Watching
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput
from tests.bedside.hubs import PATIENCE, OnHub, first, until, watched_by
from tests.bedside.stories import FLAT, START, packets, plan

WALL = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
TWENTY = sum(len(packet.samples) for packet in packets(FLAT, 20))
"""Samples of what those tests play."""
T = TypeVar("T")


class Elapsed:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def shown_by(hub: Hub, elapsed: Callable[[], float] = time.monotonic) -> AsyncIterator[Station]:
    station, stop = Station(hub, now=lambda: WALL, elapsed=elapsed), asyncio.Event()
    running = asyncio.create_task(station.run(stop))
    try:
        yield station
    finally:
        stop.set()
        await running


async def in_a_thread(ask: Callable[[], T]) -> T:
    """As the thread of a page asks."""
    return await asyncio.to_thread(ask)


def act(do: str, *, bed: str = "3") -> Act:
    return msgspec.convert({"bed": bed, "do": do, "by": "p-sakura", "at": WALL}, Act)


def ramp(at: float, seconds: float, fs: float = 250.0) -> Packet:
    """Samples that say their own number."""
    numbers = round(at * fs) + np.arange(round(seconds * fs))
    return Packet(at, np.column_stack([numbers] * 4).astype(np.float64))


def test_a_strip_numbers_its_samples_and_forgets_the_oldest() -> None:
    strip = Strip(plan())
    for second in range(40):
        strip.add(ramp(second, 1.0))
    piece = strip.after(9_990)
    assert (piece.first, piece.samples.dtype, piece.samples[:, 0].tolist()) == (
        9_990,
        np.float32,
        list(range(9990, 10000)),
    )
    assert piece.end_at == START + timedelta(seconds=40)
    whole = strip.after(0)
    assert (whole.first, len(whole.samples), whole.samples[0, 3]) == (2_500, 250 * RING_SECONDS, 2_500)
    assert strip.after(10_000).samples.shape == (0, 4)
    # A reader that followed a station before this one.
    assert strip.after(1_000_000).first == 2_500


def test_a_hole_in_time_stays_a_hole_and_what_comes_twice_comes_once() -> None:
    strip = Strip(plan())
    for packet in (ramp(0, 1), ramp(1.5, 1), ramp(1.5, 1), ramp(2.5, 1)):
        strip.add(packet)
    samples = strip.after(0).samples[:, 0]
    assert len(samples) == 875
    assert np.isnan(samples[250:375]).all()
    assert samples[375:].tolist() == list(range(375, 875))


def test_a_frozen_strip_is_a_copy_that_says_when_it_began() -> None:
    strip = Strip(plan())
    strip.add(ramp(0, 20))
    frozen = strip.last(6)
    strip.add(ramp(20, 20))
    assert (frozen.bed, frozen.fs, frozen.leads) == ("3", 250.0, ("II", "V", "PLETH", "ABP"))
    assert frozen.start == START + timedelta(seconds=14)
    assert frozen.samples[:, 0].tolist() == list(range(3_500, 5_000))


def test_numbers_of_many_beds_are_those_of_each_alone() -> None:
    many, beds = Watching(), {str(number): name for number, name in enumerate(("calm", "fast", "loose", "one-lead"))}
    for bed in beds:
        many.admit(plan(bed))
    for bed, name in beds.items():
        source = Generator(script_named(name), seed=int(bed)).packets(10.0)
        many.push({bed: [next(source) for _ in range(5)]})
    faces = {face.plan.bed: face for face in many.faces(("3", "0", "2", "1"))}
    assert {bed: face.vitals for bed, face in faces.items()} == {bed: many.vitals(bed) for bed in beds}
    assert faces["1"].vitals.alarms == ("tachy",)
    assert (faces["2"].vitals.rate, faces["3"].vitals.passing) == (None, ("V",))
    assert all(face.at == START + timedelta(seconds=50) for face in faces.values())


def test_faces_reach_whoever_listens_many_at_a_time(on_hub: OnHub) -> None:
    watching = Watching()
    watching.admit(plan("0"))
    (face,) = watching.faces(["0"])
    faces = [msgspec.structs.replace(face, plan=plan(str(number))) for number in range(250)]

    async def test(hub: Hub) -> None:
        heard: list[Face] = []

        async def listen() -> None:
            async for some in hub.faces():
                heard.extend(some)

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.3)
        await hub.show(faces)
        await until(lambda: len(heard) == 250)
        assert heard == faces
        listening.cancel()

    on_hub(test)


def test_a_bed_is_shown_from_its_watcher_and_its_signal(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        for bed in ("10", "9"):
            await hub.register(plan(bed))
        async with shown_by(hub) as station:
            await until(lambda: [one.plan.bed for one in station.screens()] == ["9", "10"])
            assert [(one.face, one.watched) for one in station.screens()] == [(None, False)] * 2
            assert station.piece("9", 0).end_at == WALL
            await asyncio.sleep(0.5)
            for packet in packets(FLAT, 20):
                await hub.publish("9", packet)
            async with watched_by(hub):
                await until(lambda: sounding(station, "9") == "high")
                await until(lambda: len(station.piece("9", 0).samples) == TWENTY)
            (nine, ten) = station.screens()
            assert nine.watched
            assert ten.watched
            assert nine.face is not None
            assert nine.face.vitals.alarms == ("asystole",)
            assert station.frozen("9", 5.0).start == START + timedelta(seconds=TWENTY / 250 - 5)
            await hub.remove("9")
            await until(lambda: [one.plan.bed for one in station.screens()] == ["10"])
            with pytest.raises(BadInput, match="not on this station"):
                station.piece("9", 0)
            with pytest.raises(BadInput, match="not on this station"):
                station.frozen("9", 5.0)

    on_hub(test)


def sounding(station: Station, bed: str) -> str | None:
    face = next((one.face for one in station.screens() if one.plan.bed == bed), None)
    return shown(face.life, face.at).sound if face is not None else None


def test_what_a_person_does_on_the_station_is_seen_on_it(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan())
        async with shown_by(hub) as station, watched_by(hub) as (_, told):
            for packet in packets(FLAT, 20):
                await hub.publish("3", packet)
            await until(lambda: sounding(station, "3") == "high")
            await in_a_thread(lambda: station.act(act("acknowledge")))
            await until(lambda: sounding(station, "3") is None)
            await in_a_thread(lambda: station.attach("3", "c7", "ward"))
            await in_a_thread(lambda: station.act(act("stand_by")))
            await until(lambda: any(raised.entry.event == "flat_standby" for raised in told))
            (screen,) = station.screens()
            assert (screen.plan.case, screen.plan.realm) == ("c7", "ward")
            assert (await hub.plans())["3"].case == "c7"
            with pytest.raises(BadInput, match="not on this station"):
                await in_a_thread(lambda: station.act(act("acknowledge", bed="nobodys")))

    on_hub(test)


def test_a_bed_that_is_attached_later_reports_to_that_case(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan(case="first"))
        whole = packets(FLAT, 24)
        async with watched_by(hub) as (watcher, told):
            for packet in whole[:40]:
                await hub.publish("3", packet)
            await until(lambda: watcher.beds == ("3",))
            await hub.register(msgspec.structs.replace(plan(case="second"), realm="ward"))
            await until(lambda: watcher.watching.bed("3").plan.case == "second")
            for packet in whole[40:]:
                await hub.publish("3", packet)
            await until(lambda: any(raised.entry.kind == "asystole" for raised in told))
        cases = {(raised.case, raised.realm) for raised in told if raised.entry.kind == "asystole"}
        assert cases == {("second", "ward")}
        # And so does whoever takes it over, though the checkpoint was made before.
        lease = await hub.claim("3", "another")
        assert lease is not None
        _, checkpoint = await hub.load(lease)
        assert checkpoint is not None
        older = msgspec.structs.replace(checkpoint, plan=plan(case="first"))
        watching = Watching()
        watching.admit((await hub.plans())["3"], older)
        assert watching.bed("3").plan.case == "second"
        assert [one.kind for one in watching.bed("3").state.life.conditions] == ["asystole"]

    on_hub(test)


def test_a_bed_with_other_signals_is_watched_anew(on_hub: OnHub) -> None:
    two = BedPlan(bed="3", fs=250.0, leads=("II", "V"), start=START)

    async def test(hub: Hub) -> None:
        await hub.register(plan(case="c1"))
        async with shown_by(hub) as station, watched_by(hub) as (watcher, told):
            for packet in packets(FLAT, 4):
                await hub.publish("3", packet)
            await until(lambda: watcher.beds == ("3",))
            registered = await announce(hub, two)
            assert registered.case == "c1"
            await until(lambda: watcher.beds == ("3",) and watcher.watching.bed("3").plan == registered)
            await until(lambda: [one.plan.leads for one in station.screens()] == [("II", "V")])
            await asyncio.sleep(0.5)
            for packet in packets(FLAT, 20):
                await hub.publish("3", Packet(packet.at, packet.samples[:, :2]))
            await until(lambda: any(raised.entry.kind == "asystole" for raised in told))
            await until(lambda: station.piece("3", 0).samples.shape == (TWENTY, 2))

    on_hub(test)


def test_a_feed_that_begins_anew_is_not_mixed_with_what_was_before(on_hub: OnHub) -> None:
    async def test(hub: Hub) -> None:
        await hub.register(plan())
        for packet in packets(FLAT, 2):
            await hub.publish("3", packet)
        await hub.register(plan(case="c1"))
        assert len(await first(hub.messages("3", 0), 8)) == 8
        await hub.register(msgspec.structs.replace(plan(), start=START + timedelta(minutes=5)))
        await hub.publish("3", packets(FLAT, 1)[2])
        (message,) = await first(hub.messages("3", 0), 1)
        assert message.packet is not None
        assert message.packet.at == packets(FLAT, 1)[2].at

    on_hub(test)


def test_a_bed_of_which_nothing_is_said_is_one_that_nobody_watches() -> None:
    async def test() -> None:
        hub, elapsed = LocalHub(), Elapsed()
        await hub.register(plan())
        async with shown_by(hub, elapsed) as station:
            async with watched_by(hub):
                await until(lambda: [one.watched for one in station.screens()] == [True])
            elapsed.seconds += STALE_SECONDS
            assert station.screens()[0].watched
            elapsed.seconds += 0.1
            (screen,) = station.screens()
            assert not screen.watched
            assert screen.face is not None

    asyncio.run(test())


def test_a_silent_bed_says_so_once_and_keeps_saying_that_it_is_watched() -> None:
    """What was said of a silent bed is saved: whoever takes it over does not raise it a second time."""

    async def test() -> None:
        hub, elapsed = LocalHub(), Elapsed()
        await hub.register(plan())
        for owner in ("w1", "w2"):
            elapsed.seconds += 2
            async with watched_by(hub, owner, elapsed=elapsed) as (watcher, told):
                await until(lambda: watcher.beds == ("3",))
                elapsed.seconds += 6
                await until(lambda: bool(watcher.watching.bed("3").state.life.conditions))
            assert [raised.entry.kind for raised in told] == (["feed_lost"] if owner == "w1" else [])

    asyncio.run(test())


def test_a_station_that_does_not_run_says_so() -> None:
    station = Station(LocalHub(), now=SystemClock().now, elapsed=time.monotonic)
    with pytest.raises(HubAway, match="does not run"):
        station.ask(LocalHub().plans)
    with pytest.raises(BadInput, match="seconds"):
        station.frozen("3", RING_SECONDS + 1)
    assert current() is None
    set_current(station)
    try:
        assert current() is station
    finally:
        set_current(None)


def test_it_runs_in_a_thread_of_its_own() -> None:
    hub = LocalHub()
    station = Station(hub, now=SystemClock().now, elapsed=time.monotonic)
    station.start()
    try:
        station.ask(lambda: hub.register(plan()))
        station.ask(lambda: until(lambda: [one.plan.bed for one in station.screens()] == ["3"]))
        station.attach("3", "c1", "live")
        assert station.screens()[0].plan.case == "c1"
    finally:
        station.stop()
    with pytest.raises(HubAway):
        station.ask(hub.plans)


def test_a_station_that_fails_says_with_what() -> None:
    class Broken(LocalHub):
        async def plans(self) -> dict[str, BedPlan]:
            raise ValueError("a fault of the program")

    station = Station(Broken(), now=SystemClock().now, elapsed=time.monotonic)

    def played() -> None:
        # Whichever comes first: that it was ready, or that it has failed.
        station.start()
        station.stop()

    with pytest.raises(ExceptionGroup, match="TaskGroup"):
        played()


def test_a_task_that_forgets_that_it_was_cancelled_is_ended_all_the_same() -> None:
    async def forgetful() -> None:
        try:
            await asyncio.sleep(PATIENCE)
        except asyncio.CancelledError:
            await asyncio.sleep(PATIENCE)

    async def test() -> None:
        task = asyncio.create_task(forgetful())
        await asyncio.sleep(0)
        await end([task])
        assert task.cancelled()

    asyncio.run(test())


def test_readers_of_one_bed_do_not_hold_each_other_up() -> None:
    """One reader that is slow must not take from another the news that something came."""

    async def test() -> None:
        hub = LocalHub()
        await hub.register(plan())
        one, other = hub.messages("3", 0), hub.messages("3", 0)
        old, new = packets(FLAT, 0.5)
        await hub.publish("3", old)
        assert (await anext(one)).packet is not None
        assert (await anext(other)).packet is not None
        waiting = asyncio.create_task(anext(one))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await hub.publish("3", new)
        await waiting
        got = await first(other, 1)
        assert got[0].packet.at == new.at

    asyncio.run(test())
