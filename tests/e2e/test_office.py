"""Audit, registry, sign-in: shut nobody out, hold without scripts, in any direction of writing, and with a passkey."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PHONE, House, sign_in, visitor
from tests.e2e.house import PASSWORD
from tests.e2e.test_access_for_all import HOW, violations

pytestmark = [pytest.mark.network, pytest.mark.slow]
HEAVIEST = 150_000
PATHS = (
    "/audit/",
    "/audit/registry/",
    "/audit/record/",
    "/audit/measures/",
    "/break-glass/",
    "/registry/",
    "/registry/people/new",
    "/registry/people/{bed2}/",
    "/registry/people/{bed2}/kin",
    "/registry/people/{hiro}/account",
    "/registry/offices/",
    "/registry/offices/one?office=leader",
    "/registry/events/",
    "/registry/events/one",
    "/registry/divisions/",
    "/registry/duty/",
    "/registry/policies/",
    "/registry/policies/village/",
    "/registry/accounts/",
    "/accounts/2fa/",
    "/accounts/reauthenticate/",
)


@pytest.mark.parametrize("how", sorted(HOW))
def test_no_page_shuts_anybody_out(browser: Browser, night: House, how: str) -> None:
    found: dict[str, list[str]] = {}
    with visitor(browser, night, bypass_csp=True, **HOW[how]) as (page, _):
        sign_in(page, "sakura")
        for path in PATHS:
            page.goto(path.format(**night.ids))
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            found[path] = violations(page)
        page.goto("/break-glass/")
        page.get_by_role("button", name="Break the glass", exact=True).click()
        found["a refusal"] = violations(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_phone_scrolls_one_way_whichever_way_one_writes(browser: Browser, night: House, direction: str) -> None:
    with visitor(browser, night, viewport=PHONE, is_mobile=True, has_touch=True) as (page, complaints):
        sign_in(page, "sakura")
        wide: dict[str, int] = {}
        for path in PATHS:
            page.goto(path.format(**night.ids))
            page.evaluate("(way) => { document.documentElement.dir = way; }", direction)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > PHONE["width"]:
                wide[path] = width
        assert wide == {}
        assert complaints == []


def test_no_page_is_heavy_or_asks_elsewhere(browser: Browser, night: House) -> None:
    with visitor(browser, night) as (page, complaints):
        sign_in(page, "sakura")
        sizes: dict[str, int] = {}
        page.on("response", lambda answer: sizes.update({page.url: sizes.get(page.url, 0) + _size(answer)}))
        for path in PATHS:
            page.goto(path.format(**night.ids), wait_until="networkidle")
        assert {url: size for url, size in sizes.items() if size > HEAVIEST} == {}
        assert complaints == []


def _size(answer: object) -> int:
    if answer.request.resource_type == "image" or answer.status in (204, 301, 302, 304):  # type: ignore[attr-defined]
        return 0
    return len(answer.body())  # type: ignore[attr-defined]


def passkeys(page: Page) -> None:
    """The browser gets a key that says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_added_and_signs_in_alone(browser: Browser, night: House) -> None:
    near = night._replace(address=night.address.replace("127.0.0.1", "localhost"))
    with visitor(browser, near) as (page, complaints):
        passkeys(page)
        sign_in(page, "hiro")
        page.goto("/accounts/2fa/webauthn/add/")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("What you call it").fill("My finger")
        page.get_by_label("Sign in with it alone").check()
        page.get_by_role("button", name="Add").click()
        # The browser makes the key first, then the form is sent: only another page says that it was kept.
        page.wait_for_url(re.compile(r"/accounts/2fa/(?!webauthn/add)"))
        page.goto("/accounts/2fa/webauthn/")
        expect(page.get_by_text("My finger")).to_be_visible()
        expect(page.get_by_text("signs in without a password")).to_be_visible()
        page.locator("details.me summary").click()
        page.get_by_role("button", name="Sign out").click()
        page.goto("/accounts/login/")
        page.get_by_role("button", name="Use a passkey").click()
        page.get_by_role("heading", name="Board").wait_for()
        expect(page.locator("details.me summary")).to_have_text("hiro")
        page.goto("/accounts/2fa/webauthn/reauthenticate/")
        page.get_by_role("button", name="Use a passkey").click()
        page.get_by_role("heading", name="Board").wait_for()
        assert complaints == []


def test_the_language_is_chosen_at_the_door(browser: Browser, night: House) -> None:
    with visitor(browser, night) as (page, complaints):
        page.goto("/accounts/login/")
        page.get_by_role("button", name="Deutsch").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")
        page.get_by_label("Konto").fill("desk")
        page.get_by_label("Passwort").fill("long enough words")
        page.get_by_role("button", name="Anmelden").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Tafel")
        assert complaints == []
