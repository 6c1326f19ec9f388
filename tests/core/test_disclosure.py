"""Who may see what: R42, R60, R74."""

from __future__ import annotations

import pytest

from kinfirst.core.disclosure import may_see
from tests.core.case_builder import Story

param = pytest.param
PARTS = ("identity", "medical", "kin", "beneficiaries", "effects")


def at_work(*, sealed: bool) -> Story:
    """Doc and mir were at the bed, off opened the case, kee holds the effects; ana is to be told by cho."""
    play = Story(tiers=[]).knows("ray", sealed=sealed).kin("ana", "spouse").kin("mum", "parent").opened()
    play.knows("pay", credentials=("benefits",)).knows("far", roles=("clinician",))
    play.knows("else", roles=("casualty_officer",))
    play.does("mir", "resuscitate", what="start").does("mir", "resuscitate", what="stop", detail="x").drawn()
    play.does("doc", "inventory", items=["mask"], with_="mir").does("doc", "transfer", all=True, to="kee")
    play.does("kee", "receive", all=True)
    return play.does("off", "assign", place="ana", lead="cho")


@pytest.mark.parametrize(
    ("who", "plain", "sealed"),
    [
        param("doc", {"identity", "medical", "kin", "effects"}, {"identity", "medical", "kin", "effects"}, id="at bed"),
        param("mir", {"medical"}, {"medical"}, id="a trainee at the bed"),
        param("far", set(), set(), id="a clinician elsewhere"),
        param("off", {"identity", "kin", "effects"}, {"identity", "kin", "effects"}, id="the officer of this case"),
        param("else", {"identity", "kin", "effects"}, set(), id="an officer of other cases"),
        param("auth", {"identity", "kin", "effects"}, set(), id="an authority"),
        param("cor", {"identity", "medical", "kin", "effects"}, {"medical"}, id="a coroner"),
        param("cho", {"identity", "kin"}, {"identity", "kin"}, id="the notifier of record"),
        param("ode", set(), set(), id="a notifier of others"),
        param("kee", {"effects"}, {"effects"}, id="the custodian"),
        param("ana", set(), set(), id="kin before they are told"),
        param("desk", set(), set(), id="the desk"),
        param("sup", set(), set(), id="a supporter"),
        param("aud", set(), set(), id="an auditor"),
        param("out", set(), set(), id="anybody"),
        param("pay", {"beneficiaries"}, {"beneficiaries"}, id="who pays benefits"),
    ],
)
def test_who_sees_what(who: str, plain: set[str], sealed: set[str]) -> None:
    for expected, is_sealed in ((plain, False), (sealed, True)):
        play = at_work(sealed=is_sealed)
        assert {part for part in PARTS if may_see(play.case, play.people[who], part)} == expected
        refused = {part for part in PARTS if play.tries(who, "view", what=part) == ("R60",)}
        assert refused == set(PARTS) - expected


@pytest.mark.parametrize("sealed", [False, True])
def test_whoever_was_told_knows_and_the_next_do_not(sealed: bool) -> None:
    play = at_work(sealed=sealed).does("cho", "tell", place="ana", channel="person", understood=True)
    assert may_see(play.case, play.people["ana"])
    assert not may_see(play.case, play.people["mum"])
    assert not may_see(play.case, play.people["ana"], "medical")


@pytest.mark.parametrize(("sealed", "expected"), [(False, True), (True, False)])
def test_a_public_name_is_everybodys_and_a_sealed_one_never_is(sealed: bool, expected: bool) -> None:
    play = at_work(sealed=sealed).does("cho", "tell", place="ana", channel="person", understood=True).told_by("mum")
    play.later(hours=25)
    assert (play.tries("off", "release_name") == ()) == expected
    assert may_see(play.case, play.people["out"]) == expected


def test_the_seal_survives_closing() -> None:
    play = at_work(sealed=True).does("cho", "tell", place="ana", channel="person", understood=True).told_by("mum")
    play.does("doc", "coroner", decision="not_required", ground="x")
    play.does("kee", "release_effects", to="ana", id_seen=True, receipt="signed")
    for who in play.case.attended:
        play.does("doc" if who != "doc" else "sup", "offer_support", to=who)
    play.does("off", "close_case")
    assert play.stage == "closed"
    assert {who: may_see(play.case, play.people[who]) for who in ("ana", "desk", "auth", "doc")} == {
        "ana": True,
        "desk": False,
        "auth": False,
        "doc": True,
    }
    assert play.tries("desk", "view", what="identity") == ("R60",)


def test_who_is_made_aware_knows_and_has_not_been_told() -> None:
    play = at_work(sealed=True).does("off", "awareness", person="auth", why="must send the team")
    assert may_see(play.case, play.people["auth"])
    assert play.told == []


def test_an_interpreter_knows_whom_the_visit_is_about() -> None:
    play = at_work(sealed=False).knows("tolk", speaks=("ja",))
    play.does("off", "assign", place="ana", lead="cho", interpreter="tolk")
    assert may_see(play.case, play.people["tolk"])


def test_nobody_looks_at_a_case_that_does_not_exist() -> None:
    assert "stage" in Story().tries("doc", "view", what="identity")
