"""The gate at the door: each rule of telling, allowed and refused (R03-R46, R70, R75)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.case_builder import Story

TELLING = {"channel": "person", "understood": True}


def ready(pack: str = "us-line-of-duty", **overrides: Any) -> Story:
    """A wife and a mother, two offices, and cho at the wife's door."""
    play = Story(pack, **{"team.min": 1, **overrides}).kin("ana", "spouse").kin("mum", "parent")
    play.office("division_head:second", "head").office("leader", "boss").drawn()
    return play.does("off", "assign", place="ana", lead="cho")


@pytest.mark.parametrize(
    ("by", "arguments", "refused"),
    [
        pytest.param("cho", {}, (), id="allowed"),
        pytest.param("cho", {"place": "head"}, ("R23", "R42", "R31"), id="an office before kin"),
        pytest.param("cho", {"place": "mum"}, ("R23", "R31"), id="out of turn"),
        pytest.param("ode", {}, ("R31",), id="another notifier"),
        pytest.param("mir", {}, ("role", "R31", "R75"), id="a trainee"),
        pytest.param("out", {}, ("role", "R31", "R75"), id="a stranger"),
        pytest.param("cho", {"place": "out"}, ("argument",), id="nobody of that name"),
        pytest.param("cho", {"channel": "phone"}, ("R27",), id="by telephone"),
        pytest.param("cho", {"understood": False}, ("R28",), id="not understood"),
        pytest.param("cho", {"channel": "sms", "understood": False}, ("R27", "R28"), id="every rule is listed"),
    ],
)
def test_who_tells_whom_how(by: str, arguments: dict[str, Any], refused: tuple[str, ...]) -> None:
    play = ready()
    assert play.tries(by, "tell", **{"place": "ana", **TELLING, **arguments}) == refused
    assert play.told == ([] if refused else ["ana"])


@pytest.mark.parametrize(
    ("channel", "kin", "leaked", "office", "waived"),
    [
        pytest.param("person", True, True, True, True, id="person"),
        pytest.param("phone", False, True, True, True, id="phone"),
        pytest.param("video", False, False, True, True, id="video"),
        *(
            pytest.param(channel, False, False, False, False, id=channel)
            for channel in ("radio", "sms", "email", "letter", "social")
        ),
    ],
)
def test_channels(channel: str, *, kin: bool, leaked: bool, office: bool, waived: bool) -> None:
    telling = {"channel": channel, "understood": True}
    assert (ready().tries("cho", "tell", place="ana", **telling) == ()) is kin
    assert (ready().does("out", "leak", source="tv").tries("cho", "tell", place="ana", **telling) == ()) is leaked
    late = ready().told_by("ana").told_by("mum").does("off", "assign", place="head", lead="cho")
    assert (late.tries("cho", "tell", place="head", **telling) == ()) is office
    exception = {"rule": "R27", "place": "ana", "reason": "at sea", "second": "doc", "minutes": 60}
    assert (ready().does("auth", "override", **exception).tries("cho", "tell", place="ana", **telling) == ()) is waived


def test_hospital_may_telephone() -> None:
    play = Story("us-hospital").kin("ana", "spouse").drawn().does("off", "assign", place="ana", lead="doc")
    play.does("doc", "tell", place="ana", channel="phone", understood=True)


@pytest.mark.parametrize(
    ("state", "rules"),
    [
        pytest.param("injured", {"R03", "R10", "stage"}, id="nobody is dead"),
        pytest.param("believed_dead", {"R03", "R10", "R14", "stage"}, id="believed dead"),
        pytest.param("missing", {"R03", "R10", "R15", "stage"}, id="missing"),
        pytest.param("dustwun", {"R03", "R10", "R15", "stage"}, id="whereabouts unknown"),
    ],
)
def test_before_there_is_a_death(state: str, rules: set[str]) -> None:
    play = Story().kin("ana", "spouse").opened(state=state)
    assert set(play.tries("cho", "tell", place="ana", **TELLING)) == rules
    assert rules - {"R10"} <= set(play.tries("off", "assign", place="ana", lead="cho"))
    assert rules <= set(play.tries("cho", "attempt", place="ana", result="no_answer"))
    assert rules - {"stage"} <= set(play.tries("off", "draw_chain"))


