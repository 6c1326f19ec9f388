"""The registry through its pages: found, entered, changed, each with a line; nobody's own; sealed names never shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kinfirst.people import changes, facts, models, registry
from kinfirst.people.entries import NewPerson
from kinfirst.scenarios.player import Played
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//
BEGIN:VEVENT
UID:a
DTSTART;TZID=Asia/Tokyo:20201010T080000
DTEND;TZID=Asia/Tokyo:20201010T200000
RRULE:FREQ=DAILY
SUMMARY:Hiro
END:VEVENT
BEGIN:VEVENT
UID:b
DTSTART:20201010T000000Z
SUMMARY:A stranger
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def night(at: At) -> Played:
    at("2020-10-10T15:12:00+09:00")
    play = played("the-night", until="tell")
    new = NewPerson(name="Officer Aoki", roles=("casualty_officer", "authority"), zone="Asia/Tokyo")
    play.company.ids["aoki"] = registry.add_person(play.company.realm, new)
    return play


@pytest.fixture
def officer(night: Played) -> Client:
    return signed_in(night, "aoki")


def last(play: Played) -> tuple[str, str, str]:
    line = changes.lines(play.company.realm)[0][0]
    return line.kind, line.what, line.by


def answers(form: Any, **more: Any) -> dict[str, Any]:
    """What a form holds, as a browser sends it back."""
    found = {field.html_name: field.value() for field in form}
    sent = {name: value for name, value in found.items() if value not in (None, False, "")}
    return {**{name: "on" if value is True else value for name, value in sent.items()}, **more}


def test_somebody_is_found_by_exact_name_and_not_in_the_address(night: Played, officer: Client) -> None:
    page = officer.post("/registry/find", {"name": "old tamaki"}).content.decode()
    assert "Old Tamaki" in page
    assert f"/registry/people/{night.company.ids['bed2']}/" in page
    assert last(night) == ("person", "searched", night.company.ids["aoki"])
    assert "Nobody of exactly that name" in officer.post("/registry/find", {"name": "Tamaki"}).content.decode()
    assert officer.get("/registry/find").status_code == 405


def test_somebody_is_entered_and_changed(night: Played, officer: Client) -> None:
    sent = {"name": "Ana Orr", "division": "tower", "speaks": "es, en", "born": "1990-05-06", "grade": "4"}
    entered = officer.post("/registry/people/new", sent)
    id = entered.url.split("/")[3]
    assert last(night)[:2] == ("person", "added")
    page = officer.get(entered.url)
    assert "Ana Orr" in page.content.decode()
    assert "Ana" not in re.search(r"<title>.*?</title>", page.content.decode())[0]  # type: ignore[index]
    assert last(night)[:2] == ("person", "shown")
    changed = officer.post(entered.url, answers(page.context["form"], zone="Europe/Madrid", serving="on"))
    assert changed.status_code == 302
    known = facts.persons([id])[id]
    assert (known.zone, known.serving, known.speaks, known.grade) == ("Europe/Madrid", True, ("es", "en"), 4)
    assert changes.lines(night.company.realm)[0][0].fields == ("serving", "zone")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param({"name": ""}, "Write the full name.", id="no name"),
        pytest.param({"name": "X", "zone": "Nowhere/Land"}, "not a time zone", id="a zone there is not"),
        pytest.param({"name": "X", "sealed": "on"}, "alias:", id="sealed without a code name"),
        pytest.param({"name": "X", "born": "2000-01-02", "died": "1999-01-01"}, "before born", id="dead before born"),
    ],
)
def test_what_is_not_right_is_said_and_nothing_is_entered(officer: Client, sent: dict[str, str], said: str) -> None:
    count = models.Person.objects.count()
    response = officer.post("/registry/people/new", sent)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert models.Person.objects.count() == count


def test_a_sealed_name_is_kept_and_never_shown(night: Played, officer: Client) -> None:
    id = night.company.ids["cat"]
    page = officer.get(f"/registry/people/{id}/")
    assert "Itsuki Hara" not in page.content.decode()
    assert "The name is kept and not shown." in page.content.decode()
    assert officer.post(f"/registry/people/{id}/", answers(page.context["form"], grade="7")).status_code == 302
    assert registry.names([id]) == {id: "Itsuki Hara"}
    assert "Itsuki" not in officer.post("/registry/find", {"name": "Itsuki Hara"}).content.decode()


def test_kin_is_added_changed_and_ended(night: Played, officer: Client) -> None:
    of = night.company.ids["bed2"]
    address = f"/registry/people/{of}/kin"
    assert "Nobody of exactly that name" in officer.post(address, {"person": "X", "relation": "child"}).content.decode()
    assert officer.post(address, {"person": "Fumi of the day shift", "relation": "child"}).status_code == 302
    row = models.Kin.objects.get(of_id=of)
    page = officer.get(f"/registry/kin/{row.pk}/")
    sent = answers(page.context["form"], do_not_notify="on", teller="Hiro")
    assert officer.post(f"/registry/kin/{row.pk}/", sent).status_code == 302
    row = models.Kin.objects.get(of_id=of)
    assert (row.do_not_notify, row.teller_id) == (True, night.company.ids["hiro"])
    assert "Hiro tells" in officer.get(f"/registry/people/{of}/").content.decode()
    officer.post(f"/registry/kin/{row.pk}/", {"end": "yes"})
    assert not models.Kin.objects.filter(of_id=of).exists()
    assert [line.what for line in changes.lines(night.company.realm, changes.Wanted(kind="kin"))[0]] == [
        "ended",
        "changed",
        "added",
    ]


@pytest.mark.parametrize(
    "address", ["/registry/people/{me}/", "/registry/people/{theirs}/", "/registry/people/{me}/account"]
)
def test_nobody_keeps_their_own(night: Played, officer: Client, address: str) -> None:
    ids = night.company.ids
    officer.post(f"/registry/people/{ids['bed2']}/kin", {"person": "Hiro", "relation": "child"})
    registry.set_roles(night.company.realm, ids["hiro"], ("casualty_officer", "authority"), ())
    response = signed_in(night, "hiro").get(address.format(me=ids["hiro"], theirs=ids["bed2"]))
    assert response.status_code == 403
    assert "Not yours to keep" in response.content.decode()
    assert "Old Tamaki" not in response.content.decode()


def test_offices_events_and_divisions(night: Played, officer: Client) -> None:
    ids, realm = night.company.ids, night.company.realm
    sent = {"office": "adviser", "holder": "Hiro", "deputies": "Mirani\nSakura, head medic"}
    assert officer.post("/registry/offices/one", sent).status_code == 302
    (office,) = facts.facts_for(realm, set(), ("adviser",), None).offices
    assert (office.holder, office.deputies) == (ids["hiro"], (ids["mirani"], ids["sakura"]))
    assert "Hiro" in officer.get("/registry/offices/").content.decode()
    form = officer.get("/registry/offices/one", {"office": "adviser"}).context["form"]
    assert form["holder"].value() == "Hiro"
    assert officer.post("/registry/events/one", {"event": "fire-2", "people": "Hiro\nNobody"}).status_code == 422
    assert (
        officer.post("/registry/events/one", {"event": "fire-2", "people": "Hiro", "closed": "on"}).status_code == 302
    )
    assert "that is everybody" in officer.get("/registry/events/").content.decode()
    old = models.Person.objects.get(id=ids["cat"]).division
    assert officer.post("/registry/divisions/", {"old": old, "new": "the masks"}).status_code == 302
    assert models.Person.objects.get(id=ids["cat"]).division == "the masks"
    assert "the masks" in officer.get("/registry/divisions/").content.decode()


@pytest.mark.parametrize("how", ["pasted", "file"])
def test_a_roster_says_who_is_on_duty(night: Played, officer: Client, how: str) -> None:
    given: Any = CALENDAR if how == "pasted" else SimpleUploadedFile("ward.ics", CALENDAR.encode())
    page = officer.post("/registry/duty/", {"name": "ward", how: given}, follow=True).content.decode()
    assert "1 shift was taken." in page
    assert "events number 2" in page
    overview = officer.get("/registry/").content.decode()
    assert re.search(r"On duty now.*Hiro.*ward, until", overview, re.S)
    officer.post("/registry/duty/end", {"name": "ward"})
    assert "Nothing is planned." in officer.get("/registry/duty/").content.decode()
    assert officer.post("/registry/duty/", {"name": "ward", "pasted": "no"}).status_code == 422


def test_somebody_is_marked_as_away_and_back(night: Played, officer: Client) -> None:
    id = night.company.ids["fumi"]
    officer.post(f"/registry/people/{id}/away", {"away": "yes", "person": "yes"})
    assert "Fumi of the day shift" in officer.get("/registry/").content.decode()
    signed_in(night, "desk").post(f"/registry/people/{id}/away", {"away": "no"})
    assert not models.Person.objects.get(id=id).away


def test_ways_to_somebody(night: Played, officer: Client) -> None:
    address = f"/registry/people/{night.company.ids['fumi']}/ways"
    page = officer.post(address, {"kind": "phone", "text": "+81 3 5550 1000"}, follow=True).content.decode()
    assert "+81 3 5550 1000" in page
    assert "+81 3" not in officer.post(address, {"end": "0"}, follow=True).content.decode()
    assert "Say what it is." in officer.post(address, {"kind": "phone"}, follow=True).content.decode()


def test_policies_are_shown_with_their_picture(night: Played, officer: Client) -> None:
    page = officer.get("/registry/policies/village/").content.decode()
    assert 'src="/registry/policies/village/drawing.svg"' in page
    assert "override.never" in page
    drawing = officer.get("/registry/policies/village/drawing.svg")
    assert drawing["Content-Type"] == "image/svg+xml"
    assert "sandbox" in drawing["Content-Security-Policy"]
    assert "in force here" in officer.get("/registry/policies/").content.decode()
    assert officer.get("/registry/policies/none/").status_code == 404


def test_a_pack_is_proved_on_asking(night: Played, officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    from kinfirst.policies.check import Verdict

    good = Verdict(policy="village", effective=date(2020, 1, 1), states=7, moves=9, worlds=1)
    monkeypatch.setattr("kinfirst.web.views.registry_house.check", lambda _policy: good)
    assert "7 situations" in officer.post("/registry/policies/village/").content.decode()


def test_an_account_is_made_and_ended(night: Played, officer: Client) -> None:
    id = night.company.ids["fumi"]
    address = f"/registry/people/{id}/account"
    made = officer.post(address, {"do": "open", "username": "fumi"})
    assert len(made.context["made"]["password"]) > 15
    visitor = Client()
    assert (
        visitor.post("/accounts/login/", {"login": "fumi", "password": made.context["made"]["password"]}).status_code
        == 302
    )
    token = officer.post(address, {"do": "token", "label": "ward display", "days": "90"}).context["made"]["token"]
    assert token.startswith("kft_")
    assert token not in officer.get(address).content.decode()
    listed = officer.get(address).context["tokens"]
    assert officer.post(address, {"do": "end_token", "token": listed[0].id}).status_code == 302
    assert officer.post(address, {"do": "roles", "roles": ["clinician", "supporter"]}).status_code == 302
    assert facts.persons([id])[id].roles == ("clinician", "supporter")
    assert officer.post(address, {"do": "off"}).status_code == 302
    assert Client().post("/accounts/login/", {"login": "fumi", "password": made.context["made"]["password"]}).url != "/"
    assert officer.post(address, {"do": "dance"}).status_code == 422
    assert "fumi" in officer.get("/registry/accounts/").content.decode()


@pytest.mark.parametrize(
    ("handle", "address", "status"),
    [
        pytest.param("mirani", "/registry/", 403, id="a trainee"),
        pytest.param("desk", "/registry/", 200, id="the flow desk"),
        pytest.param("desk", "/registry/people/new", 403, id="the flow desk enters nobody"),
        pytest.param("desk", "/registry/accounts/", 403, id="the flow desk makes no account"),
        pytest.param("desk", "/registry/duty/", 200, id="the flow desk keeps rosters"),
    ],
)
def test_each_has_their_part(night: Played, handle: str, address: str, status: int) -> None:
    assert signed_in(night, handle).get(address).status_code == status


def test_somebody_of_another_address_book_is_nobody(night: Played, officer: Client) -> None:
    other = registry.add_person("elsewhere", NewPerson(name="Far Away"))
    for address in (f"/registry/people/{other}/", f"/registry/people/{other}/kin", f"/registry/people/{other}/account"):
        assert officer.get(address).status_code == 404
    assert "Far Away" not in officer.post("/registry/find", {"name": "Far Away"}).content.decode()


def test_the_pages_of_the_registry_say_nothing_of_a_case(night: Played) -> None:
    client = signed_in(night, "desk")
    said = " ".join(
        client.get(f"/registry/{page}").content.decode() for page in ("", "offices/", "events/", "divisions/", "duty/")
    )
    assert [word for word in ("Cat", "Itsuki", only_case(night)) if word in said] == []
