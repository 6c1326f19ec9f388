"""The doorstep: my visits, the recorded look, the words, taps from the page itself (R14, R36, R38)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from kinfirst.people import contacts
from kinfirst.people.models import Person
from kinfirst.records import queries
from kinfirst.web.models import DoorTap
from tests.plays import played
from tests.web.conftest import At
from tests.web.ward import NAMES, Ward, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(at: At, settings: Any) -> Ward:
    """With no lock of idle sessions, so that time may pass between two requests."""
    settings.KINFIRST_IDLE_MINUTES = 0
    return Ward(played("demo-ward"), at("2026-04-07T14:40:00+09:00"))


def test_my_visits_name_nobody(ward: Ward) -> None:
    page = text(ward.client().get("/doorstep/"))
    assert "parent" in page
    assert "May be told now" in page
    assert [name for name in NAMES if name in page] == []


@pytest.mark.parametrize("who", ["tsuji", "yamada", "fukuda", "haruka", "renji"])
def test_a_visit_is_for_those_who_carry_it(ward: Ward, who: str) -> None:
    client = ward.client(who)
    assert client.get(ward.door).status_code == 404
    assert client.post(ward.door + "look").status_code == 404
    assert client.post(ward.door + "tap", {"what": "tell", "channel": "person", "understood": "yes"}).status_code == 404
    assert ward.door not in text(client.get("/doorstep/"))


def test_whom_and_where_are_shown_after_a_recorded_look_and_no_title_has_them(ward: Ward) -> None:
    way = contacts.Way(kind="address", text="3-7 Riverside Row")
    contacts.add_contact(ward.play.company.realm, ward.ids["chiyo"], way)
    Person.objects.filter(id__in=[ward.ids["chiyo"], ward.ids["daiki"]]).update(household="row", speaks=["es"])
    client = ward.client()
    before = text(client.get(ward.door))
    assert [name for name in (*NAMES, "Riverside") if name in before] == []
    page = text(client.post(ward.door + "look", follow=True))
    assert [entry.kind for entry in queries.entries(ward.case)[-2:]] == ["viewed", "viewed"]
    for said in (
        "Chiyo Morishige",
        "3-7 Riverside Row",
        "geo:0,0?q=3-7%20Riverside%20Row",
        "Spanish",
        "Daiki Morishige",
    ):
        assert said in page
    assert "Kenta Morishige ha muerto." in page
    assert "Kenta Morishige has died." in page
    heads = " ".join(re.findall(r"<title>.*?</title>|<h[1-6].*?</h[1-6]>|<summary>.*?</summary>", page, re.S))
    assert [name for name in NAMES if name in heads] == []
    assert re.search(r"<title>Visit – Kinfirst</title>", page)
    ward.pass_by(minutes=15, seconds=1)
    assert "Chiyo" not in text(client.get(ward.door))


def test_a_child_of_the_house_is_flagged(ward: Ward) -> None:
    Person.objects.filter(id__in=[ward.ids["chiyo"], ward.ids["daiki"]]).update(household="row")
    Person.objects.filter(id=ward.ids["daiki"]).update(born="2016-01-01")
    assert "a child: never told by us" in text(ward.client().post(ward.door + "look", follow=True))


def test_what_is_not_known_is_said_to_be_unknown(ward: Ward) -> None:
    client = ward.client()
    page = text(client.post(ward.door + "look", follow=True))
    assert "What they died of" in page
    assert "being investigated" in page
    ward.do("tsuji", "amend", fact="cause", value="a fall of eleven metres", why="examination")
    page = text(client.get(ward.door))
    assert "a fall of eleven metres" in page
    assert "What they died of" not in page
    assert "version 2" in page


def test_a_tap_without_scripts_is_done_once(ward: Ward) -> None:
    client = ward.client()
    sent = {"what": "tell", "channel": "person", "understood": "yes", "key": "one-and-the-same"}
    page = text(client.post(ward.door + "tap", sent, follow=True))
    assert "Kept: told." in page
    assert ward.told()["chiyo"] == ward.clock.now()
    entries = len(queries.entries(ward.case))
    assert client.post(ward.door + "tap", sent).status_code == 302
    assert len(queries.entries(ward.case)) == entries


def test_a_refused_tap_says_why(ward: Ward) -> None:
    ward.do("renji", "flag_doubt", about="identity")
    response = ward.client().post(ward.door + "tap", {"what": "tell", "channel": "person", "understood": "yes"})
    assert response.status_code == 422
    assert "R46" in text(response)


@pytest.mark.parametrize("what", ["", "pronounce", "view", "no such thing"])
def test_a_tap_that_is_none_is_an_error(ward: Ward, what: str) -> None:
    assert ward.client().post(ward.door + "tap", {"what": what}).status_code == 400


def test_every_button_has_its_effect(ward: Ward) -> None:
    client = ward.client()
    client.post(ward.door + "tap", {"what": "arrived"})
    client.post(ward.door + "tap", {"what": "help"})
    client.post(ward.door + "tap", {"what": "attempt", "result": "not_home"})
    client.post(ward.door + "tap", {"what": "leak", "source": "a neighbour"})
    client.post(ward.door + "tap", {"what": "already_aware", "source": "the neighbour", "right": "no"})
    state = queries.case_state(ward.case)
    assert state.attempts[ward.ids["chiyo"]] == 2
    assert state.closing.leak == ward.clock.now()
    assert state.told[ward.ids["chiyo"]].how == "condoled"
    assert "correct" in ward.tasks()
    assert sorted(DoorTap.objects.values_list("what", "state")) == [
        ("already_aware", "done"),
        ("arrived", "noted"),
        ("attempt", "done"),
        ("help", "noted"),
        ("leak", "done"),
    ]


def test_withdrawn_is_a_stop_with_its_own_words(ward: Ward) -> None:
    ward.do("fukuda", "retract", kind="alive", second=ward.ids["tsuji"])
    client = ward.client()
    assert "Stop: withdrawn" in text(client.get(ward.door))
    page = text(client.post(ward.door + "look", follow=True))
    assert "We withdraw it." in page
    assert "has died" not in page


def test_the_frame_the_worker_and_the_manifest_name_nobody(ward: Ward) -> None:
    client = ward.client()
    assert client.post(ward.door + "look").status_code == 302
    for address in ("/doorstep/away", "/doorstep-worker.js", "/manifest.webmanifest"):
        said = text(client.get(address))
        assert [name for name in (*NAMES, "Bridge", ward.case) if name in said] == [], address
    worker = client.get("/doorstep-worker.js")
    assert worker["Content-Type"] == "text/javascript"
    assert worker["Service-Worker-Allowed"] == "/"
    assert json.loads(text(client.get("/manifest.webmanifest")))["start_url"] == "/doorstep/"
    assert Client().get("/doorstep/away").status_code == 302


def test_the_words_can_be_learnt_beforehand(ward: Ward) -> None:
    page = text(ward.client().get("/doorstep/words?language=de"))
    assert "… ist gestorben." in page
    assert [name for name in NAMES if name in page] == []
