"""Hours and deadlines, in the recipient's own zone (R25, R26, R62)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kinfirst.core.case import Case
from kinfirst.core.places import Place
from kinfirst.core.policy import DAY, Policy, Window

DAYS_AHEAD = 3


@lru_cache(maxsize=512)
def zone_named(name: str | None) -> ZoneInfo | None:
    """The zone of that name, or None when it is missing or unknown."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def within(window: Window, at: datetime, zone: str | None) -> bool:
    """Whether a moment is inside the window of somebody living in `zone`. Unknown zone: only if it never closes."""
    if window.always:
        return True
    place = zone_named(zone)
    if place is None:
        return False
    local = at.astimezone(place)
    minute = local.hour * 60 + local.minute
    return window.open <= minute < window.close


def next_open(window: Window, at: datetime, zone: str | None) -> datetime | None:
    """When the window next opens at or after `at` (UTC), `at` itself if it is open; None if the zone is unknown."""
    if within(window, at, zone):
        return at
    place = zone_named(zone)
    if place is None:
        return None
    return next((edge for edge in _edges(window, at, place) if within(window, edge, zone)), None)


def next_close(window: Window, at: datetime, zone: str | None) -> datetime | None:
    """When the window, open now or next, closes (UTC); None if it never does or the zone is unknown."""
    place = zone_named(zone)
    if window.always or place is None:
        return None
    opens = next_open(window, at, zone)
    if opens is None:
        return None
    return next((edge for edge in _edges(window, opens, place) if not within(window, edge, zone)), None)


def _edges(window: Window, at: datetime, place: ZoneInfo) -> list[datetime]:
    """Every moment (UTC) of the days after `at` at which the window may open or close there, in order.

    Its two times of day as clocks show them, twice in the autumn hour; and the moments at which clocks move, where
    a skipped opening time opens and a repeated hour may close again.
    """
    today = at.astimezone(place).date()
    days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    found = {edge for day in days for minutes in (window.open, window.close) for edge in _shown(day, minutes, place)}
    found.update(_clock_changes(at, place))
    return sorted(edge for edge in found if edge > at)


def _shown(day: date, minutes: int, place: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments (UTC) at which clocks there show that time of that day; 24:00 begins the day after (R62)."""
    on = day + timedelta(days=minutes // DAY)
    shown = datetime.combine(on, time(minutes % DAY // 60, minutes % 60), tzinfo=place)
    return shown.astimezone(UTC), shown.replace(fold=1).astimezone(UTC)


def _clock_changes(at: datetime, place: ZoneInfo) -> Iterator[datetime]:
    """The moments (UTC) of the days after `at` at which clocks there move, to the minute."""
    start = at.replace(second=0, microsecond=0)
    for ahead in range(DAYS_AHEAD):
        day = start + timedelta(days=ahead)
        before = _offset(day, place)
        if before != _offset(day + timedelta(days=1), place):
            minute = bisect_left(range(DAY), 1, key=lambda m: _offset(day + timedelta(minutes=m), place) != before)
            yield day + timedelta(minutes=minute)


def _offset(at: datetime, place: ZoneInfo) -> timedelta | None:
    return at.astimezone(place).utcoffset()


def day_where(zone: str | None, at: datetime) -> date:
    """The day it is for somebody living there, UTC where the zone is not known (R62)."""
    return at.astimezone(zone_named(zone) or UTC).date()


def midnight(day: date, zone: str | None) -> datetime:
    """The moment (UTC) at which a day begins for somebody living there, UTC where the zone is not known."""
    return datetime.combine(day, time(0), tzinfo=zone_named(zone) or UTC).astimezone(UTC)


def kin_deadline(case: Case, policy: Policy) -> datetime:
    """When kin must have been told: elapsed time from receipt, not from death (R26)."""
    start = case.received or case.opened_at
    if start is None:
        raise ValueError("a case that is not open has no deadline")
    return start + policy.deadline_kin


def zone_of(case: Case, place: Place) -> str | None:
    """The zone in which the recipient of a place lives."""
    person = case.facts.persons.get(place.person or "")
    return person.zone if person else None


def hours_clash(case: Case, policy: Policy, place: Place) -> bool:
    """Whether the deadline falls into the recipient's closed hours and nobody has decided yet (R26).

    A leak lifts the window; an override of R25 for the place, or for all, is the decision.
    """
    if case.closing.leak or within(policy.window, kin_deadline(case, policy), zone_of(case, place)):
        return False
    return not any(w.rule == "R25" and w.place in (None, place.id) for w in case.waivers)
