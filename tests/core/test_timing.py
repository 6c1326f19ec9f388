"""Hours and deadlines in the recipient's own zone, on the nights clocks move too (R25, R26, R62)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.core.policy import DAY, Window
from kinfirst.core.timing import day_where, midnight, next_close, next_open, within, zone_named
from tests.core.case_builder import Story

ARMY = Window(open=5 * 60, close=DAY)
BRITISH = Window(open=6 * 60, close=22 * 60)
ALWAYS = Window(open=0, close=DAY)
NEW_YORK, LONDON, HAVANA, APIA = "America/New_York", "Europe/London", "America/Havana", "Pacific/Apia"


def local(text: str, zone: str, *, fold: int = 0) -> datetime:
    """A moment written as clocks there show it, the first or the second time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("window", "at", "zone", "inside"),
    [
        pytest.param(ARMY, "2026-03-02T05:00:00", NEW_YORK, True, id="it opens at five"),
        pytest.param(ARMY, "2026-03-02T04:59:59", NEW_YORK, False, id="a second before"),
        pytest.param(ARMY, "2026-03-02T23:59:59", NEW_YORK, True, id="the last second before 24:00"),
        pytest.param(ARMY, "2026-03-03T00:00:00", NEW_YORK, False, id="24:00 itself is closed"),
        pytest.param(BRITISH, "2026-03-02T21:59:00", LONDON, True, id="before ten"),
        pytest.param(BRITISH, "2026-03-02T22:00:00", LONDON, False, id="at ten it is closed"),
        pytest.param(ALWAYS, "2026-03-02T03:00:00", LONDON, True, id="a window that never closes"),
    ],
)
def test_within(window: Window, at: str, zone: str, *, inside: bool) -> None:
    assert within(window, local(at, zone), zone) is inside


@pytest.mark.parametrize("zone", [None, "Mars/Olympus", "../etc/passwd"])
def test_unknown_zone_is_open_only_where_the_window_never_closes(zone: str | None) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert not within(ARMY, noon, zone)
    assert next_open(ARMY, noon, zone) is None
    assert next_close(ARMY, noon, zone) is None
    assert within(ALWAYS, noon, zone)
    assert next_open(ALWAYS, noon, zone) == noon
    assert zone_named(zone) is None


@pytest.mark.parametrize(
    ("window", "at", "zone", "opens", "closes"),
    [
        pytest.param(ARMY, "2026-03-02T00:00", NEW_YORK, "2026-03-02T05:00", "2026-03-03T00:00", id="at midnight"),
        pytest.param(ARMY, "2026-03-02T06:00", NEW_YORK, "2026-03-02T06:00", "2026-03-03T00:00", id="already open"),
        pytest.param(BRITISH, "2026-03-02T22:30", LONDON, "2026-03-03T06:00", "2026-03-03T22:00", id="after ten"),
        pytest.param(ARMY, "2026-03-08T01:59", NEW_YORK, "2026-03-08T05:00", "2026-03-09T00:00", id="the short night"),
        pytest.param(ARMY, "2026-11-01T01:30", NEW_YORK, "2026-11-01T05:00", "2026-11-02T00:00", id="the long night"),
        pytest.param(
            Window(open=150, close=DAY),
            "2026-03-08T01:00",
            NEW_YORK,
            "2026-03-08T03:00",
            "2026-03-09T00:00",
            id="half past two is skipped: it opens when the gap is over",
        ),
        pytest.param(
            Window(open=360, close=150),
            "2026-03-08T01:00",
            NEW_YORK,
            None,
            None,
            id="a window the wrong way round never opens",
        ),
        pytest.param(
            Window(open=60, close=150),
            "2026-03-08T01:15",
            NEW_YORK,
            "2026-03-08T01:15",
            "2026-03-08T03:00",
            id="closing time is skipped: it closes when the gap begins",
        ),
        pytest.param(ARMY, "2026-03-07T23:00", HAVANA, "2026-03-07T23:00", "2026-03-08T01:00", id="midnight skipped"),
        pytest.param(ARMY, "2011-12-29T23:00", APIA, "2011-12-29T23:00", "2011-12-31T00:00", id="a day is skipped"),
    ],
)
def test_opens_and_closes(window: Window, at: str, zone: str, opens: str | None, closes: str | None) -> None:
    moment = local(at, zone)
    assert next_open(window, moment, zone) == (local(opens, zone) if opens else None)
    assert next_close(window, moment, zone) == (local(closes, zone) if closes else None)


