"""Exceptions, awareness, leaks and blackouts (R33, R35, R40, R42)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinfirst.core.facts import EventMember
from tests.core.case_builder import START, Story

TELLING = {"place": "ana", "channel": "phone", "understood": True}
EXCEPTION = {"rule": "R27", "place": "ana", "reason": "at sea", "second": "off", "minutes": 60}


def refused_once() -> Story:
    """cho was refused the telephone at ana's place."""
    play = Story("us-line-of-duty", **{"team.min": 1}).kin("ana", "spouse").kin("mum", "parent").drawn()
    play.knows("boss2", roles=("authority", "notifier"), grade=12)
    play.does("off", "assign", place="ana", lead="cho", team=["boss2"])
    assert play.tries("cho", "tell", **TELLING) == ("R27",)
    return play


@pytest.mark.parametrize(
    ("by", "arguments", "refused"),
    [
        pytest.param("auth", {}, (), id="allowed"),
        pytest.param("auth", {"minutes": 1}, (), id="the shortest"),
        pytest.param("auth", {"minutes": 1440}, (), id="the longest"),
        pytest.param("cho", {}, ("role", "R35"), id="by the one who was refused"),
        pytest.param("off", {}, ("role", "argument", "R35"), id="by no authority"),
        pytest.param("auth", {"second": "auth"}, ("argument", "R35"), id="second is the first"),
        pytest.param("auth", {"second": None}, ("argument", "R35"), id="no second"),
        pytest.param("auth", {"second": "cho"}, ("R35",), id="second was refused"),
        pytest.param("auth", {"reason": " "}, ("R35",), id="no reason"),
        pytest.param("auth", {"minutes": 0}, ("argument", "R35"), id="no end"),
        pytest.param("auth", {"minutes": 1441}, ("argument", "R35"), id="too long"),
        pytest.param("auth", {"rule": "R99"}, ("argument",), id="no such rule"),
        pytest.param("auth", {"rule": "role"}, ("argument",), id="a role is no rule"),
        pytest.param("auth", {"place": "out"}, ("argument",), id="no such place"),
        *(
            pytest.param("auth", {"rule": rule}, ("R35",), id=f"{rule} never")
            for rule in ("R01", "R03", "R10", "R59", "R72")
        ),
        *(
            pytest.param("auth", {"rule": rule}, ("R35",), id=f"{rule} is answered otherwise")
            for rule in ("R16", "R17", "R18", "R21")
        ),
    ],
)
def test_override(by: str, arguments: dict[str, Any], refused: tuple[str, ...]) -> None:
    play = refused_once()
    assert set(play.tries(by, "override", **{**EXCEPTION, **arguments})) == set(refused)
    assert ("review_override" in play.tasks) is (not refused)


def test_one_refused_elsewhere_may_decide_here() -> None:
    play = refused_once()
    play.does("auth", "override", **{**EXCEPTION, "place": "mum", "second": "cho"})
    assert play.tries("auth", "override", **{**EXCEPTION, "place": None, "second": "cho"}) == ("R35",)


def test_refused_before_the_override_then_not_its_judge() -> None:
    play = refused_once()
    assert play.tries("boss2", "tell", **TELLING) == ("R27",)
    assert play.tries("boss2", "override", **EXCEPTION) == ("R35",)


@pytest.mark.parametrize(
    ("minutes", "refused"),
    [pytest.param(59, (), id="a minute before it ends"), pytest.param(60, ("R27",), id="the moment it ends")],
)
def test_time_box(minutes: int, refused: tuple[str, ...]) -> None:
    play = refused_once().does("auth", "override", **EXCEPTION).later(minutes=minutes)
    assert play.tries("cho", "tell", **TELLING) == refused


@pytest.mark.parametrize(
    ("rule", "place", "refused"),
    [
        pytest.param("R27", "ana", (), id="that rule there"),
        pytest.param("R27", None, (), id="that rule everywhere"),
        pytest.param("R27", "mum", ("R27",), id="that rule elsewhere"),
        pytest.param("R28", "ana", ("R27",), id="another rule there"),
    ],
)
def test_scope(rule: str, place: str | None, refused: tuple[str, ...]) -> None:
    play = refused_once().does("auth", "override", **{**EXCEPTION, "rule": rule, "place": place})
    assert play.tries("cho", "tell", **TELLING) == refused


@pytest.mark.parametrize(
    ("rule", "do"),
    [
        pytest.param("R29", ("off", "assign", {"place": "ana", "lead": "cho"}), id="R29: one carries it"),
        pytest.param("R67", ("off", "draw_chain", {}), id="R67: the roll is not confirmed"),
        pytest.param("R20", ("off", "no_kin_found", {}), id="R20: the search is broken off"),
    ],
)
def test_other_rules_by_override(rule: str, do: tuple[str, str, dict[str, Any]]) -> None:
    play = Story("us-military")
    if rule != "R20":
        play.kin("ana", "spouse", recorded=None if rule == "R67" else START.date())
    play.identified()
    if rule != "R67":
        play.does("off", "draw_chain")
    by, name, arguments = do
    assert rule in play.tries(by, name, **arguments)
    play.does("auth", "override", rule=rule, reason="no time", second="doc", minutes=30).does(by, name, **arguments)


