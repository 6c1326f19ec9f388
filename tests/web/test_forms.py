"""The forms: every command renders and is sent, is done once, or is refused with every reason and nothing lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from kinfirst.core.commands import COMMANDS, HOUSE_COMMANDS
from kinfirst.core.facts import KinRecord
from kinfirst.people import registry
from kinfirst.people.entries import ROLES, NewPerson
from kinfirst.records import queries
from kinfirst.scenarios.player import Played
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db
CASE_COMMANDS = sorted(set(COMMANDS) - HOUSE_COMMANDS - {"open_case"})


@pytest.fixture
def night(at: At) -> Played:
    """The night, a moment before the leader is told."""
    at("2020-10-10T15:12:00+09:00")
    return played("the-night", until="tell")


@pytest.fixture
def everybody(night: Played) -> Client:
    """Somebody who holds every role there is."""
    new = NewPerson(name="Every Role", roles=ROLES, credentials=("pronounce", "benefits"), grade=12, zone="Asia/Tokyo")
    night.company.ids["every"] = registry.add_person(night.company.realm, new)
    return signed_in(night, "every")


def form_of(client: Client, address: str, **query: str) -> Any:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.context["form"]


def filled(form: Any, **answers: Any) -> dict[str, Any]:
    """Every question answered with the first thing there is, and the rest as given."""
    sent: dict[str, Any] = {"key": form["key"].value()}
    for question in form.questions():
        field = question.field
        options = [value for value, _label in getattr(field, "choices", ()) if value]
        if question.value():
            sent[question.html_name] = question.value()
        elif options:
            sent[question.html_name] = options[0]
        elif question.widget_type in ("text", "textarea"):
            sent[question.html_name] = "Kakashi"
        elif question.widget_type == "number":
            sent[question.html_name] = 30
    return {**sent, **answers}


def test_every_form_renders_and_is_sent(everybody: Client, night: Played) -> None:
    answers: dict[str, int] = {}
    for command in CASE_COMMANDS:
        with transaction.atomic():
            address = f"/cases/{only_case(night)}/do/{command}"
            form = everybody.get(address).context["form"]
            response = everybody.post(address, filled(form))
            answers[command] = response.status_code
            if response.status_code == 422:
                assert re.search(r"Not done|There is a problem", response.content.decode()), command
            if response.status_code == 422 and response.context["summary"]:
                assert response.context["form"]["key"].value() != form["key"].value(), command
            transaction.set_rollback(True)
    assert set(answers.values()) <= {302, 422}
    assert [name for name in ("tell", "draw_chain", "chart", "leak", "view", "blackout") if answers[name] == 302][1:]


def test_every_form_of_the_house_renders_and_is_sent(everybody: Client) -> None:
    for command in sorted(HOUSE_COMMANDS):
        address = f"/house/do/{command}"
        response = everybody.post(address, filled(form_of(everybody, address), until="2020-10-11T08:00"))
        assert response.status_code in (302, 422), command


def test_an_empty_form_is_answered_beside_its_questions(everybody: Client, night: Played) -> None:
    response = everybody.post(f"/cases/{only_case(night)}/do/assign", {"key": "k"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_lead"' in page or 'href="#id_place"' in page
    assert "<title>Error: " in page


def test_told_through_the_page(night: Played) -> None:
    client, case, kakashi = signed_in(night, "sakura"), only_case(night), night.company.ids["kakashi"]
    address = f"/cases/{case}/do/tell"
    form = form_of(client, address, place=kakashi)
    assert form["place"].value() == kakashi
    sent = {"key": form["key"].value(), "place": kakashi, "channel": "person", "understood": "on"}
    done = client.post(address, sent, follow=True)
    assert "Done: Record that a person was told." in done.content.decode()
    assert list(queries.case_state(case).told) == [kakashi]
    count = len(queries.entries(case))
    assert client.post(address, sent).status_code == 302
    assert len(queries.entries(case)) == count


def test_a_refusal_says_every_reason_and_keeps_what_was_typed(night: Played) -> None:
    client, case, ids = signed_in(night, "sakura"), only_case(night), night.company.ids
    address = f"/cases/{case}/do/tell"
    sent = {"key": "k1", "place": ids["commander"], "channel": "radio"}
    response = client.post(address, sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert [rule for rule in ("R23", "R27", "R28", "R31", "R42") if f">{rule}<" not in page] == []
    assert response.context["form"]["channel"].value() == "radio"
    assert response.context["form"]["place"].value() == ids["commander"]
    assert response.context["form"]["key"].value() != "k1"
    assert queries.entries(case)[-1].kind == "refused"


def test_what_stands_in_the_way_is_shown_before_anything_is_typed(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    page = client.get(f"/cases/{case}/do/tell", {"place": night.company.ids["commander"]}).content.decode()
    assert "This stands in the way now" in page
    assert ">R42<" in page


def test_what_the_registry_says_now_counts_at_once(night: Played) -> None:
    ids, address = night.company.ids, f"/cases/{only_case(night)}/do/no_kin_found"
    client = signed_in(night, "sakura")
    assert "This stands in the way now" in client.get(address).content.decode()
    registry.add_kin(night.company.realm, KinRecord(of=ids["cat"], person=ids["bed2"], relation="sibling"))
    assert "Not now, or not yours" in client.get(address).content.decode()


def test_an_address_fills_in_a_choice_and_nothing_that_is_written(night: Played) -> None:
    asked = {"place": night.company.ids["kakashi"], "rule": "R25", "reason": "typed by somebody else"}
    form = form_of(signed_in(night, "sakura"), f"/cases/{only_case(night)}/do/override", **asked)
    assert (form["place"].value(), form["rule"].value()) == (asked["place"], "R25")
    assert not form["reason"].value()


def test_a_command_that_is_not_theirs_has_no_form(night: Played) -> None:
    response = signed_in(night, "desk").get(f"/cases/{only_case(night)}/do/tell")
    page = response.content.decode()
    assert "Not now, or not yours" in page
    assert 'class="ask"' not in page


def test_a_command_that_is_not_theirs_is_refused_when_sent_all_the_same(night: Played) -> None:
    case = only_case(night)
    answer = {"key": "k", "place": night.company.ids["kakashi"], "channel": "person", "understood": "on"}
    response = signed_in(night, "desk").post(f"/cases/{case}/do/tell", answer)
    assert response.status_code == 422
    assert queries.case_state(case).told == {}


def test_a_case_is_opened_and_given_an_alias(night: Played) -> None:
    client = signed_in(night, "desk")
    sent = {"key": "k", "state": "unknown", "received": "2020-10-10T15:00"}
    response = client.post("/cases/new/", sent)
    assert response.status_code == 302
    case = queries.case_state(response.url.split("/")[2])
    assert case.alias
    assert case.received == datetime(2020, 10, 10, 6, 0, tzinfo=UTC)


def test_somebody_is_found_by_exact_name_or_alias_and_not_otherwise(night: Played) -> None:
    client, case, ids = signed_in(night, "sakura"), only_case(night), night.company.ids
    address = f"/cases/{case}/do/declare_bond"
    sent = {"key": "k", "ground": "old friends", "second": ids["hiro"], "person": "Old Tamaki the Third"}
    response = client.post(address, sent)
    assert response.status_code == 422
    assert response.context["form"].errors["person"] == ["Nobody of exactly that name is in the address book."]
    assert response.context["form"]["person"].value() == "Old Tamaki the Third"
    assert client.post(address, {**sent, "person": "old tamaki"}).status_code == 302
    assert queries.case_state(case).kinship.bonds[-1].person == ids["bed2"]
    assert form_of(client, f"/cases/{case}/do/identify")["as"].value() == "Cat"
    evidence = {"key": "k2", "as": "cat", "method": "dna", "evidence": "sample 7"}
    assert client.post(f"/cases/{case}/do/identify", evidence).status_code == 302
    assert queries.case_state(case).evidence[-1].person == ids["cat"]


def test_two_of_one_name_are_not_guessed_at(night: Played) -> None:
    registry.add_person(night.company.realm, NewPerson(name="Old Tamaki"))
    sent = {"key": "k", "ground": "x", "second": night.company.ids["hiro"], "person": "Old Tamaki"}
    response = signed_in(night, "sakura").post(f"/cases/{only_case(night)}/do/declare_bond", sent)
    assert "Several people have that name" in response.context["form"].errors["person"][0]


def test_a_time_that_a_clock_change_skips_is_refused(night: Played) -> None:
    new = NewPerson(name="Far Away", roles=("coordinator",), zone="America/New_York")
    night.company.ids["far"] = registry.add_person(night.company.realm, new)
    client = signed_in(night, "far")
    response = client.post("/cases/new/", {"key": "k", "state": "unknown", "received": "2020-03-08T02:30"})
    assert response.status_code == 422
    assert response.context["form"].errors["received"]
    later = client.post("/cases/new/", {"key": "k", "state": "unknown", "received": "2020-03-08T03:30"})
    case = queries.case_state(later.url.split("/")[2])
    assert case.received == datetime(2020, 3, 8, 7, 30, tzinfo=UTC)


def test_effects_are_listed_line_by_line_and_given_on_together(night: Played) -> None:
    client, case, ids = signed_in(night, "sakura"), only_case(night), night.company.ids
    listed = {"key": "k1", "items": "a ring\n\n  a letter \n", "with": ids["mirani"]}
    assert client.post(f"/cases/{case}/do/inventory", listed).status_code == 302
    assert len(queries.case_state(case).effects) == 4
    given = {"key": "k2", "item": "", "to": ids["hiro"], "seal": "S1"}
    assert client.post(f"/cases/{case}/do/transfer", given).status_code == 302
    assert {effect.going_to for effect in queries.case_state(case).effects} == {ids["hiro"]}
    one = {"key": "k3", "item": "3", "seal": "S1"}
    answer = signed_in(night, "hiro").post(f"/cases/{case}/do/receive", one)
    assert answer.status_code == 302, answer.context["summary"]
    assert [e.item.number for e in queries.case_state(case).effects if e.holder == ids["hiro"]] == [3]


def test_cover_is_handed_over_and_read_back_through_the_pages(night: Played) -> None:
    hiro, fumi, ids = signed_in(night, "hiro"), signed_in(night, "fumi"), night.company.ids
    form = form_of(hiro, "/house/do/hand_over")
    assert sorted(label for _value, label in form.fields["patients"].choices) == [
        "Little Ume",
        "Old Tamaki",
        "Ryo the carter",
    ]
    parts = {f"ipass.{part}": "said" for part in ("illness", "summary", "actions", "contingency")}
    sent = {
        "key": "k",
        "patients": [ids["bed2"]],
        "to": ids["fumi"],
        "until": "2020-10-11T20:00",
        "recall": "any",
        **parts,
    }
    assert hiro.post("/house/do/hand_over", sent).status_code == 302
    page = fumi.get("/house/").content.decode()
    assert "Accept cover" in page
    assert "not accepted yet" in page
    offer = form_of(fumi, "/house/do/accept_cover").fields["offer"].choices[-1][0]
    assert (
        fumi.post("/house/do/accept_cover", {"key": "k2", "offer": offer, "read_back": "one patient"}).status_code
        == 302
    )
    assert queries.house_state(night.company.realm).of(ids["fumi"]) == (ids["bed2"],)


def test_a_tie_is_decided_in_order(at: At) -> None:
    play = played("rule-r17-nobody-knows-who-is-elder", until="decide_tie")
    at("2026-03-02T12:00:00+00:00")
    (case,) = play.cases.values()
    handle = next(cast for cast, who in play.company.ids.items() if _holds(who, "authority"))
    client = signed_in(play, handle)
    form = form_of(client, f"/cases/{case}/do/decide_tie")
    turns = [name for name in form.fields if name.startswith("order.")]
    tied = [value for value, _label in form.fields[turns[0]].choices if value]
    assert len(turns) == len(tied) > 1
    sent = {"key": "k", "why": "the birth register", **dict(zip(turns, reversed(tied), strict=True))}
    assert client.post(f"/cases/{case}/do/decide_tie", sent).status_code == 302
    assert queries.case_state(case).kinship.order == tuple(reversed(tied))


def _holds(person: str, role: str) -> bool:
    from kinfirst.people import facts

    return role in facts.persons([person])[person].roles


@pytest.mark.parametrize(
    "address", ["/cases/{}/do/open_case", "/cases/{}/do/go_off", "/cases/{}/do/nothing", "/house/do/tell"]
)
def test_what_is_no_command_there_is_no_page(night: Played, address: str) -> None:
    assert signed_in(night, "sakura").get(address.format(only_case(night))).status_code == 404
