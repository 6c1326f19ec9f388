"""Doubt, retraction and correction: R44-R46."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.core.case_builder import START, Story

param = pytest.param
NOW = {"channel": "person", "understood": True}


def told(*, channel: str = "person", policy: str = "us-hospital") -> Story:
    """Ana was told by cho; mum is not told yet, and cho is assigned to her."""
    play = Story(policy, **({} if policy == "us-hospital" else {"team.min": 1}))
    play.kin("ana", "spouse").kin("mum", "parent").drawn().told_by("ana", channel=channel)
    return play.does("off", "assign", place="mum", lead="cho")


def doubted(by: str = "out") -> Story:
    return told().does(by, "flag_doubt", about="identity", note="a second band")


@pytest.mark.parametrize("by", ["out", "mir", "doc", "desk", "aud"])
@pytest.mark.parametrize("about", ["identity", "facts"])
def test_anybody_may_doubt(by: str, about: str) -> None:
    play = told().does(by, "flag_doubt", about=about, note="he moved")
    task = play.tasks["tell_doubt:ana"]
    assert (task.holder, task.due) == ("cho", START + timedelta(minutes=30))
    assert "tell_doubt:mum" not in play.tasks


@pytest.mark.parametrize(
    ("by", "do", "arguments", "refused"),
    [
        param("cho", "tell", {"place": "mum", **NOW}, ("R46",), id="nobody is told"),
        param("off", "hand_to_agency", {"place": "mum", "agency": "city police"}, ("R46",), id="nor by an agency"),
        param("off", "tell_org", {"org": "gp"}, ("R46",), id="no organisation hears"),
        param("off", "release_name", {}, ("R39", "R46"), id="no name is public"),
        param("off", "close_case", {}, ("R46", "R58"), id="no case is closed"),
        param("off", "draw_chain", {}, ("R46",), id="no chain is drawn"),
        param("off", "assign", {"place": "mum", "lead": "cho"}, (), id="a team may make ready"),
        param("doc", "identify", {"as_": "ray", "method": "dna", "evidence": "7"}, (), id="identity may be settled"),
        param("off", "amend", {"fact": "cause", "value": "open", "why": "inquiry"}, (), id="facts may be amended"),
        param("cho", "correct", {"person": "ana", "channel": "person"}, (), id="whoever was told hears of it"),
        param("doc", "chart", {"text": "pulse felt"}, (), id="it may be charted"),
        param("auth", "retract", {"kind": "alive", "second": "doc"}, (), id="it may be the end of it"),
    ],
)
def test_a_doubt_freezes_what_goes_forward(
    by: str, do: str, arguments: dict[str, Any], refused: tuple[str, ...]
) -> None:
    assert set(doubted().tries(by, do, **arguments)) == set(refused)


def test_a_doubt_before_death_stops_the_pronouncement() -> None:
    play = Story().opened().does("out", "flag_doubt", about="facts", note="he moved")
    said = {"mode": "present", "witness": "mir", "identifiers": ["wristband"]}
    assert play.tries("doc", "pronounce", **said) == ("R46",)
    play.does("auth", "clear_doubt", why="a reflex").does("doc", "pronounce", **said)


def test_a_doubt_about_who_it_is_does_not_stop_the_pronouncement() -> None:
    play = Story().opened().does("out", "flag_doubt", about="identity", note="two bands")
    play.does("doc", "pronounce", mode="present", witness="mir", identifiers=["wristband"])


@pytest.mark.parametrize(
    ("flagged_by", "by", "why", "refused"),
    [
        param("out", "auth", "a band of another", (), id="an authority"),
        param("out", "off", "a band of another", ("role",), id="not an officer"),
        param("out", "out", "a band of another", ("role", "argument", "R46"), id="not the one who flagged"),
        param("auth", "auth", "a band of another", ("argument", "R46"), id="not even as an authority"),
        param("out", "auth", " ", ("argument",), id="not without a reason"),
    ],
)
def test_clearing_a_doubt(flagged_by: str, by: str, why: str, refused: tuple[str, ...]) -> None:
    assert set(doubted(flagged_by).tries(by, "clear_doubt", why=why)) == set(refused)


def test_there_is_nothing_to_clear() -> None:
    assert told().tries("auth", "clear_doubt", why="nothing") == ("stage",)


def test_whoever_heard_of_a_doubt_is_owed_its_end_and_nobody_else() -> None:
    play = doubted().does("auth", "clear_doubt", why="a band of another")
    assert {"tell_doubt:ana", "correct:ana"} & set(play.tasks) == set()
    play = doubted().does("cho", "correct", person="ana", channel="person")
    assert {"tell_doubt:ana", "correct:ana"} & set(play.tasks) == set()
    assert "correct:ana" in play.does("auth", "clear_doubt", why="a band of another").tasks


def test_a_second_doubt_does_not_put_off_the_first() -> None:
    play = doubted().later(minutes=20).does("med", "flag_doubt", about="facts", note="he moved")
    assert play.tasks["tell_doubt:ana"].due == START + timedelta(minutes=30)


def test_whoever_heard_the_first_doubt_is_owed_the_second() -> None:
    play = doubted().does("cho", "correct", person="ana", channel="person").later(minutes=20)
    play.does("med", "flag_doubt", about="facts", note="he moved")
    assert play.tasks["tell_doubt:ana"].due == START + timedelta(minutes=50)


def test_a_doubt_not_told_in_time_is_escalated() -> None:
    play = doubted().later(minutes=29, seconds=59)
    assert "tell_doubt:ana" not in play.overdue
    play.later(seconds=2)
    assert {"tell_doubt:ana", "escalate:tell_doubt:ana"} <= set(play.tasks)
    assert "tell_doubt:ana" in play.overdue


@pytest.mark.parametrize(
    ("by", "arguments", "refused"),
    [
        param("auth", {"kind": "alive", "second": "doc"}, (), id="alive"),
        param("auth", {"kind": "wrong_person", "second": "doc"}, (), id="the wrong person"),
        param("auth", {"kind": "wrong_person", "was": "ben", "second": "doc"}, (), id="and who it was"),
        param("off", {"kind": "alive", "second": "doc"}, ("role",), id="not by an officer"),
        param("auth", {"kind": "alive"}, ("argument", "R45"), id="alone"),
        param("auth", {"kind": "alive", "second": "auth"}, ("argument", "R45"), id="with oneself"),
        param("auth", {"kind": "wrong_person", "was": "ray", "second": "doc"}, ("argument",), id="for themselves"),
        param("auth", {"kind": "alive", "was": "ben", "second": "doc"}, ("argument",), id="alive, and another"),
    ],
)
def test_retracting(by: str, arguments: dict[str, Any], refused: tuple[str, ...]) -> None:
    play = told().knows("ben")
    assert set(play.tries(by, "retract", **arguments)) == set(refused)
    assert play.stage == ("telling" if refused else "retracted")


def test_only_a_death_is_retracted() -> None:
    assert Story().opened().tries("auth", "retract", kind="alive", second="doc") == ("stage",)


@pytest.mark.parametrize(("kind", "state"), [("alive", "injured"), ("wrong_person", "unknown")])
def test_a_retraction_stops_everything_and_reaches_everyone(kind: str, state: str) -> None:
    play = (
        told().does("off", "amend", fact="cause", value="x", why="y").does("auth", "retract", kind=kind, second="doc")
    )
    assert (play.case.state, play.open) == (state, set())
    assert play.tasks["retract:ana"].due == START + timedelta(minutes=30)
    kinds = {task.kind for task in play.tasks.values()}
    assert not {"assign", "attempt", "tell_org", "correct", "release_effects", "coroner_decision"} & kinds


@pytest.mark.parametrize(
    ("by", "do", "arguments"),
    [
        param("cho", "tell", {"place": "mum", **NOW}, id="tell"),
        param("cho", "attempt", {"place": "mum", "result": "no_answer"}, id="attempt"),
        param("off", "assign", {"place": "mum", "lead": "cho"}, id="assign"),
        param("cho", "already_aware", {"place": "mum", "source": "radio", "right": True}, id="already aware"),
        param("off", "hand_to_agency", {"place": "mum", "agency": "city police"}, id="an agency"),
        param("off", "draw_chain", {}, id="draw"),
        param("off", "tell_org", {"org": "gp"}, id="organisations"),
        param("off", "release_name", {}, id="the name"),
    ],
)
def test_after_a_retraction_nobody_more_is_told(by: str, do: str, arguments: dict[str, Any]) -> None:
    play = told().does("auth", "retract", kind="alive", second="doc")
    assert {"stage", "R45"} <= set(play.tries(by, do, **arguments))


@pytest.mark.parametrize(
    ("first", "channel", "refused"),
    [
        param("person", "person", (), id="in person, in person"),
        param("person", "video", ("R44",), id="in person, by video"),
        param("person", "phone", ("R44",), id="in person, by phone"),
        param("person", "letter", ("R44",), id="in person, by letter"),
        param("person", "sms", ("R44",), id="no message ever"),
        param("phone", "phone", (), id="by phone, by phone"),
        param("phone", "person", (), id="by phone, in person"),
        param("phone", "video", (), id="by phone, by video"),
        param("phone", "letter", ("R44",), id="by phone, by letter"),
        param("phone", "email", ("R44",), id="by phone, by mail"),
    ],
)
def test_a_correction_goes_by_as_good_a_channel(first: str, channel: str, refused: tuple[str, ...]) -> None:
    play = told(channel=first).does("off", "amend", fact="cause", value="friendly fire", why="inquiry")
    assert play.tries("cho", "correct", person="ana", channel=channel) == refused


@pytest.mark.parametrize(
    ("by", "person", "refused"),
    [
        param("cho", "ana", (), id="a notifier"),
        param("off", "ana", (), id="a casualty officer"),
        param("doc", "ana", (), id="a clinician"),
        param("auth", "ana", ("role",), id="not an authority"),
        param("mir", "ana", ("role",), id="not a trainee"),
        param("cho", "mum", ("argument",), id="somebody who was not told"),
    ],
)
def test_who_corrects_whom(by: str, person: str, refused: tuple[str, ...]) -> None:
    play = told().does("off", "amend", fact="cause", value="friendly fire", why="inquiry")
    assert play.tries(by, "correct", person=person, channel="person") == refused


def test_nothing_is_owed_twice() -> None:
    play = told().does("off", "amend", fact="cause", value="x", why="y")
    play.does("cho", "correct", person="ana", channel="person")
    assert play.tries("cho", "correct", person="ana", channel="person") == ("stage",)


@pytest.mark.parametrize(
    ("by", "changes", "refused"),
    [
        param("off", {}, (), id="a casualty officer"),
        param("cor", {}, (), id="a coroner"),
        param("doc", {}, (), id="a clinician"),
        param("cho", {}, ("role",), id="not a notifier"),
        param("off", {"value": ""}, ("argument",), id="no value"),
        param("off", {"why": " "}, ("argument",), id="no reason"),
        param("off", {"fact": "identity"}, ("argument",), id="who it is is not amended"),
        param("off", {"fact": "name"}, ("argument",), id="nor the name"),
    ],
)
def test_amending(by: str, changes: dict[str, Any], refused: tuple[str, ...]) -> None:
    arguments = {"fact": "cause", "value": "friendly fire", "why": "inquiry", **changes}
    assert told().tries(by, "amend", **arguments) == refused


def test_only_those_who_heard_the_old_version_are_owed_the_new_one() -> None:
    play = told().does("off", "amend", fact="cause", value="x", why="y")
    assert play.tasks["correct:ana"].due == START + timedelta(hours=2)
    play.does("cho", "tell", place="mum", **NOW)
    assert "correct:mum" not in play.tasks
    play.does("off", "amend", fact="manner", value="z", why="y")
    assert {"correct:ana", "correct:mum"} <= set(play.tasks)


def test_a_later_version_does_not_put_off_an_earlier_one() -> None:
    play = told().does("off", "amend", fact="cause", value="x", why="y").later(minutes=90)
    play.does("off", "amend", fact="manner", value="z", why="y")
    assert play.tasks["correct:ana"].due == START + timedelta(hours=2)
    assert "correct:ana" not in play.does("cho", "correct", person="ana", channel="person").tasks


def test_what_somebody_was_told_is_kept_as_told() -> None:
    play = told().does("off", "amend", fact="cause", value="x", why="y")
    play.does("cho", "correct", person="ana", channel="person")
    telling = play.case.told["ana"]
    assert (telling.version, telling.heard, telling.channel) == (1, 2, "person")
