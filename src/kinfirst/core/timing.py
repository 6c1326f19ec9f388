"""Hours and deadlines, in the recipient's own zone (R25, R26, R62)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kinfirst.core.case import Case
from kinfirst.core.places import Place
from kinfirst.core.policy import DAY, Policy, Window


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
    local = at.astimezone(place)
    day = local.date()
    if local.hour * 60 + local.minute >= window.open:
        day += timedelta(days=1)
    return datetime.combine(day, _clock(window.open), tzinfo=place).astimezone(UTC)


def next_close(window: Window, at: datetime, zone: str | None) -> datetime | None:
    """When the window next closes after `at` (UTC); None if it never does or the zone is unknown."""
    place = zone_named(zone)
    if window.always or place is None:
        return None
    local = at.astimezone(place)
    day = local.date()
    if local.hour * 60 + local.minute >= window.close:
        day += timedelta(days=1)
    if window.close == DAY:
        return datetime.combine(day + timedelta(days=1), time(0), tzinfo=place).astimezone(UTC)
    return datetime.combine(day, _clock(window.close), tzinfo=place).astimezone(UTC)


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


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