def test_kin_and_offices_told_out_of_turn_by_two_exceptions() -> None:
    play = Story("us-military", **{"team.min": 1}).kin("ana", "spouse").office("division_head:second", "head").drawn()
    play.does("off", "assign", place="head", lead="cho")
    telling = {"place": "head", "channel": "phone", "understood": True}
    assert play.tries("cho", "tell", **telling) == ("R23", "R42")
    for rule in ("R23", "R42"):
        play.does("auth", "override", rule=rule, place="head", reason="press", second="doc", minutes=30)
    play.does("cho", "tell", **telling)
    assert (play.told, play.open) == (["head"], {"ana"})


@pytest.mark.parametrize(
    ("by", "number", "note", "refused"),
    [
        pytest.param("off", 1, "right", (), id="allowed"),
        pytest.param("auth", 1, "right", ("R35",), id="by who decided it"),
        pytest.param("off", 1, " ", ("R35",), id="nothing said"),
        pytest.param("off", 2, "right", ("argument",), id="no such number"),
        pytest.param("cho", 1, "right", ("role",), id="not yours"),
    ],
)
def test_review(by: str, number: int, note: str, refused: tuple[str, ...]) -> None:
    play = refused_once().does("auth", "override", **EXCEPTION)
    assert play.tries(by, "review_override", override=number, note=note) == refused
    assert ("review_override" in play.tasks) is bool(refused)
    if not refused:
        assert play.tries(by, "review_override", override=number, note=note) == ("stage",)


@pytest.mark.parametrize(
    ("by", "person", "why", "refused"),
    [
        pytest.param("off", "head", "sends the team", (), id="allowed"),
        pytest.param("cho", "head", "sends the team", ("role",), id="not yours"),
        pytest.param("off", "head", " ", ("argument",), id="nothing to act on"),
        pytest.param("off", "ray", "is dead", ("argument",), id="the casualty"),
        pytest.param("off", "mum", "should know", ("R42",), id="kin by the back door"),
    ],
)
def test_awareness(by: str, person: str, why: str, refused: tuple[str, ...]) -> None:
    play = refused_once().office("division_head:second", "head")
    assert play.tries(by, "awareness", person=person, why=why) == refused
    assert play.told == []
    if not refused:
        assert "R23" in play.tries("cho", "tell", place="head", channel="phone", understood=True)
        assert play.tries("off", "assign", place="mum", lead="head") == ("R69", "R75")


def test_blackout_lasts_until_the_last_of_kin() -> None:
    play = refused_once()
    assert play.tries("off", "blackout", what="start", scope="camp", why="a death") == ("role",)
    assert play.tries("auth", "blackout", what="lift", why="over") == ("stage",)
    assert play.tries("auth", "blackout", what="start", scope="", why="a death") == ("R40",)
    play.does("auth", "blackout", what="start", scope="camp", why="a death")
    assert play.tries("auth", "blackout", what="start", scope="camp", why="a death") == ("stage",)
    play.does("cho", "tell", place="ana", channel="person", understood=True)
    assert play.tries("auth", "blackout", what="lift", why="over") == ("R40",)
    play.told_by("mum")
    assert "R40" in play.tries("off", "release_name")
    play.does("auth", "blackout", what="lift", why="over")


OTHER = {"person": "lee", "case": True, "state": "deceased"}


@pytest.mark.parametrize(
    ("member", "lifted"),
    [
        pytest.param({}, False, id="another death is still to be told"),
        pytest.param({"kin_settled": START}, True, id="their kin have heard"),
        pytest.param({"retracted": True}, True, id="that death is withdrawn"),
        pytest.param({"state": "injured"}, True, id="the other lives"),
        pytest.param({"state": "believed_dead"}, False, id="the other is believed dead"),
        pytest.param({"case": False}, True, id="no case is open for them"),
    ],
)
def test_blackout_and_name_wait_for_the_event(member: dict[str, Any], *, lifted: bool) -> None:
    play = refused_once().does("auth", "blackout", what="start", scope="camp", why="two deaths")
    play.in_event(EventMember(**{**OTHER, **member}))
    play.does("cho", "tell", place="ana", channel="person", understood=True).told_by("mum")
    assert play.tries("auth", "blackout", what="lift", why="over") == (() if lifted else ("R40",))
    play.later(hours=25)
    expected = () if lifted else ("R39", "R40")
    assert play.tries("off", "release_name") == expected


def test_hold_runs_again_when_a_casualty_is_added() -> None:
    play = refused_once().does("cho", "tell", place="ana", channel="person", understood=True).told_by("mum")
    play.later(hours=23).in_event(EventMember(**{**OTHER, "kin_settled": play.now})).later(hours=2)
    assert play.tries("off", "release_name") == ("R39",)
    assert play.reason("R39").until == play.now + timedelta(hours=22)
    play.later(hours=22).does("off", "release_name")


@pytest.mark.parametrize(
    ("wishes", "refused"),
    [
        pytest.param(["waive_hold"], (), id="waived"),
        pytest.param(["never_name"], ("R39",), id="never"),
        pytest.param(["waive_hold", "never_name"], ("R39",), id="never stands above"),
        pytest.param([], ("R39",), id="the hold runs"),
    ],
)
def test_wishes_of_kin(wishes: list[str], refused: tuple[str, ...]) -> None:
    play = refused_once()
    assert "stage" in play.tries("off", "kin_wish", wish="waive_hold")
    play.does("cho", "tell", place="ana", channel="person", understood=True).told_by("mum")
    for wish in wishes:
        play.does("off", "kin_wish", wish=wish)
    assert play.tries("off", "release_name") == refused
