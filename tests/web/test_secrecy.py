"""No byte of any page says what its reader may not know (R60, R72, R74; invariant 6)."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from kinfirst.core.commands import COMMANDS, HOUSE_COMMANDS
from kinfirst.records import queries
from kinfirst.scenarios.player import Played
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db

NAME = "Itsuki Hara"
KIN = ("Kakashi", "Commander of the masks", "Counsellor of the tower")
CHART = ("14:37, said by the head medic", "Pressure dressings", "uninjured from the neck up", "soldier pills")
EVIDENCE = ("page 88", "shared a tent")
EFFECTS = ("porcelain", "yellow metal clasp")
OTHERS = ("one of the few he held dear",)
PATIENTS = ("Old Tamaki", "Little Ume", "Ryo the carter")


@pytest.fixture
def night(at: At) -> Played:
    """The night, a moment before the leader is told."""
    at("2020-10-10T15:12:00+09:00")
    return played("the-night", until="tell")


def addresses(case: str) -> list[str]:
    forms = [f"/cases/{case}/do/{name}" for name in COMMANDS if name not in HOUSE_COMMANDS and name != "open_case"]
    house = [f"/house/do/{name}" for name in HOUSE_COMMANDS]
    living = ["/", "/?stage=telling", "/wall/", "/board/closed", "/cases/new/", "/cover/"]
    effects = [f"/effects/{case}/", f"/effects/{case}/release", f"/effects/{case}/receipt"]
    of_case = [f"/cases/{case}/", f"/cases/{case}/live", f"/bay/{case}/", f"/desk/{case}/", *effects]
    return [*living, *of_case, *forms, *house]


def whole(response: HttpResponse) -> str:
    """Headers and body."""
    return f"{response.headers} {response.content.decode()}"


def everything(client: Client, case: str) -> str:
    """All that somebody can get to by asking for every part of the case, and then for every page."""
    parts = ("identity", "kin", "medical", "effects", "beneficiaries")
    pages = [client.post(f"/cases/{case}/look", {"part": part}, follow=True) for part in parts]
    pages += [client.get(address) for address in addresses(case)]
    assert {page.status_code for page in pages} <= {200, 403, 404}
    return " ".join(whole(page) for page in pages)


@pytest.mark.parametrize(
    ("handle", "unseen"),
    [
        pytest.param("desk", (NAME, *KIN, *CHART, *EVIDENCE, *EFFECTS, *OTHERS, *PATIENTS), id="the flow desk"),
        pytest.param("mirani", (NAME, *KIN, *EVIDENCE, *EFFECTS, *OTHERS, *PATIENTS), id="a trainee who charted"),
        pytest.param(
            "fumi", (NAME, *KIN, *CHART, *EVIDENCE, *EFFECTS, *OTHERS, *PATIENTS), id="a clinician of the next shift"
        ),
        pytest.param("bed2", (NAME, *KIN, *CHART, *EVIDENCE, *EFFECTS, *OTHERS, "Little Ume"), id="a patient"),
        pytest.param(
            "kakashi", (NAME, "Cat", *CHART, *EVIDENCE, *EFFECTS, *OTHERS, *PATIENTS), id="the one to be told"
        ),
        pytest.param(
            "commander", (NAME, "Cat", "Kakashi", *CHART, *EVIDENCE, *EFFECTS, *OTHERS), id="an office to be told"
        ),
        pytest.param("hiro", OTHERS, id="a clinician who worked on it"),
        pytest.param("sakura", (*OTHERS, *PATIENTS), id="the head medic, who handed her patients over"),
    ],
)
def test_nobody_sees_what_is_not_theirs(night: Played, handle: str, unseen: tuple[str, ...]) -> None:
    seen = everything(signed_in(night, handle), only_case(night))
    assert [text for text in unseen if text in seen] == []


def test_nothing_is_shown_without_being_asked_for(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    seen = " ".join(whole(client.get(address)) for address in addresses(case))
    assert [text for text in (NAME, *KIN, *CHART, *EVIDENCE, *EFFECTS, *OTHERS, *PATIENTS) if text in seen] == []


def test_a_look_is_recorded_and_shown_for_a_quarter_of_an_hour(night: Played, at: At) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    before = len(queries.entries(case))
    response = client.post(f"/cases/{case}/look", {"part": "identity"}, follow=True)
    assert NAME in response.content.decode()
    assert [entry.kind for entry in queries.entries(case)[before:]] == ["viewed"]
    assert NAME in client.get(f"/cases/{case}/").content.decode()
    assert len(queries.entries(case)) == before + 1
    at("2020-10-10T15:27:01+09:00")
    assert NAME not in client.get(f"/cases/{case}/").content.decode()


def test_what_is_shown_can_be_covered_up(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    client.post(f"/cases/{case}/look", {"part": "identity"})
    response = client.post(f"/cases/{case}/look", {"part": "hide"}, follow=True)
    assert NAME not in response.content.decode()


def test_a_look_that_is_not_granted_is_recorded_too(night: Played) -> None:
    client, case = signed_in(night, "desk"), only_case(night)
    before = len(queries.entries(case))
    response = client.post(f"/cases/{case}/look", {"part": "identity"})
    assert response.status_code == 403
    assert NAME not in whole(response)
    assert [entry.kind for entry in queries.entries(case)[before:]] == ["refused"]


def test_titles_and_headings_have_the_alias_alone(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    for part in ("identity", "kin", "medical", "effects"):
        client.post(f"/cases/{case}/look", {"part": part})
    shown = client.get(f"/cases/{case}/").content.decode()
    assert NAME in shown
    assert "Kakashi" in shown
    for address in addresses(case):
        page = client.get(address).content.decode()
        titles = re.findall(
            r"<title>.*?</title>|<h[1-6].*?</h[1-6]>|<summary>.*?</summary>|href=\"[^\"]*\"", page, re.S
        )
        said = " ".join(titles)
        assert [name for name in (NAME, *KIN, *EFFECTS) if name in said] == [], address


def test_every_page_has_one_heading_and_a_title(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    for address in [one for one in addresses(case) if not one.endswith("/live")]:
        page = client.get(address).content.decode()
        assert len(re.findall(r"<h1[ >]", page)) == 1, address
        assert re.search(r"<title>.+ – Kinfirst</title>", page), address
        assert "Exercise" in page, address
