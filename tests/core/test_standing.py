"""Who is told for whom: minors, those to be spared, and who comes of age (R18, R21, R62)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kinfirst.core.chain import draw
from tests.core.case_builder import Story


@pytest.mark.parametrize(
    ("born", "now", "zone", "young"),
    [
        pytest.param(date(2008, 3, 3), datetime(2026, 3, 2, 23, 59, tzinfo=UTC), "UTC", True, id="eighteen tomorrow"),
        pytest.param(date(2008, 3, 3), datetime(2026, 3, 3, tzinfo=UTC), "UTC", False, id="eighteen today"),
        pytest.param(
            date(2008, 3, 3), datetime(2026, 3, 3, 6, tzinfo=UTC), "America/Los_Angeles", True, id="not yet in LA"
        ),
        pytest.param(
            date(2008, 3, 3), datetime(2026, 3, 2, 16, tzinfo=UTC), "Asia/Tokyo", False, id="already in Tokyo"
        ),
        pytest.param(
            date(2008, 2, 29), datetime(2026, 2, 28, 12, tzinfo=UTC), "UTC", True, id="leap day, the day before"
        ),
        pytest.param(date(2008, 2, 29), datetime(2026, 3, 1, tzinfo=UTC), "UTC", False, id="leap day, 1 March"),
        pytest.param(None, datetime(2026, 3, 1, tzinfo=UTC), "UTC", False, id="birth unknown counts as of age"),
    ],
)
def test_of_age_where_they_live(born: date | None, now: datetime, zone: str, *, young: bool) -> None:
    play = Story("us-military", at=now, **{"roll.stale": "none"}).knows("kid", born=born, zone=zone)
    play.kin("kid", "child", guardian="gran").knows("gran").drawn()
    assert play.open == ({"gran"} if young else {"kid"})


def minor(pack: str = "us-military") -> Story:
    """A play with a child of six."""
    return Story(pack).knows("kid", born=date(2020, 1, 1)).knows("gran", born=date(1950, 1, 1))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({}, {"ex"}, id="the guardian named"),
        pytest.param({"ex": {"dead": True}}, set(), id="guardian dead"),
        pytest.param({"ex": {"born": date(2012, 1, 1)}}, set(), id="guardian a minor too"),
        pytest.param({"ex": {"away": True}}, {"ex"}, id="a guardian who is away is waited for"),
    ],
)
def test_guardian_is_told_for_a_minor(change: dict[str, dict[str, object]], told: set[str]) -> None:
    play = minor().kin("kid", "child", guardian="ex").kin("gran", "parent").knows("ex")
    for who, fields in change.items():
        play.knows(who, **fields)
    play.identified()
    assert play.tries("off", "draw_chain") == (() if told else ("R18",))
    assert play.open == told
    if told:
        assert "ex" in draw(play.case, play.policy, play.now).chain.places()[0].id
        assert draw(play.case, play.policy, play.now).chain.places()[0].for_whom == ("kid",)


def test_surviving_spouse_stands_for_the_child() -> None:
    play = minor("village").kin("kid", "child").kin("ana", "spouse").drawn()
    assert [place.for_whom for place in play.case.chain.places()][:1] == [("kid",)]
    assert play.open == {"ana"}


def test_guardian_who_must_be_spared_hands_the_place_to_the_teller() -> None:
    play = minor().kin("kid", "child", guardian="gran").kin("gran", "parent", do_not_notify=True, teller="uncle")
    play.knows("uncle").drawn()
    assert play.open == {"uncle"}
    assert play.case.chain.places()[0].for_whom == ("gran", "kid")


def test_minor_who_is_found_without_a_guardian_keeps_an_open_place() -> None:
    play = minor().kin("ana", "parent").drawn()
    play.does("off", "add_kin", person="kid", relation="child")
    assert play.open == {"kid"}
    assert play.tasks["assign:kid"].holder == "role:authority"
    assert set(play.tries("off", "assign", place="kid", lead="cho", team=["ode"])) == {"R18", "argument"}
    play.does("off", "add_kin", person="kid", relation="child", guardian="gran")
    assert play.open == {"gran"}


def test_child_who_comes_of_age_hears_it_in_person() -> None:
    play = Story("us-military").knows("kid", born=date(2008, 3, 3)).kin("kid", "child", guardian="gran").drawn()
    assert play.open == {"gran"}
    play.until(datetime(2026, 3, 2, 23, 59, tzinfo=UTC))
    assert play.tries("cho", "tell", place="kid", channel="person", understood=True)[0] == "R18"
    play.until(datetime(2026, 3, 3, tzinfo=UTC))
    assert play.open == {"kid"}
    play.until(datetime(2026, 3, 3, 9, tzinfo=UTC)).told_by("kid", "cho", "ode")
    assert play.told == ["kid"]


def test_guardian_who_was_told_has_told_for_good() -> None:
    play = Story("us-military").knows("kid", born=date(2008, 3, 3)).kin("kid", "child", guardian="gran").drawn()
    play.knows("gran").told_by("gran", "cho", "ode").later(days=3)
    play.does("off", "add_kin", person="kid", relation="child", guardian="auth")
    assert play.open == {"office:division_head:second"}
    assert play.told == ["gran"]


@pytest.mark.parametrize(
    ("fields", "refused", "told"),
    [
        pytest.param({"teller": "uncle"}, (), {"uncle"}, id="the teller named"),
        pytest.param({}, ("R21",), set(), id="no teller"),
        pytest.param({"teller": "kid"}, ("R21",), set(), id="the teller is a minor"),
        pytest.param({"teller": "late"}, ("R21",), set(), id="the teller is dead"),
    ],
)
def test_not_to_be_told_directly(fields: dict[str, str], refused: tuple[str, ...], told: set[str]) -> None:
    play = minor().knows("uncle").knows("late", dead=True).kin("gran", "parent", do_not_notify=True, **fields)
    play.identified()
    assert play.tries("off", "draw_chain") == refused
    assert play.open == told
