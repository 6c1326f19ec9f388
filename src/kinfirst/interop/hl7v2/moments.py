"""HL7 v2 time stamps in all their partial forms: what was not sent is never invented (R09, trap 8)."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta, timezone
from typing import Literal

import msgspec

Precision = Literal["year", "month", "day", "hour", "minute", "second", "fraction"]

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<month>[0-9]{2})(?:(?P<day>[0-9]{2})(?:(?P<hour>[0-9]{2})(?:(?P<minute>[0-9]{2})"
    r"(?:(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?)?)?)?)?(?P<offset>[+-][0-9]{4})?"
)
_ZONE_SPREAD = 14 * 60 * 60
_PARTS: tuple[Precision, ...] = ("year", "month", "day", "hour", "minute", "second", "fraction")
_DEGREES: dict[str, Precision] = {
    "Y": "year",
    "L": "month",
    "D": "day",
    "H": "hour",
    "M": "minute",
    "S": "second",
}


class Moment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A time as sent: `text` is the original, `precision` the smallest part that counts, parts below it None.

    `offset` is minutes east of UTC, None where the sender gave no zone. `fraction` keeps its digits as text.
    """

    text: str
    precision: Precision
    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    fraction: str | None = None
    offset: int | None = None

    @property
    def on(self) -> date | None:
        """The day, as the sender's clock had it; None when only a year or month was sent."""
        if self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    @property
    def at(self) -> datetime | None:
        """The instant, aware, truncated to microseconds; None unless minute and zone were sent."""
        if self.month is None or self.day is None or self.hour is None or self.minute is None or self.offset is None:
            return None
        micro = int((self.fraction or "0").ljust(6, "0")[:6])
        zone = timezone(timedelta(minutes=self.offset))
        return datetime(self.year, self.month, self.day, self.hour, self.minute, self.second or 0, micro, zone)


def read_moment(text: str, *, degree: str | None = None) -> Moment | str:
    """Reads `YYYY[MM[DD[HH[MM[SS[.S...]]]]]][+/-ZZZZ]` (HL7 v2 section 2.A, TS and DTM); a sentence if it
    is not one.

    `degree` is the second component of the older TS (Y L D H M S): digits below it do not count, whatever
    they say. Hour 24, second 60, month 00 and days that do not exist are refused, not corrected. The
    sentence never repeats the value.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return "not an HL7 time: YYYY[MM[DD[HH[MM[SS[.SSSS]]]]]][+/-ZZZZ] would be right"
    found = match.groupdict()
    wrong = _impossible({part: int(found[part]) for part in _PARTS[:6] if found[part] is not None})
    offset = _offset(found["offset"])
    if wrong is None and isinstance(offset, str):
        wrong = offset
    if wrong is not None:
        return wrong
    known = _kept([part for part in _PARTS if found[part] is not None], degree)
    numbers = {part: int(found[part]) for part in known if part != "fraction"}
    fraction = found["fraction"] if "fraction" in known else None
    minutes = offset if isinstance(offset, int) else None
    return Moment(text=text, precision=known[-1], fraction=fraction, offset=minutes, **numbers)


def before(first: Moment, second: Moment) -> bool:
    """Whether `first` is certainly earlier, whatever the parts that were not sent may be.

    Two times without a zone are taken to be in one zone; where only one has a zone, the other may be up to 14
    hours off either way.
    """
    unknown = (first.offset is None) != (second.offset is None)
    return _bound(first, last=True, loose=unknown) < _bound(second, last=False, loose=unknown)


def _bound(moment: Moment, *, last: bool, loose: bool) -> int:
    """The last or first second that the moment can be, counted from the year 1; UTC where it has a zone."""
    month = moment.month or (12 if last else 1)
    day = moment.day or (calendar.monthrange(moment.year, month)[1] if last else 1)
    known = (moment.hour, moment.minute, moment.second)
    edges = (23, 59, 59) if last else (0, 0, 0)
    hour, minute, second = (edge if part is None else part for part, edge in zip(known, edges, strict=True))
    seconds = ((date(moment.year, month, day).toordinal() * 24 + hour) * 60 + minute) * 60 + second
    if moment.offset is not None:
        seconds -= moment.offset * 60
    elif loose:
        seconds += _ZONE_SPREAD if last else -_ZONE_SPREAD
    return seconds


def _kept(sent: list[Precision], degree: str | None) -> list[Precision]:
    limit = _DEGREES.get(degree or "")
    if limit is None:
        return sent
    return sent[: _PARTS.index(limit) + 1]


def _impossible(parts: dict[Precision, int]) -> str | None:
    """One sentence for the first part that cannot be."""
    if parts["year"] == 0:
        return "year 0000 does not exist"
    month, day = parts.get("month"), parts.get("day")
    if month is not None and not 1 <= month <= 12:
        return "the month is not 01 to 12; send the year alone if the month is not known"
    if month is not None and day is not None and not 1 <= day <= calendar.monthrange(parts["year"], month)[1]:
        return "that day is not in that month; send year and month alone if the day is not known"
    if parts.get("hour", 0) > 23:
        return "the hour is not 00 to 23; 24:00 is 00:00 of the next day"
    if parts.get("minute", 0) > 59 or parts.get("second", 0) > 59:
        return "minutes and seconds are 00 to 59"
    return None


def _offset(text: str | None) -> int | str | None:
    """Minutes east of UTC; a sentence for an offset that no clock has."""
    if text is None:
        return None
    hours, minutes = int(text[1:3]), int(text[3:5])
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        return "the offset from UTC is not -1400 to +1400"
    total = hours * 60 + minutes
    return -total if text[0] == "-" else total
