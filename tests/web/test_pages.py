"""The board, sign-in, errors, health and the public page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from kinfirst.people import registry
from kinfirst.people.models import LIVE
from kinfirst.records import models, queries
from kinfirst.records.access import viewer_named
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.errors import RecordUnavailable
from kinfirst.records.heartbeats import beat
from kinfirst.scenarios.player import Played
from kinfirst.web import watch
from kinfirst.web.throttle import EACH
from tests.cast import Cast
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 10, 10, 6, 12, tzinfo=UTC)


@pytest.fixture
def night(at: At) -> Played:
    at("2020-10-10T15:12:00+09:00")
    return played("the-night", until="tell")


def many(play: Played, count: int) -> None:
    """Rows of the board in great number, each a copy of the one case under another id and alias."""
    (row,) = models.Case.objects.filter(id=only_case(play))
    copies = []
    for number in range(count):
        fields = {one.attname: getattr(row, one.attname) for one in models.Case._meta.concrete_fields}
        fields |= {"id": f"copy{number:06}", "alias": f"Copy {number}", "alias_key": f"copy {number}"}
        fields["next_due"] = row.next_due + timedelta(minutes=number // 3)
        copies.append(models.Case(**fields))
    models.Case.objects.bulk_create(copies, batch_size=30)


def test_the_board_shows_what_each_case_waits_for(night: Played) -> None:
    page = signed_in(night, "desk").get("/").content.decode()
    for said in (
        "Cat",
        "Telling",
        "Go and tell",
        "Sakura, head medic",
        "2 h 50 min left",
        "and 7 more",
        "Hiro",
        "until",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("query", "aliases"),
    [
        pytest.param({}, ["Cat", "Heron"], id="all open"),
        pytest.param({"stage": "opened"}, ["Heron"], id="by stage"),
        pytest.param({"alias": "CA"}, ["Cat"], id="by alias"),
        pytest.param({"stage": "closed"}, [], id="none"),
    ],
)
def test_the_board_is_searched(night: Played, query: dict[str, str], aliases: list[str]) -> None:
    given = Given(realm=night.company.realm, by=night.company.ids["sakura"], now=NOW)
    perform_named("open_case", {"alias": "Heron"}, given=given)
    response = signed_in(night, "desk").get("/", query)
    assert sorted(row.alias for row in response.context["rows"]) == aliases
    if not aliases:
        assert "No case here." in response.content.decode()


def test_the_board_of_thousands_is_paged_with_few_queries(night: Played, django_assert_max_num_queries: object) -> None:
    many(night, 3000)
    client = signed_in(night, "desk")
    client.get("/")
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        first = client.get("/")
    seen = [row.id for row in first.context["rows"]]
    assert len(seen) == 50
    response = client.get("/", dict([first.context["next"].split("=")]))
    assert len({*seen, *(row.id for row in response.context["rows"])}) == 100
    assert "First page" in response.content.decode()


def test_the_first_board_of_a_process_asks_little_more(night: Played) -> None:
    from django.db import connection

    client = signed_in(night, "desk")
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert len(asked) <= 13


def test_a_wrong_query_is_an_error_page_of_ours(night: Played) -> None:
    response = signed_in(night, "desk").get("/", {"stage": "nonsense"})
    assert response.status_code == 400
    assert "This cannot be read" in response.content.decode()


def test_a_record_that_cannot_be_reached_is_said_in_our_words(night: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise RecordUnavailable("the database is locked; nothing was written")

    monkeypatch.setattr("kinfirst.web.views.board.board_of", gone)
    response = signed_in(night, "desk").get("/")
    assert response.status_code == 503
    assert "Write down what you were about to record" in response.content.decode()


def test_cover_that_ended_shouts(at: At) -> None:
    play = played("rule-r55-every-patient-is-somebodys")
    at("2030-01-01T00:00:00+00:00")
    house = queries.house_state(play.company.realm)
    assert house.patients
    handle = next(h for h, who in play.company.ids.items() if _role(play, who, "coordinator"))
    from kinfirst.records.actions import tick_house

    until = max(ward.until for ward in house.patients.values() if ward.until is not None)
    tick_house(play.company.realm, until + timedelta(minutes=1))
    page = signed_in(play, handle).get("/").content.decode()
    assert "nobody’s" in page
    assert 'role="alert"' in page


def _role(play: Played, who: str, role: str) -> bool:
    found = viewer_named(who, play.company.realm)
    return found is not None and role in found.person.roles


def test_the_living_part_of_a_case_comes_alone(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    seq = len(queries.entries(case))
    quiet = client.get(f"/cases/{case}/live", {"seq": seq})
    assert "HX-Retarget" not in quiet
    assert quiet.content.decode().count("<section") == 1
    moved = client.get(f"/cases/{case}/live", {"seq": seq - 1})
    assert moved["HX-Retarget"] == "#live"
    assert 'id="live"' in moved.content.decode()


def test_a_ledger_that_was_changed_is_said_on_the_page(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    assert "checked now: intact" in client.get(f"/cases/{case}/").content.decode()
    models.Case.objects.filter(id=case).update(stage="told")
    assert "The record does not hold." in client.get(f"/cases/{case}/").content.decode()


def test_signed_out_one_is_sent_to_sign_in_and_back(night: Played) -> None:
    address = f"/cases/{only_case(night)}/"
    response = Client().get(address)
    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={address}")
    part = Client().get(address, headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == "/"


def test_sign_in_leads_nowhere_else(night: Played) -> None:
    user = User.objects.create_user("visitor", password="long enough words")
    registry.link_user(night.company.realm, night.company.ids["desk"], user.pk)
    sent = {"login": "visitor", "password": "long enough words", "next": "https://elsewhere.example/"}
    response = Client().post("/accounts/login/?next=https://elsewhere.example/", sent)
    assert (response.status_code, response.url) == (302, "/")


def test_a_wrong_password_says_so_and_keeps_the_account_name() -> None:
    response = Client().post("/accounts/login/", {"login": "nobody-here", "password": "wrong"})
    page = response.content.decode()
    assert "There is a problem" in page
    assert 'value="nobody-here"' in page


@pytest.mark.parametrize(
    "address", ["/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/logout/"]
)
def test_pages_of_the_account_wear_our_look(night: Played, address: str) -> None:
    client = signed_in(night, "desk")
    response = client.get(address, follow=True)
    page = response.content.decode()
    assert response.status_code == 200
    assert 'class="top"' in page
    assert page.count("<h1") == 1
    assert "<style" not in page
    assert "<script>" not in page


def test_an_account_that_is_nobodys(client: Client) -> None:
    client.force_login(User.objects.create_user("orphan"), backend="kinfirst.project.signin.WithPerson")
    response = client.get("/")
    assert response.status_code == 403
    assert "nobody’s yet" in response.content.decode()


@pytest.mark.parametrize("id", ["no-such-case", "x" * 300])
def test_no_such_case(night: Played, id: str) -> None:
    response = signed_in(night, "desk").get(f"/cases/{id}/")
    assert response.status_code == 404
    assert "not yours to know" in response.content.decode()


def test_a_case_of_another_address_book_is_none(night: Played, cast: Cast) -> None:
    user = User.objects.create_user("other")
    registry.link_user(cast.realm, cast.sakura, user.pk)
    client = Client()
    client.force_login(user, backend="kinfirst.project.signin.WithPerson")
    case = only_case(night)
    answers = [client.get(f"/cases/{case}/"), client.post(f"/cases/{case}/look", {"part": "identity"})]
    answers += [client.post(f"/cases/{case}/do/leak", {"key": "k", "source": "x"}), client.get(f"/cases/{case}/live")]
    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize(
    "address", ["/cases/{}/look", "/cases/{}/do/leak", "/house/do/go_off", "/cases/new/", "/visits/verify"]
)
def test_nothing_is_done_for_a_form_from_elsewhere(night: Played, address: str) -> None:
    client, case = signed_in(night, "sakura", strict=True), only_case(night)
    before = len(queries.entries(case))
    response = client.post(address.format(case), {"key": "k", "source": "x", "reference": "x"})
    assert response.status_code == 403
    assert "Please send it again" in response.content.decode()
    assert len(queries.entries(case)) == before


@pytest.mark.parametrize("address", ["/cases/{}/look", "/cases/{}/do/leak", "/visits/verify"])
def test_looking_at_an_address_does_nothing(night: Played, address: str) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    before = len(queries.entries(case))
    client.get(address.format(case), {"part": "identity", "source": "x"})
    client.head(address.format(case))
    assert len(queries.entries(case)) == before


def test_health_is_good_while_a_worker_beats(at: At) -> None:
    clock = at("2020-10-10T15:12:00+09:00")
    beat("w", clock.now() - timedelta(seconds=5))
    response = Client().get("/healthz")
    assert response.status_code == 200
    assert json.loads(response.content)["ok"] is True


def test_health_is_bad_when_something_is_due_and_nobody_answers(night: Played, at: At) -> None:
    clock = at("2020-10-12T15:12:00+09:00")
    response = Client().get("/healthz")
    body = json.loads(response.content)
    assert (response.status_code, body["ok"], body["last_beat"]) == (503, False, None)
    assert set(body) == {"ok", "schema", "last_beat", "oldest_due"}
    page = signed_in(night, "desk").get("/").content.decode()
    assert "Nobody watches the clock" in page
    beat("w", clock.now())
    watch.forget()
    assert Client().get("/healthz").status_code == 200


def reference(cast: Cast) -> str:
    """A visit in the address book that is real, as the record keeps it."""
    row = models.Visit(case_id="c", realm=LIVE, place="p", person="p", lead="l", reference="ABCD1234", open=True)
    case = models.Case(
        id="c", kind="case", realm=LIVE, stage="telling", version=1, seq=1, head=b"", snapshot=b"", mac=b""
    )
    case.save()
    row.save()
    return "ABCD1234"


def test_a_visit_is_verified_by_anybody(cast: Cast) -> None:
    known, client = reference(cast), Client()
    assert client.get("/visits/verify", {"reference": known}).content.decode().count("Yes, ours") == 0
    assert (
        "Yes, ours"
        in client.post("/visits/verify", {"reference": f" {known[:4]}-{known[4:].lower()} "}).content.decode()
    )
    assert "We do not know this" in client.post("/visits/verify", {"reference": "ABCD9999"}).content.decode()
    assert client.post("/visits/verify", {"reference": " "}).status_code == 422


def test_a_stranger_cannot_ask_on_and_on(cast: Cast) -> None:
    client = Client()
    answers = [client.post("/visits/verify", {"reference": f"ABC{n}"}).status_code for n in range(EACH + 1)]
    assert answers == [200] * EACH + [429]
    assert Client(REMOTE_ADDR="192.0.2.7").post("/visits/verify", {"reference": "ABC"}).status_code == 200


def test_the_page_after_a_fault_needs_nothing_and_says_nothing() -> None:
    from django.views.defaults import server_error

    response = server_error(RequestFactory().get("/"))
    page = response.content.decode()
    assert response.status_code == 500
    assert "{%" not in page
    assert "kinfirst.css" in page


def test_no_page_is_heavy(night: Played) -> None:
    client, case = signed_in(night, "sakura"), only_case(night)
    for address in ("/", f"/cases/{case}/", f"/cases/{case}/do/assign", "/house/"):
        assert len(client.get(address).content) < 60_000, address
