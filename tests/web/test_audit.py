"""The audit: who saw, who tried, what was refused; exports without names; the record's check; measures; the glass."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import msgspec
import pytest
from django.test import Client

from kinfirst.core.measures import Measured
from kinfirst.people import changes, models, registry
from kinfirst.people.entries import NewPerson
from kinfirst.records import models as record_models
from kinfirst.records import proof, queries
from kinfirst.records.measuring import Found
from kinfirst.scenarios.player import Played
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db
NAMES = ("Itsuki Hara", "Kakashi", "Old Tamaki", "Commander of the masks")


@pytest.fixture
def night(at: At) -> Played:
    """The night, a moment before the leader is told, with an auditor in the house."""
    at("2020-10-10T15:40:00+09:00")
    play = played("the-night", until="tell")
    new = NewPerson(name="Auditor Ito", roles=("auditor",), zone="Asia/Tokyo")
    play.company.ids["ito"] = registry.add_person(play.company.realm, new)
    return play


@pytest.fixture
def auditor(night: Played) -> Client:
    return signed_in(night, "ito")


def looked(play: Played, handle: str, part: str) -> None:
    signed_in(play, handle).post(f"/cases/{only_case(play)}/look", {"part": part})


def lines(response: Any) -> list[Any]:
    return [line for line, _who in response.context["lines"]]


def test_who_saw_and_who_tried(night: Played, auditor: Client) -> None:
    looked(night, "sakura", "identity")
    looked(night, "desk", "identity")
    response = auditor.get("/audit/")
    page = response.content.decode()
    first, second = lines(response)[:2]
    assert (first.kind, first.command, first.rules) == ("refused", "view", ("R60",))
    assert (second.kind, second.what) == ("viewed", "identity")
    assert "Nanami at the flow desk" in page
    assert "Sakura, head medic" in page
    assert [name for name in NAMES if name in page] == []


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        pytest.param({"kind": "viewed"}, {"viewed"}, id="looks"),
        pytest.param({"kind": "refused"}, {"refused"}, id="tries"),
        pytest.param({"rule": "R60"}, {"refused"}, id="a rule"),
        pytest.param({"alias": "CA", "kind": "viewed"}, {"viewed"}, id="a case"),
        pytest.param({"alias": "Heron"}, set(), id="no such case"),
        pytest.param({"who": "nanami at the flow desk"}, {"refused"}, id="somebody"),
        pytest.param({"who": "Nobody At All"}, set(), id="nobody"),
        pytest.param({"since": "2020-10-11"}, set(), id="tomorrow"),
        pytest.param({"until": "2020-10-09"}, set(), id="yesterday"),
        pytest.param({"since": "no day", "kind": "viewed"}, {"viewed"}, id="no day"),
    ],
)
def test_it_is_searched(night: Played, auditor: Client, query: dict[str, str], kinds: set[str]) -> None:
    looked(night, "sakura", "identity")
    looked(night, "desk", "identity")
    assert {line.kind for line in lines(auditor.get("/audit/", query))} == kinds


@pytest.mark.parametrize("query", [{"kind": "weather"}, {"rule": "x' OR 1"}, {"after": "1-2"}])
def test_what_cannot_be_asked_is_an_error_page(night: Played, auditor: Client, query: dict[str, str]) -> None:
    assert auditor.get("/audit/", query).status_code == 400


def test_it_is_paged_without_gap(night: Played, auditor: Client) -> None:
    for _ in range(60):
        looked(night, "desk", "kin")
    seen: list[tuple[str, int]] = []
    address = "/audit/?kind=refused"
    while address:
        response = auditor.get(address)
        seen += [(line.case, line.seq) for line in lines(response)]
        address = f"/audit/?{response.context['next']}" if response.context["next"] else ""
    rows = record_models.Entry.objects.filter(kind="refused", case__realm=night.company.realm)
    assert len(seen) == len(set(seen)) == rows.count() > 60


def test_a_case_that_is_not_theirs_leaves_no_line(night: Played, auditor: Client) -> None:
    looked(night, "sakura", "identity")
    registry.set_roles(night.company.realm, night.company.ids["kakashi"], ("authority",), ())
    response = signed_in(night, "kakashi").get("/audit/")
    assert lines(response) == []
    assert "Cat" not in response.content.decode()


@pytest.mark.parametrize("handle", ["desk", "hiro", "mirani", "kakashi"])
@pytest.mark.parametrize(
    "address", ["/audit/", "/audit/registry/", "/audit/measures/", "/audit/record/", "/audit/export.csv"]
)
def test_it_is_not_for_everybody(night: Played, handle: str, address: str) -> None:
    assert signed_in(night, handle).get(address).status_code == 403


def test_exports_hold_ids_and_codes_alone(night: Played, auditor: Client) -> None:
    looked(night, "desk", "identity")
    table = auditor.get("/audit/export.csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode())))
    listed = json.loads(auditor.get("/audit/export.json").content)
    assert rows[0]["by"] == listed[0]["by"] == night.company.ids["desk"]
    assert rows[0]["rules"] == "R60"
    assert len(rows) == len(listed) > 5
    said = table.content.decode() + json.dumps(listed)
    assert [name for name in (*NAMES, "Nanami", "Sakura") if name in said] == []
    assert table["Content-Disposition"] == 'attachment; filename="audit-20201010-0640.csv"'
    found, _more = changes.lines(night.company.realm)
    assert [(one.kind, one.about) for one in found[:2]] == [("export", "json"), ("export", "csv")]


def test_no_cell_runs_in_a_spreadsheet(night: Played, auditor: Client) -> None:
    given = {"key": "k", "alias": "=1+1", "state": "unknown", "received": "2020-10-10T15:00"}
    case = signed_in(night, "desk").post("/cases/new/", given).url.split("/")[2]
    signed_in(night, "desk").post(f"/cases/{case}/look", {"part": "kin"})
    assert "'=1+1" in auditor.get("/audit/export.csv").content.decode()


def test_the_record_is_checked_from_the_page(night: Played, auditor: Client) -> None:
    page = auditor.post("/audit/record/check", follow=True).content.decode()
    assert "What was checked holds" in page
    record_models.Case.objects.filter(id=only_case(night)).update(stage="told")
    page = auditor.post("/audit/record/check", follow=True).content.decode()
    assert "The record does not hold" in page
    assert "case Cat" in page


def test_a_large_record_is_checked_in_part(night: Played, auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinfirst.records.spot_check.MOST", 1)
    page = auditor.post("/audit/record/check", follow=True).content.decode()
    assert "1 of 2 ledgers" in page
    assert "kinfirst verify" in page


def test_the_last_seal_and_the_key_are_shown(night: Played, auditor: Client, at: At) -> None:
    from kinfirst.records import seals, spot_check

    assert "Nothing has been sealed yet" in auditor.get("/audit/record/").content.decode()
    seals.seal(at("2020-10-10T15:40:00+09:00").now())
    page = auditor.get("/audit/record/").content.decode()
    assert page.count(spot_check.our_key()) == 2
    assert "holds" in page


def test_a_proof_is_downloaded_and_holds(night: Played, auditor: Client) -> None:
    response = auditor.get("/audit/record/proof", {"alias": "cat"}, follow=True)
    result = proof.check(proof.read(response.content))
    assert result.ok
    assert result.entries == len(queries.entries(only_case(night)))
    assert response["Content-Disposition"] == f'attachment; filename="proof-{only_case(night)}.json"'
    assert [name for name in NAMES if name in response.content.decode()] == []
    assert auditor.get("/audit/record/proof", {"alias": "none"}).url == "/audit/record/?none=1"


def test_measures_say_nothing_of_few(night: Played, auditor: Client) -> None:
    page = auditor.get("/audit/measures/").content.decode()
    assert "Too few to show." in page
    assert "<svg" not in page


def test_measures_are_drawn(night: Played, auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    one = Measured(
        unit="masks", month=date(2020, 9, 1), minutes={"pnok": (90.0,)}, kin_told=1, in_person=1, in_window=0
    )
    cases = (*[one] * 6, *[msgspec.structs.replace(one, unit="tower", overrides=1)] * 5)
    monkeypatch.setattr("kinfirst.web.measures_page.measured", lambda _realm, _since: Found(cases=cases, left_out=3))
    page = auditor.get("/audit/measures/").content.decode()
    for said in ("Until told: Closest", ">90<", "Sep", "masks: 100; tower: 100", "3 older cases are left out"):
        assert said in page, said
    assert 'style="' not in page
    narrowed = auditor.get("/audit/measures/", {"unit": "tower"}).content.decode()
    assert "By month: tower" in narrowed


def test_the_measures_of_the_night_are_read_off_its_ledger(at: At) -> None:
    from datetime import UTC, datetime

    from kinfirst.records.measuring import measured

    play = played("the-night")
    found = measured(play.company.realm, datetime(2020, 1, 1, tzinfo=UTC)).cases
    assert len(found) == 1
    assert (found[0].kin_told, found[0].in_person, found[0].overrides) == (1, 1, 0)
    assert set(found[0].minutes) >= {"pnok"}


def test_the_glass_is_broken_from_the_page_and_reviewed(night: Played, auditor: Client) -> None:
    fumi, case = signed_in(night, "fumi"), only_case(night)
    refused = fumi.post(f"/cases/{case}/look", {"part": "identity"})
    assert "/break-glass/?alias=Cat" in refused.content.decode()
    sent = {"alias": "cat", "reason": "the same blood is asked for upstairs", "minutes": "15"}
    assert fumi.post("/break-glass/", {**sent, "reason": ""}).status_code == 422
    page = fumi.post("/break-glass/", sent, follow=True).content.decode()
    assert "The case is open to you" in page
    assert "Itsuki Hara" in fumi.post(f"/cases/{case}/look", {"part": "identity"}, follow=True).content.decode()
    listed = auditor.get("/audit/").content.decode()
    assert "The glass was broken" in listed
    assert "broke the glass" in listed
    number = queries.case_state(case).waivers[-1].number
    answer = {"key": "k", "override": str(number), "note": "was needed"}
    assert auditor.post(f"/cases/{case}/do/review_override", answer).status_code == 302
    assert "The glass was broken" not in auditor.get("/audit/").content.decode()


def test_the_glass_ends_and_the_page_covers_up(night: Played, at: At) -> None:
    fumi, case = signed_in(night, "fumi"), only_case(night)
    fumi.post("/break-glass/", {"alias": "Cat", "reason": "blood", "minutes": "15"})
    at("2020-10-10T15:54:00+09:00")
    assert "Itsuki Hara" in fumi.post(f"/cases/{case}/look", {"part": "identity"}, follow=True).content.decode()
    at("2020-10-10T15:55:01+09:00")
    assert "Itsuki Hara" not in fumi.get(f"/cases/{case}/").content.decode()


def test_for_one_who_is_to_be_told_there_is_no_glass(night: Played) -> None:
    registry.set_roles(night.company.realm, night.company.ids["kakashi"], ("clinician",), ())
    sent = {"alias": "Cat", "reason": "I heard something", "minutes": "60"}
    page = signed_in(night, "kakashi").post("/break-glass/", sent)
    none = signed_in(night, "kakashi").post("/break-glass/", {**sent, "alias": "Nothing"})
    assert page.status_code == none.status_code == 422
    assert "There is no case of that alias." in page.content.decode()
    assert queries.entries(only_case(night))[-1].kind == "refused"


def test_the_log_of_the_registry_is_read(night: Played, auditor: Client) -> None:
    signed_in(night, "sakura").post("/registry/find", {"name": "Hiro"})
    page = auditor.get("/audit/registry/").content.decode()
    assert "searched by name" in page
    assert models.Change.objects.count() == 1
    assert "searched" not in auditor.get("/audit/registry/", {"kind": "office"}).content.decode().split("<table")[-1]
