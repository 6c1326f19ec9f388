"""Signing in: tokens, the session of the pages with its CSRF token, a password with and without a second factor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from django.test import Client

from kinfirst.api import throttle
from kinfirst.api.models import Knock
from kinfirst.clock import SimulatedClock
from kinfirst.core.errors import BadInput
from kinfirst.people import accounts, models, tokens
from kinfirst.people.registry import NewPerson
from kinfirst.records import models as records
from tests.api.acting import NOON, ROOT, Caller, Small

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def user(clock: SimulatedClock, db: None) -> User:
    accounts.add("hana", PASSWORD, realm="live", person=NewPerson(name="Hana Mori", roles=("clinician",)))
    return accounts.find("hana")


def sign_in(**body: Any) -> Any:
    return Caller().ask("POST", "tokens", {"username": "hana", "password": PASSWORD, **body})


def test_a_token_is_shown_once_and_kept_as_a_digest(user: User) -> None:
    made = tokens.issue(user.pk, label="phone", now=NOON, lasts=timedelta(days=1))
    row = models.Token.objects.get(id=made.id)
    assert made.text.rpartition("_")[2] not in str(row.__dict__)
    assert len(made.text.split("_", 2)[2]) == 43
    assert tokens.holder(made.text, now=NOON) == row


@pytest.mark.parametrize("text", ["", "kft", "kft__", "kft_" + "0" * 32 + "_" + "a" * 43, "é" * 80, "kft_\0"])
def test_what_is_no_token_holds_nothing(text: str, user: User) -> None:
    assert tokens.holder(text, now=NOON) is None


def test_another_secret_holds_nothing(user: User) -> None:
    one, other = (tokens.issue(user.pk, label="phone", now=NOON, lasts=None) for _ in range(2))
    mixed = f"kft_{one.id}_{other.text.split('_', 2)[2]}"
    assert tokens.holder(mixed, now=NOON) is None


def test_a_token_ends(user: User) -> None:
    made = tokens.issue(user.pk, label="phone", now=NOON, lasts=timedelta(hours=1))
    assert tokens.holder(made.text, now=NOON + timedelta(hours=1)) is None
    other = tokens.issue(user.pk, label="phone", now=NOON, lasts=None)
    assert tokens.revoke(other.id, now=NOON)
    assert not tokens.revoke(other.id, now=NOON)
    assert tokens.holder(other.text, now=NOON) is None


def test_an_account_that_is_off_holds_no_token(user: User) -> None:
    made = tokens.issue(user.pk, label="phone", now=NOON, lasts=None)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert tokens.holder(made.text, now=NOON) is None


def test_use_is_noted_to_the_hour(user: User) -> None:
    made = tokens.issue(user.pk, label="phone", now=NOON, lasts=None)
    tokens.holder(made.text, now=NOON + timedelta(minutes=42))
    assert models.Token.objects.get(id=made.id).last_used == NOON


@pytest.mark.parametrize(
    ("label", "lasts"),
    [
        pytest.param("", None, id="no label"),
        pytest.param("a" * 81, None, id="a long label"),
        pytest.param("phone", timedelta(0), id="no time"),
        pytest.param("phone", timedelta(days=4000), id="for ever, nearly"),
    ],
)
def test_a_token_that_cannot_be(label: str, lasts: timedelta | None, user: User) -> None:
    with pytest.raises(BadInput, match=r"^(label|expires): "):
        tokens.issue(user.pk, label=label, now=NOON, lasts=lasts)


def test_a_token_that_does_not_hold_is_no_session(small: Small, client: Client) -> None:
    client.force_login(User.objects.get(person=small.cast.sakura))
    came = client.get(f"{ROOT}/me", headers={"Authorization": "Bearer kft_nothing"})
    assert came.status_code == 401


def test_a_session_reads_and_needs_its_csrf_token_to_act(small: Small) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(person=small.cast.sakura))
    assert browser.get(f"{ROOT}/me").json()["person"] == small.cast.sakura
    address = f"{ROOT}/cases/{small.case}/commands/chart"
    bare = browser.post(address, {"text": "One."}, content_type="application/json")
    assert (bare.status_code, bare.json()["error"]["kind"]) == (403, "csrf")
    token = browser.get("/accounts/login/").cookies.get("csrftoken")
    browser.cookies["csrftoken"] = token.value if token else "a" * 32
    with_it = browser.post(
        address,
        {"text": "One."},
        content_type="application/json",
        headers={"X-CSRFToken": browser.cookies["csrftoken"].value},
    )
    assert with_it.status_code == 200, with_it.content


def test_a_password_gives_a_token(user: User) -> None:
    came = sign_in(label="tablet", hours=2)
    assert came.status == 201
    assert came.body["expires"] == "2026-03-02T14:00:00Z"
    caller = Caller(came.body["token"])
    assert caller.get("me").body["roles"] == ["clinician"]
    assert [one["label"] for one in caller.get("tokens").body["tokens"]] == ["tablet"]
    assert caller.ask("DELETE", f"tokens/{came.body['id']}").status == 200
    assert caller.get("me").status == 401


def test_nobody_ends_anothers_token(user: User, small: Small) -> None:
    made = tokens.issue(user.pk, label="phone", now=NOON, lasts=None)
    assert small.sakura.ask("DELETE", f"tokens/{made.id}").status == 404
    assert Caller(made.text).get("me").status == 200


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}])
def test_a_wrong_sign_in_says_not_what(wrong: dict[str, str], user: User) -> None:
    came = sign_in(**wrong)
    assert (came.status, came.kind, came.body["error"]["message"]) == (
        401,
        "wrong_sign_in",
        "username, password or code is wrong",
    )


@pytest.mark.parametrize(
    "wrong", [{"hours": 25}, {"hours": 0}, {"username": ""}, {"password": "a\0b"}, {"realm": "live"}, {"label": ""}]
)
def test_a_sign_in_that_cannot_be_read(wrong: dict[str, Any], user: User) -> None:
    came = sign_in(**wrong)
    assert (came.status, came.kind) == (422, "argument")


def test_a_second_factor_is_asked_for(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    assert sign_in().kind == "code_needed"
    assert sign_in(code="000000x").kind == "wrong_sign_in"
    # The clock of the codes stands still: else the half minute of one may end before it is sent.
    monkeypatch.setattr("time.time", NOON.timestamp)
    counter = list(yield_hotp_counters_from_time())[-1]
    code = format_hotp_value(hotp_value(secret, counter))
    assert sign_in(code=code).status == 201
    assert sign_in(code=code).kind == "wrong_sign_in", "a code is good once"


def test_a_recovery_code_will_do(user: User) -> None:
    codes = RecoveryCodes.activate(user).generate_codes()
    assert sign_in(code=codes[0]).status == 201


def test_a_passkey_alone_signs_in_on_the_pages_only(user: User) -> None:
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    assert sign_in(code="123456").kind == "wrong_sign_in"


def test_a_password_cannot_be_guessed_through(user: User, clock: SimulatedClock) -> None:
    kinds = [sign_in(password=f"guess {number}").kind for number in range(7)]
    assert kinds == ["wrong_sign_in"] * 5 + ["too_often"] * 2
    late = sign_in()
    assert (late.status, int(late.headers["Retry-After"])) == (429, 60)
    clock.advance_to(clock.now() + timedelta(seconds=60))
    assert sign_in().status == 201


def test_a_family_asks_without_signing_in(small: Small, clock: SimulatedClock) -> None:
    records.Visit.objects.create(
        case_id=small.case, place="p", realm="live", person="", lead=small.cast.sakura, reference="ABCD2346", open=True
    )
    asked = [Caller().ask("POST", "visits/verify", {"reference": text}) for text in ("abcd-2346", "ZZZZ2346")]
    assert [(one.status, one.body) for one in asked] == [
        (200, {"answer": "yes, ours"}),
        (200, {"answer": "not known"}),
    ]
    more = [Caller().ask("POST", "visits/verify", {"reference": "ZZZZ2346"}).status for _ in range(9)]
    assert more == [200] * 8 + [429]
    clock.advance_to(clock.now() + timedelta(seconds=6))
    assert Caller().ask("POST", "visits/verify", {"reference": "ZZZZ2346"}).status == 200


def test_over_the_limit_nothing_is_written(clock: SimulatedClock, db: None, django_assert_num_queries: Any) -> None:
    door = throttle.Door(name="door", bucket=2, every=timedelta(seconds=1))
    for _ in range(2):
        throttle.knock(door, "10.0.0.1", now=clock.now())
    with django_assert_num_queries(1), pytest.raises(throttle.Problem, match="too_often"):
        throttle.knock(door, "10.0.0.1", now=clock.now())
    throttle.knock(door, "10.0.0.2", now=clock.now())


def test_visitors_are_forgotten_and_never_kept_in_clear(clock: SimulatedClock, db: None) -> None:
    door = throttle.Door(name="door", bucket=2, every=timedelta(seconds=1))
    throttle.knock(door, "10.0.0.1", now=clock.now())
    throttle.knock(door, "10.0.0.2", now=clock.now() + timedelta(minutes=1))
    assert Knock.objects.count() == 1
    assert "10.0.0" not in str(list(Knock.objects.values()))


@pytest.mark.parametrize(
    ("proxied", "forwarded", "seen"),
    [
        pytest.param(None, "9.9.9.9", "127.0.0.1", id="no proxy: the header is anybody's"),
        pytest.param(("HTTP_X_FORWARDED_PROTO", "https"), "1.1.1.1, 9.9.9.9", "9.9.9.9", id="what our proxy added"),
        pytest.param(("HTTP_X_FORWARDED_PROTO", "https"), "", "127.0.0.1", id="a proxy that says nothing"),
    ],
)
def test_whose_address_counts(proxied: Any, forwarded: str, seen: str, settings: Any, rf: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = proxied
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert throttle.address(rf.get("/", headers=headers)) == seen
