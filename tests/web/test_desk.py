"""The desk of the casualty officer: kin and why, who could go, and what cannot be pressed by accident."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kinfirst.people.models import Change, Distance
from kinfirst.records import queries
from kinfirst.scenarios.player import Played
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(at: At) -> Played:
    """The night, before anybody carries the word."""
    at("2020-10-10T15:02:00+09:00")
    return played("the-night", until="assign")


def test_kin_stand_in_order_with_the_paragraph_that_put_them_there(night: Played) -> None:
    case = only_case(night)
    response = signed_in(night, "sakura").get(f"/desk/{case}/")
    (bond,) = response.context["kin"]
    assert (bond.who, bond.standing) == ("bond", "first")
    assert (
        bond.because == "line 6 of the policy’s order of kin, bond: the one who is bereaved though no form names them"
    )
    assert "Kakashi" not in response.content.decode()


def test_names_come_with_a_look_and_it_leads_back(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    response = client.post(f"/cases/{case}/look", {"part": "kin", "back": "desk"}, follow=True)
    assert response.redirect_chain == [(f"/desk/{case}/", 302)]
    assert response.context["kin"][0].who == "Kakashi"


def test_the_notifiers_are_ranked_and_one_press_from_the_form(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    (place,) = client.get(f"/desk/{case}/").context["places"]
    names = [one.name for one in place.notifiers]
    assert names[0] in ("Hiro", "Fumi of the day shift")
    assert "Sakura, head medic" in names
    assert "Mirani" not in names
    off = {one.name: one.off for one in place.notifiers}
    assert (off["Sakura, head medic"], off["Hiro"]) == (True, False)
    form = client.get(place.notifiers[0].url)
    chosen = form.context["form"].initial
    assert chosen["place"] == night.company.ids["kakashi"]
    assert chosen["lead"] in (night.company.ids["hiro"], night.company.ids["fumi"])


def test_who_is_bereaved_is_not_given_away_by_the_ranking(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    assert all(not one.reasons for one in client.get(f"/desk/{case}/").context["places"][0].notifiers)


def test_the_search_has_its_steps(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    steps = client.get(f"/desk/{case}/").context["search"]
    assert [(str(one.said), one.done) for one in steps] == [
        ("look through every record", False),
        ("ask those who served beside them", False),
        ("ask the head of their division", False),
    ]
    sent = {"key": "s1", "back": "desk", "person": "kin", "step": "records", "result": "none"}
    response = client.post(f"/cases/{case}/do/search", sent, follow=True)
    assert response.redirect_chain == [(f"/desk/{case}/", 302)]
    assert [one.done for one in response.context["search"]] == [True, False, False]


def test_leak_and_doubt_are_behind_two_steps_without_a_script(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    page = client.get(f"/desk/{case}/").content.decode()
    for command, needed in (("leak", "source"), ("flag_doubt", "note")):
        (form,) = re.findall(rf'<details class="sure-step">(?:(?!</details>).)*do/{command}".*?</details>', page, re.S)
        assert f'name="{needed}" type="text" required' in form
    assert 'id="leak-sure" required' in page
    before = len(queries.entries(case))
    client.get(f"/cases/{case}/do/leak", {"source": "the market"})
    assert len(queries.entries(case)) == before
    client.post(f"/cases/{case}/do/leak", {"key": "l1", "back": "desk", "source": "the market"})
    assert "The news is out" in client.get(f"/desk/{case}/").content.decode()


def test_old_emergency_data_is_confirmed_from_the_desk(at: At) -> None:
    play = played("rule-r67-the-form-is-two-years-old", until="confirm_roll")
    case = only_case(play)
    at("2030-01-01T00:00:00+00:00")
    by = next(handle for handle in play.company.ids if _may_confirm(play, handle))
    client = signed_in(play, by)
    page = client.get(f"/desk/{case}/")
    assert page.context["stale"]
    assert any(one.old for one in page.context["kin"])
    client.post(f"/cases/{case}/do/confirm_roll", {"key": "r1", "back": "desk", "note": "asked the unit"})
    assert not client.get(f"/desk/{case}/").context["stale"]


def _may_confirm(play: Played, handle: str) -> bool:
    from kinfirst.records.access import viewer_named

    found = viewer_named(play.company.ids[handle], play.company.realm)
    return found is not None and "casualty_officer" in found.person.roles


def test_the_name_is_held_with_a_countdown(at: At) -> None:
    play = played("the-night", until="release_effects")
    at("2020-10-10T15:24:00+09:00")
    response = signed_in(play, "sakura").get(f"/desk/{only_case(play)}/")
    assert response.context["hold"].until.isoformat() == "2020-10-11T06:23:00+00:00"
    page = response.content.decode()
    assert 'data-until="2020-10-11T15:23:00+09:00"' in page
    assert "R39" in page
    assert "R74" in page


def test_the_nearer_of_two_who_are_as_fit_is_named_first(night: Played, at: At) -> None:
    """Hours on the way are asked, kept for twelve hours, on the log of the registry, and forgotten when emptied."""
    client, case, ids = signed_in(night, "sakura"), only_case(night), night.company.ids

    def order() -> list[str]:
        return [one.id for one in client.get(f"/desk/{case}/").context["places"][0].notifiers]

    def say(who: str, hours: str) -> Any:
        return client.post(f"/desk/{case}/distance", {"place": ids["kakashi"], "who": ids[who], "hours": hours})

    assert say("hiro", "3").status_code == 302
    assert say("fumi", "0,5").status_code == 302
    assert order()[:2] == [ids["fumi"], ids["hiro"]]
    say("fumi", "30")
    assert order()[:2] == [ids["hiro"], ids["fumi"]]
    assert "3" in {f"{one.hours:g}" for one in client.get(f"/desk/{case}/").context["places"][0].notifiers if one.hours}
    logged = Change.objects.filter(by=ids["sakura"], about=ids["fumi"], kind="person").values_list("fields", flat=True)
    assert list(logged) == [["hours"], ["hours"]]
    say("hiro", "")
    assert order()[0] == ids["fumi"]
    at("2020-10-11T03:03:00+09:00")
    assert {one.hours for one in signed_in(night, "sakura").get(f"/desk/{case}/").context["places"][0].notifiers} == {
        None
    }


@pytest.mark.parametrize("hours", ["73", "-1", "NaN", "Infinity", "soon", "1e9"])
def test_a_distance_that_is_none_is_refused_and_stays_typed(night: Played, hours: str) -> None:
    client, case, ids = signed_in(night, "sakura"), only_case(night), night.company.ids
    sent = {"place": ids["kakashi"], "who": ids["hiro"], "hours": hours}
    response = client.post(f"/desk/{case}/distance", sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert "hours from 0 to 72" in page
    assert f'value="{hours}"' in page
    assert not Distance.objects.exists()


def test_whose_distance_is_kept_must_be_of_the_house_and_of_the_case(night: Played) -> None:
    client, case, ids = signed_in(night, "sakura"), only_case(night), night.company.ids
    for wrong in ({"who": ids["bed2"]}, {"place": "nowhere"}, {"who": ids["kakashi"]}):
        sent = {"place": ids["kakashi"], "who": ids["hiro"], "hours": "1", **wrong}
        assert client.post(f"/desk/{case}/distance", sent).status_code == 422
    assert signed_in(night, "mirani").post(f"/desk/{case}/distance", {}).status_code == 403
    assert not Distance.objects.exists()
