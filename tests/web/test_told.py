"""Told in turn: nothing before their turn; then what may be known, said and done, and when more comes (R41-R44)."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse

from kinfirst.records import queries
from kinfirst.records.actions import Given, perform_named
from kinfirst.scenarios.player import Played
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db
NAME = "Itsuki Hara"


def text(response: HttpResponse) -> str:
    return response.content.decode()


def do(play: Played, who: str, name: str, now: Any, **arguments: Any) -> None:
    given = Given(realm=play.company.realm, by=play.company.ids[who], now=now)
    outcome = perform_named(name, arguments, given=given, case=only_case(play))
    assert outcome.refusal is None, outcome.refusal


@pytest.fixture
def later(at: At, settings: Any) -> Any:
    settings.KINFIRST_IDLE_MINUTES = 0
    return at("2020-10-10T17:40:00+09:00")


@pytest.mark.parametrize("who", ["kakashi", "commander", "counsel"])
def test_before_their_turn_there_is_nothing(later: Any, who: str) -> None:
    page = text(signed_in(played("the-night", until="tell"), who).get("/told/"))
    assert "Nothing has been told to you" in page
    assert "Cat" not in page


def test_a_head_of_division_hears_what_may_be_said_and_when_more_comes(later: Any) -> None:
    play = played("the-night")
    client = signed_in(play, "commander")
    page = text(client.get("/told/"))
    for said in ("Cat", "You were told", "Not to those whose turn comes after yours", "Yes, now.", "version 1"):
        assert said in page
    assert NAME not in page
    case = only_case(play)
    assert NAME in text(client.post(f"/told/{case}/look", follow=True))
    assert queries.entries(case)[-1].kind == "viewed"
    assert NAME not in text(client.post(f"/told/{case}/look", {"part": "hide"}, follow=True))


def test_a_changed_fact_stops_the_letter_until_it_was_heard(later: Any) -> None:
    play = played("the-night", until="close_case")
    do(play, "sakura", "amend", later.now(), fact="place", value="the northern gate", why="the report was wrong")
    page = text(signed_in(play, "commander").get("/told/"))
    assert "It has changed since you were told" in page
    assert "Not yet." in page
    assert "Nothing, to anybody." in page


def test_a_doubt_silences_everybody_who_was_told(later: Any) -> None:
    play = played("the-night", until="close_case")
    do(play, "hiro", "flag_doubt", later.now(), about="identity")
    page = text(signed_in(play, "commander").get("/told/"))
    assert "In doubt" in page
    assert "Nothing, to anybody." in page


@pytest.mark.parametrize("who", ["desk", "fumi"])
def test_whoever_was_not_told_has_an_empty_page(later: Any, who: str) -> None:
    assert "Nothing has been told to you" in text(signed_in(played("the-night"), who).get("/told/"))


def through() -> Played:
    """Told is the adviser; the leader is theirs to tell."""
    return played("rule-r41-the-adviser-has-it", until="acknowledge")


def test_the_adviser_confirms_and_tells_the_leader(at: At, settings: Any) -> None:
    settings.KINFIRST_IDLE_MINUTES = 0
    play = through()
    case = only_case(play)
    last = queries.entries(case)[-1].at
    assert last is not None
    clock = at(last.isoformat())
    state = queries.case_state(case)
    assert state.chain is not None
    leader = next(place for place in state.chain.places() if place.through)
    adviser = next(place for place in state.chain.places() if place.office == "adviser")
    handle = next(name for name, id in play.company.ids.items() if id == adviser.person)
    client = signed_in(play, handle)
    page = text(client.get("/told/"))
    assert "You tell:" in page
    assert "The word is with me" in page
    assert client.post(f"/told/{case}/acknowledge", {"place": leader.id}).status_code == 302
    page = text(client.get("/told/"))
    assert "That is not the telling" in page
    refused = client.post(f"/told/{case}/tell", {"place": leader.id, "channel": "person"})
    assert refused.status_code == 422
    assert "R28" in text(refused)
    done = client.post(f"/told/{case}/tell", {"place": leader.id, "channel": "person", "understood": "yes"})
    assert done.status_code == 302
    assert leader.person in queries.case_state(case).told
    assert "You tell:" not in text(client.get("/told/"))
    assert clock.now() >= last


def test_nobody_else_confirms_for_the_adviser(at: At, settings: Any) -> None:
    settings.KINFIRST_IDLE_MINUTES = 0
    at("2030-01-01T00:00:00+00:00")
    play = through()
    case = only_case(play)
    outsider = next(name for name, id in play.company.ids.items() if not queries.case_state(case).told.get(id))
    assert signed_in(play, outsider).post(f"/told/{case}/acknowledge", {"place": "x"}).status_code in (403, 404, 422)
