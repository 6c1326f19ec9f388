"""The public name, organisations, support and the end of a case: R03, R10, R39, R40, R47-R50, R56, R58, R74."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinfirst.core.facts import EventMember
from tests.core.case_builder import START, Story

param = pytest.param
DAY = timedelta(hours=24)


def told(policy: str = "village", **changes: Any) -> Story:
    """Everybody of the chain knows; nothing else is done."""
    play = Story(policy, **changes).kin("ana", "spouse").drawn()
    return play.told_by("ana")


def finished(policy: str = "us-hospital", *, but: str = "") -> Story:
    """Everything R58 asks for is done, except one point."""
    play = Story(policy).kin("ana", "spouse").drawn()
    steps: dict[str, Any] = {
        "chain": lambda: play.told_by("ana"),
        "chart": lambda: play.does("mir", "sign", entry="mir").does("doc", "cosign", entry="mir"),
        "coroner": lambda: play.does("doc", "coroner", decision="not_required", ground="cause known"),
        "effects": lambda: play.does("doc", "treat", all=True, done="sealed", seal="S1"),
        "orgs": lambda: [
            play.does("off", "tell_org", org=org).does("off", "org_acknowledged", org=org) for org in play.policy.orgs
        ],
        "overrides": lambda: play.does("aud", "review_override", override=1, note="was needed"),
        "corrections": lambda: play.does("cho", "correct", person="ana", channel="person"),
        "support": lambda: [
            play.does("sup", "offer_support", to=who) for who in ("doc", "mir", "cho") if who in play.case.attended
        ],
    }
    play.does("mir", "chart", text="no pulse").does("doc", "inventory", items=["ring"], with_="mir")
    play.does("auth", "override", rule="R25", reason="vigil", second="off", minutes=60)
    for name, step in steps.items():
        if name == "corrections" and "ana" in play.told:
            play.does("off", "amend", fact="cause", value="known", why="autopsy")
        if name != but and (name != "corrections" or "ana" in play.told):
            step()
    return play if but == "hold" else play.later(hours=25)


def test_a_finished_case_is_closed_and_opened_again() -> None:
    play = finished().does("off", "close_case")
    assert (play.stage, play.tasks) == ("closed", {})
    assert play.tries("off", "close_case") == ("stage",)
    assert play.tries("off", "amend", fact="cause", value="x", why="y") == ("stage",)
    play.does("off", "reopen_case")
    assert (play.stage, play.case.id, play.case.alias) == ("told", "case", "Delta")
    assert play.tries("off", "reopen_case") == ("stage",)


@pytest.mark.parametrize(
    ("but", "points"),
    [
        param("chain", {"kin", "chain", "hold"}, id="kin not told"),
        param("chart", {"chart"}, id="an entry not signed"),
        param("coroner", {"coroner"}, id="no coroner's decision"),
        param("effects", {"effects"}, id="effects neither released nor sealed"),
        param("orgs", {"orgs"}, id="organisations not told"),
        param("overrides", {"overrides"}, id="an override not reviewed"),
        param("corrections", {"corrections"}, id="somebody told an older version"),
        param("support", {"support"}, id="support not offered"),
        param("hold", {"hold"}, id="the hold still runs"),
    ],
)
def test_one_open_point_keeps_a_case_open(but: str, points: set[str]) -> None:
    play = finished(but=but)
    assert play.tries("off", "close_case") == ("R58",)
    assert play.refusal is not None
    assert {reason.text.split(":")[0] for reason in play.refusal.reasons} == points


def test_the_refusal_lists_everything_still_open() -> None:
    play = Story("us-hospital").opened()
    assert play.tries("off", "close_case") == ("R58",)
    assert play.refusal is not None
    listed = {reason.text.split(":")[0] for reason in play.refusal.reasons}
    assert {"identity", "kin", "chain", "coroner", "orgs", "hold"} <= listed


@pytest.mark.parametrize("by", ["doc", "auth", "cho", "desk"])
def test_only_the_casualty_officer_closes(by: str) -> None:
    assert finished().tries(by, "close_case") == ("role",)


@pytest.mark.parametrize(
    ("kind", "refused"),
    [param("referred", ("R58",), id="not released"), param("released", (), id="released")],
)
def test_a_referred_death_is_closed_when_it_is_released(kind: str, refused: tuple[str, ...]) -> None:
    play = finished(but="coroner").does("doc", "coroner", decision="referred", ground="gunshot")
    if kind == "released":
        play.does("cor", "coroner", decision="released", ground="examined")
    assert play.tries("off", "close_case") == refused


def test_what_is_told_again_awaits_a_new_answer() -> None:
    play = finished().does("off", "tell_org", org="gp", number="2")
    assert "tell_org:gp" in play.tasks
    assert play.tries("off", "close_case") == ("R58",)


def test_a_case_of_one_who_lives_needs_no_chain() -> None:
    play = Story("us-hospital").opened(state="injured").does("mir", "chart", text="awake")
    assert play.tries("off", "close_case") == ("R58",)
    play.does("mir", "sign", entry="mir").does("doc", "cosign", entry="mir").does("sup", "offer_support", to="mir")
    assert play.tries("off", "close_case") == ("R58",), "nobody is sure who it is"
    play.does("doc", "identify", as_="ray", method="dna", evidence="sample 7")
    assert play.does("off", "close_case").stage == "closed"
    assert play.does("off", "reopen_case").stage == "opened"


@pytest.mark.parametrize("state", ["unknown", "missing", "dustwun", "believed_dead"])
def test_a_case_of_one_who_may_have_died_stays_open(state: str) -> None:
    assert Story("us-hospital").opened(state=state).tries("off", "close_case") == ("R58",)


def test_a_retracted_case_is_closed_when_everybody_has_heard() -> None:
    play = told().does("auth", "retract", kind="alive", second="doc")
    for who in play.case.attended:
        play.does("sup", "offer_support", to=who)
    assert play.tries("off", "close_case") == ("R58",)
    play.does("cho", "correct", person="ana", channel="person").does("off", "close_case")
    assert play.does("off", "reopen_case").stage == "retracted"


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        param([], ("R03",), id="nobody is dead"),
        param(["pronounced"], ("R10",), id="nobody knows who"),
        param(["pronounced", "identified"], (), id="dead and identified"),
    ],
)
def test_telling_an_organisation(before: list[str], refused: tuple[str, ...]) -> None:
    play = Story("us-hospital").opened()
    for beginning in before:
        getattr(play, beginning)()
    assert play.tries("off", "tell_org", org="registrar") == (("R10", "R03") if not before else refused)
    assert play.tries("off", "tell_org", org="opo") == ()


def test_an_organisation_answers_after_it_was_told() -> None:
    play = Story("us-hospital").identified()
    assert play.tries("off", "org_acknowledged", org="opo") == ("R50",)
    play.does("system", "tell_org", org="opo", number="OPO-77")
    assert "tell_org:opo" in play.tasks
    assert "tell_org:opo" not in play.does("system", "org_acknowledged", org="opo").tasks
    assert play.tries("doc", "tell_org", org="gp") == ("role",)


@pytest.mark.parametrize(
    ("org", "due"),
    [
        param("opo", timedelta(hours=1), id="organ procurement within the hour"),
        param("registrar", timedelta(hours=24), id="the registrar within the day"),
        param("gp", timedelta(days=1), id="the general practitioner within a day"),
        param("appointments", timedelta(0), id="appointments at once"),
    ],
)
def test_organisations_have_their_clocks_from_death(org: str, due: timedelta) -> None:
    play = Story("us-hospital").pronounced(when=START - timedelta(minutes=10))
    assert play.tasks[f"tell_org:{org}"].due == START - timedelta(minutes=10) + due


@pytest.mark.parametrize(
    ("after", "refused", "waits"),
    [
        param(timedelta(0), ("R39",), True, id="at once"),
        param(DAY - timedelta(seconds=1), ("R39",), True, id="a second early"),
        param(DAY, (), False, id="exactly a day"),
    ],
)
def test_the_name_waits_for_the_hold(after: timedelta, refused: tuple[str, ...], waits: bool) -> None:
    play = told()
    play.until(play.now + after)
    assert play.tries("off", "release_name") == refused
    if waits:
        assert play.reason("R39").until == START + DAY


def test_the_hold_runs_from_the_last_of_kin() -> None:
    play = Story("us-hospital").kin("ana", "spouse").kin("mum", "parent").drawn().told_by("ana").later(hours=30)
    assert play.tries("off", "release_name") == ("R39",)
    play.told_by("mum").later(hours=23)
    assert play.tries("off", "release_name") == ("R39",)
    assert play.later(hours=1).tries("off", "release_name") == ()


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        param({"state": "deceased"}, ("R39",), id="kin of another death not told"),
        param({"state": "deceased", "kin_settled": START + timedelta(hours=5)}, ("R39",), id="told later than ours"),
        param({"state": "deceased", "kin_settled": START}, (), id="told when ours were"),
        param({"state": "deceased", "retracted": True}, (), id="a death that was withdrawn"),
        param({"state": "injured"}, (), id="a survivor"),
    ],
)
def test_the_hold_runs_from_the_last_of_the_event(other: dict[str, Any], refused: tuple[str, ...]) -> None:
    member = EventMember(person="ben", case=True, sex="female", **other)
    play = Story().kin("ana", "spouse").in_event(member).opened(event="event").drawn().told_by("ana").later(hours=24)
    assert play.tries("off", "release_name") == refused


@pytest.mark.parametrize(
    ("wishes", "refused"),
    [
        param(["waive_hold"], (), id="kin waive the hold"),
        param(["never_name"], ("R39",), id="kin want no name"),
        param(["waive_hold", "never_name"], ("R39",), id="never stands above"),
    ],
)
def test_what_kin_wish(wishes: list[str], refused: tuple[str, ...]) -> None:
    play = told()
    for wish in wishes:
        play.does("off", "kin_wish", wish=wish)
    assert play.tries("off", "release_name") == refused


def test_nobody_asks_kin_who_do_not_know() -> None:
    assert Story().kin("ana", "spouse").drawn().tries("off", "kin_wish", wish="waive_hold") == ("stage",)


def test_a_sealed_name_is_never_public() -> None:
    play = Story().knows("ray", sealed=True).kin("ana", "spouse").drawn().told_by("ana").later(hours=25)
    assert play.tries("off", "release_name") == ("R74",)


def test_no_name_during_a_blackout() -> None:
    play = told().does("auth", "blackout", what="start", scope="camp", why="kin").later(hours=25)
    assert play.tries("off", "release_name") == ("R40",)
    assert play.does("auth", "blackout", what="lift").tries("off", "release_name") == ()


@pytest.mark.parametrize(
    ("by", "to", "refused"),
    [
        param("sup", "mir", (), id="a supporter"),
        param("doc", "mir", (), id="a clinician"),
        param("sup", "out", (), id="to one who only drove"),
        param("off", "mir", ("role",), id="not an officer"),
        param("doc", "doc", ("argument",), id="not to oneself"),
        param("sup", "ray", ("argument",), id="not to the dead"),
    ],
)
def test_offering_support(by: str, to: str, refused: tuple[str, ...]) -> None:
    assert Story().pronounced().tries(by, "offer_support", to=to) == refused


def test_support_is_offered_to_everybody_who_was_there_or_carried_the_word() -> None:
    play = Story("us-military").kin("ana", "spouse").opened().does("mir", "resuscitate", what="start")
    play.does("mir", "resuscitate", what="stop", detail="no response").drawn()
    play.told_by("ana", "off", "ode")
    owed = {name for name in play.tasks if name.startswith("offer_support")}
    assert owed == {f"offer_support:{who}" for who in ("mir", "doc", "cho", "off", "ode")}
    assert play.tasks["offer_support:mir"].due == START + timedelta(hours=24)
    assert "offer_support:mir" not in play.does("sup", "offer_support", to="mir").tasks
