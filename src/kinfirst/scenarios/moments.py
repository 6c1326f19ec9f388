"""Play time: reads `start`, `at` and the date-times of commands in the zone of the play.

A local time that a clock skips (the spring change) is refused; one that a clock shows twice (the autumn
change) is the first of the two unless the file writes an offset.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kinfirst.core.errors import BadInput

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_LATER = re.compile(r"\+(?=[0-9])(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?")
RIGHT = 'write "09:05", "+20m", "+1h30m", "+2d" or a full date-time such as 2026-03-02T09:05:00'
RANGE = "write a year from 1900 to 2200"
FIRST_YEAR, LAST_YEAR = 1900, 2200


class BadTime(BadInput):
    """A time that cannot be. `what` is wrong with it, and what would be `right`."""

    def __init__(self, what: str, right: str) -> None:
        super().__init__(f"{what}; {right}")
        self.what, self.right = what, right


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name in the tz database, or BadTime."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # ZoneInfo answers a folder, a path outside the database or a NUL each with another exception.
        raise BadTime("there is no such time zone", 'write a name such as "America/Chicago" or "UTC"') from None


def moment(value: datetime | str, zone: ZoneInfo) -> datetime:
    """A full date-time as UTC; without an offset it is local in `zone`."""
    read = _full(value) if isinstance(value, str) else value
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise BadTime(f"the year {read.year} is out of range", RANGE)
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    return _local(read, zone)


def step_time(value: object, zone: ZoneInfo, now: datetime) -> datetime:
    """When a step happens, UTC: a clock time is its next occurrence at or after `now`.

    "24:00" is the end of the day; "+2d" is 48 hours later, whatever clocks do meanwhile.
    """
    if isinstance(value, datetime):
        found = moment(value, zone)
    elif isinstance(value, time):
        found = _next(value, zone, now, days=0)
    elif isinstance(value, str):
        found = _from_text(value, zone, now)
    else:
        raise BadTime("this is not a time", RIGHT)
    if found < now:
        raise BadTime(f"{_shown(found, zone)} is before the present play time {_shown(now, zone)}", "steps go forward")
    if found.year > LAST_YEAR:
        raise BadTime("the play runs too far into the future", RANGE)
    return found


def past_time(value: object, zone: ZoneInfo, now: datetime) -> datetime:
    """When something was done or received, UTC: a clock time is its latest occurrence at or before `now`."""
    if isinstance(value, datetime):
        return moment(value, zone)
    clock = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if clock is None and isinstance(value, str) and not _LATER.fullmatch(value):
        return moment(value, zone)
    if clock is None:
        return step_time(value, zone, now)
    for days in (0, 1, 2):
        found = _from_text(str(value), zone, now - timedelta(days=days))
        if found <= now:
            return found
    raise BadTime("no clock has shown that lately", "write the full date-time")


def _from_text(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    clock = _CLOCK.fullmatch(text)
    if clock:
        hour, minute, second = (int(part or 0) for part in clock.groups())
        if (hour, minute, second) == (24, 0, 0):
            return _next(time(0, 0), zone, now, days=0)
        if hour > 23 or minute > 59 or second > 59:
            raise BadTime(f"no clock shows {text}", RIGHT)
        return _next(time(hour, minute, second), zone, now, days=0)
    later = _LATER.fullmatch(text)
    if later:
        days, hours, minutes, seconds = (int(part or 0) for part in later.groups())
        try:
            return now + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError:
            raise BadTime("the play runs too far into the future", RANGE) from None
    return moment(text, zone)


def _full(text: str) -> datetime:
    """`date` alone is not a moment: fromisoformat would read it as midnight, which nobody wrote."""
    if len(text) > 40 or not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}", text):
        raise BadTime("this is not a time", RIGHT)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadTime("there is no such date or time", RIGHT) from None


def _next(clock: time, zone: ZoneInfo, now: datetime, *, days: int) -> datetime:
    """The next occurrence of a clock time. On the night of the autumn change that may be the second one."""
    if clock.tzinfo is not None:
        raise BadTime("a clock time takes no offset", RIGHT)
    day = now.astimezone(zone).date() + timedelta(days=days)
    for fold in (0, 1):
        found = datetime.combine(day, clock, zone).replace(fold=fold).astimezone(UTC)
        if found >= now:
            return found if _shows(found, zone, day, clock) else _local(datetime.combine(day, clock), zone)
    return _next(clock, zone, now, days=days + 1)


def _shows(found: datetime, zone: ZoneInfo, day: date, clock: time) -> bool:
    return found.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, clock)


def _local(naive: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which clocks in the zone show that time; refused where they never do."""
    found = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None, fold=0) != naive.replace(fold=0):
        after = found.astimezone(zone)
        raise BadTime(
            f"{naive:%Y-%m-%d %H:%M} does not exist in {zone.key}: clocks are put forward over it",
            f"write {after:%H:%M}, or an offset",
        )
    return found


def _shown(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
