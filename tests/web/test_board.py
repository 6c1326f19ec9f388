"""The board on a desk and on a wall, what was closed today, and the stream that says that something changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from django.test import Client

from kinfirst.records.actions import Given, perform_named
from kinfirst.scenarios.player import Played
from kinfirst.web import colleagues, watch
from kinfirst.web.views import stream
from tests.plays import played
from tests.web.conftest import At, signed_in
from tests.web.test_pages import many

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(at: At) -> Played:
    at("2020-10-10T15:12:00+09:00")
    return played("the-night", until="tell")


def opened(play: Played, at: At, alias: str) -> str:
    now = at("2020-10-10T15:12:00+09:00").now()
    given = Given(realm=play.company.realm, by=play.company.ids["sakura"], now=now)
    return perform_named("open_case", {"alias": alias, "state": "injured"}, given=given).case or ""


def test_filters_turn_on_and_off_and_keep_each_other(night: Played, at: At) -> None:
    opened(night, at, "Heron")
    client = signed_in(night, "sakura")
    response = client.get("/", {"whose": "mine", "stage": "telling"})
    assert [row.alias for row in response.context["rows"]] == ["Cat"]
    page = response.content.decode()
    assert 'href="/?stage=telling"' in page
    assert "?stage=telling&amp;whose=mine&amp;late=1" in page.replace("late=1&amp;whose=mine", "whose=mine&amp;late=1")
    late = client.get("/", {"late": "1"})
    assert [row.alias for row in late.context["rows"]] == []
    assert "No case here." in late.content.decode()


def test_a_bed_with_an_alarm_leads_to_the_bay(night: Played, at: At) -> None:
    case = opened(night, at, "Heron")
    now = at("2020-10-10T15:13:00+09:00").now()
    given = Given(realm=night.company.realm, by=night.company.ids["monitor"], now=now)
    perform_named("device_event", {"kind": "asystole", "bed": "7"}, given=given, case=case)
    for address in ("/", "/wall/"):
        page = signed_in(night, "desk").get(address).content.decode()
        assert "Bed 7" in page
        assert "asystole" in page
    assert f'href="/bay/{case}/"' in signed_in(night, "desk").get("/").content.decode()


def test_the_wall_is_few_lines_without_anything_to_press(night: Played, at: At) -> None:
    for number in range(7):
        opened(night, at, f"Heron {number}")
    client = signed_in(night, "desk")
    first = client.get("/wall/")
    page = first.content.decode()
    assert len(first.context["rows"]) == 6
    assert "Exercise" in page
    assert "<nav" not in page
    assert "<button" not in page
    second = client.get(f"/wall/?{first.context['next']}", headers={"HX-Request": "true"})
    assert len(second.context["rows"]) == 2
    assert second.context["next"] == ""
    assert second.content.decode().lstrip().startswith('<div id="wall"')


def test_what_was_closed_today_is_listed_today(at: At) -> None:
    play = played("the-night")
    at("2020-10-11T10:00:00+09:00")
    client = signed_in(play, "desk")
    assert "Cat" in client.get("/board/closed").content.decode()
    part = client.get("/board/closed", headers={"HX-Request": "true"}).content.decode()
    assert "Cat" in part
    assert "<html" not in part
    at("2020-10-12T10:00:00+09:00")
    client = signed_in(play, "desk")
    assert "was closed today" in client.get("/board/closed").content.decode()


def test_a_full_board_asks_eight_times_when_nothing_is_remembered(
    night: Played, django_assert_max_num_queries: object
) -> None:
    many(night, 60)
    client = signed_in(night, "desk")
    client.get("/")
    colleagues.forget()
    watch.forget()
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert len(client.get("/").context["rows"]) == 50


def looks(*marks: str) -> Callable[[], Awaitable[str]]:
    left: Iterator[str] = iter(marks)

    async def look() -> str:
        return next(left)

    return look


def heard(*marks: str) -> list[bytes]:
    async def all_of_it() -> list[bytes]:
        return [part async for part in stream.news(looks(*marks), every=0, times=len(marks) - 1)]

    return asyncio.run(all_of_it())


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        pytest.param(("1", "1", "1"), [], id="nothing happened"),
        pytest.param(("1", "2", "2", "3"), [stream.CHANGED, stream.CHANGED], id="twice"),
        pytest.param(("1",) * 10, [stream.COMMENT], id="a long silence"),
    ],
)
def test_the_stream_says_that_something_changed_and_nothing_else(marks: tuple[str, ...], said: list[bytes]) -> None:
    assert heard(*marks) == [stream.RETRY, *said]


def test_a_stream_that_is_left_is_no_longer_counted() -> None:
    async def left_early() -> int:
        counted = stream.counted(stream.news(looks("1", "2"), every=0, times=1))
        await anext(counted)
        inside = stream._open[0]
        await counted.aclose()
        return inside

    assert asyncio.run(left_early()) == 1
    assert stream._open[0] == 0


def test_nobody_is_streamed_to_who_is_not_signed_in() -> None:
    assert Client().get("/board/stream").status_code == 403


def test_too_many_are_sent_back_to_asking(night: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST", 0)
    response = signed_in(night, "desk").get("/board/stream")
    assert (response.status_code, response["Retry-After"]) == (503, "30")


def test_the_stream_has_its_headers(night: Played) -> None:
    response = signed_in(night, "desk").get("/board/stream")
    assert response["Content-Type"] == "text/event-stream"
    assert response["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    response.close()
