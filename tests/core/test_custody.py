"""Effects: R08, R15, R45, R46, R51-R54."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.core.case_builder import START, Story

param = pytest.param
ITEMS = ["ring, yellow metal", "watch"]
GIVEN = {"to": "ana", "id_seen": True, "receipt": "signed"}


def listed(*, items: list[str] | None = None) -> Story:
    """Told, identified, and two items in the hands of doc."""
    play = Story("us-hospital").kin("ana", "spouse").kin("mum", "parent").drawn()
    return play.does("doc", "inventory", items=ITEMS if items is None else items, with_="mir")


def kept(seal: str | None = "S1") -> Story:
    """Given to the custodian and received."""
    play = listed().does("doc", "transfer", all=True, to="kee", seal=seal, where="night locker")
    return play.does("kee", "receive", all=True, seal=seal)


@pytest.mark.parametrize(
    ("by", "items", "second", "refused"),
    [
        param("doc", ITEMS, "mir", (), id="a clinician and a trainee"),
        param("mir", ITEMS, "doc", (), id="a trainee lists"),
        param("kee", ITEMS, "doc", (), id="a custodian lists"),
        param("cho", ITEMS, "doc", ("role",), id="not a notifier"),
        param("doc", ["none"], "mir", (), id="nothing was found, and said so"),
        param("doc", [], "mir", ("R51", "argument"), id="nothing said"),
        param("doc", ["ring", " "], "mir", ("R51",), id="a blank line"),
        param("doc", ["none", "ring"], "mir", ("argument",), id="none, and something"),
        param("doc", ITEMS, None, ("R51", "argument"), id="alone"),
        param("doc", ITEMS, "doc", ("R51", "argument"), id="with oneself"),
        param("doc", ITEMS, "ray", ("argument",), id="the casualty is no witness"),
    ],
)
def test_inventory(by: str, items: list[str], second: str | None, refused: tuple[str, ...]) -> None:
    assert Story().opened().tries(by, "inventory", items=items, with_=second) == refused


def test_the_one_listing_holds_what_was_found_and_none_is_no_item() -> None:
    assert [(e.holder, e.item.number) for e in listed().case.effects] == [("doc", 1), ("doc", 2)]
    assert listed(items=["none"]).case.effects == ()
    twice = listed().does("kee", "inventory", items=["shoe"], with_="mir")
    assert [(e.holder, e.item.number) for e in twice.case.effects] == [("doc", 1), ("doc", 2), ("kee", 3)]


@pytest.mark.parametrize(
    ("by", "arguments", "refused"),
    [
        param("doc", {"all": True, "done": "cleaned"}, (), id="the holder, all"),
        param("doc", {"item": "watch", "done": "wrapped"}, (), id="by its text"),
        param("doc", {"item": "2", "done": "wrapped"}, (), id="by its number"),
        param("doc", {"item": "shoe", "done": "wrapped"}, ("argument",), id="no such item"),
        param("doc", {"done": "wrapped"}, ("argument",), id="neither an item nor all"),
        param("doc", {"all": True, "done": "sealed", "seal": "S1"}, (), id="sealed with a number"),
        param("doc", {"all": True, "done": "sealed"}, ("argument",), id="sealed without one"),
        param("mir", {"all": True, "done": "cleaned"}, ("R52", "role"), id="not the holder"),
        param("auth", {"item": "watch", "done": "cleaned"}, ("R52", "role"), id="whatever their role"),
    ],
)
def test_treating(by: str, arguments: dict[str, Any], refused: tuple[str, ...]) -> None:
    assert listed().tries(by, "treat", **arguments) == refused


@pytest.mark.parametrize(
    ("decisions", "treat", "release"),
    [
        param([], (), (), id="no decision yet"),
        param([("not_required", None)], (), (), id="not required"),
        param([("referred", None)], ("R08",), ("R08",), id="referred"),
        param([("referred", None), ("released", "body")], ("R08",), ("R08",), id="only the body released"),
        param([("referred", None), ("released", "effects")], (), (), id="the effects released"),
        param([("referred", None), ("released", None)], (), (), id="all released"),
    ],
)
def test_evidence_is_neither_washed_nor_given_away(
    decisions: list[tuple[str, str | None]], treat: tuple[str, ...], release: tuple[str, ...]
) -> None:
    play = listed()
    for decision, releases in decisions:
        play.does("doc", "coroner", decision=decision, ground="gunshot", releases=releases)
    assert play.tries("doc", "treat", all=True, done="wrapped") == treat
    assert play.tries("doc", "release_effects", **GIVEN) == release


def test_evidence_may_be_carried() -> None:
    play = listed().does("doc", "coroner", decision="referred", ground="gunshot")
    play.does("doc", "transfer", all=True, to="kee", seal="E1").does("kee", "receive", all=True, seal="E1")
    assert {e.holder for e in play.case.effects} == {"kee"}


@pytest.mark.parametrize(
    ("by", "arguments", "refused"),
    [
        param("doc", {"all": True, "to": "kee"}, (), id="the holder, all, without a seal"),
        param("doc", {"item": "watch", "to": "kee", "seal": "S1"}, (), id="one item"),
        param("mir", {"all": True, "to": "kee"}, ("R52", "role"), id="not the holder"),
        param("doc", {"all": True, "to": "doc"}, ("argument",), id="to oneself"),
        param("doc", {"all": True, "to": "ray"}, ("argument",), id="to the dead"),
        param("doc", {"all": True, "to": "ana"}, ("R53",), id="kin receive by release"),
        param("doc", {"all": True, "to": "out"}, (), id="one who only carries them"),
        param("doc", {"to": "kee"}, ("argument",), id="of nothing"),
    ],
)
def test_giving(by: str, arguments: dict[str, Any], refused: tuple[str, ...]) -> None:
    assert listed().tries(by, "transfer", **arguments) == refused


def test_what_is_on_its_way_is_still_the_givers_and_waits() -> None:
    play = listed().does("doc", "transfer", item="watch", to="kee", seal="S1")
    assert [e.holder for e in play.case.effects] == ["doc", "doc"]
    assert play.tries("doc", "treat", item="watch", done="cleaned") == ("R52",)
    assert play.tries("doc", "transfer", item="watch", to="mir") == ("R52",)
    assert play.tries("doc", "release_effects", item="watch", **GIVEN) == ("R52",)
    assert play.tries("doc", "treat", item="ring, yellow metal", done="cleaned") == ()


@pytest.mark.parametrize(
    ("by", "arguments", "refused", "incident"),
    [
        param("kee", {"all": True, "seal": "S1"}, (), False, id="the named receiver, the same seal"),
        param("kee", {"item": "watch", "seal": "S1"}, (), False, id="one of them"),
        param("kee", {"all": True, "seal": "S2"}, (), True, id="another seal"),
        param("kee", {"all": True}, (), False, id="a seal nobody read"),
        param("mir", {"all": True, "seal": "S1"}, ("R52", "role"), False, id="somebody else"),
        param("doc", {"all": True, "seal": "S1"}, ("R52", "role"), False, id="the giver"),
        param("kee", {"seal": "S1"}, ("argument",), False, id="of nothing"),
    ],
)
def test_receiving(by: str, arguments: dict[str, Any], refused: tuple[str, ...], incident: bool) -> None:
    play = listed().does("doc", "transfer", all=True, to="kee", seal="S1")
    assert set(play.tries(by, "receive", **arguments)) == set(refused)
    assert any(e.incident for e in play.case.effects) == incident


def test_a_seal_that_was_not_read_is_compared_the_next_time() -> None:
    play = listed().does("doc", "transfer", all=True, to="kee", seal="S1").does("kee", "receive", all=True)
    play.does("kee", "transfer", all=True, to="med").does("med", "receive", all=True, seal="S2")
    assert play.tries("med", "release_effects", **GIVEN) == ("R52",)


def test_nothing_is_received_twice() -> None:
    assert set(kept().tries("kee", "receive", all=True, seal="S1")) == {"argument", "R52", "role"}


def test_a_seal_that_differed_blocks_release_until_an_authority_lifts_it() -> None:
    play = listed().does("doc", "transfer", all=True, to="kee", seal="S1").does("kee", "receive", all=True, seal="S9")
    assert play.tries("kee", "release_effects", **GIVEN) == ("R52",)
    play.does("auth", "override", rule="R52", reason="bag re-read by two", second="off", minutes=30)
    assert play.tries("mir", "release_effects", **GIVEN) == (), "an authority gives it to another for a time"


@pytest.mark.parametrize(
    ("by", "changes", "refused"),
    [
        param("kee", {}, (), id="to the first of the list"),
        param("kee", {"item": "watch"}, (), id="one item"),
        param("kee", {"to": "mum"}, ("R53",), id="somebody stands before her"),
        param("kee", {"to": "out"}, ("R53",), id="nobody of the list"),
        param("kee", {"id_seen": False}, ("R53",), id="identification not seen"),
        param("kee", {"receipt": ""}, ("R53",), id="no receipt"),
        param("doc", {}, ("R52", "role"), id="no longer the holder"),
        param("kee", {"item": "shoe"}, ("R53",), id="not listed"),
    ],
)
def test_releasing(by: str, changes: dict[str, Any], refused: tuple[str, ...]) -> None:
    assert kept().tries(by, "release_effects", **{**GIVEN, **changes}) == refused


def test_a_release_is_final() -> None:
    play = kept().does("kee", "release_effects", item="watch", **GIVEN)
    assert set(play.tries("kee", "release_effects", item="watch", **GIVEN)) == {"R52", "R53"}
    assert play.tries("kee", "treat", item="watch", done="cleaned") == ("R52",)
    assert play.does("kee", "release_effects", **GIVEN).tries("kee", "release_effects", **GIVEN) == ("R53",)


def test_no_override_gives_away_what_is_gone() -> None:
    play = kept().does("kee", "release_effects", **GIVEN)
    for rule in ("R52", "R53"):
        play.does("auth", "override", rule=rule, reason="claimed again", second="off", minutes=30)
    assert play.tries("kee", "release_effects", **GIVEN) == ("R53",)
    assert set(play.tries("kee", "release_effects", item="watch", **GIVEN)) == {"R52", "R53"}


@pytest.mark.parametrize("state", ["missing", "dustwun", "believed_dead", "injured", "unknown"])
def test_missing_is_not_dead(state: str) -> None:
    play = Story().kin("ana", "spouse").opened(state=state).does("doc", "inventory", items=ITEMS, with_="mir")
    play.does("doc", "identify", as_="ray", method="dna", evidence="sample 7")
    assert play.tries("doc", "release_effects", **GIVEN) == ("R15",)


def test_a_doubt_stops_a_release_and_no_carrying() -> None:
    play = kept().does("out", "flag_doubt", about="identity", note="another bag")
    assert play.tries("kee", "release_effects", **GIVEN) == ("R46", "R53")
    assert play.tries("kee", "transfer", all=True, to="med", seal="S1") == ()


def test_a_retraction_locks_effects() -> None:
    play = kept().does("auth", "retract", kind="alive", second="doc")
    assert set(play.tries("kee", "release_effects", **GIVEN)) == {"stage", "R15", "R45"}
    assert play.tries("kee", "treat", all=True, done="cleaned") == ("R45",)
    assert play.tries("kee", "transfer", all=True, to="med", seal="S1") == ()


@pytest.mark.parametrize(
    ("lines", "to", "refused"),
    [
        param([("ana", "spouse"), ("kid", "child")], "ana", (), id="spouse before child"),
        param([("ana", "spouse"), ("kid", "child")], "kid", ("R53",), id="not the child"),
        param([("kid", "child"), ("mum", "parent")], "kid", (), id="child before parent"),
        param([("mum", "parent"), ("dad", "parent")], "dad", (), id="either parent"),
        param([], "mum", ("R53",), id="nobody on record"),
    ],
)
def test_who_is_entitled(lines: list[tuple[str, str]], to: str, refused: tuple[str, ...]) -> None:
    play = Story()
    for who in ("ana", "kid", "mum", "dad"):
        play.knows(who, born=date(1970, 1, 1))
    for person, relation in lines:
        play.kin(person, relation)
    play.identified().does("doc", "inventory", items=ITEMS, with_="mir")
    assert play.tries("doc", "release_effects", **{**GIVEN, "to": to}) == refused


def test_effects_that_nobody_came_for() -> None:
    play = Story().kin("ana", "spouse").drawn().does("doc", "inventory", items=ITEMS, with_="mir").told_by("ana")
    assert play.tasks["release_effects"].due == START + timedelta(days=30)
    assert "release_effects" in play.until(START + timedelta(days=30, seconds=-1)).tasks
    play.until(START + timedelta(days=30))
    assert "unclaimed_effects" in play.tasks
    assert "release_effects" not in play.tasks
    assert "unclaimed_effects" not in play.does("doc", "release_effects", **GIVEN).tasks


def test_kin_who_are_not_told_are_not_called_for_effects() -> None:
    play = Story().kin("ana", "spouse").drawn().does("doc", "inventory", items=ITEMS, with_="mir")
    assert "release_effects" not in play.tasks


@pytest.mark.parametrize(
    ("by", "item", "refused"),
    [
        param("doc", "watch", (), id="the holder, by its text"),
        param("doc", "2", (), id="by its number"),
        param("kee", "2", ("R52", "role"), id="not the holder"),
        param("doc", "3", ("argument",), id="no such item"),
    ],
)
def test_a_label_is_photographed_by_the_holder(by: str, item: str, refused: tuple[str, ...]) -> None:
    play = listed()
    assert play.tries(by, "photograph", item=item, image="UklGRg==") == refused
