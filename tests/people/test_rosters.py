"""Duty rosters: who is on duty at a moment, across days, zones and repetitions; nothing but ids is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kinfirst.core.errors import BadInput
from kinfirst.people import accounts, models, rosters
from kinfirst.people.changes import Keeper
from tests.cast import NAMES, Cast

pytestmark = pytest.mark.django_db

HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//somebody//\n"
NIGHTS = """BEGIN:VEVENT
UID:a
DTSTART;TZID=Asia/Tokyo:20260302T200000
DTEND;TZID=Asia/Tokyo:20260303T080000
RRULE:FREQ=DAILY;COUNT=5
EXDATE;TZID=Asia/Tokyo:20260304T200000
SUMMARY:Hiro Tanabe
DESCRIPTION:night shift, call the wife at home
END:VEVENT
"""
DAY = """BEGIN:VEVENT
UID:b
DTSTART:20260302T000000Z
DURATION:PT8H
SUMMARY:Day shift
ATTENDEE;CN="sakura harutani":mailto:nobody@example.org
END:VEVENT
"""
STRANGER = """BEGIN:VEVENT
UID:c
DTSTART:20260302T000000Z
DTEND:20260302T080000Z
SUMMARY:Somebody Else
END:VEVENT
"""
WHOLE_DAY = "BEGIN:VEVENT\nUID:d\nDTSTART;VALUE=DATE:20260305\nSUMMARY:mirani\nEND:VEVENT\n"


def calendar(*events: str) -> str:
    return f"{HEAD}{''.join(events)}END:VCALENDAR\n"


@pytest.fixture
def keeper(cast: Cast) -> Keeper:
    accounts.add("mirani", "long enough words", realm=cast.realm, person=cast.mirani)
    return Keeper(realm=cast.realm, by=cast.sakura, now=datetime.fromisoformat("2026-03-01T00:00:00+00:00"))


@pytest.mark.parametrize(
    ("moment", "people"),
    [
        pytest.param("2026-03-02T20:00:00+09:00", ["hiro"], id="the moment it begins"),
        pytest.param("2026-03-03T07:59:59+09:00", ["hiro"], id="the last second"),
        pytest.param("2026-03-03T08:00:00+09:00", [], id="the moment it ends"),
        pytest.param("2026-03-04T21:00:00+09:00", [], id="a night left out"),
        pytest.param("2026-03-05T21:00:00+09:00", ["hiro", "mirani"], id="a repetition, and a whole day by account"),
        pytest.param("2026-03-02T01:00:00+00:00", ["sakura"], id="by the attendee's name, whatever its case"),
        pytest.param("2026-03-07T21:00:00+09:00", [], id="after the last"),
    ],
)
def test_who_is_on_duty(keeper: Keeper, cast: Cast, moment: str, people: list[str]) -> None:
    rosters.enter(keeper, "ward", calendar(NIGHTS, DAY, WHOLE_DAY))
    found = {one.person for one in rosters.on_duty(cast.realm, datetime.fromisoformat(moment))}
    assert found == {getattr(cast, name) for name in people}


def test_events_of_nobody_are_named_by_number(keeper: Keeper) -> None:
    entered = rosters.enter(keeper, "ward", calendar(DAY, STRANGER))
    assert (entered.kept, entered.unknown) == (1, (2,))


def test_no_name_is_kept(keeper: Keeper) -> None:
    rosters.enter(keeper, "ward", calendar(NIGHTS, DAY))
    (row,) = models.Roster.objects.all()
    assert [said for said in (*NAMES.values(), "wife", "example.org") if said.lower() in row.calendar.lower()] == []


def test_a_roster_is_replaced_and_taken_away(keeper: Keeper, cast: Cast) -> None:
    rosters.enter(keeper, "ward", calendar(NIGHTS))
    rosters.enter(keeper, "ward", calendar(DAY))
    assert [one.person for one in rosters.next_up(cast.realm, keeper.now)] == [cast.sakura]
    rosters.end(keeper, "ward")
    assert rosters.next_up(cast.realm, keeper.now) == ()
    with pytest.raises(BadInput, match="no such roster"):
        rosters.end(keeper, "ward")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a table", "not an iCalendar", id="no calendar"),
        pytest.param("", "not an iCalendar", id="nothing"),
        pytest.param(calendar(STRANGER), "nobody of this address book", id="nobody known"),
        pytest.param("BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT", "not an iCalendar", id="an event alone"),
        pytest.param("x" * 600_000, "half a megabyte", id="too large"),
        pytest.param(calendar(STRANGER * 2001), "at most 2000", id="too many"),
    ],
)
def test_what_is_no_roster_is_refused(keeper: Keeper, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        rosters.enter(keeper, "ward", text)
    assert not models.Roster.objects.exists()


def test_who_is_to_be_paged_follows_the_minute_and_every_change_of_a_roster(keeper: Keeper, cast: Cast) -> None:
    moment = datetime.fromisoformat("2026-03-02T07:59:30+00:00")
    assert rosters.rostered(cast.realm, moment) == frozenset()
    rosters.enter(keeper, "ward", calendar(DAY))
    assert rosters.rostered(cast.realm, moment) == {cast.sakura}
    assert rosters.rostered(cast.realm, moment + timedelta(seconds=30)) == frozenset()
    later = Keeper(realm=keeper.realm, by=keeper.by, now=keeper.now + timedelta(minutes=1))
    rosters.enter(later, "ward", calendar(WHOLE_DAY))
    assert rosters.rostered(cast.realm, moment) == frozenset()
    rosters.enter(later, "bay", calendar(DAY))
    assert rosters.rostered(cast.realm, moment) == {cast.sakura}
    rosters.end(later, "bay")
    assert rosters.rostered(cast.realm, moment) == frozenset()