def test_pronounced_but_nobody_knows_who() -> None:
    play = Story().kin("ana", "spouse").pronounced()
    assert set(play.tries("cho", "tell", place="ana", **TELLING)) == {"R10", "stage"}


def test_told_once() -> None:
    play = ready().told_by("ana")
    assert play.tries("cho", "tell", place="ana", **TELLING) == ("R70",)
    assert play.tries("cho", "attempt", place="ana", result="no_answer") == ("R70",)
    assert play.tries("off", "assign", place="ana", lead="cho") == ("R70",)
    assert play.tries("cho", "already_aware", place="ana", source="tv", right=True) == ("R70",)
    assert play.tries("off", "hand_to_agency", place="ana", agency="police") == ("R70",)


@pytest.mark.parametrize(
    ("by", "do", "arguments"),
    [
        pytest.param("cho", "tell", TELLING, id="tell"),
        pytest.param("cho", "attempt", {"result": "no_answer"}, id="attempt"),
        pytest.param("off", "hand_to_agency", {"agency": "police"}, id="hand to an agency"),
    ],
)
def test_doubt_freezes_the_step(by: str, do: str, arguments: dict[str, Any]) -> None:
    play = ready().does("out", "flag_doubt", about="identity", note="a second band")
    assert play.tries(by, do, place="ana", **arguments) == ("R46",)
    play.does("off", "assign", place="mum", lead="ode")
    play.does("auth", "clear_doubt", why="it belongs to another").does(by, do, place="ana", **arguments)


@pytest.mark.parametrize(
    ("result", "refused"),
    [
        *(pytest.param(result, (), id=result) for result in ("no_answer", "moved", "not_home", "refused")),
        pytest.param("note_left", ("R36", "argument"), id="a note"),
        pytest.param("told_neighbour", ("R36", "argument"), id="the neighbour"),
    ],
)
def test_attempts(result: str, refused: tuple[str, ...]) -> None:
    assert ready().tries("cho", "attempt", place="ana", result=result) == refused


def test_attempts_are_gated_like_a_telling() -> None:
    play = ready()
    assert play.tries("ode", "attempt", place="ana", result="no_answer") == ("R31",)
    assert play.tries("cho", "attempt", place="mum", result="no_answer") == ("R23", "R31")
    assert play.tries("mir", "attempt", place="ana", result="no_answer") == ("role", "R31", "R75")


@pytest.mark.parametrize("step", ["note_left", "message_left", "voicemail", "told_neighbour", "told_child"])
def test_a_search_tells_nobody(step: str) -> None:
    assert ready().tries("off", "search", person="ana", step=step, result="none") == ("R36",)


def test_window_of_the_recipient() -> None:
    play = Story("us-military", **{"team.min": 1}).knows("ana", zone="Pacific/Auckland").kin("ana", "spouse").drawn()
    play.does("off", "assign", place="ana", lead="cho")
    assert play.tries("cho", "tell", place="ana", **TELLING) == ()
    far = Story("us-military", **{"team.min": 1}).knows("ana", zone="America/Los_Angeles").kin("ana", "spouse").drawn()
    far.does("off", "assign", place="ana", lead="cho")
    assert far.tries("cho", "tell", place="ana", **TELLING) == ("R25",)
    assert far.reason("R25").until.isoformat() == "2026-03-02T13:00:00+00:00"
    assert far.tries("cho", "attempt", place="ana", result="no_answer") == ("R25",)
    far.does("out", "leak", source="tv").does("cho", "attempt", place="ana", result="no_answer")


def test_zone_unknown() -> None:
    play = Story("us-military", **{"team.min": 1}).knows("ana", zone=None).kin("ana", "spouse").drawn()
    play.does("off", "assign", place="ana", lead="cho")
    assert play.tries("cho", "tell", place="ana", **TELLING) == ("R25",)
    assert play.reason("R25").until is None
    play.does("auth", "override", rule="R25", place="ana", reason="noon here", second="off", minutes=60)
    play.does("cho", "tell", place="ana", **TELLING)


