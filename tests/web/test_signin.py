"""Sign-in: the lock of an idle session, second factors, the house's identity provider, headers, languages."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client

from kinfirst.core.errors import BadInput
from kinfirst.people import registry
from kinfirst.project import oidc
from tests.cast import Cast
from tests.web.conftest import At
from tests.web.identity_provider import CLIENT, SECRET, Provider, running

pytestmark = pytest.mark.django_db
PASSWORD = "long enough words"
BACKEND = "kinfirst.project.signin.WithPerson"


@pytest.fixture(autouse=True)
def morning(at: At) -> None:
    at("2026-03-02T08:00:00+00:00")


def account(cast: Cast, who: str = "sakura") -> User:
    user = User.objects.create_user(who, password=PASSWORD)
    registry.link_user(cast.realm, getattr(cast, who), user.pk)
    return user


def inside(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    client.get("/")
    return client


# The lock


@pytest.mark.parametrize(
    ("moment", "locked"),
    [
        pytest.param("2026-03-02T08:29:59+00:00", False, id="a moment before"),
        pytest.param("2026-03-02T08:30:00+00:00", True, id="after"),
    ],
)
def test_an_idle_session_locks(cast: Cast, at: At, moment: str, locked: bool) -> None:
    client = inside(account(cast))
    at(moment)
    response = client.get("/cover/")
    assert (response.status_code == 302) is locked
    if locked:
        assert response.url == "/accounts/reauthenticate/?next=%2Fcover%2F"
        assert client.get("/cover/").status_code == 302


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(cast: Cast, at: At) -> None:
    client = inside(account(cast))
    for minute in (10, 20, 29):
        at(f"2026-03-02T08:{minute}:00+00:00")
        assert client.get("/", headers={"HX-Request": "true"}).status_code == 200
    at("2026-03-02T08:31:00+00:00")
    part = client.get("/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"].startswith("/accounts/reauthenticate/")
    assert client.get("/api/v1/cases").status_code == 401
    assert client.get("/cover/", headers={"Sec-Fetch-Mode": "cors"}).json() == {"locked": True}


def test_somebody_at_work_is_not_asked(cast: Cast, at: At) -> None:
    client = inside(account(cast))
    for minute in (20, 40, 59):
        at(f"2026-03-02T08:{minute}:00+00:00")
        assert client.get("/cover/").status_code == 200


def test_the_password_opens_it_and_gives_back_what_was_typed(cast: Cast, at: At) -> None:
    client = inside(account(cast))
    at("2026-03-02T09:00:00+00:00")
    sent = client.post("/cases/new/", {"key": "k", "alias": "Heron", "state": "unknown"})
    assert sent.url == "/accounts/reauthenticate/?next=%2Fkept%2F"
    stored = str(dict(client.session))
    assert "Heron" not in stored
    page = client.get(sent.url)
    assert "Is it still you?" in page.content.decode()
    assert client.post("/accounts/reauthenticate/", {"password": "wrong", "next": "/kept/"}).status_code == 200
    assert client.get("/cover/").status_code == 302
    back = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/kept/"}, follow=True)
    page_text = back.content.decode()
    assert "Nothing was lost" in page_text
    assert 'value="Heron"' in page_text
    assert 'action="/cases/new/"' in page_text
    assert client.get("/kept/").url == "/"
    assert client.get("/cover/").status_code == 200


def test_who_cannot_show_who_they_are_is_signed_out(cast: Cast, at: At) -> None:
    user = account(cast)
    client = inside(user)
    User.objects.filter(pk=user.pk).update(password="!")
    at("2026-03-02T09:00:00+00:00")
    assert client.get("/").url.startswith("/accounts/login/")


@pytest.mark.parametrize("address", ["/wall/", "/visits/verify", "/healthz", "/accounts/logout/"])
def test_what_stays_open(cast: Cast, at: At, address: str) -> None:
    client = inside(account(cast))
    at("2026-03-02T09:00:00+00:00")
    assert client.get(address).status_code in (200, 503)


def test_the_lock_can_be_off(cast: Cast, at: At, settings: Any) -> None:
    settings.KINFIRST_IDLE_MINUTES = 0
    client = inside(account(cast))
    at("2026-03-02T20:00:00+00:00")
    assert client.get("/cover/").status_code == 200


# Second factors


@pytest.mark.parametrize(
    ("who", "status"),
    [pytest.param("sakura", 302, id="who decides"), pytest.param("mirani", 200, id="a trainee")],
)
def test_who_decides_needs_a_second_factor(cast: Cast, settings: Any, who: str, status: int) -> None:
    settings.KINFIRST_REQUIRE_MFA = True
    client = Client()
    client.force_login(account(cast, who), backend=BACKEND)
    response = client.get("/")
    assert response.status_code == status
    if status == 302:
        assert response.url == "/accounts/2fa/"
        assert "Your work needs a second factor" in client.get("/accounts/2fa/").content.decode()
        assert client.get("/api/v1/cases").status_code in (401, 403)


def test_with_one_they_go_on(cast: Cast, settings: Any) -> None:
    settings.KINFIRST_REQUIRE_MFA = True
    user = account(cast)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client = Client()
    client.force_login(user, backend=BACKEND)
    assert client.get("/").status_code == 200


def test_the_page_of_passkeys_gives_the_browser_its_task(cast: Cast) -> None:
    user = account(cast)
    client = Client()
    client.post("/accounts/login/", {"login": "sakura", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/webauthn/add/").content.decode()
    assert 'data-passkey="create"' in page
    assert "creation_options" in page
    assert "<script>" not in page
    assert user.pk


# The house's identity provider


def followed(client: Client, provider: Provider) -> Any:
    """A browser goes to the provider and comes back."""
    away = client.get("/accounts/oidc/house/login/")
    assert away.status_code == 302
    assert away.url.startswith(f"{provider.address}/authorize?")
    back = _location(away.url)
    return client.get(back.removeprefix("http://testserver"))


def _location(url: str) -> str:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port)
    connection.request("GET", f"{parts.path}?{parts.query}")
    found = connection.getresponse().getheader("Location") or ""
    connection.close()
    return found


def with_provider(settings: Any, provider: Provider) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = oidc.providers(
        {
            "KINFIRST_OIDC_URL": provider.address,
            "KINFIRST_OIDC_CLIENT": CLIENT,
            "KINFIRST_OIDC_SECRET": SECRET,
            "KINFIRST_OIDC_NAME": "St. Elsewhere",
        }
    )


@pytest.mark.network
def test_the_provider_signs_in_an_account_that_is_there(cast: Cast, settings: Any) -> None:
    user = account(cast)
    with running(sub="u-17", preferred_username="sakura", name="Sakura Harutani", email="s@example.org") as provider:
        with_provider(settings, provider)
        client = Client()
        assert "Sign in with St. Elsewhere" in client.get("/accounts/login/").content.decode()
        assert followed(client, provider).url == "/"
        assert int(client.session["_auth_user_id"]) == user.pk
        assert client.get("/").status_code == 200
        provider.claims["preferred_username"] = "renamed"
        again = Client()
        followed(again, provider)
        assert int(again.session["_auth_user_id"]) == user.pk
        assert provider.refused == []
    (kept,) = SocialAccount.objects.all()
    assert (kept.uid, kept.extra_data) == ("u-17", {})
    assert not user.emailaddress_set.exists()  # type: ignore[attr-defined]


@pytest.mark.network
@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"preferred_username": "nobody"}, id="no account"),
        pytest.param({}, id="no claim"),
        pytest.param({"preferred_username": "hiro"}, id="an account that is switched off"),
    ],
)
def test_the_provider_makes_no_account(cast: Cast, settings: Any, claims: dict[str, str]) -> None:
    account(cast)
    User.objects.filter(pk=account(cast, "hiro").pk).update(is_active=False)
    with running(sub="u-18", **claims) as provider:
        with_provider(settings, provider)
        client = Client()
        response = followed(client, provider)
        assert response.status_code == 403
        assert "No account here" in response.content.decode()
        assert "_auth_user_id" not in client.session
    assert User.objects.count() == 2
    assert not SocialAccount.objects.exists()


@pytest.mark.network
def test_another_claim_may_name_the_account(cast: Cast, settings: Any) -> None:
    user = account(cast)
    settings.KINFIRST_OIDC_CLAIM = "staff_number"
    with running(sub="u-19", staff_number="sakura") as provider:
        with_provider(settings, provider)
        client = Client()
        followed(client, provider)
        assert int(client.session["_auth_user_id"]) == user.pk


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"KINFIRST_OIDC_URL": "http://id.example.org"}, "KINFIRST_OIDC_URL", id="plain http"),
        pytest.param({"KINFIRST_OIDC_URL": "https://id.example.org"}, "KINFIRST_OIDC_CLIENT", id="no client"),
    ],
)
def test_a_provider_that_cannot_be_used_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        oidc.providers(given)


def test_no_provider_no_button(cast: Cast) -> None:
    assert oidc.providers({}) == {}
    assert "Sign in with" not in Client().get("/accounts/login/").content.decode()


# Throttles and headers


def test_guessing_a_password_is_slowed_down(cast: Cast) -> None:
    account(cast)
    client = Client()
    for _ in range(6):
        client.post("/accounts/login/", {"login": "sakura", "password": "wrong"})
    response = client.post("/accounts/login/", {"login": "sakura", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert response.status_code in (200, 429)


@pytest.mark.parametrize(
    "address", ["/", "/accounts/login/", "/audit/", "/visits/verify", "/registry/policies/village/"]
)
def test_every_page_has_its_headers(cast: Cast, address: str) -> None:
    headers = inside(account(cast)).get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    for name in ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy"):
        assert headers[name], name
    assert headers["Cache-Control"].startswith("no-store") or "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize("language", ["de", "es", "ja"])
def test_the_language_is_chosen_and_kept(cast: Cast, language: str) -> None:
    client = inside(account(cast))
    assert client.post("/language/", {"language": language, "next": "/cover/"}).url == "/cover/"
    page = client.get("/cover/").content.decode()
    assert f'<html lang="{language}"' in page


def test_a_browser_says_which_language(cast: Cast) -> None:
    page = Client().get("/accounts/login/", headers={"Accept-Language": "ja,en;q=0.5"}).content.decode()
    assert '<html lang="ja"' in page
