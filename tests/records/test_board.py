"""The board: full pages for whoever may see some of it, beds to go to, what was closed, and whether anything moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kinfirst.records import models
from kinfirst.records.access import Viewer, viewer_named
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.board import Wanted, alarms, board, closed_since, version
from kinfirst.scenarios.player import Played
from tests.plays import played

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 10, 10, 6, 12, tzinfo=UTC)


@pytest.fixture
def night() -> Played:
    return played("the-night", until="tell")


def viewer(play: Played, handle: str) -> Viewer:
    found = viewer_named(play.company.ids[handle], play.company.realm)
    assert found is not None
    return found


def does(play: Played, who: str, command: str, case: str | None = None, **arguments: object) -> str:
    given = Given(realm=play.company.realm, by=play.company.ids[who], now=NOW)
    outcome = perform_named(command, arguments, given=given, case=case)
    assert outcome.refusal is None, outcome.refusal
    return outcome.case or ""


def copies(play: Played, count: int, *, undated: int = 0) -> None:
    """The one case so many times more; the last `undated` of them with nothing due."""
    (row,) = models.Case.objects.filter(id=next(iter(play.cases.values())))
    fields = {one.attname: getattr(row, one.attname) for one in models.Case._meta.concrete_fields}
    made = []
    for number in range(count):
        due = None if number >= count - undated else row.next_due + timedelta(minutes=number // 3)
        own = {"id": f"copy{number:06}", "alias": f"Copy {number}", "alias_key": f"copy {number}", "next_due": due}
        made.append(models.Case(**{**fields, **own}))
    models.Case.objects.bulk_create(made, batch_size=30)


def walked(who: Viewer, limit: int) -> list[list[str]]:
    pages, after = [], ""
    while True:
        page = board(who, Wanted(limit=limit, after=after))
        pages.append([line.alias for line in page.lines])
        if page.after is None:
            return pages
        after = page.after


def test_every_line_once_in_order_those_with_nothing_due_last(night: Played) -> None:
    copies(night, 23, undated=5)
    pages = walked(viewer(night, "desk"), 5)
    seen = [alias for page in pages for alias in page]
    assert [len(page) for page in pages] == [5, 5, 5, 5, 4]
    assert len(set(seen)) == 24
    assert set(seen[-5:]) == {f"Copy {number}" for number in range(18, 23)}


def test_pages_are_full_for_somebody_who_may_know_of_few(night: Played) -> None:
    kakashi = viewer(night, "kakashi")
    copies(night, 40)
    assert walked(kakashi, 5) == [[]]
    for number in range(7):
        case = does(night, "sakura", "open_case", alias=f"Heron {number}", state="missing")
        does(night, "sakura", "awareness", case, person=night.company.ids["kakashi"], why="must act")
    assert [len(page) for page in walked(kakashi, 5)] == [5, 2]


def test_the_looking_ends_somewhere(night: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinfirst.records.board.LOOKED_AT", 10)
    copies(night, 30)
    stranger = viewer(night, "kakashi")
    with_a_role = Viewer(person=type(stranger.person)(id=stranger.id, roles=("clinician",)), realm=stranger.realm)
    pages = walked(with_a_role, 5)
    assert [page for page in pages if page] == []
    assert len(pages) == 4


def test_mine_and_late(night: Played) -> None:
    copies(night, 3)
    sakura = viewer(night, "sakura")
    mine = board(sakura, Wanted(holders=(sakura.id, "role:casualty_officer")))
    assert [line.alias for line in mine.lines] == ["Cat"]
    assert board(sakura, Wanted(late_at=NOW)).lines == ()
    assert len(board(sakura, Wanted(late_at=NOW + timedelta(days=9))).lines) == 4


def test_a_bed_where_a_device_spoke_is_shown_until_somebody_went(night: Played) -> None:
    case = does(night, "sakura", "open_case", alias="Heron", state="injured")
    does(night, "monitor", "device_event", case, kind="asystole", bed="7")
    (seen,) = alarms(viewer(night, "desk"))
    assert (seen.alias, seen.bed, seen.kind, seen.since) == ("Heron", "7", "asystole", NOW)
    assert alarms(viewer(night, "kakashi")) == ()
    does(night, "sakura", "resuscitate", case, what="start")
    assert alarms(viewer(night, "desk")) == ()


def test_what_was_closed_since(night: Played) -> None:
    done = played("the-night")
    desk, start = viewer(done, "desk"), datetime(2020, 10, 10, 15, tzinfo=UTC)
    assert [one.alias for one in closed_since(desk, start)] == ["Cat"]
    assert closed_since(desk, datetime(2020, 10, 12, tzinfo=UTC)) == ()
    assert closed_since(viewer(night, "desk"), start) == ()


def test_the_mark_changes_when_something_happens(night: Played) -> None:
    before = version(night.company.realm)
    assert version(night.company.realm) == before
    does(night, "sakura", "open_case", alias="Heron", state="missing")
    assert version(night.company.realm) != before
