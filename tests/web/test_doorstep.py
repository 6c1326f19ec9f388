"""The doorstep: my visits, the recorded look, the words, taps from the page and from a telephone (R14, R36, R38)."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpResponse
from django.test import Client

from kinfirst.clock import SimulatedClock
from kinfirst.people import contacts
from kinfirst.people.models import Person
from kinfirst.records import queries
from kinfirst.records.actions import Given, perform_named
from kinfirst.scenarios.player import Played
from kinfirst.web import words
from kinfirst.web.models import DoorTap
from tests.plays import played
from tests.web.conftest import At, signed_in

pytestmark = pytest.mark.django_db
NAMES = ("Kenta", "Morishige", "Chiyo", "Daiki", "Haruka")


class Ward:
    """The afternoon: Noriko is to go to the mother, who was not at home at 14:31."""

    def __init__(self, play: Played, clock: SimulatedClock) -> None:
        self.play, self.clock, self.ids = play, clock, play.company.ids
        self.case = play.cases["bridge"]
        self.door = f"/doorstep/{self.case}/{self.ids['chiyo']}/"

    def client(self, who: str = "noriko", *, strict: bool = False) -> Client:
        return signed_in(self.play, who, strict=strict)

    def do(self, who: str, name: str, **arguments: Any) -> None:
        given = Given(realm=self.play.company.realm, by=self.ids[who], now=self.clock.now())
        outcome = perform_named(name, arguments, given=given, case=self.case)
        assert outcome.refusal is None, outcome.refusal

    def pass_by(self, **length: float) -> None:
        """Time passes in the house."""
        self.clock.advance_to(self.clock.now() + timedelta(**length))

    def told(self) -> dict[str, datetime]:
        handles = {id: handle for handle, id in self.ids.items()}
        return {handles[who]: one.at for who, one in queries.case_state(self.case).told.items()}

    def tasks(self) -> set[str]:
        return {task.kind for task in queries.case_tasks(self.case)}


@pytest.fixture
def ward(at: At, settings: Any) -> Ward:
    """With no lock of idle sessions, so that time may pass between two requests."""
    settings.KINFIRST_IDLE_MINUTES = 0
    return Ward(played("demo-ward"), at("2026-04-07T14:40:00+09:00"))


def text(response: HttpResponse) -> str:
    return response.content.decode()


def test_my_visits_name_nobody(ward: Ward) -> None:
    page = text(ward.client().get("/doorstep/"))
    assert "parent" in page
    assert "May be told now" in page
    assert [name for name in NAMES if name in page] == []


@pytest.mark.parametrize("who", ["tsuji", "yamada", "fukuda", "haruka", "renji"])
def test_a_visit_is_for_those_who_carry_it(ward: Ward, who: str) -> None:
    client = ward.client(who)
    assert client.get(ward.door).status_code == 404
    assert client.post(ward.door + "look").status_code == 404
    assert client.post(ward.door + "tap", {"what": "tell", "channel": "person", "understood": "yes"}).status_code == 404
    assert ward.door not in text(client.get("/doorstep/"))


def test_whom_and_where_are_shown_after_a_recorded_look_and_no_title_has_them(ward: Ward) -> None:
    way = contacts.Way(kind="address", text="3-7 Riverside Row")
    contacts.add_contact(ward.play.company.realm, ward.ids["chiyo"], way)
    Person.objects.filter(id__in=[ward.ids["chiyo"], ward.ids["daiki"]]).update(household="row", speaks=["es"])
    client = ward.client()
    before = text(client.get(ward.door))
    assert [name for name in (*NAMES, "Riverside") if name in before] == []
    page = text(client.post(ward.door + "look", follow=True))
    assert [entry.kind for entry in queries.entries(ward.case)[-2:]] == ["viewed", "viewed"]
    for said in (
        "Chiyo Morishige",
        "3-7 Riverside Row",
        "geo:0,0?q=3-7%20Riverside%20Row",
        "Spanish",
        "Daiki Morishige",
    ):
        assert said in page
    assert "Kenta Morishige ha muerto." in page
    assert "Kenta Morishige has died." in page
    heads = " ".join(re.findall(r"<title>.*?</title>|<h[1-6].*?</h[1-6]>|<summary>.*?</summary>", page, re.S))
    assert [name for name in NAMES if name in heads] == []
    assert re.search(r"<title>Visit – Kinfirst</title>", page)
    ward.pass_by(minutes=15, seconds=1)
    assert "Chiyo" not in text(client.get(ward.door))


def test_a_child_of_the_house_is_flagged(ward: Ward) -> None:
    Person.objects.filter(id__in=[ward.ids["chiyo"], ward.ids["daiki"]]).update(household="row")
    Person.objects.filter(id=ward.ids["daiki"]).update(born="2016-01-01")
    assert "a child: never told by us" in text(ward.client().post(ward.door + "look", follow=True))


def test_what_is_not_known_is_said_to_be_unknown(ward: Ward) -> None:
    client = ward.client()
    page = text(client.post(ward.door + "look", follow=True))
    assert "What they died of" in page
    assert "being investigated" in page
    ward.do("tsuji", "amend", fact="cause", value="a fall of eleven metres", why="examination")
    page = text(client.get(ward.door))
    assert "a fall of eleven metres" in page
    assert "What they died of" not in page
    assert "version 2" in page


def test_a_tap_without_scripts_is_done_once(ward: Ward) -> None:
    client = ward.client()
    sent = {"what": "tell", "channel": "person", "understood": "yes", "key": "one-and-the-same"}
    page = text(client.post(ward.door + "tap", sent, follow=True))
    assert "Kept: told." in page
    assert ward.told()["chiyo"] == ward.clock.now()
    entries = len(queries.entries(ward.case))
    assert client.post(ward.door + "tap", sent).status_code == 302
    assert len(queries.entries(ward.case)) == entries


def test_a_refused_tap_says_why(ward: Ward) -> None:
    ward.do("renji", "flag_doubt", about="identity")
    response = ward.client().post(ward.door + "tap", {"what": "tell", "channel": "person", "understood": "yes"})
    assert response.status_code == 422
    assert "R46" in text(response)


@pytest.mark.parametrize("what", ["", "pronounce", "view", "no such thing"])
def test_a_tap_that_is_none_is_an_error(ward: Ward, what: str) -> None:
    assert ward.client().post(ward.door + "tap", {"what": what}).status_code == 400


def test_every_button_has_its_effect(ward: Ward) -> None:
    client = ward.client()
    client.post(ward.door + "tap", {"what": "arrived"})
    client.post(ward.door + "tap", {"what": "help"})
    client.post(ward.door + "tap", {"what": "attempt", "result": "not_home"})
    client.post(ward.door + "tap", {"what": "leak", "source": "a neighbour"})
    client.post(ward.door + "tap", {"what": "already_aware", "source": "the neighbour", "right": "no"})
    state = queries.case_state(ward.case)
    assert state.attempts[ward.ids["chiyo"]] == 2
    assert state.closing.leak == ward.clock.now()
    assert state.told[ward.ids["chiyo"]].how == "condoled"
    assert "correct" in ward.tasks()
    assert sorted(DoorTap.objects.values_list("what", "state")) == [
        ("already_aware", "done"),
        ("arrived", "noted"),
        ("attempt", "done"),
        ("help", "noted"),
        ("leak", "done"),
    ]


def test_withdrawn_is_a_stop_with_its_own_words(ward: Ward) -> None:
    ward.do("fukuda", "retract", kind="alive", second=ward.ids["tsuji"])
    client = ward.client()
    assert "Stop: withdrawn" in text(client.get(ward.door))
    page = text(client.post(ward.door + "look", follow=True))
    assert "We withdraw it." in page
    assert "has died" not in page


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


def test_the_frame_the_worker_and_the_manifest_name_nobody(ward: Ward) -> None:
    client = ward.client()
    assert client.post(ward.door + "look").status_code == 302
    for address in ("/doorstep/away", "/doorstep-worker.js", "/manifest.webmanifest"):
        said = text(client.get(address))
        assert [name for name in (*NAMES, "Bridge", ward.case) if name in said] == [], address
    worker = client.get("/doorstep-worker.js")
    assert worker["Content-Type"] == "text/javascript"
    assert worker["Service-Worker-Allowed"] == "/"
    assert json.loads(text(client.get("/manifest.webmanifest")))["start_url"] == "/doorstep/"
    assert Client().get("/doorstep/away").status_code == 302


def test_every_language_has_every_sentence() -> None:
    known = words.languages()
    assert sorted(known) == ["de", "en", "es", "ja"]
    for code, script in known.items():
        assert script.language == code
        for state in (*words.STATES, "circumstance"):
            assert set(getattr(script, state)) == set(getattr(known["en"], state)), (code, state)
        assert set(script.circumstance) == {*words.CIRCUMSTANCES, "investigation", "for_minor"}


@pytest.mark.parametrize(
    ("code", "dead"),
    [("en", "die|dead|death"), ("de", "tot|tod|gestorb"), ("es", "muert|murió|fallec"), ("ja", "亡|死")],
)
def test_belief_has_no_word_for_death(code: str, dead: str) -> None:
    script = words.languages()[code]
    for state in ("believed", "missing"):
        said = " ".join(line.text for line in words.spoken(script, words.Occasion(state=state))).lower()
        assert re.search(dead, said) is None
    assert re.search(dead, script.dead["news"].lower())


def test_the_words_fit_the_circumstance_and_leave_out_what_is_not_known() -> None:
    names = {"name": "N", "for_whom": "M"}
    occasion = words.Occasion(state="dead", circumstance="accident", investigated=True, names=names)
    said = {line.moment: line.text for line in words.spoken(words.languages()["en"], occasion)}
    assert said["circumstance"].startswith("It was an accident. It is being investigated.")
    assert said["for_minor"].startswith("We tell you in place of M")
    assert "when" not in said
    assert "Are you …?" in said["gather"]
    order = [line.moment for line in words.spoken(words.languages()["en"], occasion)]
    assert order[order.index("news") + 1] == "space"


@pytest.mark.parametrize(
    ("category", "circumstance"),
    [
        ("kia", "hostile"),
        ("accident", "accident"),
        ("pending", "unknown"),
        ("", "unknown"),
        ("undetermined", "unknown"),
    ],
)
def test_a_category_is_a_circumstance(category: str, circumstance: str) -> None:
    assert words.circumstance_of(category) == circumstance


@pytest.mark.parametrize(
    ("speaks", "reader", "code", "theirs"),
    [
        (("vi", "de"), "en", "de", True),
        (("vi",), "ja", "ja", False),
        ((), "es", "es", True),
        (("en-GB",), "de", "en", True),
        (("vi",), "fr", "en", False),
    ],
)
def test_the_language_is_the_recipients_where_there_is_one(
    speaks: tuple[str, ...], reader: str, code: str, theirs: object
) -> None:
    script, is_theirs = words.language_for(speaks, reader)
    assert (script.language, is_theirs) == (code, theirs)


def test_the_words_can_be_learnt_beforehand(ward: Ward) -> None:
    page = text(ward.client().get("/doorstep/words?language=de"))
    assert "… ist gestorben." in page
    assert [name for name in NAMES if name in page] == []
