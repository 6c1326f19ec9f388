"""Whose turn it is: tiers, leaks, searches, overrides (R20, R23, R33, R42, R71)."""

from __future__ import annotations

from typing import Any

import pytest

from kinfirst.core.gate import all_settled, is_open, kin_settled, kin_settled_at, settled
from kinfirst.core.places import Place
from tests.core.case_builder import Story

TELLING = {"channel": "person", "understood": True}


def family(pack: str = "us-line-of-duty", **overrides: Any) -> Story:
    """A wife, a mother and two offices; teams of one."""
    play = Story(pack, **{"team.min": 1, **overrides}).kin("ana", "spouse").kin("mum", "parent")
    return play.office("division_head:second", "head").office("leader", "boss")


def searched(play: Story, person: str = "kin") -> Story:
    """Every step of the pack's search is on record."""
    for step in play.policy.retry.search:
        play.does("off", "search", person=person, step=step, result="none")
    return play


def test_nobody_is_next_before_there_is_a_chain() -> None:
    play = family().identified()
    assert (play.open, all_settled(play.case, play.policy), kin_settled(play.case, play.policy)) == (
        set(),
        False,
        False,
    )
    assert kin_settled_at(play.case, play.policy) is None


def test_one_tier_after_the_other() -> None:
    play = family().drawn()
    seen = []
    for who in ("ana", "mum", "head", "boss"):
        seen.append(play.open)
        play.told_by(who)
    assert seen == [{"ana"}, {"mum"}, {"head"}, {"boss"}]
    assert play.stage == "told"


@pytest.mark.parametrize(
    "settle",
    [
        pytest.param([("cho", "already_aware", {"place": "ana", "source": "a friend", "right": False})], id="condoled"),
        pytest.param(
            [
                ("off", "hand_to_agency", {"place": "ana", "agency": "police of her town"}),
                ("off", "agency_confirms", {"place": "ana", "at": "2026-03-02T09:00:00Z", "name": "Sgt Low"}),
            ],
            id="told by an agency",
        ),
        pytest.param(
            [("off", "exclude_kin", {"person": "ana", "ground": "disqualified", "evidence": "decree"})], id="excluded"
        ),
        pytest.param(
            [("auth", "override", {"rule": "R20", "place": "ana", "reason": "at sea", "second": "doc", "minutes": 5})],
            id="passed over by an authority",
        ),
    ],
)
def test_what_settles_a_place(settle: list[tuple[str, str, dict[str, Any]]]) -> None:
    play = family().drawn()
    assert play.open == {"ana"}
    for by, do, arguments in settle:
        play.does(by, do, **arguments)
    assert play.open == {"mum"}
    play.later(hours=2)
    assert play.open == {"mum"}


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param([("off", "hand_to_agency", {"place": "ana", "agency": "police"})], id="an agency was asked"),
        pytest.param([("off", "assign", {"place": "ana", "lead": "cho"})], id="a team was named"),
        pytest.param(
            [
                ("off", "assign", {"place": "ana", "lead": "cho"}),
                ("cho", "attempt", {"place": "ana", "result": "no_answer"}),
            ],
            id="somebody knocked",
        ),
        pytest.param(
            [("auth", "override", {"rule": "R27", "place": "ana", "reason": "at sea", "second": "doc", "minutes": 5})],
            id="an exception of another rule",
        ),
        pytest.param([("off", "awareness", {"person": "head", "why": "sends the team"})], id="somebody is aware"),
    ],
)
def test_what_settles_nothing(attempt: list[tuple[str, str, dict[str, Any]]]) -> None:
    play = family().drawn()
    for by, do, arguments in attempt:
        play.does(by, do, **arguments)
    assert play.open == {"ana"}


def test_leak_opens_the_tiers_of_kin_together_and_no_office() -> None:
    play = family().drawn().does("out", "leak", source="a post")
    assert play.open == {"ana", "mum"}
    assert play.tasks["holding_script"].holder == "role:coordinator"
    play.told_by("mum", channel="phone").told_by("ana")
    assert play.open == {"head"}
    assert "holding_script" not in play.tasks


