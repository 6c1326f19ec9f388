"""Duty rosters: who is on duty now, from an iCalendar (RFC 5545) that somebody pasted or uploaded.

The summary of an event, or its attendee, says who: an exact name, code name, account or id. What is kept is a
calendar in which the summary is the id and nothing else is said, so that a roster holds no name at rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import icalendar
import msgspec
import recurring_ical_events
from django.db import transaction

from kinfirst.core.errors import BadInput
from kinfirst.people import changes, entries, models, registry
from kinfirst.people.changes import Keeper

LARGEST = 512 * 1024
MOST = 2_000
AHEAD = timedelta(days=14)
KEPT = ("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE")


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on duty from one moment to another (UTC), by which roster."""

    person: str
    roster: str
    start: datetime
    end: datetime


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a roster: how many events were kept, and the numbers of those of which nobody was found."""

    kept: int
    unknown: tuple[int, ...]


def enter(keeper: Keeper, name: str, text: str) -> Entered:
    """Takes a roster; one of the same name is replaced. Events whose person is not found are left out and counted.

    Refuses (BadInput) what is no calendar, one that is too large, and one in which nobody is found.
    """
    called = entries.code(name, "name", limit=80)
    calendar, unknown, kept = _ours(keeper.realm, _read(text))
    if not kept:
        raise BadInput("calendar: nobody of this address book is in it; write the exact name as the summary")
    with transaction.atomic():
        models.Realm.objects.get_or_create(id=entries.realm_id(keeper.realm))
        _, new = models.Roster.objects.update_or_create(
            realm_id=keeper.realm,
            name=called,
            defaults={"calendar": calendar.to_ical().decode(), "entered": keeper.now.astimezone(UTC)},
        )
        changes.write(keeper, "roster", "added" if new else "changed", about=called, fields=("calendar",))
    return Entered(kept=kept, unknown=tuple(unknown))


def end(keeper: Keeper, name: str) -> None:
    """Takes a roster away."""
    with transaction.atomic():
        rows = models.Roster.objects.filter(realm_id=keeper.realm, name=name)
        if not rows.exists():
            raise BadInput("name: there is no such roster")
        rows.delete()
        changes.write(keeper, "roster", "ended", about=name)


def on_duty(realm: str, now: datetime) -> tuple[Shift, ...]:
    """Everybody on duty at a moment, the shift that ends first before the others; nobody twice in one roster."""
    found = {(one.roster, one.person): one for one in _shifts(realm, now, now) if one.start <= now < one.end}
    return tuple(sorted(found.values(), key=lambda one: (one.end, one.roster, one.person)))


def rostered(realm: str, now: datetime) -> frozenset[str]:
    """The ids of everybody on duty at a moment, to the minute: asked for every batch of pages, so it is kept until
    the minute is over or a roster changes."""
    entered = tuple(models.Roster.objects.filter(realm_id=realm).order_by("id").values_list("id", "entered"))
    if not entered:
        return frozenset()
    return _rostered(realm, now.astimezone(UTC).replace(second=0, microsecond=0), entered)


@lru_cache(maxsize=8)
def _rostered(realm: str, minute: datetime, entered: tuple[tuple[int, datetime], ...]) -> frozenset[str]:
    return frozenset(one.person for one in on_duty(realm, minute))


def next_up(realm: str, now: datetime) -> tuple[Shift, ...]:
    """The shifts that begin within 14 days, the soonest first."""
    found = [one for one in _shifts(realm, now, now + AHEAD) if one.start > now]
    return tuple(sorted(found, key=lambda one: (one.start, one.roster, one.person)))


def _shifts(realm: str, first: datetime, last: datetime) -> Iterator[Shift]:
    for row in models.Roster.objects.filter(realm_id=realm).order_by("name"):
        calendar = icalendar.Calendar.from_ical(row.calendar)
        # A span of nothing is none: one second after the moment is looked at too.
        span = recurring_ical_events.of(calendar).between(first, last + timedelta(seconds=1))
        for event in span:
            start = _moment(event["DTSTART"].dt)
            yield Shift(person=str(event["SUMMARY"]), roster=row.name, start=start, end=_end(event, start))


def _end(event: Any, start: datetime) -> datetime:
    if "DTEND" in event:
        return _moment(event["DTEND"].dt)
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return start + length
    return start + timedelta(days=1)


def _moment(given: date | datetime) -> datetime:
    """A moment in UTC; a day begins at midnight, and a time without a zone is UTC."""
    at = given if isinstance(given, datetime) else datetime.combine(given, time(0), tzinfo=UTC)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _read(text: str) -> icalendar.Calendar:
    if len(text) > LARGEST:
        raise BadInput("calendar: at most half a megabyte")
    try:
        found = icalendar.Calendar.from_ical(text.strip())
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise BadInput("calendar: not an iCalendar; it begins with BEGIN:VCALENDAR") from None
    if not isinstance(found, icalendar.Calendar):
        raise BadInput("calendar: not an iCalendar; it begins with BEGIN:VCALENDAR")
    if len(found.walk("VEVENT")) > MOST:
        raise BadInput(f"calendar: at most {MOST} events")
    return found


def _ours(realm: str, given: icalendar.Calendar) -> tuple[icalendar.Calendar, list[int], int]:
    """The calendar as it is kept, the numbers of events of nobody, and how many were kept."""
    made, unknown, kept = icalendar.Calendar(), list[int](), 0
    made.add("PRODID", "-//Kinfirst//Roster//")
    made.add("VERSION", "2.0")
    for zone in given.walk("VTIMEZONE"):
        made.add_component(zone)
    known: dict[str, str | None] = {}
    for number, event in enumerate(given.walk("VEVENT"), start=1):
        person = _person(realm, event, known)
        if person is None or "DTSTART" not in event:
            unknown.append(number)
            continue
        made.add_component(_event(event, person, number))
        kept += 1
    return made, unknown, kept


def _event(event: Any, person: str, number: int) -> icalendar.Event:
    mine = icalendar.Event()
    for name in KEPT:
        if name in event:
            mine[name] = event[name]
    mine.setdefault("UID", f"shift-{number}")
    mine.add("SUMMARY", person)
    return mine


def _person(realm: str, event: Any, known: dict[str, str | None]) -> str | None:
    for text in _said(event):
        if text not in known:
            known[text] = _found(realm, text)
        if known[text] is not None:
            return known[text]
    return None


def _said(event: Any) -> Iterator[str]:
    """What an event says of who it is: its summary, then the attendees' names and the accounts of their addresses."""
    if "SUMMARY" in event:
        yield str(event["SUMMARY"]).strip()
    attendees = event.get("ATTENDEE", [])
    for one in attendees if isinstance(attendees, list) else [attendees]:
        if "CN" in getattr(one, "params", {}):
            yield str(one.params["CN"]).strip()
        yield str(one).strip().removeprefix("mailto:").removeprefix("MAILTO:").partition("@")[0]


def _found(realm: str, text: str) -> str | None:
    """The one person of that name, code name, account or id; None where there is none, or several."""
    if not text:
        return None
    rows = models.Person.objects.filter(realm_id=realm)
    ids = {
        *rows.filter(id=text).values_list("id", flat=True),
        *rows.filter(user__username__iexact=text).values_list("id", flat=True),
        *registry.find(realm, text),
        *registry.find_code_name(realm, text),
    }
    return ids.pop() if len(ids) == 1 else None
