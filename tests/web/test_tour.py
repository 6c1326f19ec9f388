"""The walk through the demonstration: a strip on every page, without scripts, and only in an exercise (R68)."""

from __future__ import annotations

from typing import Any

import pytest

from kinfirst.people import registry
from kinfirst.people.models import LIVE
from kinfirst.people.registry import NewPerson
from kinfirst.web.tour_steps import STOPS
from tests.plays import played
from tests.web.conftest import At, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(at: At, settings: Any) -> Any:
    settings.KINFIRST_IDLE_MINUTES = 0
    at("2020-10-10T15:12:00+09:00")
    return played("the-night", until="tell")


def test_every_stop_is_walked_to_and_its_strip_is_on_the_page(night: Any) -> None:
    client = signed_in(night, "sakura")
    seen = []
    for number, stop in enumerate(STOPS, start=1):
        page = client.post("/tour/go", {"stop": str(number)}, follow=True)
        assert page.status_code == 200, stop
        said = page.content.decode()
        assert f"Stop {number} of {len(STOPS)}" in said
        seen.append(page.request["PATH_INFO"])
    assert "/" in seen
    assert any(path.startswith("/cases/") for path in seen)
    assert "/doorstep/" in seen


def test_the_walk_ends(night: Any) -> None:
    client = signed_in(night, "sakura")
    client.post("/tour/go", {"stop": "1"})
    assert "tour-strip" in client.get("/").content.decode()
    client.post("/tour/go", {"stop": ""})
    assert "tour-strip" not in client.get("/").content.decode()


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", "9" * 40])
def test_a_stop_that_is_none_is_the_nearest_or_none(night: Any, number: str) -> None:
    assert signed_in(night, "sakura").post("/tour/go", {"stop": number}).status_code == 302


def test_what_a_visitor_may_not_see_is_said_and_has_no_address(night: Any) -> None:
    page = signed_in(night, "kakashi").get("/tour").content.decode()
    assert "Not shown to whom you are signed in as" in page
    assert "/cases/" not in page


def test_among_real_cases_nobody_is_shown_around(db: None, client: Any, django_user_model: Any) -> None:
    (person,) = registry.add_people(LIVE, (NewPerson(name="Ada", roles=("coordinator",)),))
    user = django_user_model.objects.create_user("ada", password="long enough words")
    registry.link_user(LIVE, person, user.pk)
    client.force_login(user, backend="kinfirst.project.signin.WithPerson")
    assert "Not here." in client.get("/tour").content.decode()
    client.post("/tour/go", {"stop": "1"})
    assert "tour-strip" not in client.get("/").content.decode()


def test_no_stop_leads_to_a_page_that_turns_its_visitor_away(night: Any) -> None:
    for who in ("sakura", "desk", "hiro", "mirani", "kakashi"):
        client = signed_in(night, who)
        for one in client.get("/tour").context["stops"]:
            if one.url:
                assert client.get(one.url).status_code == 200, (who, one.stop.page)
