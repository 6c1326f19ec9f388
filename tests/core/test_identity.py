"""How sure we are who this is: R10-R13."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kinfirst.core.facts import EventMember
from kinfirst.core.identity import level, two_identifiers
from tests.core.case_builder import Story

param = pytest.param
Piece = tuple[str, ...]


def with_evidence(*pieces: Piece, play: Story | None = None) -> Story:
    """Each piece is `by method [second] [as]`."""
    play = play or Story("us-hospital").pronounced()
    for by, method, *more in pieces:
        second, who = (more + [""] * 2)[:2]
        arguments: dict[str, Any] = {"as_": who or "ray", "method": method, "evidence": "kept in the file"}
        play.does(by, "identify", **arguments, **({"second": second} if second else {}))
    return play


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        param([], 0, id="nothing"),
        param([("doc", "property")], 1, id="a purse"),
        param([("doc", "property"), ("off", "id_card"), ("med", "vehicle"), ("cor", "description")], 1, id="all weak"),
        param([("doc", "visual")], 2, id="a face"),
        param([("doc", "visual"), ("off", "visual")], 2, id="a face, seen by two"),
        param([("doc", "visual"), ("off", "property")], 2, id="a face and a purse"),
        param([("doc", "wristband")], 2, id="one identifier"),
        param([("doc", "wristband"), ("off", "wristband")], 2, id="the same method twice"),
        param([("doc", "wristband"), ("doc", "body_mark")], 2, id="two methods, the same person twice"),
        param([("doc", "wristband", "off")], 2, id="one method, two people in one command"),
        param([("doc", "wristband"), ("off", "body_mark")], 3, id="two identifiers by two"),
        param([("doc", "wristband"), ("off", "visual")], 3, id="an identifier and a face, by two"),
        param([("off", "visual"), ("doc", "wristband")], 3, id="the other way round"),
        param([("doc", "wristband"), ("off", "property")], 3, id="an identifier and a purse, by two"),
        param([("doc", "wristband", "off"), ("doc", "visual")], 3, id="two methods, the second of one command"),
        param([("doc", "fingerprint")], 4, id="fingerprint"),
        param([("doc", "dental")], 4, id="dental"),
        param([("doc", "dna")], 4, id="dna"),
        param([("doc", "device_serial")], 4, id="the serial of a device inside"),
        param([("doc", "property"), ("off", "dna")], 4, id="science beside a purse"),
    ],
)
def test_level(pieces: list[Piece], expected: int) -> None:
    play = with_evidence(*pieces)
    assert level(play.case) == expected
    assert play.stage == ("identified" if expected >= 3 else "pronounced")


@pytest.mark.parametrize("first", ["pronounced", "identified"])
def test_identified_is_pronounced_and_sure_in_whichever_order(first: str) -> None:
    play = Story().opened()
    if first == "pronounced":
        play.pronounced().identified()
    else:
        play.does("doc", "identify", as_="ray", method="dna", evidence="sample 7")
        assert play.stage == "opened"
        play.pronounced()
    assert play.stage == "identified"
    assert {"draw_chain"} <= set(play.tasks)
    assert "identify" not in play.tasks


@pytest.mark.parametrize(
    ("by", "changes", "refused"),
    [
        param("doc", {}, (), id="a clinician"),
        param("off", {}, (), id="a casualty officer"),
        param("cor", {}, (), id="a coroner"),
        param("mir", {}, ("role",), id="not a trainee"),
        param("cho", {}, ("role",), id="not a notifier"),
        param("doc", {"method": "hearsay"}, ("argument",), id="no such method"),
        param("doc", {"evidence": ""}, ("R12", "argument"), id="a claim without evidence"),
        param("doc", {"evidence": " "}, ("R12", "argument"), id="a blank"),
        param("doc", {"second": "doc"}, ("argument",), id="second to oneself"),
        param("doc", {"second": "med"}, (), id="with a second"),
        param("doc", {"as_": "doc"}, ("argument",), id="not as oneself"),
    ],
)
def test_identifying(by: str, changes: dict[str, Any], refused: tuple[str, ...]) -> None:
    arguments = {"as_": "ray", "method": "wristband", "evidence": "band 7", **changes}
    assert set(Story().opened().tries(by, "identify", **arguments)) == set(refused)


@pytest.mark.parametrize(
    ("opened_as", "pieces", "who", "expected"),
    [
        param(None, [], None, 0, id="nobody knows"),
        param(None, [("doc", "property")], "ray", 1, id="a first guess"),
        param(None, [("doc", "dna")], "ray", 4, id="science names the unknown"),
        param("ray", [("doc", "dna", "", "ben")], "ben", 4, id="science names another than was presumed"),
        param("ray", [("doc", "wristband", "", "ben")], "ray", 0, id="one band for another is a contradiction"),
        param("ray", [("doc", "wristband", "", "ben"), ("off", "visual", "", "ben")], "ben", 3, id="all for another"),
        param("ray", [("doc", "property"), ("off", "dna", "", "ben")], "ben", 4, id="science against a purse"),
        param(
            "ray",
            [("doc", "wristband"), ("off", "visual"), ("cor", "wristband", "", "ben")],
            "ray",
            0,
            id="two bands on one wrist",
        ),
        param("ray", [("doc", "wristband", "", "ben"), ("off", "dna")], "ray", 4, id="science settles two bands"),
        param("ray", [("doc", "dna"), ("off", "dental", "", "ben")], "ray", 0, id="science against science"),
    ],
)
def test_whom_the_evidence_names(opened_as: str | None, pieces: list[Piece], who: str | None, expected: int) -> None:
    play = Story("us-hospital").knows("ben").opened(casualty=opened_as).pronounced()
    with_evidence(*pieces, play=play)
    assert (play.case.casualty, level(play.case)) == (who, expected)


def test_evidence_for_another_after_the_telling_stops_and_renames_nobody() -> None:
    play = Story("us-hospital").knows("ben").kin("ana", "spouse").kin("mum", "parent").drawn().told_by("ana")
    play.does("off", "identify", as_="ben", method="dna", evidence="sample 8")
    play.does("off", "assign", place="mum", lead="ode")
    assert play.case.casualty == "ray"
    assert "R10" in play.tries("ode", "tell", place="mum", channel="person", understood=True)


def alike(**changes: Any) -> EventMember:
    """Somebody of the event who could be mistaken for ray."""
    return EventMember(**{"person": "ben", "born": date(1998, 9, 9), "sex": "male", "case": True, **changes})


@pytest.mark.parametrize(
    ("other", "pieces", "refused"),
    [
        param(alike(), [("doc", "wristband"), ("off", "visual")], ("R11",), id="a face is not enough"),
        param(alike(), [("doc", "wristband"), ("off", "body_mark")], (), id="two identifiers by two"),
        param(alike(), [("doc", "wristband"), ("doc", "body_mark"), ("off", "visual")], ("R11",), id="both by one"),
        param(alike(), [("doc", "dental")], (), id="science"),
        param(alike(sex="female"), [("doc", "wristband"), ("off", "visual")], (), id="another sex"),
        param(alike(sex=None), [("doc", "wristband"), ("off", "visual")], ("R11",), id="sex not known"),
        param(alike(born=None), [("doc", "wristband"), ("off", "visual")], ("R11",), id="birth not known"),
        param(alike(born=date(2001, 4, 1)), [("doc", "wristband"), ("off", "visual")], ("R11",), id="five years on"),
        param(alike(born=date(2001, 4, 3)), [("doc", "wristband"), ("off", "visual")], (), id="more than five years"),
        param(alike(born=date(1991, 4, 2)), [("doc", "wristband"), ("off", "visual")], ("R11",), id="five years older"),
        param(alike(person="ray"), [("doc", "wristband"), ("off", "visual")], (), id="only the casualty"),
    ],
)
def test_look_alikes_raise_what_is_needed(other: EventMember, pieces: list[Piece], refused: tuple[str, ...]) -> None:
    play = Story("us-hospital").kin("ana", "spouse").in_event(other).opened(event="event").pronounced()
    with_evidence(*pieces, play=play)
    assert ("identify" in play.tasks) == bool(refused)
    assert play.tries("off", "draw_chain") == refused


@pytest.mark.parametrize(
    ("other", "closed", "refused"),
    [
        param(alike(state="injured"), True, ("R13",), id="nobody knows who the survivor is"),
        param(alike(state="injured", case=False), True, ("R13",), id="the survivor has no case yet"),
        param(alike(state="injured", level=3), True, ("R13",), id="level 3 by a face is not enough for a survivor"),
        param(alike(state="injured", level=3, two_identifiers=True), True, (), id="two identifiers are"),
        param(alike(state="injured", level=4), True, (), id="science is"),
        param(alike(state="deceased"), True, (), id="another dead is not a survivor"),
        param(alike(state="injured", sex="female"), True, (), id="a survivor of another sex"),
        param(alike(state="injured"), False, (), id="an open event: nobody knows who was in it"),
        param(alike(state="injured", level=4, retracted=True), True, (), id="was called dead, is alive and known"),
        param(alike(state="unknown", level=4, retracted=True), True, ("R13",), id="was called by a wrong name"),
    ],
)
def test_survivors_of_a_closed_event_come_first(other: EventMember, closed: bool, refused: tuple[str, ...]) -> None:
    play = Story("us-hospital").kin("ana", "spouse").in_event(other, closed=closed).opened(event="event").drawn()
    play.does("off", "assign", place="ana", lead="cho")
    assert play.tries("cho", "tell", place="ana", channel="person", understood=True) == refused


def test_two_identifiers_are_those_of_the_casualty() -> None:
    play = with_evidence(("doc", "wristband"), ("off", "body_mark"))
    assert two_identifiers(play.case)
    assert not two_identifiers(with_evidence(("doc", "wristband"), ("off", "visual")).case)


@pytest.mark.parametrize(
    ("org", "pieces", "refused"),
    [
        param("opo", [], (), id="organ procurement hears of nobody by name"),
        param("registrar", [], ("R10",), id="the registrar hears a name"),
        param("registrar", [("doc", "wristband"), ("off", "visual")], (), id="a sure one"),
    ],
)
def test_an_organisation_hears_a_name_when_it_is_sure(org: str, pieces: list[Piece], refused: tuple[str, ...]) -> None:
    assert with_evidence(*pieces).tries("off", "tell_org", org=org) == refused


def test_effects_are_given_away_when_it_is_sure() -> None:
    play = Story("us-hospital").kin("ana", "spouse").pronounced().does("doc", "inventory", items=["ring"], with_="mir")
    given = {"to": "ana", "id_seen": True, "receipt": "signed"}
    assert play.tries("doc", "release_effects", **given) == ("R10",)
    assert play.identified().tries("doc", "release_effects", **given) == ()