def test_leak_lifts_only_what_it_lifts() -> None:
    play = Story("us-military").knows("low", roles=("notifier",), grade=1).kin("ana", "spouse").drawn()
    play.does("out", "leak", source="tv")
    assert play.tries("off", "assign", place="ana", lead="low") == ("R30",)
    assert play.tries("cho", "tell", place="ana", **TELLING) == ("R31",)
    play.does("off", "assign", place="ana", lead="cho")
    assert play.tries("cho", "tell", place="ana", channel="sms", understood=True) == ("R27",)
    assert play.tries("cho", "tell", place="ana", channel="phone", understood=False) == ("R28",)
    play.does("cho", "tell", place="ana", channel="phone", understood=True)


@pytest.mark.parametrize(
    ("by", "arguments", "refused"),
    [
        pytest.param("cho", {"source": "the stream", "right": True}, (), id="right"),
        pytest.param("cho", {"source": "the stream", "right": False}, (), id="wrong"),
        pytest.param("cho", {"source": " ", "right": True}, ("R34",), id="no source"),
        pytest.param("doc", {"source": "the stream", "right": True}, ("role",), id="not yours"),
        pytest.param("cho", {"place": "out", "source": "tv", "right": True}, ("argument",), id="no such place"),
    ],
)
def test_condolence(by: str, arguments: dict[str, Any], refused: tuple[str, ...]) -> None:
    play = ready()
    assert play.tries(by, "already_aware", **{"place": "ana", **arguments}) == refused
    assert play.told == ([] if refused else ["ana"])
    assert ("correct:ana" in play.tasks) is (not refused and not arguments["right"])


def test_who_knew_in_doubt_is_told_of_the_doubt() -> None:
    play = ready().does("out", "flag_doubt", about="identity", note="a second band").later(minutes=10)
    play.does("cho", "already_aware", place="ana", source="tv", right=True)
    assert (play.tasks["tell_doubt:ana"].due - play.now).total_seconds() == 30 * 60
    play.does("cho", "correct", person="ana", channel="person")
    assert "tell_doubt:ana" not in play.tasks


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        pytest.param({"at": "2026-03-02T09:05:00Z", "name": "Sgt Low"}, (), id="done"),
        pytest.param({"at": "2026-03-02T09:05:00Z", "name": " "}, ("R20",), id="nobody says so"),
        pytest.param({"name": "Sgt Low"}, ("R20",), id="no moment"),
        pytest.param({"at": "2026-03-02T08:59:00Z", "name": "Sgt Low"}, ("R20",), id="before it was asked"),
        pytest.param({"at": "2026-03-02T09:11:00Z", "name": "Sgt Low"}, ("R20",), id="not yet"),
        pytest.param({"at": "2026-03-02T09:10:00Z", "name": "Sgt Low"}, (), id="this moment"),
    ],
)
def test_the_word_of_an_agency(arguments: dict[str, Any], refused: tuple[str, ...]) -> None:
    play = ready()
    assert play.tries("off", "agency_confirms", place="ana", **arguments) == ("R20",)
    assert play.tries("off", "hand_to_agency", place="ana", agency=" ") == ("R20",)
    play.does("off", "hand_to_agency", place="ana", agency="police of her town")
    assert play.tasks["attempt:ana"].holder == "role:casualty_officer"
    assert play.tries("off", "hand_to_agency", place="ana", agency="another") == ("R20",)
    assert play.tries("cho", "tell", place="ana", **TELLING) == ("R31",)
    assert play.tries("off", "assign", place="ana", lead="cho") == ("R31",)
    play.later(minutes=10)
    assert play.tries("off", "agency_confirms", place="ana", **arguments) == refused
    assert play.open == ({"ana"} if refused else {"mum"})


def test_a_place_is_taken_back_from_an_agency_by_an_authority() -> None:
    play = ready().does("off", "hand_to_agency", place="ana", agency="police of her town")
    play.does("auth", "override", rule="R31", place="ana", reason="passed to patrol", second="doc", minutes=5)
    play.does("off", "assign", place="ana", lead="ode").later(minutes=30).does("ode", "tell", place="ana", **TELLING)
    assert play.told == ["ana"]


def test_agency_only_in_turn() -> None:
    assert ready().tries("off", "hand_to_agency", place="mum", agency="police") == ("R23",)
    assert ready().tries("off", "hand_to_agency", place="head", agency="police") == ("R23", "R42")
