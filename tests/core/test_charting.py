"""Charting, signing, the coroner and the casualty report: R03, R07, R08, R61, R75."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinfirst.core.charting import unsigned_by
from tests.core.case_builder import START, Story

param = pytest.param


@pytest.mark.parametrize(
    ("by", "changes", "refused"),
    [
        param("doc", {}, (), id="a clinician"),
        param("mir", {}, (), id="a trainee"),
        param("cho", {}, ("role",), id="not a notifier"),
        param("doc", {"when": START - timedelta(minutes=9)}, (), id="what was done before"),
        param("doc", {"when": START}, (), id="now"),
        param("doc", {"when": START + timedelta(seconds=1)}, ("argument",), id="not yet"),
        param("doc", {"text": "  "}, ("argument",), id="nothing said"),
    ],
)
def test_charting(by: str, changes: dict[str, Any], refused: tuple[str, ...]) -> None:
    assert Story().opened().tries(by, "chart", **{"text": "no pulse", **changes}) == refused


def charted(*authors: str) -> Story:
    play = Story().opened()
    for author in authors:
        play.does(author, "chart", text="no pulse")
    return play


@pytest.mark.parametrize(
    ("by", "do", "entry", "refused"),
    [
        param("mir", "sign", "mir", (), id="the author signs"),
        param("doc", "sign", "2", (), id="the author signs by number"),
        param("doc", "sign", "mir", ("role", "R07"), id="nobody signs for another"),
        param("doc", "sign", "7", ("argument",), id="no such entry"),
        param("med", "sign", "med", ("argument",), id="nothing written, nothing to sign"),
        param("doc", "cosign", "mir", (), id="a clinician co-signs"),
        param("doc", "cosign", "1", (), id="a clinician co-signs by number"),
        param("med", "cosign", "doc", ("R07",), id="a clinician's entry needs none"),
        param("doc", "cosign", "doc", ("argument", "R07"), id="nobody co-signs their own"),
        param("kei", "cosign", "mir", ("role", "R07", "R75"), id="a trainee co-signs nothing"),
        param("mir", "cosign", "mir", ("role", "argument", "R07", "R75"), id="least of all their own"),
        param("cho", "cosign", "mir", ("role", "R07", "R75"), id="a notifier is no clinician"),
        param("doc", "cosign", "9", ("argument",), id="no such entry to co-sign"),
    ],
)
def test_signatures(by: str, do: str, entry: str, refused: tuple[str, ...]) -> None:
    play = charted("mir", "doc").knows("kei", roles=("trainee",))
    assert set(play.tries(by, do, entry=entry)) == set(refused)


def test_a_trainees_entries_wait_for_a_co_signature() -> None:
    play = charted("mir")
    play.later(minutes=5).does("mir", "chart", text="again")
    assert play.tasks["cosign:mir"].due == START + timedelta(hours=24)
    play.does("doc", "cosign", entry="1")
    assert play.tasks["cosign:mir"].due == play.now + timedelta(hours=24)
    assert "cosign:mir" not in play.does("doc", "cosign", entry="mir").tasks


def test_one_who_is_clinician_and_trainee_writes_as_a_clinician() -> None:
    play = Story().knows("kei", roles=("trainee", "clinician")).opened().does("kei", "chart", text="no pulse")
    assert "cosign:kei" not in play.tasks


def test_what_is_unsigned_and_what_an_override_lets_wait() -> None:
    play = charted("mir", "mir", "doc")
    assert unsigned_by(play.case, "mir", play.now) == 2
    play.does("mir", "sign", entry="1")
    assert unsigned_by(play.case, "mir", play.now) == 1
    play.does("auth", "override", rule="R07", reason="taken ill", second="off", minutes=60)
    assert unsigned_by(play.case, "mir", play.now + timedelta(minutes=59)) == 0
    assert unsigned_by(play.case, "mir", play.now + timedelta(minutes=60)) == 1


def test_no_override_makes_a_signature_anothers() -> None:
    play = charted("mir").does("auth", "override", rule="R07", reason="taken ill", second="off", minutes=60)
    assert set(play.tries("doc", "sign", entry="mir")) == {"role", "R07"}
    assert {"argument", "R07"} <= set(play.tries("mir", "cosign", entry="mir"))


REFERRED = {"decision": "referred", "ground": "gunshot", "number": "ME-1"}
NOT_REQUIRED = {"decision": "not_required", "ground": "cause known"}
RELEASED = {"decision": "released", "ground": "examined"}


@pytest.mark.parametrize(
    ("before", "by", "arguments", "refused"),
    [
        param([], "doc", REFERRED, (), id="referred by a clinician"),
        param([], "cor", REFERRED, (), id="referred by the coroner"),
        param([], "off", REFERRED, ("role",), id="not by a casualty officer"),
        param([], "mir", REFERRED, ("role",), id="not by a trainee"),
        param([], "doc", NOT_REQUIRED, (), id="not required"),
        param([], "doc", {"decision": "not_required"}, ("argument", "R08"), id="not required, without a ground"),
        param([], "doc", {"decision": "referred", "ground": " "}, ("argument", "R08"), id="a blank ground"),
        param([], "cor", RELEASED, ("R08",), id="released before it was referred"),
        param([NOT_REQUIRED], "cor", RELEASED, ("R08",), id="released though not required"),
        param([NOT_REQUIRED], "doc", REFERRED, (), id="referred after all"),
        param([REFERRED], "doc", NOT_REQUIRED, ("R08",), id="a referral is not undone by another decision"),
        param([REFERRED], "cor", RELEASED, (), id="released"),
        param([REFERRED, {**RELEASED, "releases": "body"}], "cor", RELEASED, (), id="released in two steps"),
    ],
)
def test_coroner(before: list[dict[str, Any]], by: str, arguments: dict[str, Any], refused: tuple[str, ...]) -> None:
    play = Story().pronounced()
    for step in before:
        play.does("doc", "coroner", **step)
    assert set(play.tries(by, "coroner", **arguments)) == set(refused)


@pytest.mark.parametrize(
    ("state", "refused"),
    [param("unknown", ("stage",), id="nobody is dead"), param("believed_dead", (), id="believed to be")],
)
def test_a_coroner_decides_on_a_death(state: str, refused: tuple[str, ...]) -> None:
    assert Story().opened(state=state).tries("doc", "coroner", **REFERRED) == refused


@pytest.mark.parametrize(
    ("steps", "locks"),
    [
        param([], (), id="no decision"),
        param([NOT_REQUIRED], (), id="not required"),
        param([REFERRED], ("body", "effects"), id="referred"),
        param([REFERRED, {**RELEASED, "releases": "body"}], ("effects",), id="the body's release is not the clothes'"),
        param([REFERRED, {**RELEASED, "releases": "effects"}], ("body",), id="the clothes' is not the body's"),
        param([REFERRED, RELEASED], (), id="all of it"),
        param([REFERRED, RELEASED, REFERRED], ("body", "effects"), id="referred again"),
    ],
)
def test_what_is_under_the_evidence_lock(steps: list[dict[str, Any]], locks: tuple[str, ...]) -> None:
    play = Story().pronounced()
    assert play.tasks["coroner_decision"].due == START + timedelta(hours=24)
    for step in steps:
        play.does("doc", "coroner", **step)
    assert (play.case.coroner.locks if play.case.coroner else ()) == locks
    assert ("coroner_decision" in play.tasks) == (not steps)


def report(words: str) -> dict[str, str]:
    kind, status, category, stage = words.split()
    return {"type": kind, "status": status, "category": category, "report": stage}


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        param("hostile deceased kia initial", (), id="killed in action"),
        param("hostile deceased friendly_fire final", (), id="friendly fire is hostile"),
        param("hostile deceased dow interim", (), id="died of wounds"),
        param("non_hostile deceased accident final", (), id="an accident"),
        param("Non-hostile deceased self-inflicted final", (), id="written with hyphens and capitals"),
        param("pending deceased pending initial", (), id="pending at first"),
        param("hostile deceased pending interim", (), id="category pending"),
        param("non_hostile deceased friendly_fire initial", ("R61",), id="friendly fire is never non-hostile"),
        param("hostile deceased accident initial", ("R61",), id="an accident is never hostile"),
        param("non_hostile deceased kia initial", ("R61",), id="killed in action is hostile"),
        param("pending deceased kia initial", ("R61",), id="a category before its type"),
        param("pending deceased pending final", ("R61",), id="pending is never final"),
        param("hostile deceased pending final", ("R61",), id="nor is half of it"),
        param("hostile deceased mia initial", ("R61",), id="a category of the missing"),
        param("hostile gone kia initial", ("R61",), id="no such status"),
        param("odd deceased kia initial", ("R61",), id="no such type"),
        param("hostile missing mia initial", ("R61",), id="the dead are not missing"),
        param("hostile vsi wia initial", ("R61",), id="the dead are not hurt"),
    ],
)
def test_report_of_the_dead(words: str, refused: tuple[str, ...]) -> None:
    assert Story().pronounced().tries("off", "set_status", **report(words)) == refused


@pytest.mark.parametrize(
    ("words", "refused", "state"),
    [
        param("hostile missing mia interim", (), "missing", id="missing in action"),
        param("hostile missing captured final", (), "missing", id="captured"),
        param("pending dustwun pending initial", (), "dustwun", id="whereabouts unknown"),
        param("pending dustwun pending final", ("R61",), "unknown", id="which is transitory"),
        param("hostile dustwun pending final", ("R61",), "unknown", id="whatever its type"),
        param("hostile vsi wia initial", (), "injured", id="very seriously injured"),
        param("non_hostile iii illness initial", (), "injured", id="incapacitated"),
        param("hostile deceased kia initial", ("R03",), "unknown", id="no report pronounces"),
    ],
)
def test_report_of_the_living(words: str, refused: tuple[str, ...], state: str) -> None:
    play = Story().opened()
    assert play.tries("off", "set_status", **report(words)) == refused
    assert play.case.state == state


@pytest.mark.parametrize("by", ["doc", "mir", "cho", "auth"])
def test_only_the_casualty_officer_reports(by: str) -> None:
    assert Story().pronounced().tries(by, "set_status", **report("hostile deceased kia initial")) == ("role",)


def test_after_a_retraction_the_report_can_be_put_right_and_no_death_comes_back() -> None:
    play = Story().pronounced().does("auth", "retract", kind="alive", second="doc")
    assert play.tries("off", "set_status", **report("hostile deceased kia interim")) == ("R03",)
    assert play.tries("off", "set_status", **report("hostile si wia interim")) == ()
    assert play.case.state == "injured"
