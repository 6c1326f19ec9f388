"""What the registry or another case says draws a chain anew, whoever asks and whatever they are answered (4.10)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kinfirst.core.gate import open_places
from kinfirst.people import registry
from kinfirst.records import queries
from kinfirst.records.actions import Given, perform_named
from kinfirst.scenarios.player import Played
from tests.plays import played

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 2, 15, 0, tzinfo=UTC)


def open_now(play: Played, case: str) -> set[str]:
    """Who may be told now, by handle."""
    state, policy = queries.case_state(case), queries.case_policy(case)
    handles = {id: handle for handle, id in play.company.ids.items()}
    return {handles.get(place.id, place.id) for place in open_places(state, policy)}


def test_refused_command_shows_nobody_a_place_that_is_gone() -> None:
    play = played("rule-r73-who-holds-the-office-now", steps=8)
    (case,) = play.cases.values()
    assert open_now(play, case) == {"next"}
    registry.set_office(play.company.realm, "division_head:night-watch", None)
    given = Given(realm=play.company.realm, by=play.company.ids["officer"], now=NOW)
    arguments = {"place": play.company.ids["next"], "lead": play.company.ids["rowe"]}
    refused = perform_named("assign", arguments, given=given, case=case)
    assert refused.refusal is not None
    assert refused.events == ()
    assert open_now(play, case) == {"office:division_head:night-watch"}
    kinds = [entry.kind for entry in queries.entries(case)]
    assert kinds[-3:] == ["facts_taken", "chain_drawn", "refused"]


def test_refusal_that_is_no_news_is_one_entry() -> None:
    play = played("rule-r73-who-holds-the-office-now", steps=8)
    (case,) = play.cases.values()
    before = len(queries.entries(case))
    given = Given(realm=play.company.realm, by=play.company.ids["officer"], now=NOW)
    assert perform_named("add_kin", {"person": play.company.ids["walt"], "relation": "child"}, given=given, case=case)
    assert [entry.kind for entry in queries.entries(case)][before:] == ["refused"]


def test_death_of_a_wife_in_the_same_crash_is_noticed_in_his_case() -> None:
    play = played("rule-r16-two-in-one-car")
    assert open_now(play, play.cases["his"]) == {"mother"}
    last = queries.entries(play.cases["his"])[-1]
    assert (last.kind, last.actor) == ("chain_drawn", "system")
