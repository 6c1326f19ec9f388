"""Times in all their partial forms: kept as sent, never completed, never corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.interop.hl7v2 import Moment, before, read_moment


@pytest.mark.parametrize(
    ("text", "precision", "on", "at"),
    [
        pytest.param("2026", "year", None, None, id="year"),
        pytest.param("202603", "month", None, None, id="month"),
        pytest.param("20260302", "day", date(2026, 3, 2), None, id="day"),
        pytest.param("2026030214", "hour", date(2026, 3, 2), None, id="hour"),
        pytest.param("202603021437", "minute", date(2026, 3, 2), None, id="minute without zone"),
        pytest.param("20260302143759", "second", date(2026, 3, 2), None, id="second without zone"),
        pytest.param("20260302143759.1234", "fraction", date(2026, 3, 2), None, id="fraction"),
        pytest.param(
            "202603021437+0900",
            "minute",
            date(2026, 3, 2),
            datetime(2026, 3, 2, 5, 37, tzinfo=UTC),
            id="zone",
        ),
        pytest.param(
            "20260302003000.5-0330",
            "fraction",
            date(2026, 3, 2),
            datetime(2026, 3, 2, 4, 0, 0, 500000, tzinfo=UTC),
            id="half-hour zone west",
        ),
        pytest.param("2026+0900", "year", None, None, id="year with zone"),
        pytest.param("20240229", "day", date(2024, 2, 29), None, id="leap day"),
    ],
)
def test_forms(text: str, precision: str, on: date | None, at: datetime | None) -> None:
    moment = read_moment(text)
    assert isinstance(moment, Moment)
    assert (moment.text, moment.precision, moment.on, moment.at) == (text, precision, on, at)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("20230231", "day", id="31 February"),
        pytest.param("20230229", "day", id="29 February of a common year"),
        pytest.param("20230000", "month", id="month 00 is not a year"),
        pytest.param("20230600", "day", id="day 00 is not a month"),
        pytest.param("202303022400", "24:00", id="24:00 belongs to another day"),
        pytest.param("20230302235960", "00 to 59", id="leap second"),
        pytest.param("20230302+2500", "offset", id="no such zone"),
        pytest.param("00000101", "0000", id="year 0"),
        pytest.param("2023-03-02", "HL7 time", id="ISO 8601"),
        pytest.param("202", "HL7 time", id="three digits"),
        pytest.param("1994050216163360", "HL7 time", id="sixteen digits"),
        pytest.param("٢٠٢٦", "HL7 time", id="digits of another script"),
        pytest.param("", "HL7 time", id="empty"),
    ],
)
def test_refused_with_a_reason_that_does_not_repeat_it(text: str, word: str) -> None:
    why = read_moment(text)
    assert isinstance(why, str)
    assert word in why
    assert not text or text not in why


def test_older_degree_of_precision_takes_digits_away() -> None:
    moment = read_moment("20260302000000", degree="D")
    assert isinstance(moment, Moment)
    assert (moment.precision, moment.hour, moment.text) == ("day", None, "20260302000000")


@pytest.mark.parametrize(
    ("first", "second", "certain"),
    [
        pytest.param("20260301", "20260302", True, id="days"),
        pytest.param("20260302", "202603021437", False, id="a day may hold the minute"),
        pytest.param("2025", "20260101", True, id="a year before a day"),
        pytest.param("2026", "20260601", False, id="the year holds the day"),
        pytest.param("202603021437+0900", "202603021437+0000", True, id="zones"),
        pytest.param("202603021437", "202603021500+0900", False, id="unknown zone, too close"),
        pytest.param("20260301", "20260303+0900", True, id="unknown zone, far enough"),
    ],
)
def test_before_is_only_what_is_certain(first: str, second: str, certain: bool) -> None:
    one, two = read_moment(first), read_moment(second)
    assert isinstance(one, Moment)
    assert isinstance(two, Moment)
    assert before(one, two) is certain
    assert not before(two, one)


@given(st.text(alphabet="0123456789+-.", max_size=24), st.sampled_from([None, "Y", "L", "D", "H", "M", "S", "x"]))
def test_any_digits_give_a_moment_or_a_sentence(text: str, degree: str | None) -> None:
    found = read_moment(text, degree=degree)
    if isinstance(found, Moment):
        assert found.text == text
        assert not before(found, found)
        assert found.at is None or found.offset is not None
    else:
        assert found
