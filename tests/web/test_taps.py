"""Taps from a telephone: signed, judged by when they were made, never dropped (decision 0005)."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from kinfirst.records import queries
from kinfirst.web import doors
from kinfirst.web.models import DoorTap
from tests.plays import played
from tests.web.conftest import At
from tests.web.ward import Ward, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(at: At, settings: Any) -> Ward:
    """With no lock of idle sessions, so that time may pass between two requests."""
    settings.KINFIRST_IDLE_MINUTES = 0
    return Ward(played("demo-ward"), at("2026-04-07T14:40:00+09:00"))


class Telephone:
    """A telephone with its own key and its own clock, which may be hours wrong."""

    def __init__(self, ward: Ward, *, ahead: timedelta = timedelta()) -> None:
        self.ward, self.ahead, self.n = ward, ahead, 0
        self.client = ward.client(strict=True)
        self.private = ec.generate_private_key(ec.SECP256R1())
        der = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key = self.post("/doorstep/key", {"public": base64.b64encode(der).decode()}).json()["key"]

    def post(self, address: str, fields: Any, **more: Any) -> Any:
        token = self.client.get("/doorstep/ready").json()["token"]
        return self.client.post(address, fields, headers={"x-csrftoken": token}, **more)

    def millis(self) -> int:
        return int((self.ward.clock.now() + self.ahead).timestamp() * 1000)

    def signature(self, said: str) -> str:
        r, s = decode_dss_signature(self.private.sign(said.encode(), ec.ECDSA(SHA256())))
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()

    def tap(self, what: str, handle: str = "chiyo", **more: Any) -> dict[str, str]:
        self.n += 1
        one = {"n": self.n, "key": f"tap-number-{self.n}", "what": what, "case": self.ward.case}
        one |= {"place": self.ward.ids[handle], "with": more, "at": self.millis()}
        body = json.dumps(one)
        return {"body": body, "signature": self.signature(body)}

    def parcel(self, *taps: dict[str, str], key: str = "", sent: int = 0) -> str:
        batch = json.dumps({"key": key or self.key, "sent": sent or self.millis(), "taps": taps})
        return json.dumps({"batch": batch, "signature": self.signature(batch)})

    def send(self, *taps: dict[str, str], **more: Any) -> list[dict[str, Any]]:
        response = self.post("/doorstep/parcel", self.parcel(*taps, **more), content_type="application/json")
        assert response.status_code == 200, response.content
        found: list[dict[str, Any]] = response.json()["came"]
        return found

    def told(self) -> dict[str, str]:
        return self.tap("tell", channel="person", understood=True)


@pytest.mark.parametrize(
    "ahead", [timedelta(), timedelta(hours=9), timedelta(days=-400)], ids=["right", "hours wrong", "years wrong"]
)
def test_a_tap_counts_from_when_it_was_made_whatever_the_telephone_thinks_the_hour_is(
    ward: Ward, ahead: timedelta
) -> None:
    telephone = Telephone(ward, ahead=ahead)
    ward.pass_by(minutes=5)
    done, tap = ward.clock.now(), telephone.told()
    ward.pass_by(minutes=50)
    (came,) = telephone.send(tap)
    assert (came["state"], came["believed"]) == ("done", True)
    assert ward.told()["chiyo"] == done
    assert queries.entries(ward.case)[-1].at == ward.clock.now()


def test_a_session_that_was_locked_meanwhile_loses_nothing(ward: Ward, settings: Any) -> None:
    telephone = Telephone(ward)
    settings.KINFIRST_IDLE_MINUTES = 10
    telephone.client.get("/doorstep/")
    ward.pass_by(minutes=1)
    done, tap = ward.clock.now(), telephone.told()
    ward.pass_by(minutes=30)
    assert telephone.client.get("/doorstep/ready").status_code == 302
    lock = "/accounts/reauthenticate/"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text(telephone.client.get(lock)))
    assert token is not None
    telephone.client.post(lock, {"password": "long enough words", "csrfmiddlewaretoken": token[1]})
    (came,) = telephone.send(tap)
    assert (came["state"], came["believed"]) == ("done", True)
    assert ward.told()["chiyo"] == done


def test_the_same_parcel_twice_is_done_once(ward: Ward) -> None:
    telephone = Telephone(ward)
    tap = telephone.told()
    ward.pass_by(minutes=3)
    first, entries = telephone.send(tap), len(queries.entries(ward.case))
    assert telephone.send(tap) == first
    assert len(queries.entries(ward.case)) == entries


def test_a_conflict_is_answered_kept_and_a_task(ward: Ward) -> None:
    telephone = Telephone(ward)
    ward.pass_by(minutes=5)
    ward.do("renji", "flag_doubt", about="identity")
    ward.pass_by(minutes=5)
    arrived, told = telephone.tap("arrived"), telephone.told()
    ward.pass_by(minutes=20)
    came = telephone.send(arrived, told)
    assert [one["state"] for one in came] == ["noted", "refused"]
    assert came[1]["reasons"][0]["rule"] == "R46"
    assert "settle_late" in ward.tasks()
    assert "refused: call the casualty officer" in text(telephone.client.get(ward.door))
    desk = text(ward.client("tsuji").get("/exceptions/"))
    assert "Recorded too late, and refused" in desk
    assert "Noriko Abe" in desk


def test_what_came_before_in_one_parcel_counts_for_what_follows(ward: Ward) -> None:
    ward.do("tsuji", "assign", place=ward.ids["daiki"], lead=ward.ids["noriko"])
    telephone = Telephone(ward)
    ward.pass_by(minutes=1)
    leak = telephone.tap("leak", source="the street")
    ward.pass_by(minutes=1)
    by_phone = telephone.tap("tell", "daiki", channel="phone", understood=True)
    ward.pass_by(minutes=30)
    came = telephone.send(by_phone, leak)
    assert {one["state"] for one in came} == {"done"}
    assert "daiki" in ward.told()


@pytest.mark.parametrize("wrong", ["signature", "key", "batch", "backwards", "before the key", "a repeated number"])
def test_what_cannot_be_believed_counts_as_of_its_arrival(ward: Ward, wrong: str) -> None:
    telephone = Telephone(ward)
    ward.pass_by(minutes=2)
    tap = telephone.told()
    ward.pass_by(minutes=40)
    sent = telephone.millis()
    how: dict[str, Any] = {}
    if wrong == "signature":
        tap["signature"] = telephone.signature("something else")
    elif wrong == "key":
        how["key"] = "of-somebody-else"
    elif wrong == "backwards":
        how["sent"] = sent - 3_600_000 * 2
    elif wrong == "before the key":
        how["sent"] = sent + 3_600_000
    elif wrong == "a repeated number":
        telephone.n = 0
        telephone.send(telephone.tap("arrived"))
        tap = {**tap, "body": tap["body"].replace("tap-number-1", "tap-number-x")}
        tap["signature"] = telephone.signature(tap["body"])
    if wrong == "batch":
        parcel = json.loads(telephone.parcel(tap))
        parcel["signature"] = telephone.signature("x")
        response = telephone.post("/doorstep/parcel", json.dumps(parcel), content_type="application/json")
        (came,) = response.json()["came"]
    else:
        (came,) = telephone.send(tap, **how)
    assert (came["state"], came["believed"]) == ("done", False)
    assert ward.told()["chiyo"] == ward.clock.now()


def test_another_accounts_key_proves_nothing(ward: Ward) -> None:
    thief, telephone = Telephone(ward), Telephone(ward)
    thief.client = ward.client("tsuji", strict=True)
    ward.pass_by(minutes=2)
    tap = telephone.tap("arrived")
    ward.pass_by(minutes=10)
    thief.private, thief.key = telephone.private, telephone.key
    assert thief.send(tap)[0]["believed"] is False


def test_a_visit_that_is_not_theirs_any_more_is_refused_and_the_rest_goes_on(ward: Ward) -> None:
    telephone = Telephone(ward)
    strange = telephone.tap("arrived")
    strange["body"] = strange["body"].replace(ward.case, "0" * 32)
    strange["signature"] = telephone.signature(strange["body"])
    came = telephone.send(strange, telephone.tap("arrived"))
    assert [one["state"] for one in came] == ["refused", "noted"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"batch": "{}", "signature": ""}', b"\xff", b"x" * 300_000])
def test_what_is_no_parcel_is_an_error(ward: Ward, body: bytes) -> None:
    response = ward.client().post("/doorstep/parcel", body, content_type="application/json")
    assert response.status_code == 400


@pytest.mark.parametrize("public", ["", "AAAA", "not base64!", base64.b64encode(b"x" * 91).decode()])
def test_what_is_no_key_is_an_error(ward: Ward, public: str) -> None:
    assert ward.client().post("/doorstep/key", {"public": public}).status_code == 400


def test_a_parcel_needs_its_token_and_somebody_signed_in(ward: Ward) -> None:
    strict = ward.client(strict=True)
    assert strict.post("/doorstep/parcel", b"{}", content_type="application/json").status_code == 403
    assert Client().get("/doorstep/ready").status_code == 302


def test_a_call_and_an_arrival_stand_on_the_case_until_somebody_answers(ward: Ward) -> None:
    telephone = Telephone(ward)
    telephone.send(telephone.tap("arrived"), telephone.tap("help"))
    officer = ward.client("tsuji")
    board, case = text(officer.get("/")), text(officer.get(f"/cases/{ward.case}/"))
    assert "Needs help: Noriko Abe" in board
    for said in ("Noriko Abe: <b>arrived</b>", "Noriko Abe: <b>help is needed</b>", "I have answered"):
        assert said in case
    seq = re.search(r"live\?seq=(\d+)", case)
    assert seq is not None
    assert "help is needed" in text(officer.get(f"/cases/{ward.case}/live?seq={seq[1]}"))
    before = doors.mark(ward.play.company.realm, ward.clock.now())
    answered = officer.post("/exceptions/seen", {"key": "tap-number-2", "back": "case"}, follow=True)
    assert answered.redirect_chain == [(f"/cases/{ward.case}/", 302)]
    assert "answered by" in text(answered)
    assert "Needs help" not in text(officer.get("/"))
    assert doors.mark(ward.play.company.realm, ward.clock.now()) != before


def test_a_locked_session_keeps_the_parcel_for_later(ward: Ward, settings: Any) -> None:
    telephone = Telephone(ward)
    parcel = telephone.parcel(telephone.tap("help"))
    token = telephone.client.get("/doorstep/ready").json()["token"]
    settings.KINFIRST_IDLE_MINUTES = 5
    telephone.client.get("/doorstep/")
    ward.pass_by(minutes=6)
    headers = {"x-csrftoken": token, "sec-fetch-mode": "cors"}
    answer = telephone.client.post("/doorstep/parcel", parcel, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"locked": True})
    assert not DoorTap.objects.exists()
    telephone.client.post("/accounts/reauthenticate/", {"password": "long enough words", "csrfmiddlewaretoken": token})
    again = telephone.post("/doorstep/parcel", parcel, content_type="application/json")
    assert [one["state"] for one in again.json()["came"]] == ["noted"]
