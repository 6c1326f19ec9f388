"""A manifest: checked whole, entered, opened, run again without effect, gone on with after a stop (R11, R13, R64)."""

from __future__ import annotations

import pytest

from kinfirst.interop.manifest import read
from kinfirst.people import models as people
from kinfirst.people import registry
from kinfirst.people.registry import NewPerson
from kinfirst.records import manifest, models, queries, verify
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.errors import RecordUnavailable
from kinfirst.records.manifest import Told, take
from kinfirst.records.manifest_check import Event, checked
from tests.records.intake_desk import enter

pytestmark = pytest.mark.django_db
EVENT = Event(code="crash", closed=True)
LIST = """key,name,born,sex,state
1A,Ana Orr,1990-01-01,female,believed_dead
1B,Ben Orr,1991-01-01,male,missing
1C,Cyd Orr,1990-06-01,female,injured
2A,Deb Orr,1930-06-01,female,believed_dead
"""
TABLES = (people.Person, people.EventPerson, models.Case, models.Entry, models.Outbox)


@pytest.fixture
def desk() -> Given:
    return enter("live")


def brought(desk: Given, text: str = LIST) -> list[Told]:
    listed = read(text.encode())
    assert checked(listed, given=desk, event=EVENT) == ()
    return take(listed, given=desk, event=EVENT, progress=lambda *_: None)


def wrong(desk: Given, text: str) -> list[tuple[int, str]]:
    return [(one.line, one.column) for one in checked(read(text.encode()), given=desk, event=EVENT)]


def test_everybody_has_a_case_that_knows_the_others(desk: Given) -> None:
    told = brought(desk)
    assert [(one.key, one.did, one.like) for one in told] == [
        ("1A", "opened", "1C"),
        ("1B", "opened", ""),
        ("1C", "opened", "1A"),
        ("2A", "opened", ""),
    ]
    first = queries.case_state(told[0].case or "")
    assert first.facts.event is not None
    assert first.facts.event.closed
    assert (first.state, first.event, first.alias) == ("believed_dead", "crash", told[0].alias)
    assert list(registry.names([first.casualty or ""]).values()) == ["Ana Orr"]
    assert people.EventPerson.objects.count() == 4
    assert verify.verify().wrong == ()


def test_a_second_run_does_nothing(desk: Given) -> None:
    first = brought(desk)
    counts = [table.objects.count() for table in TABLES]
    again = brought(desk)
    assert {one.did for one in again} == {"seen"}
    assert [one.case for one in again] == [one.case for one in first]
    assert [table.objects.count() for table in TABLES] == counts


def test_a_run_that_was_cut_off_goes_on(desk: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "BATCH", 2)

    def stop(what: str, done: int, _of: int) -> None:
        if (what, done) == ("opened", 2):
            raise RecordUnavailable("the disk is full")

    with pytest.raises(RecordUnavailable):
        take(read(LIST.encode()), given=desk, event=EVENT, progress=stop)
    assert [one.did for one in brought(desk)] == ["seen", "seen", "opened", "opened"]
    assert people.Person.objects.count() == 5
    assert models.Case.objects.filter(kind="case").count() == 4


def test_what_is_wrong_is_all_said_and_nothing_written(desk: Given) -> None:
    known = registry.add_person("live", NewPerson(name="Eve Orr"))
    registry.add_person("live", NewPerson(name="ANA  orr"))
    assert perform_named("open_case", {"casualty": known, "alias": "Quiet"}, given=desk).case
    lines = [
        "key,person,name,born,zone,alias,new",
        "1,,Ana Orr,,,,",
        "2,,Ana Orr,,,,yes",
        "3,,Fay Orr,1990-01-01,Mars/Phobos,,",
        "4,,Fay Orr,1990-01-01,,,",
        f"5,{known},,,,,",
        "6,nobody,,,,,",
        f"7,{known},,,,,",
        f"8,{desk.by},,,,,",
        "9,,Gil Orr,,,Quiet,",
        "10,,Hal Orr,,,Hal-Nine,",
        "11,,Ida Orr,,,Twice,",
        "12,,Jon Orr,,,twice,",
    ]
    before = models.Entry.objects.count()
    assert set(wrong(desk, "\n".join(lines))) == {
        (2, "name"),
        (4, "zone"),
        (5, "name"),
        (6, "person"),
        (7, "person"),
        (8, "person"),
        (9, "person"),
        (10, "alias"),
        (11, "alias"),
        (13, "alias"),
    }
    assert models.Entry.objects.count() == before
    assert not people.Event.objects.exists()


def test_a_key_that_came_with_other_values_is_a_problem(desk: Given) -> None:
    brought(desk)
    assert wrong(desk, LIST.replace("Ben Orr", "Ben Other")) == [(3, "key")]


def test_a_later_list_adds_to_the_event(desk: Given) -> None:
    brought(desk)
    told = brought(desk, "key,name,born,sex\n9Z,Kim Orr,1990-02-02,female\n")
    assert [(one.did, bool(one.like)) for one in told] == [("opened", True)]
    assert people.EventPerson.objects.count() == 5
    assert [line.what for line in people.Change.objects.filter(kind="event")] == ["added"]
