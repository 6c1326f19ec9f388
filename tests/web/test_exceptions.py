"""Exceptions: what is asked, both clocks, decided by two, never by the one refused (R25, R26, R35, R73)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from kinfirst.people import registry
from kinfirst.people.facts import persons
from kinfirst.records import queries
from kinfirst.records.actions import Given, perform_named
from kinfirst.scenarios.player import Played
from kinfirst.web import clock
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db
NAMES = ("Dalton", "Amy", "Fay", "Rex")


def text(response: HttpResponse) -> str:
    return response.content.decode()


class Zulu:
    """Rowe was refused at four in the morning: the wife's hours begin at five, the deadline ends at half past two."""

    def __init__(self, play: Played) -> None:
        self.play, self.ids, self.case = play, play.company.ids, only_case(play)
        registry.set_roles(play.company.realm, self.ids["nurse"], ("clinician", "authority"))

    def client(self, who: str) -> Client:
        return signed_in(self.play, who)

    def decide(self, **changed: Any) -> HttpResponse:
        sent = {"rule": "R25", "place": self.ids["wife"], "ground": "deadline", "words": "", "minutes": "60"}
        sent |= {"second": self.ids["doctor"], "key": "decided-once"}
        found: HttpResponse = self.client("nurse").post(f"/exceptions/{self.case}/decide", {**sent, **changed})
        return found


@pytest.fixture
def zulu(at: At, settings: Any) -> Zulu:
    settings.KINFIRST_IDLE_MINUTES = 0
    at("2026-03-08T00:10:00-05:00")
    return Zulu(played("rule-r25-twenty-four-hundred", steps=8))


def test_what_was_refused_is_asked_with_both_clocks(zulu: Zulu) -> None:
    page = text(zulu.client("nurse").get("/exceptions/"))
    for said in ("R25", "spouse", "Major Simon Rowe", "Zulu", "05:00", "Nobody goes before the hours begin"):
        assert said in page
    assert [name for name in NAMES if name in page] == []
    assert len(re.findall(r'class="asked"', page)) == 1


def test_decided_in_one_form_the_rule_is_lifted(zulu: Zulu) -> None:
    assert zulu.decide().status_code == 302
    (waiver,) = queries.case_state(zulu.case).waivers
    assert (waiver.rule, waiver.place, waiver.second) == ("R25", zulu.ids["wife"], zulu.ids["doctor"])
    page = text(zulu.client("nurse").get("/exceptions/"))
    assert 'class="asked"' not in page
    assert "Review the exception" in page or "Review" in page


def test_sent_twice_it_is_decided_once(zulu: Zulu) -> None:
    zulu.decide()
    zulu.decide()
    assert len(queries.case_state(zulu.case).waivers) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"ground": "", "words": ""}, "needs its reason", id="no reason"),
        pytest.param({"ground": "other", "words": ""}, "needs its reason", id="another reason without words"),
        pytest.param({"second": ""}, "second person", id="alone"),
        pytest.param({"minutes": "0"}, "minutes", id="no end"),
        pytest.param({"minutes": "soon"}, "minutes", id="no number"),
        pytest.param({"rule": "R03"}, "can be waived by nobody", id="a rule nobody lifts"),
    ],
)
def test_what_is_not_lawful_is_refused_and_what_was_typed_stays(zulu: Zulu, changed: dict[str, str], said: str) -> None:
    response = zulu.decide(**changed)
    assert response.status_code == 422
    assert said in text(response)
    assert queries.case_state(zulu.case).waivers == ()


def test_the_one_refused_neither_decides_nor_seconds(zulu: Zulu) -> None:
    page = text(zulu.client("nurse").get("/exceptions/"))
    assert f'<option value="{zulu.ids["rowe"]}"' not in page
    assert zulu.decide(second=zulu.ids["rowe"]).status_code == 422
    registry.set_roles(zulu.play.company.realm, zulu.ids["rowe"], ("notifier", "authority"))
    assert "You were refused here yourself" in text(zulu.client("rowe").get("/exceptions/"))


def test_the_clock_asks_before_anybody_is_refused(at: At, settings: Any) -> None:
    settings.KINFIRST_IDLE_MINUTES = 0
    at("2026-03-07T22:50:00-05:00")
    scene = Zulu(played("rule-r25-twenty-four-hundred", steps=6))
    page = text(scene.client("nurse").get("/exceptions/"))
    assert "asked by the clock" in page
    assert "Their hours end" in page


def test_an_empty_office_is_asked_about(at: At, settings: Any) -> None:
    settings.KINFIRST_IDLE_MINUTES = 0
    play = played("rule-r73-an-empty-chair", until="override")
    case = only_case(play)
    at("2026-12-01T00:00:00+00:00")
    authority = next(h for h, id in play.company.ids.items() if "authority" in persons([id])[id].roles)
    page = text(signed_in(play, authority).get("/exceptions/"))
    assert "R73" in page
    assert "nobody after it is told" in page
    assert case in page


def test_who_has_gone_off_after_all_asks_no_more(at: At) -> None:
    """Mirani was refused at 14:52 and went at 14:54, when her entries were signed."""
    at("2020-10-10T14:53:30+09:00")
    refused = played("the-night", until="go_off")
    assert "Go off duty" in text(signed_in(refused, "sakura").get("/exceptions/"))
    given = Given(realm=refused.company.realm, by=refused.company.ids["mirani"], now=clock.now())
    assert perform_named("go_off", {}, given=given).refusal is None
    assert "Go off duty" not in text(signed_in(refused, "sakura").get("/exceptions/"))


@pytest.mark.parametrize("who", ["rowe", "doctor"])
def test_it_is_for_those_who_decide(zulu: Zulu, who: str) -> None:
    response = zulu.client(who).get("/exceptions/")
    assert response.status_code == 403
    assert "Zulu" not in text(response)


def test_a_casualty_officer_sees_the_doors_and_decides_nothing(zulu: Zulu) -> None:
    page = text(zulu.client("officer").get("/exceptions/"))
    assert "Asked now" not in page


def test_a_call_for_help_is_answered_once(zulu: Zulu) -> None:
    zulu.client("rowe").post(
        f"/doorstep/{zulu.case}/{zulu.ids['wife']}/tap", {"what": "help", "key": "help-at-the-door"}
    )
    officer = zulu.client("officer")
    page = text(officer.get("/exceptions/"))
    assert "Needs help" in page
    assert "Major Simon Rowe" in page
    assert zulu.client("rowe").post("/exceptions/seen", {"key": "help-at-the-door"}).status_code == 302
    assert "Needs help" in text(officer.get("/exceptions/"))
    officer.post("/exceptions/seen", {"key": "help-at-the-door"})
    assert "Needs help" not in text(officer.get("/exceptions/"))


def test_what_was_told_meanwhile_is_not_asked_any_more(zulu: Zulu, at: At) -> None:
    clock = at("2026-03-08T05:05:00-04:00")
    told = {"place": zulu.ids["wife"], "channel": "person", "understood": True}
    given = Given(realm=zulu.play.company.realm, by=zulu.ids["rowe"], now=clock.now())
    assert perform_named("tell", told, given=given, case=zulu.case).refusal is None
    assert "spouse" not in text(zulu.client("nurse").get("/exceptions/"))
