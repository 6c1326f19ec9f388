"""The station: who sees which bed, what it says, and what a person does there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from kinfirst.people import registry
from kinfirst.records import models, queries
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.verify import verify
from kinfirst.scenarios.player import Played
from kinfirst.web.beds import cases_of_beds
from kinfirst.web.models import BedCase
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in
from tests.web.station_fake import MOMENT, FakeStation, alarm, station

pytestmark = pytest.mark.django_db
NOW = "2020-10-10T14:36:30+09:00"
NAME = "Itsuki"
PAUSED = {"paused_until": MOMENT + timedelta(minutes=2)}


@pytest.fixture
def night(at: At) -> Played:
    at(NOW)
    return played("the-night", until="device_event")


@pytest.fixture
def beds(night: Played) -> Iterator[FakeStation]:
    """Three beds of the house: one calls and has a case, one is well, one nobody watches."""
    with station() as fake:
        fake.put(
            "1", night.company.realm, alarm("asystole"), alarm("vf", present=False), case=only_case(night), rate=None
        )
        fake.put("2", night.company.realm)
        fake.put("3", night.company.realm, watched=False)
        yield fake


def test_without_script_the_page_says_it_all(night: Played, beds: FakeStation) -> None:
    client, case = signed_in(night, "mirani"), only_case(night)
    page = client.get("/station/").content.decode()
    assert "Decision support for documentation, not a medical device." in page
    for said in ("Bed 1", "Asystole", "and 1 more", "nobody has answered, since 14:36", "no case", "72", "No alarm"):
        assert said in page
    assert f'href="/cases/{case}/">Cat</a>' in page
    assert "Nobody watches this bed" in page
    assert "Without script this page makes no sound" in page
    first, second, third = client.get("/station/").context["beds"]
    assert (first.kind, first.lamp, first.sound, first.rate) == ("alarm", "high", "high", "–")
    assert (second.kind, second.can, second.lead) == ("calm", (), "II")
    assert (third.kind, third.lamp, third.sound) == ("unwatched", "", "medium")
    assert NAME not in page


def test_sixty_four_beds_are_a_light_page(night: Played) -> None:
    """With its styles and scripts, as the budget of every page counts (tests/e2e/test_access_for_all.py)."""
    with station() as fake:
        for number in range(64):
            fake.put(str(number), night.company.realm, *([alarm("asystole")] if number % 4 == 0 else []))
        page = signed_in(night, "sakura").get("/station/").content
    assert page.count(b"<article") == 64 + 1
    asked = re.findall(rb'(?:src|href)="/static/([^"]+\.(?:js|css))"', page)
    files = [finders.find(name.decode()) for name in asked]
    assert len(files) == 6
    assert len(page) + sum(Path(str(one)).stat().st_size for one in files) < 150_000


def test_one_bed_lists_every_alarm(night: Played, beds: FakeStation) -> None:
    page = signed_in(night, "sakura").get("/station/beds/1/").content.decode()
    assert "Ventricular fibrillation: it is over, and nobody has looked; began 14:36" in page
    assert page.count("data-strip=") == 3
    assert signed_in(night, "sakura").get("/station/beds/9/").status_code == 404


@pytest.mark.parametrize(
    ("life", "said", "can"),
    [
        ({"standby_by": "sakura", "standby_since": MOMENT}, "standby since 14:36 by Sakura", {"leave_standby"}),
        (PAUSED, "sound paused until 14:38", {"acknowledge", "resume_audio", "stand_by"}),
        ({}, "nobody has answered", {"acknowledge", "pause_audio", "stand_by"}),
    ],
    ids=["standby", "paused", "calling"],
)
def test_how_a_bed_stands(night: Played, life: dict[str, object], said: str, can: set[str]) -> None:
    if "standby_by" in life:
        life = {**life, "standby_by": night.company.ids["sakura"]}
    with station() as fake:
        fake.put("1", night.company.realm, alarm("asystole"), **life)
        response = signed_in(night, "sakura").get("/station/")
    (one,) = response.context["beds"]
    assert said in f"{one.state} {one.quiet}"
    assert set(one.can) == can


def test_somebody_who_comes_is_named(night: Played) -> None:
    with station() as fake:
        by = {"acknowledged_by": night.company.ids["hiro"], "acknowledged_at": MOMENT}
        fake.put("1", night.company.realm, alarm("vt", **by))
        (one,) = signed_in(night, "desk").get("/station/").context["beds"]
    assert (one.state, one.sound, one.lamp) == ("Hiro is coming, since 14:36", "", "high")
    assert one.can == ()


def test_beds_of_another_house_and_without_a_station(night: Played) -> None:
    client = signed_in(night, "desk")
    assert "No station runs in this program" in client.get("/station/").content.decode()
    assert client.get("/station/stream").status_code == 503
    with station() as fake:
        fake.put("1", "elsewhere", alarm("asystole"))
        page = client.get("/station/")
        assert page.context["beds"] == ()
        assert "No bed is connected" in page.content.decode()
        assert client.post("/station/beds/1/act", {"do": "acknowledge"}).status_code == 404


def test_nobody_learns_it_from_a_flat_line(at: At) -> None:
    """The leader works at the beds too, and is the last to hear: his bed is not on his screen, and cannot be asked."""
    at("2020-10-10T15:12:00+09:00")
    play = played("the-night", until="tell")
    registry.set_roles(play.company.realm, play.company.ids["kakashi"], ("clinician",))
    with station() as fake:
        fake.put("1", play.company.realm, alarm("asystole"), case=only_case(play))
        fake.put("2", play.company.realm)
        fake.put("3", play.company.realm, case="a-case-no-record-knows")
        client = signed_in(play, "kakashi")
        page = client.get("/station/")
        assert [(one.bed, one.alias) for one in page.context["beds"]] == [("2", "no case"), ("3", "case not known")]
        assert client.get("/station/beds/1/").status_code == 404
        assert client.get("/").context["alarms"] == ()
        assert [one.bed for one in signed_in(play, "hiro").get("/station/").context["beds"]] == ["1", "2", "3"]


def test_what_is_done_is_told_with_who_and_when(night: Played, beds: FakeStation) -> None:
    client = signed_in(night, "sakura")
    done = client.post("/station/beds/1/act", {"do": "stand_by"})
    assert (done.status_code, done["Location"]) == (302, "/station/beds/1/")
    by_script = client.post("/station/beds/1/act", {"do": "acknowledge"}, headers={"Accept": "application/json"})
    assert (by_script.status_code, by_script.json()) == (200, {"said": "", "to": ""})
    assert [(act.do, act.by, act.at) for act in beds.acts] == [
        ("stand_by", night.company.ids["sakura"], datetime.fromisoformat(NOW)),
        ("acknowledge", night.company.ids["sakura"], datetime.fromisoformat(NOW)),
    ]


@pytest.mark.parametrize(
    ("who", "do", "status", "said"),
    [
        ("mirani", "stand_by", 403, "Standby is for a clinician."),
        ("desk", "leave_standby", 403, "Standby is for a clinician."),
        ("sakura", "pronounce", 400, "This is nothing that can be done to an alarm."),
        ("sakura", "", 400, "This is nothing that can be done to an alarm."),
    ],
)
def test_what_is_not_theirs_is_not_told(
    night: Played, beds: FakeStation, who: str, do: str, status: int, said: str
) -> None:
    answer = signed_in(night, who).post("/station/beds/1/act", {"do": do})
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert beds.acts == []


def test_where_nobody_can_be_told_a_sentence_says_so(night: Played, beds: FakeStation) -> None:
    beds.away = True
    client = signed_in(night, "sakura")
    answer = client.post("/station/beds/1/act", {"do": "acknowledge"})
    assert answer.status_code == 503
    assert "It is not sure that anybody heard of it" in answer.content.decode()
    told = client.post("/station/beds/1/act", {"do": "acknowledge"}, headers={"Accept": "application/json"})
    assert (told.status_code, "go to the bed" in told.json()["said"]) == (503, True)


@pytest.mark.parametrize("address", ["beds/1/act", "beds/1/keep", "attach"])
def test_only_from_a_page_of_ours(night: Played, beds: FakeStation, address: str) -> None:
    answer = signed_in(night, "sakura", strict=True).post(f"/station/{address}", {"do": "stand_by", "bed": "1"})
    assert answer.status_code == 403
    assert beds.acts == []


def test_a_strip_is_kept_with_the_case_for_whoever_may_see_the_chart(night: Played, beds: FakeStation) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    kept = client.post("/station/beds/1/keep", {"key": "k1"}, headers={"Accept": "application/json"})
    assert kept.json() == {"said": "The strip is kept with Cat.", "to": f"/cases/{case}/"}
    client.post("/station/beds/1/keep", {"key": "k1"})
    entries = [one for one in queries.entries(case) if one.kind == "strip_kept"]
    assert len(entries) == 1
    assert "strip1." not in entries[0].data
    picture = f"/cases/{case}/strips/{entries[0].seq}.svg"
    assert client.get(picture).status_code == 404
    assert "shown on asking for the chart" in client.get(f"/cases/{case}/").content.decode()
    client.post(f"/cases/{case}/look", {"part": "medical"})
    page = client.get(f"/cases/{case}/").content.decode()
    assert f'src="{picture}"' in page
    assert "A strip was kept" in page
    drawn = client.get(picture)
    assert drawn["Content-Type"] == "image/svg+xml"
    said = drawn.content.decode()
    for part in ("Cat · Bed 1 · 10 October 2020, 14:36:20–14:36:30 JST · II, V, ABP", "Not for diagnosis", "by Sakura"):
        assert part in said
    assert NAME not in said
    assert client.get(f"/cases/{case}/strips/1.svg").status_code == 404
    assert signed_in(night, "kakashi").get(picture).status_code == 404
    assert verify().ok


def test_a_bed_without_a_case_keeps_nothing(night: Played, beds: FakeStation) -> None:
    before = models.Entry.objects.count()
    answer = signed_in(night, "sakura").post("/station/beds/2/keep")
    assert answer.status_code == 409
    assert "Bed 2 lies in no case" in answer.content.decode()
    beds.count["1"] = 0
    assert signed_in(night, "sakura").post("/station/beds/1/keep").status_code == 422
    assert models.Entry.objects.count() == before


def test_a_case_lies_in_one_bed_and_that_outlives_the_program(night: Played, beds: FakeStation) -> None:
    client, case, realm = signed_in(night, "sakura"), only_case(night), night.company.realm
    client.post("/station/attach", {"bed": "1"})
    page = client.get(f"/cases/{case}/")
    assert page.context["beds_here"] == ("1", "2", "3")
    back = client.post("/station/attach", {"bed": "2", "case": case, "back": "case"})
    assert (back.status_code, back["Location"]) == (302, f"/cases/{case}/")
    assert beds.beds["2"].plan.case == case
    assert client.get(f"/cases/{case}/").context["lies_in"] == "2"
    client.post("/station/attach", {"bed": "3", "case": case})
    assert (beds.beds["2"].plan.case, beds.beds["3"].plan.case) == (None, case)
    assert cases_of_beds() == {"3": (case, realm)}
    assert BedCase.objects.get().by == night.company.ids["sakura"]
    client.post("/station/attach", {"bed": "3"})
    assert cases_of_beds() == {}


def test_a_bed_that_is_taken_and_a_hub_that_is_away_change_nothing(night: Played, beds: FakeStation) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    opened = client.post("/cases/new/", {"alias": "Heron", "state": "missing", "key": "o1"})
    heron = opened["Location"].split("/")[2]
    taken = client.post("/station/attach", {"bed": "1", "case": heron})
    assert taken.status_code == 409
    beds.away = True
    assert client.post("/station/attach", {"bed": "2", "case": heron}).status_code == 503
    assert client.post("/station/attach", {"bed": "2", "case": "no-such-case"}).status_code == 404
    assert cases_of_beds() == {}
    assert beds.beds["1"].plan.case == case


def test_the_board_says_how_the_bed_stands_now(night: Played, beds: FakeStation) -> None:
    beds.put("2", night.company.realm, alarm("vt"))
    found = signed_in(night, "desk").get("/")
    said = {(one.bed, one.alias): (one.said, one.live) for one in found.context["alarms"]}
    assert said == {
        ("1", "Cat"): ("Asystole", "nobody has answered, since 14:36"),
        ("2", ""): ("Ventricular tachycardia", "nobody has answered, since 14:36"),
    }
    assert 'href="/station/beds/2/"' in found.content.decode()
    beds.put("1", night.company.realm, case=only_case(night))
    beds.put("2", night.company.realm, alarm("vt", acknowledged_by="x", acknowledged_at=MOMENT))
    given = Given(realm=night.company.realm, by="system", now=MOMENT)
    perform_named("device_event", {"kind": "vf", "bed": "1"}, given=given, case=only_case(night))
    found = signed_in(night, "desk").get("/")
    assert [(one.bed, one.live) for one in found.context["alarms"]] == [("1", "No alarm")]


def test_a_locked_session_shows_the_beds_and_does_nothing(night: Played, beds: FakeStation, at: At) -> None:
    client = signed_in(night, "sakura")
    client.get("/station/")
    at("2020-10-11T14:36:30+09:00")
    assert client.get("/station/stream").status_code == 200
    client.post("/station/beds/1/act", {"do": "acknowledge"})
    assert beds.acts == []
