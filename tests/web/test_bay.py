"""The bay: one tap is one line, clocks run from the record's times, and what the note lacks is said by name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from kinfirst.records import queries
from kinfirst.records.actions import Given, perform_named
from kinfirst.scenarios.player import Played
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def bay(at: At) -> Played:
    """The night, before anybody has stopped."""
    at("2020-10-10T14:20:00+09:00")
    return played("the-night", until="device_event")


def tap(client: Client, case: str, key: str, **sent: str) -> HttpResponse:
    return client.post(f"/cases/{case}/do/resuscitate", {"key": key, "back": "bay", **sent}, follow=True)


def test_one_tap_is_one_line_and_leads_back_to_the_bay(bay: Played) -> None:
    client, case = signed_in(bay, "toshi"), only_case(bay)
    before = len(queries.entries(case))
    response = tap(client, case, "k1", what="shock", detail="200 J")
    assert response.redirect_chain == [(f"/bay/{case}/", 302)]
    assert "Shock" in response.content.decode()
    assert [entry.kind for entry in queries.entries(case)[before:]] == ["resuscitated"]
    tap(client, case, "k1", what="shock", detail="200 J")
    assert len(queries.entries(case)) == before + 1


def test_clocks_run_while_resuscitation_does(bay: Played) -> None:
    client, case = signed_in(bay, "sakura"), only_case(bay)
    running = client.get(f"/bay/{case}/").context["clocks"]
    assert [str(one.label) for one in running] == ["Since the start", "Since compressions", "Since the drug"]
    tap(client, case, "k2", what="stop", detail="no pulse")
    page = client.get(f"/bay/{case}/")
    assert page.context["clocks"] == ()
    assert "Begin resuscitation again" in page.content.decode()


def test_a_refused_tap_keeps_what_was_typed_and_leads_back(bay: Played) -> None:
    client, case = signed_in(bay, "sakura"), only_case(bay)
    tap(client, case, "k3", what="stop", detail="no pulse")
    response = tap(client, case, "k4", what="drug", detail="adrenaline")
    assert response.status_code == 422
    page = response.content.decode()
    assert "R57" in page
    assert "adrenaline" in page
    assert '<input type="hidden" name="back" value="bay">' in page
    assert f'href="/bay/{case}/"' in page


def test_details_are_shown_on_asking_and_the_look_leads_back(bay: Played) -> None:
    client, case = signed_in(bay, "sakura"), only_case(bay)
    assert "soldier pills" not in client.get(f"/bay/{case}/").content.decode()
    response = client.post(f"/cases/{case}/look", {"part": "medical", "back": "bay"}, follow=True)
    assert response.redirect_chain == [(f"/bay/{case}/", 302)]
    assert "soldier pills, two" in response.content.decode()


def test_a_line_is_taken_back_by_an_entry_of_the_chart(bay: Played) -> None:
    client, case = signed_in(bay, "sakura"), only_case(bay)
    line = next(one for one in client.get(f"/bay/{case}/").context["lines"] if one.code == "drug")
    asked = client.get(f"/bay/{case}/", {"wrong": str(line.number)})
    text = asked.context["correcting"]
    assert text.startswith(f"[{line.number}] Recorded in error: Drug")
    client.post(f"/cases/{case}/do/chart", {"key": "k5", "text": text, "back": "bay"})
    client.post(f"/cases/{case}/look", {"part": "medical"})
    page = client.get(f"/bay/{case}/")
    (wrong,) = [one for one in page.context["lines"] if one.wrong]
    assert wrong.number == line.number
    assert "Since the drug" not in [str(one.label) for one in page.context["clocks"]]
    assert "in error, see the chart" in page.content.decode()


def test_the_observation_timer_begins_again_with_activity(at: At) -> None:
    play = played("rule-r04-five-minutes", until="observe")
    case = only_case(play)
    client = signed_in(play, "doctor")
    at("2026-02-01T10:11:00+00:00")
    assert client.get(f"/bay/{case}/").context["observation"].since is None
    client.post(f"/cases/{case}/do/observe", {"key": "o1", "what": "start", "back": "bay"})
    at("2026-02-01T10:15:59+00:00")
    client.post(f"/cases/{case}/do/observe", {"key": "o2", "what": "activity", "back": "bay"})
    watched = client.get(f"/bay/{case}/")
    seen = watched.context["observation"]
    assert (seen.since.isoformat()[11:19], seen.until.isoformat()[11:19], seen.over) == ("10:15:59", "10:20:59", False)
    assert "Activity seen: begin again" in watched.content.decode()
    at("2026-02-01T10:21:00+00:00")
    assert "It has run out without activity." in client.get(f"/bay/{case}/").content.decode()


def test_it_says_what_the_note_still_lacks(bay: Played) -> None:
    case = only_case(bay)
    found = {str(one.said) for one in signed_in(bay, "sakura").get(f"/bay/{case}/").context["lacks"]}
    assert "The first rhythm" in found
    assert "Who pronounced the death, and when" in found
    done = played("the-night")
    lacks = signed_in(done, "sakura").get(f"/bay/{only_case(done)}/").context["lacks"]
    assert {str(one.said) for one in lacks} == {"The first rhythm"}


def test_pronouncing_from_the_bay(bay: Played, at: At) -> None:
    client, case = signed_in(bay, "sakura"), only_case(bay)
    page = client.get(f"/bay/{case}/").content.decode()
    assert "record its stop" in page
    tap(client, case, "k6", what="stop", detail="no pulse")
    sent = {"key": "k7", "back": "bay", "mode": "present", "identifiers": ["service_number"]}
    sent["witness"] = bay.company.ids["mirani"]
    response = client.post(f"/cases/{case}/do/pronounce", sent, follow=True)
    assert response.redirect_chain == [(f"/bay/{case}/", 302)]
    assert 'class="time-of-death"' in response.content.decode()
    assert queries.case_state(case).death.pronounced_at is not None


def test_a_line_written_later_says_so(bay: Played, at: At) -> None:
    case = only_case(bay)
    now = at("2020-10-10T14:30:00+09:00").now()
    given = Given(realm=bay.company.realm, by=bay.company.ids["toshi"], now=now)
    perform_named("resuscitate", {"what": "rhythm", "when": now - timedelta(minutes=9)}, given=given, case=case)
    line = signed_in(bay, "sakura").get(f"/bay/{case}/").context["lines"][0]
    assert line.later
    assert line.at < line.written


@pytest.mark.parametrize("handle", ["kakashi", "bed2"])
def test_it_is_not_there_for_whoever_is_not_to_know(bay: Played, handle: str) -> None:
    case = only_case(bay)
    for page in ("bay", "desk", "effects"):
        assert signed_in(bay, handle).get(f"/{page}/{case}/").status_code == 404


def test_who_was_told_has_the_case_and_not_the_work(at: At) -> None:
    play = played("the-night")
    at("2020-10-11T10:00:00+09:00")
    client, case = signed_in(play, "kakashi"), only_case(play)
    assert client.get(f"/cases/{case}/").status_code == 200
    assert [client.get(f"/{page}/{case}/").status_code for page in ("bay", "desk", "effects")] == [404, 404, 404]
