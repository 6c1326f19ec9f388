"""Beds beside the pages: fed, watched and shown in one thread, in one program or over NATS."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from kinfirst.bedside.acts import Act
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.generator import Generator
from kinfirst.bedside.hub import HubAway
from kinfirst.bedside.hub_local import LocalHub
from kinfirst.bedside.hub_nats import NatsHub, connected
from kinfirst.bedside.loop_thread import LoopThread
from kinfirst.bedside.scripts import script_named
from kinfirst.bedside.station import Screen, Station, current
from kinfirst.bedside.watcher import Watcher
from kinfirst.bedside.writing import write_wfdb
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput
from kinfirst.interop.hl7v2.mllp_link import send
from kinfirst.people import models as people
from kinfirst.project.beds import Asked, Beds, beds_of
from kinfirst.project.beds_fed import Clocks, Listening, Playing
from kinfirst.project.beds_named import Named, Recorded, read_beds
from kinfirst.project.demo import REALM, prepare
from kinfirst.records import models
from kinfirst.web.models import BedCase
from tests.bedside.conftest import nats_url
from tests.bedside.messages import oru
from tests.bedside.stories import FLAT
from tests.plays import played

__all__ = ["nats_url"]

PATIENCE = 60.0
NOW = datetime(2027, 6, 15, 22, 41, 30, tzinfo=UTC)


def never() -> None:
    raise AssertionError("it ended by itself")


@contextmanager
def running(beds: Beds) -> Iterator[Station]:
    thread = beds.thread(failed=never)
    thread.start()
    try:
        station = current()
        assert station is not None
        yield station
    finally:
        thread.stop()
    assert thread.failure is None
    assert current() is None


def wait_for(so: Callable[[], bool]) -> None:
    end, pause = time.monotonic() + PATIENCE, Event()
    while not so():
        assert time.monotonic() < end, "it never came"
        pause.wait(0.05)


def screen(station: Station, bed: str) -> Screen:
    return next(one for one in station.screens() if one.plan.bed == bed)


def standing(station: Station, bed: str) -> set[str]:
    """The alarms that the watcher of a bed says."""
    said = [one.face for one in station.screens() if one.plan.bed == bed and one.face is not None]
    return {condition.kind for face in said for condition in face.life.conditions}


def test_a_story_may_begin_shortly_before_the_line_goes_flat() -> None:
    with running(Beds(read_beds("trauma-1=script:night@115 2=script:calm"), nats=None)) as station:
        wait_for(lambda: "asystole" in standing(station, "trauma-1"))
        bay, calm = screen(station, "trauma-1"), screen(station, "2")
        assert bay.watched
        assert calm.face is not None
        assert standing(station, "2") == set()
        assert station.frozen("trauma-1", 4.0).samples.shape == (1_000, 4)
        # The samples are taken now, whatever hour the story tells of.
        assert abs((station.piece("trauma-1", 0).end_at - SystemClock().now()).total_seconds()) < 30


def test_a_record_begins_again_when_it_ends(tmp_path: Path) -> None:
    source = Generator(script_named("calm"), leads=("II", "V"))
    write_wfdb(source, tmp_path / "short", seconds=2, start=NOW)
    with running(Beds(read_beds(f"1=wfdb:{tmp_path}/short"), nats=None)) as station:
        wait_for(lambda: any(len(station.piece(one.plan.bed, 0).samples) > 1_100 for one in station.screens()))
        samples = station.piece("1", 0).samples
        assert not np.isnan(samples).any()
        assert np.array_equal(samples[:500], samples[500:1_000])


def test_a_record_that_breaks_off_is_a_bed_that_falls_silent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_wfdb(Generator(script_named("calm"), leads=("II", "V")), tmp_path / "cut", seconds=4, start=NOW)
    whole = (tmp_path / "cut.dat").read_bytes()
    (tmp_path / "cut.dat").write_bytes(whole[: len(whole) // 3])
    hub = LocalHub()
    feed = Playing(Named("1", Recorded(tmp_path / "cut")), seed=0)

    async def play() -> None:
        clocks = Clocks(SystemClock().now, time.monotonic)
        await feed.open(hub, clocks, AsyncExitStack())
        await feed.run(hub, clocks)

    asyncio.run(play())
    assert "bed 1: its feed has ended: record: " in caplog.text


@pytest.mark.network
def test_a_monitor_is_expected_and_then_watched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(Beds(read_beds(f"3=mllp:{port}"), nats=None)) as station:
        wait_for(lambda: "feed_lost" in standing(station, "3"))
        leads = ("II", "V", "PLETH")
        messages = [oru(packet, leads) for packet in islice(Generator(FLAT, leads=leads).packets(1.0), 22)]

        async def play() -> list[bytes]:
            return [await send(raw, host="127.0.0.1", port=port) for raw in (b"MSH|^~\\&|x||||||ADT^A08|9", *messages)]

        answers = asyncio.run(play())
        assert [b"MSA|AA" in answer for answer in answers] == [False] + [True] * 22
        wait_for(lambda: "asystole" in standing(station, "3"))
        assert screen(station, "3").plan.leads == ("II", "V1", "PLETH")


@pytest.mark.network
def test_a_port_that_is_taken_is_said_at_the_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        thread = Beds(read_beds(f"3=mllp:{taken.getsockname()[1]}"), nats=None).thread(failed=never)
        with pytest.raises(BadInput, match=r"KINFIRST_BEDS: 3: mllp:\d+ cannot be opened"):
            thread.start()
    assert current() is None


def test_messages_that_cannot_be_watched_are_answered_with_why() -> None:
    async def play() -> tuple[str | None, str | None]:
        hub, feed = LocalHub(), Listening(Named("3", read_beds("3=mllp:2575")[0].source), 2575)
        feed._hub, feed._clocks = hub, Clocks(SystemClock().now, time.monotonic)
        packet = next(Generator(FLAT, leads=("PLETH",)).packets(1.0))
        return await feed._take(oru(packet, ("PLETH",))), await feed._take(b"rubbish")

    why, other = asyncio.run(play())
    assert why is not None
    assert "no ECG" in why
    assert other


@pytest.mark.network
def test_over_nats_the_station_shows_what_others_watch(nats_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = f"s{secrets.token_hex(6)}"
    monkeypatch.setenv("KINFIRST_NATS_PREFIX", prefix)

    async def elsewhere(stop: asyncio.Event, ready: Callable[[], None]) -> None:
        hub = await connected(nats_url, prefix=prefix)
        try:
            ready()
            await Watcher(hub, owner="w1", now=SystemClock().now, elapsed=time.monotonic).run(stop)
        finally:
            await hub.close()

    watcher = LoopThread(elsewhere, name="w1")
    try:
        with running(Beds(read_beds("trauma-1=script:night@112"), nats=nats_url)) as station:
            wait_for(lambda: len(station.screens()) == 1)
            assert not screen(station, "trauma-1").watched
            watcher.start()
            wait_for(lambda: "asystole" in standing(station, "trauma-1"))
            assert screen(station, "trauma-1").watched
            watcher.stop()
            assert watcher.failure is None
            wait_for(lambda: not screen(station, "trauma-1").watched)
    finally:
        asyncio.run(_forgotten(nats_url, prefix))


async def _forgotten(url: str, prefix: str) -> None:
    hub: NatsHub = await connected(url, prefix=prefix)
    await hub.forget()
    await hub.close()


@pytest.mark.network
def test_no_nats_server_is_said_at_the_start() -> None:
    with pytest.raises(HubAway, match="no NATS server"):
        Beds((), nats="nats://127.0.0.1:9").thread(failed=never).start()


def test_what_a_part_of_it_fails_with_ends_all_of_it_and_is_told() -> None:
    class Broken(LocalHub):
        async def attend(self, owner: str) -> int:
            raise ValueError("a fault of the program")

    beds, told = Beds(read_beds("1=script:calm"), nats=None), Event()
    beds._hub = lambda: _given(Broken())  # type: ignore[method-assign]
    thread = beds.thread(failed=told.set)
    with suppress(ExceptionGroup):  # it may fail before it was seen to be ready
        thread.start()
    assert told.wait(PATIENCE)
    thread.stop()
    assert isinstance(thread.failure, ExceptionGroup)
    assert current() is None


class _given:  # noqa: N801 - stands for a context manager
    def __init__(self, hub: LocalHub) -> None:
        self.hub = hub

    async def __aenter__(self) -> LocalHub:
        return self.hub

    async def __aexit__(self, *_: object) -> None:
        pass


@pytest.mark.django_db(transaction=True)
def test_the_record_is_told_that_the_line_is_flat_and_who_ordered_standby_is_heard() -> None:
    play = played("the-night", until="device_event")
    (case,) = play.cases.values()
    named = [one._replace(case=case, realm=play.company.realm) for one in read_beds("trauma-1=script:night@112")]

    def told() -> list[str]:
        rows = models.Entry.objects.filter(case_id=case, kind="device_reported").order_by("seq")
        return [json.loads(row.data)["device"] for row in rows]

    with running(Beds(tuple(named), nats=None)) as station:
        wait_for(lambda: "asystole" in told())
        act = Act(bed="trauma-1", do="stand_by", by=play.company.ids["sakura"], at=SystemClock().now())
        station.act(act)
        wait_for(lambda: told()[-1] == "flat_standby")
        wait_for(lambda: _standby(station) == play.company.ids["sakura"])
    assert told().count("asystole") == told().count("flat_standby") == 1


def _standby(station: Station) -> str | None:
    face = screen(station, "trauma-1").face
    return face.life.standby_by if face is not None else None


@pytest.mark.django_db
def test_the_demonstration_has_beds_and_the_stranger_lies_in_his(tmp_path: Path) -> None:
    prepare(NOW, folder=tmp_path, progress=lambda _title, _step, _steps: None)
    willow = models.Case.objects.get(realm=REALM, alias="Willow")
    plans = _plans(beds_of(Asked(), demo=True))
    assert {bed: plan.case for bed, plan in plans.items() if plan.case} == {"4": willow.id}
    assert {plan.realm for plan in plans.values()} == {REALM}
    assert "trauma-1" in plans
    # Somebody moves him: he stays where he was laid.
    BedCase.objects.update(bed="9")
    assert {bed for bed, plan in _plans(beds_of(Asked(), demo=True)).items() if plan.case} == {"9"}


@pytest.mark.django_db
def test_beds_that_were_asked_for_go_before_those_of_the_demonstration() -> None:
    people.Realm.objects.create(id="live")
    BedCase.objects.create(bed="1", realm="ward", case="c1", by="p1", at=NOW)
    named = read_beds("1=script:calm 2=script:fast")
    plans = _plans(beds_of(Asked(named), demo=True))
    assert {bed: (plan.case, plan.realm) for bed, plan in plans.items()} == {"1": ("c1", "ward"), "2": (None, REALM)}
    assert {plan.realm for plan in _plans(beds_of(Asked(named[1:]), demo=False)).values()} == {"live"}
    assert beds_of(Asked(), demo=False) is None


def _plans(beds: Beds | None) -> dict[str, BedPlan]:
    """What its feeds register."""
    assert beds is not None

    async def begun() -> dict[str, BedPlan]:
        hub = LocalHub()
        for feed in beds._feeds:
            await feed.open(hub, Clocks(SystemClock().now, time.monotonic), AsyncExitStack())
        return await hub.plans()

    return asyncio.run(begun())
