"""Cover: what was said is read by the two it concerns, and read back before anybody's patients move."""

from __future__ import annotations

import pytest

from kinfirst.records import queries
from kinfirst.scenarios.player import Played
from tests.plays import played
from tests.web.conftest import At, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(at: At) -> Played:
    """Sakura has offered her patients, and nobody has answered."""
    at("2020-10-10T14:57:00+09:00")
    return played("the-night", until="accept_cover")


def test_the_receiver_reads_what_was_said_and_whom_it_is_about(offered: Played) -> None:
    page = signed_in(offered, "hiro").get("/cover/").content.decode()
    for said in ("Little Ume", "two stable, one to watch", "dressing of bed nine at six", "not accepted yet"):
        assert said in page


@pytest.mark.parametrize("handle", ["desk", "fumi", "mirani"])
def test_nobody_else_reads_it(offered: Played, handle: str) -> None:
    page = signed_in(offered, handle).get("/cover/").content.decode()
    for said in ("Little Ume", "two stable, one to watch"):
        assert said not in page
    assert "Sakura, head medic" in page


def test_accepting_needs_the_words(offered: Played) -> None:
    client = signed_in(offered, "hiro")
    refused = client.post("/house/do/accept_cover", {"key": "c1", "offer": "1", "read_back": " "})
    assert refused.status_code == 422
    words = "three patients, bed five to watch, mine until eight"
    done = client.post("/house/do/accept_cover", {"key": "c2", "offer": "1", "read_back": words}, follow=True)
    assert done.redirect_chain == [("/cover/", 302)]
    page = done.content.decode()
    assert "3 living patients are yours" in page
    assert words in page
    giver = signed_in(offered, "sakura").get("/cover/").content.decode()
    assert words in giver
    assert "Little Ume" not in giver


def test_declining_moves_nobody(offered: Played) -> None:
    signed_in(offered, "hiro").post("/house/do/decline_cover", {"key": "c3", "offer": "1"})
    house = queries.house_state(offered.company.realm)
    assert len(house.of(offered.company.ids["sakura"])) == 3
    assert "Little Ume" in signed_in(offered, "sakura").get("/cover/").content.decode()


def test_patients_can_be_handed_over_before_any_command_of_cover(at: At) -> None:
    play = played("the-night", until="hand_over")
    at("2020-10-10T14:55:00+09:00")
    for address in ("/cover/", "/house/do/hand_over"):
        assert "Old Tamaki" in signed_in(play, "sakura").get(address).content.decode(), address


def test_the_old_address_still_leads_there(offered: Played) -> None:
    assert signed_in(offered, "desk").get("/house/").status_code == 200