def test_hour_that_comes_twice() -> None:
    window = Window(open=90, close=DAY)
    second = local("2026-11-01T01:10", NEW_YORK, fold=1)
    assert not within(window, second, NEW_YORK)
    assert next_open(window, second, NEW_YORK) == local("2026-11-01T01:30", NEW_YORK, fold=1)
    first = local("2026-11-01T01:40", NEW_YORK)
    assert within(window, first, NEW_YORK)
    assert next_close(window, first, NEW_YORK) == local("2026-11-01T01:00", NEW_YORK, fold=1)


@given(
    window=st.tuples(st.integers(0, 700), st.integers(710, DAY)).map(lambda t: Window(open=t[0], close=t[1])),
    at=st.integers(0, 730 * DAY).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    zone=st.sampled_from([NEW_YORK, LONDON, HAVANA, "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_what_is_said_to_open_is_open_and_was_closed(window: Window, at: datetime, zone: str) -> None:
    opens = next_open(window, at, zone)
    assert opens is not None
    assert at <= opens < at + timedelta(days=2)
    assert within(window, opens, zone)
    if opens > at:
        assert not within(window, opens - timedelta(seconds=1), zone)
    closes = next_close(window, at, zone)
    if closes is not None:
        assert closes > at
        assert not within(window, closes, zone)
        assert within(window, closes - timedelta(seconds=1), zone)


def test_a_day_begins_where_they_live() -> None:
    assert midnight(date(2026, 3, 8), HAVANA) == local("2026-03-08T01:00", HAVANA)
    assert midnight(date(2026, 3, 8), None) == datetime(2026, 3, 8, tzinfo=UTC)
    assert day_where("Asia/Tokyo", datetime(2026, 3, 7, 15, tzinfo=UTC)) == date(2026, 3, 8)
    assert day_where(None, datetime(2026, 3, 7, 23, tzinfo=UTC)) == date(2026, 3, 7)


@pytest.mark.parametrize(
    ("received", "zone", "clash"),
    [
        pytest.param("2026-03-02T19:59", NEW_YORK, False, id="ends a minute before 24:00"),
        pytest.param("2026-03-02T20:00", NEW_YORK, True, id="ends at 24:00"),
        pytest.param("2026-03-03T00:59", NEW_YORK, True, id="ends a minute before five"),
        pytest.param("2026-03-03T01:00", NEW_YORK, False, id="ends at five"),
        pytest.param("2026-03-02T20:00", "America/Los_Angeles", False, id="three hours earlier out west"),
        pytest.param("2026-03-02T12:00", None, True, id="zone unknown: nobody can say that it is open"),
    ],
)
def test_deadline_in_the_closed_hours_asks_somebody(received: str, zone: str | None, *, clash: bool) -> None:
    at = local(received, NEW_YORK)
    play = Story("us-military", at=at).knows("ana", zone=zone).kin("ana", "spouse").drawn()
    assert ("decide_hours:ana" in play.tasks) is clash
    assert play.tasks["assign:ana"].due == at + timedelta(hours=4)


def test_deadline_runs_from_receipt_and_not_from_death() -> None:
    received = "2026-03-02T08:30:00Z"
    play = Story("us-military").kin("ana", "spouse").opened(received=received).drawn()
    assert play.tasks["assign:ana"].due == datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "ends",
    [
        pytest.param(("auth", "override", {"rule": "R25", "place": "ana"}), id="an override for her"),
        pytest.param(("auth", "override", {"rule": "R25"}), id="an override for the case"),
        pytest.param(("cho", "already_aware", {"place": "ana", "source": "tv", "right": True}), id="with the place"),
        pytest.param(("cho", "leak", {"source": "the radio"}), id="a leak"),
    ],
)
def test_the_question_of_the_hour_ends(ends: tuple[str, str, dict[str, object]]) -> None:
    by, do, arguments = ends
    if do == "override":
        arguments = {**arguments, "reason": "vigil", "second": "off", "minutes": 10}
    play = Story("us-military", at=local("2026-03-02T22:00", NEW_YORK))
    play.knows("ana", zone=NEW_YORK).kin("ana", "spouse").drawn()
    assert play.tasks["decide_hours:ana"].holder == "role:authority"
    assert play.tasks["decide_hours:ana"].due == local("2026-03-03T00:00", NEW_YORK)
    play.does(by, do, **arguments).later(minutes=30)
    assert "decide_hours:ana" not in play.tasks
