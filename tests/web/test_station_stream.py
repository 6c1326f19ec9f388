"""What feeds the station: samples without a hole or a repeat, beds when they change, and an end when it is nobody's."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.test import RequestFactory

from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.station import set_current
from kinfirst.bedside.strip import Piece
from kinfirst.records.access import Viewer, viewer_named
from kinfirst.scenarios.player import Played
from kinfirst.web import station_stream
from kinfirst.web.station_signal import MISSING, WARM_SECONDS, Follow
from kinfirst.web.station_stream import Feed, Reader
from kinfirst.web.views import station as views
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in
from tests.web.station_fake import FS, LEADS, MOMENT, FakeStation, alarm, signal, station

TOKYO = ZoneInfo("Asia/Tokyo")


def values(part: Any, lead: int = 0) -> np.ndarray:
    """The samples of one lead as they were sent."""
    step, text, _role = part[2][lead]
    steps = np.frombuffer(base64.b64decode(text), dtype="<i2").astype(float)
    steps[steps == MISSING] = np.nan
    return steps * step


def plan_of(fs: float) -> BedPlan:
    return BedPlan(bed="1", fs=fs, leads=LEADS, start=MOMENT)


@pytest.mark.parametrize("fs", [100.0, 125.0, 250.0, 360.0, 500.0])
def test_every_sample_once_at_its_time(fs: float) -> None:
    """Whatever the rate and the size of what is new, the line that arrives is the line that was measured."""
    whole = np.sin(2 * np.pi * np.arange(round(fs * 20)) / fs)[:, None].repeat(3, axis=1).astype(np.float32)
    follow, found, expected = Follow(plan_of(fs), most=125.0), [], None
    for end in np.cumsum([round(fs * part) for part in (5, 0.1, 0.31, 0.004, 0.25) * 3]).tolist():
        part = follow.part(Piece(follow.after, whole[follow.after : end], MOMENT), (0,))
        if part is None:
            continue
        assert expected in (None, part[0])
        found.append(values(part))
        expected = part[0] + len(found[-1])
    line = np.concatenate(found)
    assert follow.fs == min(fs, 125.0)
    assert expected is not None
    at = (np.arange(expected - len(line), expected) + 0.5) / follow.fs - 0.5 / fs
    np.testing.assert_allclose(line, np.sin(2 * np.pi * at), atol=0.06)


def test_at_first_a_strip_is_as_long_as_a_screen_and_no_longer() -> None:
    part = Follow(plan_of(FS), most=125.0).part(Piece(0, signal(0, 7500), MOMENT), (0, 2))
    assert part is not None
    assert len(values(part)) == WARM_SECONDS * 125
    assert values(part, 1)[-1] == pytest.approx(60 + 10 * 30, rel=1e-3)
    assert [lead[2] for lead in part[2]] == ["ecg", "pressure"]


def test_a_hole_stays_a_hole_and_a_station_that_begins_anew_is_followed() -> None:
    holed = signal(0, 1000)
    holed[500:600, 0] = np.nan
    follow = Follow(plan_of(FS), most=125.0)
    first = follow.part(Piece(0, holed, MOMENT), (0,))
    assert first is not None
    assert np.isnan(values(first)).sum() == 50
    lost = follow.part(Piece(3000, signal(3000, 3100), MOMENT), (0,))
    assert lost is not None
    assert lost[0] == 1500
    anew = follow.part(Piece(0, signal(0, 200), MOMENT), (0,))
    assert anew is not None
    assert (anew[0], len(values(anew))) == (0, 100)


@pytest.fixture
def night(at: At) -> Played:
    at("2020-10-10T14:36:30+09:00")
    return played("the-night", until="device_event")


@pytest.fixture
def fake() -> Iterator[FakeStation]:
    with station() as found:
        yield found


def reader(play: Played, who: str, bed: str = "", language: str = "en") -> Reader:
    def look() -> Viewer | None:
        return viewer_named(play.company.ids[who], play.company.realm)

    return Reader(look=look, language=language, zone=TOKYO, bed=bed)


def told(raw: Iterator[bytes]) -> list[tuple[str, Any]]:
    """Events by name, with what they say."""
    blocks = [block for block in b"".join(raw).decode().split("\n\n") if block.startswith("event: ")]
    named = (block.removeprefix("event: ").split("\ndata: ") for block in blocks)
    return [(name, json.loads(said)) for name, said in named]


@pytest.mark.django_db
def test_beds_are_said_when_they_change_and_signals_always(night: Played, fake: FakeStation) -> None:
    case = only_case(night)
    fake.put("1", night.company.realm, alarm("asystole"), case=case)
    fake.put("2", night.company.realm)
    fake.put("9", "elsewhere", alarm("vf"))
    feed = Feed(reader(night, "desk"))
    assert feed.look(fake.screens())
    first = told(feed.events(fake, fake.screens()))  # type: ignore[arg-type]
    assert [name for name, _ in first] == ["beds", "tick"]
    assert [(bed["bed"], bed["alias"], bed["lamp"]) for bed in first[0][1]["beds"]] == [
        ("1", "Cat", "high"),
        ("2", "no case", ""),
    ]
    assert set(first[1][1]["s"]) == {"1", "2"}
    assert first[1][1]["t"] == "14:36:30"
    fake.count["1"] += 50
    (again,) = told(feed.events(fake, fake.screens()))  # type: ignore[arg-type]
    assert again[0] == "tick"
    assert [len(values(part)) for part in again[1]["s"].values()] == [25]
    fake.put("2", night.company.realm, alarm("brady"))
    del fake.beds["1"]
    changed, _tick = told(feed.events(fake, fake.screens()))  # type: ignore[arg-type]
    assert [bed["alarm"] for bed in changed[1]["beds"]] == ["Heart too slow"]
    assert changed[1]["gone"] == ["1"]


@pytest.mark.django_db
def test_one_bed_comes_with_all_its_leads_in_the_language_of_its_reader(night: Played, fake: FakeStation) -> None:
    fake.put("1", night.company.realm, alarm("asystole"))
    fake.put("2", night.company.realm)
    feed = Feed(reader(night, "desk", bed="1", language="de"))
    feed.look(fake.screens())
    beds, tick = told(feed.events(fake, fake.screens()))  # type: ignore[arg-type]
    (one,) = beds[1]["beds"]
    assert one["title"] == "Bett 1"
    assert len(one["listed"]) == 1
    number, rate, leads = tick[1]["s"]["1"]
    assert (number, rate, [lead[2] for lead in leads]) == (1000, FS, ["ecg", "ecg", "pressure"])


@pytest.mark.django_db(transaction=True)
def test_it_ends_for_whom_it_is_no_more_and_where_no_station_is(night: Played, fake: FakeStation) -> None:
    fake.put("1", night.company.realm)

    async def all_of(who: str, times: int) -> list[bytes]:
        return [part async for part in station_stream.events(reader(night, who), every=0, times=times)]

    assert len(asyncio.run(all_of("desk", 3))) == 4
    standing = reader(night, "desk")
    looks = iter([standing.look(), None])

    async def dismissed() -> list[bytes]:
        gone = standing._replace(look=lambda: next(looks))
        return [part async for part in station_stream.events(gone, every=0, times=60)]

    assert len(asyncio.run(dismissed())) == 1 + station_stream.LOOK_EVERY
    set_current(None)
    assert asyncio.run(all_of("desk", 3)) == [station_stream.RETRY]


@pytest.mark.django_db
def test_it_is_asked_again_who_is_signed_in(night: Played, fake: FakeStation) -> None:
    """After signing out, and after the account was shut, nothing more is told of any bed."""
    client = signed_in(night, "desk")
    request = RequestFactory().get("/station/stream?bed=1")
    request.session, request.user = client.session, get_user(client)  # type: ignore[arg-type]
    found = views._reader(request)
    assert found is not None
    assert (found.bed, found.look() is not None) == ("1", True)
    User.objects.update(is_active=False)
    assert found.look() is None
    User.objects.update(is_active=True)
    assert found.look() is not None
    client.post("/accounts/logout/")
    assert found.look() is None


@pytest.mark.django_db
def test_whose_the_stream_is(night: Played, fake: FakeStation) -> None:
    fake.put("1", night.company.realm)
    for who, status in {"desk": 200, "mirani": 200, "sakura": 200, "kakashi": 403, "monitor": 403}.items():
        answer = signed_in(night, who).get("/station/stream")
        assert (who, answer.status_code) == (who, status)
    assert signed_in(night, "desk").get("/station/stream")["Content-Type"] == "text/event-stream"
