"""Who answers for an office, asked when its turn comes (R41, R70, R73)."""

from __future__ import annotations

from typing import Any

import pytest

from kinfirst.core.offices import holder, office_name
from tests.core.case_builder import Story

HEAD = "division_head:second"


def night(**people: dict[str, Any]) -> Story:
    """The village with all its offices; `ray` of the second division has died, his mother is known."""
    play = Story("village").kin("mum", "parent").office(HEAD, "head", "dep", "sub")
    play.office("adviser", "adv").office("leader", "boss")
    for who, fields in people.items():
        play.knows(who, **fields)
    return play


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, "head", id="the holder"),
        pytest.param({"head": {"away": True}}, "dep", id="away"),
        pytest.param({"head": {"dead": True}}, "dep", id="dead"),
        pytest.param({"head": {"away": True}, "dep": {"dead": True}}, "sub", id="deputies in order"),
        pytest.param({w: {"away": True} for w in ("head", "dep", "sub")}, None, id="nobody"),
    ],
)
def test_holder(changed: dict[str, dict[str, Any]], found: str | None) -> None:
    play = night(**changed).identified()
    assert holder(play.case, HEAD) == found


def test_the_casualty_never_holds_an_office() -> None:
    play = Story("village").office(HEAD, "ray", "dep").office("leader", "ray").identified()
    assert holder(play.case, HEAD) == "dep"
    assert holder(play.case, "leader") is None
    assert holder(play.case, "no-such-office") is None


def test_casualty_of_no_division_has_no_head_to_tell() -> None:
    play = night(ray={"division": None}).drawn()
    assert office_name(play.case, "division_head") is None
    assert [tier.name for tier in play.case.chain.tiers] == ["pnok", "kin", "adviser", "leader"]
    assert [gone.person for gone in play.case.chain.removed] == ["office:division_head"]


def test_the_office_is_asked_for_when_its_turn_comes() -> None:
    play = night().drawn()
    play.knows("head", away=True).told_by("mum")
    assert play.open == {"dep"}
    play.knows("head", away=False).does("off", "assign", place="dep", lead="cho")
    assert play.open == {"dep"}
    play.knows("dep", away=True).tries("off", "search", person="kin", step="records")
    assert play.open == {"head"}


def test_an_office_told_is_told_for_good() -> None:
    play = night().drawn().told_by("mum").told_by("head")
    play.knows("head", away=True).refreshed()
    assert play.open == {"adv"}
    assert play.told == ["mum", "head"]


@pytest.mark.parametrize("rule", ["R73", "R20"])
def test_vacant_office_waits_for_an_authority(rule: str) -> None:
    play = night(boss={"dead": True}).office("adviser", None).drawn().told_by("mum").told_by("head")
    assert play.open == {"office:adviser"}
    assert play.tasks["assign:office:adviser"].holder == "role:authority"
    assert set(play.tries("off", "assign", place="office:adviser", lead="cho")) == {"R73", "argument"}
    assert "R73" in play.tries("cho", "tell", place="adviser", channel="person", understood=True)
    assert "R73" in play.tries("off", "hand_to_agency", place="office:adviser", agency="police")
    play.does("auth", "override", rule=rule, place="adviser", reason="none left", second="doc", minutes=60)
    assert play.open == {"office:leader"}


def test_vacant_office_that_is_filled() -> None:
    play = night().office("adviser", None).drawn().told_by("mum").told_by("head")
    play.office("adviser", "koh").refreshed()
    assert play.open == {"koh"}


def through(play: Story) -> Story:
    """Up to the leader's turn."""
    return play.drawn().told_by("mum").told_by("head").told_by("adv")


def test_leader_hears_it_from_the_adviser_alone() -> None:
    play = through(night())
    assert play.open == {"boss"}
    assert play.tasks["attempt:boss"].holder == "adv"
    telling = {"place": "boss", "channel": "person", "understood": True}
    assert play.tries("cho", "tell", **telling) == ("R41",)
    assert set(play.tries("out", "tell", **telling)) == {"role", "R41", "R75"}
    assert play.tries("off", "assign", place="boss", lead="cho") == ("R41",)
    assert set(play.tries("cho", "acknowledge", place="boss")) == {"role", "R41"}
    play.does("adv", "acknowledge", place="boss")
    assert play.open == {"boss"}
    play.does("adv", "tell", **telling)
    assert (play.stage, play.told[-1]) == ("told", "boss")


def test_adviser_who_has_not_heard_it_passes_nothing_on() -> None:
    play = night().drawn()
    assert "R41" in play.tries("adv", "acknowledge", place="boss")
    refused = play.tries("adv", "tell", place="boss", channel="person", understood=True)
    assert {"R41", "R23", "R42", "R69"} <= set(refused)


def test_acknowledging_what_is_told_directly() -> None:
    play = night().drawn()
    assert play.tries("adv", "acknowledge", place="mum") == ("R41",)


def test_deputy_of_the_adviser_carries_it_where_the_adviser_is_away() -> None:
    play = night(adv={"away": True}).office("adviser", "adv", "aide").drawn()
    play.told_by("mum").told_by("head").told_by("aide")
    assert "R41" in play.tries("adv", "tell", place="boss", channel="person", understood=True)
    play.does("aide", "tell", place="boss", channel="phone", understood=True)


def test_adviser_told_as_kin_carries_it_by_office() -> None:
    play = night().office("adviser", "mum").drawn().told_by("mum").told_by("head")
    assert play.open == {"boss"}
    assert play.case.chain.places()[0].also == ("adviser",)
    play.does("mum", "tell", place="boss", channel="person", understood=True)
    assert play.told == ["mum", "head", "boss"]


def test_leader_who_is_kin_is_told_first_and_once() -> None:
    play = night().office("leader", "mum").drawn()
    assert play.tries("adv", "tell", place="leader", channel="phone", understood=True)
    play.told_by("mum").told_by("head").told_by("adv")
    assert (play.stage, play.told) == ("told", ["mum", "head", "adv"])


def test_one_person_in_two_offices_is_told_at_the_earlier() -> None:
    play = night().office("adviser", "head").drawn().told_by("mum").told_by("head")
    assert play.open == {"boss"}
    play.does("head", "tell", place="boss", channel="video", understood=True)
