"""Drawing and drawing again: one place a person, told stays told (R16, R19, R23, R70; engine.md section 4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kinfirst.core.chain import draw, removed_reason
from kinfirst.core.facts import EventMember
from tests.core.case_builder import Story


def family(**overrides: Any) -> Story:
    """A wife, two parents and the offices; teams of one."""
    play = Story("us-military", **{"team.min": 1, **overrides}).kin("ana", "spouse")
    play.knows("mum", born=date(1960, 1, 1)).knows("dad", born=date(1961, 1, 1)).kin("mum", "parent")
    play.kin("dad", "parent").office("division_head:second", "head").office("leader", "boss")
    return play


def tiers(play: Story) -> list[tuple[str, set[str]]]:
    """The chain as names and people."""
    return [(tier.name, {place.id for place in tier.places}) for tier in play.case.chain.tiers]


@pytest.mark.parametrize(
    ("pack", "expected"),
    [
        pytest.param("village", ["pnok", "kin", "division_head", "adviser", "leader"], id="village"),
        pytest.param("us-military", ["pnok", "kin", "division_head", "leader"], id="us-military"),
        pytest.param("us-hospital", ["pnok", "kin"], id="us-hospital"),
        pytest.param("uk-military", ["pnok", "kin", "division_head"], id="uk-military"),
        pytest.param("us-line-of-duty", ["pnok", "kin", "division_head", "leader"], id="us-line-of-duty"),
    ],
)
def test_tiers_of_a_pack(pack: str, expected: list[str]) -> None:
    play = Story(pack, **{"pronounce.observation": "PT0S"}).kin("mum", "parent").drawn()
    assert [name for name, _ in tiers(play)] == expected


def test_every_place_says_why() -> None:
    play = family().drawn()
    assert tiers(play) == [
        ("pnok", {"ana"}),
        ("kin", {"mum", "dad"}),
        ("division_head", {"head"}),
        ("leader", {"boss"}),
    ]
    because = [place.because for place in play.case.chain.places()]
    assert [text.split(":")[0] for text in because] == [
        "kin.precedence 1",
        "kin.precedence 3",
        "kin.precedence 3",
        "office",
        "office",
    ]


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        pytest.param("opened", {"R03", "R10"}, id="before anybody pronounced"),
        pytest.param("pronounced", {"R10"}, id="before anybody identified"),
        pytest.param("identified", set(), id="when both are done"),
    ],
)
def test_when_a_chain_may_be_drawn(before: str, refused: set[str]) -> None:
    play = family()
    getattr(play, before)()
    assert set(play.tries("doc", "draw_chain")) == refused
    assert play.tries("cho", "draw_chain")[0] == "role"


def test_casualty_nobody_knows() -> None:
    play = Story("us-military").opened(casualty=None, alias="Unknown Kestrel").pronounced()
    assert {"R10", "R16"} <= set(play.tries("off", "draw_chain"))


def test_drawing_twice_changes_nothing() -> None:
    play = family().drawn()
    chain = play.case.chain
    assert play.does("off", "draw_chain").case.chain == chain
    assert draw(play.case, play.policy, play.now) == draw(play.case, play.policy, play.now)


@pytest.mark.parametrize(
    ("who", "fields", "why"),
    [
        pytest.param("ana", {"dead": True}, "dead", id="dead"),
        pytest.param("ana", {"in_event": True}, "died in the same event", id="same event"),
        pytest.param("ana", {"excluded": True}, "excluded: disqualified", id="excluded"),
    ],
)
def test_who_was_left_out_and_why(who: str, fields: dict[str, bool], why: str) -> None:
    play = family().identified()
    if "dead" in fields:
        play.knows(who, dead=True)
    if "in_event" in fields:
        play.in_event(EventMember(person=who, state="deceased"))
    if "excluded" in fields:
        play.does("off", "exclude_kin", person=who, ground="disqualified", evidence="decree")
    play.does("off", "draw_chain")
    gone = removed_reason(play.case.chain, who)
    assert gone is not None
    assert gone.because == why
    assert play.open == {"mum"}
    assert removed_reason(play.case.chain, "mum") is None


def test_spouse_who_dies_in_the_event_is_passed_over_at_the_next_step() -> None:
    play = family().drawn().does("off", "assign", place="mum", lead="cho")
    telling = {"place": "mum", "channel": "person", "understood": True}
    assert play.tries("cho", "tell", **telling) == ("R23",)
    play.in_event(EventMember(person="ana", state="deceased", case=True)).does("cho", "tell", **telling)
    assert (play.told, play.open) == (["mum"], {"dad"})


@pytest.mark.parametrize("relation", ["parent", "sibling", "other"])
def test_one_person_in_two_lines_has_one_place(relation: str) -> None:
    play = family().kin("ana", relation, listed=True).drawn()
    assert [place.id for place in play.case.chain.places()].count("ana") == 1


@pytest.mark.parametrize(
    ("office", "expected"),
    [
        pytest.param("leader", ["ana", "dad", "mum", "head"], id="the leader is her husband's father-in-law"),
        pytest.param("division_head:second", ["ana", "dad", "mum", "boss"], id="the head of division"),
    ],
)
def test_kin_who_hold_an_office_are_told_as_kin(office: str, expected: list[str]) -> None:
    play = family().office(office, "mum").drawn()
    mum = play.case.chain.find(office)
    assert mum is not None
    assert (mum.id, mum.strict) == ("mum", True)
    play.told_by("ana")
    assert play.does("off", "assign", place="mum", lead="cho").tries(
        "cho", "tell", place="mum", channel="phone", understood=True
    ) == ("R27",)
    play.told_by("dad").does("cho", "tell", place="mum", channel="person", understood=True)
    last = "boss" if office.startswith("division") else "head"
    assert play.open == {last}
    play.told_by(last)
    assert (play.stage, sorted(play.told)) == ("told", sorted(expected))


def test_told_stays_told_when_the_place_is_gone() -> None:
    play = family().drawn().told_by("ana")
    play.does("off", "exclude_kin", person="ana", ground="disqualified", evidence="decree")
    assert ("pnok", {"mum", "ana"}) == tiers(play)[0]
    assert (play.told, play.open) == (["ana"], {"mum"})


def test_bond_of_one_already_told_in_office_settles_at_once() -> None:
    play = family().drawn().told_by("ana").told_by("mum").told_by("dad").told_by("head")
    play.does("doc", "declare_bond", person="head", ground="raised him", second="med")
    assert play.open == {"boss"}


def test_when_a_tier_opened_is_kept() -> None:
    play = family().drawn()
    opened = play.case.chain.tiers[0].opened
    assert opened == play.now
    assert play.case.chain.tiers[1].opened is None
    play.later(minutes=5).told_by("ana")
    assert play.case.chain.tiers[0].opened == opened
    assert play.case.chain.tiers[1].opened == play.now
