"""Sign-in: with a passkey, and in the language that is chosen at the door."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import House, passkeys, sign_in, visitor
from tests.e2e.house import PASSWORD

pytestmark = [pytest.mark.network, pytest.mark.slow]


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