def test_leak_before_there_is_a_chain_counts_when_it_is_drawn() -> None:
    play = family().opened().does("desk", "leak", source="a call: is he all right?")
    assert "holding_script" in play.tasks
    assert play.drawn().open == {"ana", "mum"}
    play.does("desk", "leak", source="a second post")
    assert play.tries("desk", "leak", source=" ") == ("argument",)


@pytest.mark.parametrize(
    ("pack", "expected"),
    [
        pytest.param("village", {"head"}, id="bonds: nobody left, so the offices"),
        pytest.param("us-line-of-duty", {"head"}, id="bonds elsewhere"),
        pytest.param("us-military", set(), id="stop: an authority decides"),
    ],
)
def test_nobody_on_record(pack: str, expected: set[str]) -> None:
    play = Story(pack, **{"team.min": 1}).office("division_head:second", "head").drawn()
    assert play.open == set()
    assert play.tasks["declare_or_search_kin"].holder == "role:casualty_officer"
    assert {"R23", "R42", "R71"} <= set(play.tries("cho", "tell", place="head", **TELLING))
    assert play.tries("off", "no_kin_found") == ("R20",)
    searched(play).does("off", "no_kin_found")
    assert play.open == expected
    assert play.tries("cho", "no_kin_found") == ("role",)


def test_stop_is_ended_by_an_authority() -> None:
    play = Story("us-military", **{"team.min": 1}).office("division_head:second", "head").drawn()
    searched(play).does("off", "no_kin_found")
    assert play.tasks["declare_or_search_kin"].holder == "role:authority"
    assert "R71" in play.tries("cho", "tell", place="head", **TELLING)
    play.does("auth", "override", rule="R71", reason="nobody is left", second="doc", minutes=30).later(hours=1)
    assert play.open == {"head"}
    assert "declare_or_search_kin" not in play.tasks


def test_agency_takes_the_place_of_kin() -> None:
    play = Story("us-military", **{"kin.none": "agency"}).office("division_head:second", "head").drawn()
    searched(play).does("off", "no_kin_found")
    assert play.open == {"agency"}
    assert "decide_hours:agency" not in play.tasks
    assert play.tries("off", "assign", place="agency", lead="cho", team=["ode"]) == ("argument",)
    play.does("off", "hand_to_agency", place="agency", agency="the consulate")
    play.does("off", "agency_confirms", place="agency", at="2026-03-02T09:00:00Z", name="the consul")
    assert play.open == {"head"}


def test_bond_before_the_search_holds_nothing_up() -> None:
    play = Story("us-military").knows("pal").office("division_head:second", "head").drawn()
    play.does("doc", "declare_bond", person="pal", ground="raised him", second="med")
    assert play.open == {"pal"}
    assert "declare_or_search_kin" in play.tasks
    play.told_by("pal", "cho", "ode")
    assert play.open == {"head"}
    assert "declare_or_search_kin" in play.tasks


def test_kin_who_have_no_place_in_the_pack_are_searched_around() -> None:
    play = Story("us-military").kin("step", "step_parent").office("division_head:second", "head").drawn()
    assert play.open == set()
    assert play.tasks["declare_or_search_kin"].holder == "role:casualty_officer"
    searched(play).does("off", "no_kin_found")
    assert play.tasks["declare_or_search_kin"].holder == "role:authority"


def test_kin_found_later_come_first_again() -> None:
    play = family().drawn().told_by("ana").told_by("mum").told_by("head").told_by("boss")
    assert play.stage == "told"
    play.does("off", "add_kin", person="out", relation="child")
    assert (play.stage, play.open) == ("telling", {"out"})
    play.told_by("out")
    assert play.stage == "told"


def test_one_passed_over_is_told_when_found() -> None:
    play = family().drawn()
    play.does("auth", "override", rule="R20", place="ana", reason="at sea", second="doc", minutes=5)
    play.told_by("mum").later(hours=3)
    play.told_by("ana")
    assert play.told == ["mum", "ana"]


def test_places_by_themselves() -> None:
    play = family().drawn().told_by("ana")
    ana, mum = play.case.chain.places()[:2]
    assert settled(play.case, ana)
    assert not settled(play.case, mum)
    assert is_open(play.case, play.policy, mum)
    assert not is_open(play.case, play.policy, Place(id="out", person="out", because=""))
    assert kin_settled_at(play.case, play.policy) is None
    play.told_by("mum")
    assert kin_settled_at(play.case, play.policy) == play.now
