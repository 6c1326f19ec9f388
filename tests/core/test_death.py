"""From the flat line to the time of death: R01, R03-R05, R09, R26, R57, R75."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.core.case_builder import START, Story

param = pytest.param
BODY = ["wristband", "body_mark"]
SAID = {"mode": "present", "witness": "mir", "identifiers": BODY}


def clock(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("by", "changes", "refused"),
    [
        param("off", {}, (), id="by a casualty officer"),
        param("doc", {}, (), id="by a clinician"),
        param("desk", {}, (), id="by the desk"),
        param("cho", {}, ("role",), id="not by a notifier"),
        param("mir", {}, ("role",), id="not by a trainee"),
        param("off", {"casualty": None}, (), id="nobody knows who it is"),
        param("off", {"state": "missing"}, (), id="missing"),
        param("off", {"received": clock(-90)}, (), id="word came before"),
        param("off", {"received": START}, (), id="word came this very moment"),
        param("off", {"received": clock(1)}, ("argument",), id="word has not come yet"),
        param("off", {"casualty": "off"}, ("argument",), id="not for oneself"),
    ],
)
def test_opening(by: str, changes: dict[str, Any], refused: tuple[str, ...]) -> None:
    assert Story().tries(by, "open_case", **{"casualty": "ray", "alias": "Delta", **changes}) == refused


def test_a_case_is_opened_once_and_deadlines_run_from_receipt() -> None:
    play = Story("us-military").opened(received=clock(-90))
    assert play.tries("off", "open_case", casualty="ray", alias="Echo") == ("stage",)
    assert play.tasks["identify"].due == clock(-90) + timedelta(hours=4)


@pytest.mark.parametrize("kind", ["asystole", "leads_off", "vf", "brady", "tachy", "flat_standby"])
def test_a_device_asks_for_a_look_and_nothing_else(kind: str) -> None:
    play = Story().opened()
    before = play.case
    play.does("system", "device_event", kind=kind, bed="4")
    assert play.tasks["check_patient"].due == START + timedelta(minutes=10)
    assert (play.stage, play.case.state, play.told) == ("opened", before.state, [])
    assert not {"assign", "tell_org", "draw_chain"} & set(play.tasks)


def test_only_a_system_speaks_for_a_device() -> None:
    play = Story().knows("monitor", roles=("system",)).opened()
    assert play.tries("doc", "device_event", kind="asystole", bed="4") == ("role",)
    assert play.tries("monitor", "device_event", kind="asystole", bed="4") == ()


@pytest.mark.parametrize(
    ("do", "arguments"),
    [
        param("resuscitate", {"what": "start"}, id="resuscitation starts"),
        param("observe", {"what": "start"}, id="observation starts"),
        param("chart", {"text": "lead was off"}, id="somebody charts what it was"),
        param("pronounce", SAID, id="death is pronounced"),
    ],
)
def test_whoever_is_at_the_patient_answers_the_alarm(do: str, arguments: dict[str, Any]) -> None:
    play = Story().opened().does("system", "device_event", kind="asystole", bed="4")
    assert "check_patient" not in play.does("doc", do, **arguments).tasks


def test_a_monitor_left_on_the_dead_and_on_the_living_asks_again() -> None:
    play = Story().pronounced().does("system", "device_event", kind="flat_standby", bed="4")
    assert (play.stage, "check_patient" in play.tasks) == ("pronounced", True)
    play.does("auth", "retract", kind="alive", second="doc")
    assert "check_patient" in play.does("system", "device_event", kind="brady", bed="4").tasks


def running(*, since: float = -10) -> Story:
    return Story().opened().does("mir", "resuscitate", what="start", when=clock(since))


@pytest.mark.parametrize(
    ("by", "what", "detail", "when", "refused"),
    [
        param("mir", "compressions", "", None, (), id="a trainee records"),
        param("doc", "rosc", "pulse", None, (), id="a clinician records"),
        param("cho", "shock", "", None, ("role",), id="not a notifier"),
        param("mir", "shock", "", -10, (), id="in the minute of the start"),
        param("mir", "shock", "", -11, ("R05",), id="before the start"),
        param("mir", "shock", "", 0, (), id="now"),
        param("mir", "shock", "", 1, ("R05",), id="not yet"),
        param("mir", "start", "", None, ("R57",), id="started twice"),
        param("mir", "stop", "no response", None, (), id="stopped with a reason"),
        param("mir", "stop", "unknown", None, (), id="unknown is a reason"),
        param("mir", "stop", "", None, ("R57", "argument"), id="stopped without a reason"),
        param("mir", "stop", "   ", None, ("R57", "argument"), id="blank is no reason"),
        param("mir", "stop", "no response", -20, ("R05",), id="stopped before it started"),
    ],
)
def test_resuscitation(by: str, what: str, detail: str, when: float | None, refused: tuple[str, ...]) -> None:
    at = None if when is None else clock(when)
    assert running().tries(by, "resuscitate", what=what, detail=detail, when=at) == refused


@pytest.mark.parametrize("what", ["rhythm", "compressions", "shock", "drug", "airway", "rosc", "stop"])
def test_nothing_is_done_in_a_resuscitation_that_did_not_start(what: str) -> None:
    assert "R57" in Story().opened().tries("mir", "resuscitate", what=what, detail="x")


def test_a_time_to_come_says_when_it_will_do() -> None:
    play = running()
    play.tries("mir", "resuscitate", what="shock", when=clock(7))
    assert play.reason("R05").until == clock(7)


@pytest.mark.parametrize(
    ("by", "changes", "refused"),
    [
        param("doc", {}, (), id="present, with a witness"),
        param("doc", {"when": clock(-3)}, (), id="three minutes ago"),
        param("doc", {"when": START}, (), id="now, said"),
        param("doc", {"when": clock(1)}, ("R05",), id="not yet"),
        param("med", {}, ("R03",), id="a clinician without the credential"),
        param("mir", {"witness": "med"}, ("role", "R03", "R75"), id="a trainee"),
        param("cho", {}, ("role", "R03"), id="a notifier"),
        param("doc", {"witness": None}, ("argument",), id="nobody was there"),
        param("doc", {"witness": "doc"}, ("argument",), id="witness to oneself"),
        param("doc", {"witness": "ray"}, ("argument",), id="the casualty is no witness"),
        param("doc", {"second": "doc"}, ("argument",), id="second to oneself"),
        param("doc", {"mode": "remote", "second": "med"}, (), id="from afar, confirmed"),
        param("doc", {"mode": "remote"}, ("R03",), id="from afar, alone"),
        param("doc", {"mode": "remote", "second": "doc"}, ("R03", "argument"), id="from afar, confirming oneself"),
        param("doc", {"identifiers": ["wristband"]}, ("R09",), id="one identifier of two"),
        param("doc", {"identifiers": ["wristband", "wristband"]}, ("R09",), id="the same one twice"),
        param("doc", {"identifiers": []}, ("R09",), id="none"),
        param("doc", {"identifiers": ["wristband", "mask"]}, ("R09",), id="a mask is no identifier"),
        param("doc", {"identifiers": ["wristband", "id_card"]}, ("R09",), id="a card is no identifier"),
        param("doc", {"identifiers": ["wristband", "visual"]}, ("R09",), id="a face is no identifier"),
        param("doc", {"mismatched": ["service_number"]}, ("R09",), id="one does not match"),
    ],
)
def test_pronouncing(by: str, changes: dict[str, Any], refused: tuple[str, ...]) -> None:
    assert Story("us-hospital").opened().tries(by, "pronounce", **{**SAID, **changes}) == refused


@pytest.mark.parametrize("policy", ["village", "uk-military"])
def test_not_every_service_pronounces_from_afar(policy: str) -> None:
    play = Story(policy).opened()
    rules = play.tries("doc", "pronounce", **{**SAID, "mode": "remote", "second": "med", "ground": "rigor"})
    assert rules == ("R03",)


def test_no_override_brings_a_death_forward() -> None:
    play = Story().opened().does("auth", "override", rule="R05", reason="clock is slow", second="off", minutes=30)
    assert play.tries("doc", "pronounce", **SAID, when=clock(1)) == ("R05",)


def test_a_death_is_pronounced_once_and_never_edited() -> None:
    play = Story().pronounced(when=clock(-4))
    assert play.tries("doc", "pronounce", **SAID) == ("stage",)
    death = play.case.death
    assert (death.pronounced_at, death.recorded_at, play.case.state) == (clock(-4), START, "deceased")


@pytest.mark.parametrize(
    ("stopped", "when", "ground", "refused"),
    [
        param(None, None, "", ("R57", "R05"), id="it still runs"),
        param(None, None, "rigor", ("R57", "R05"), id="no ground ends a running resuscitation"),
        param(-2, None, "", (), id="stopped two minutes ago"),
        param(-2, -2, "", (), id="in the minute of the stop"),
        param(-2, -3, "", ("R05",), id="before the stop"),
        param(-2, -3, "was found dead, resuscitated in error", (), id="before the stop, with a ground"),
    ],
)
def test_death_is_not_before_resuscitation_ended(
    stopped: float | None, when: float | None, ground: str, refused: tuple[str, ...]
) -> None:
    play = running()
    if stopped is not None:
        play.does("mir", "resuscitate", what="stop", detail="no response", when=clock(stopped))
    at = None if when is None else clock(when)
    assert play.tries("doc", "pronounce", **SAID, when=at, ground=ground) == refused


@pytest.mark.parametrize(
    ("seconds", "changes", "refused"),
    [
        param(299, {}, ("R04",), id="4:59"),
        param(300, {}, (), id="5:00"),
        param(301, {}, (), id="5:01"),
        param(10, {"ground": "rigor"}, (), id="irreversible signs"),
        param(10, {"ground": "  "}, ("R04",), id="a blank ground"),
        param(600, {"when": START + timedelta(seconds=299)}, ("R04",), id="a time before the timer's end"),
        param(600, {"when": START + timedelta(seconds=300)}, (), id="the very end of the timer"),
        param(10, {"when": START + timedelta(seconds=300)}, ("R04", "R05"), id="a time that has not come"),
    ],
)
def test_five_minutes_without_activity(seconds: float, changes: dict[str, Any], refused: tuple[str, ...]) -> None:
    play = Story("uk-military").opened().does("doc", "observe", what="start").later(seconds=seconds)
    assert play.tries("doc", "pronounce", **{**SAID, **changes}) == refused


def test_activity_at_4_59_starts_the_five_minutes_again() -> None:
    play = Story("uk-military").opened().does("doc", "observe", what="start").later(seconds=299)
    play.does("doc", "observe", what="activity").later(seconds=299)
    assert play.tries("doc", "pronounce", **SAID) == ("R04",)
    assert play.reason("R04").until == play.now + timedelta(seconds=1)
    assert play.later(seconds=1).tries("doc", "pronounce", **SAID) == ()


def test_activity_alone_starts_no_timer() -> None:
    play = Story("uk-military").opened().does("doc", "observe", what="activity").later(minutes=10)
    assert play.tries("doc", "pronounce", **SAID) == ("R04",)
    assert play.reason("R04").until is None


def test_whoever_is_resuscitated_is_not_observed() -> None:
    play = Story("uk-military").opened().does("mir", "resuscitate", what="start").does("doc", "observe", what="start")
    play.later(minutes=4).does("mir", "resuscitate", what="stop", detail="no response").later(minutes=2)
    assert play.tries("doc", "pronounce", **SAID) == ("R04",)
    assert play.later(minutes=3).tries("doc", "pronounce", **SAID) == ()


@pytest.mark.parametrize("by", ["mir", "cho", "off"])
def test_only_a_clinician_observes(by: str) -> None:
    assert Story("uk-military").opened().tries(by, "observe", what="start") == ("role",)


def test_without_a_timer_in_the_pack_none_is_needed() -> None:
    assert Story("us-military").opened().tries("doc", "pronounce", **SAID) == ()


@pytest.mark.parametrize(
    "start",
    [
        param(datetime(2026, 3, 2, 23, 57, tzinfo=UTC), id="over midnight"),
        param(datetime(2026, 3, 29, 0, 57, tzinfo=ZoneInfo("Europe/London")), id="over the hour that is skipped"),
        param(datetime(2026, 10, 25, 1, 57, tzinfo=ZoneInfo("Europe/London")), id="over the hour that comes twice"),
    ],
)
def test_five_minutes_are_five_minutes_whatever_clocks_do(start: datetime) -> None:
    play = Story("uk-military", at=start.astimezone(UTC)).opened().does("doc", "observe", what="start")
    assert play.later(seconds=299).tries("doc", "pronounce", **SAID) == ("R04",)
    assert play.later(seconds=1).tries("doc", "pronounce", **SAID) == ()


def test_what_follows_a_pronouncement() -> None:
    play = Story("us-hospital").kin("ana", "spouse").pronounced()
    assert play.stage == "pronounced"
    assert {"coroner_decision", "identify", "tell_org:opo", "offer_support:doc", "offer_support:cho"} <= set(play.tasks)
    assert play.tasks["tell_org:opo"].due == START + timedelta(hours=1)
    assert "draw_chain" not in play.tasks
