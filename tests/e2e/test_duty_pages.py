"""Exceptions, told in turn, the walk, checking a visit: open to everybody, light, at home on a telephone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import sign_in, visitor
from tests.e2e.test_access_for_all import violations
from tests.e2e.ward import PHONE, Ward, ward_running

pytestmark = [pytest.mark.network, pytest.mark.slow]
WEIGHT = 150_000


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with ward_running(tmp_path_factory.mktemp("duty")) as found:
        yield found


def opened(page: Page, path: str) -> int:
    """Goes there with every fold open; how many bytes came, images aside."""
    weight = []
    page.on(
        "response",
        lambda came: weight.append(len(came.body())) if "image" not in came.headers.get("content-type", "") else None,
    )
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('details:not(.me)').forEach((one) => { one.open = true; })")
    return sum(weight)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out_of_what_is_asked_of_them(browser: Browser, ward: Ward, scheme: str) -> None:
    """What only the afternoon shows: an exception that is asked for, a call from a door, somebody who was told."""
    found: dict[str, list[str]] = {}
    for who, path in (("fukuda", "/exceptions/"), ("noriko", "/exceptions/"), ("haruka", "/told/")):
        with visitor(browser, ward, color_scheme=scheme, bypass_csp=True) as (page, _):  # type: ignore[arg-type]
            sign_in(page, who)
            assert opened(page, path) < WEIGHT
            found[f"{who} {path}"] = violations(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def call_for_help(page: Page, ward: Ward) -> None:
    """Taps while the page is still asking the house whether it may send: the tap must not be left behind."""
    held: list[Route] = []
    page.route("**/doorstep/ready", lambda route: route.continue_() if held else held.append(route))
    page.goto(ward.door())
    page.locator("summary", has_text="I need help").click()
    page.get_by_role("button", name="Tell the desk that I need help").click()
    expect(page.locator(".taps")).to_contain_text("help is needed kept on this phone")
    held[0].continue_()
    expect(page.locator(".taps")).to_contain_text("noted", timeout=30_000)


def test_a_call_for_help_is_seen_at_once_and_open_to_everybody(browser: Browser, ward: Ward) -> None:
    with visitor(browser, ward, **PHONE) as (page, complaints):  # type: ignore[arg-type]
        sign_in(page, "noriko")
        call_for_help(page, ward)
        assert complaints == []
    for scheme in ("light", "dark"):
        how = {**PHONE, "color_scheme": scheme, "bypass_csp": True}
        with visitor(browser, ward, **how) as (page, _):  # type: ignore[arg-type]
            sign_in(page, "fukuda")
            for path in ("/exceptions/", "/", "/wall/", f"/cases/{ward.case}/"):
                opened(page, path)
                expect(page.locator("main")).to_contain_text("Noriko Abe")
                assert violations(page) == [], (scheme, path)
                assert page.evaluate("document.documentElement.scrollWidth") <= 390, (scheme, path)


def test_the_doorstep_is_light(browser: Browser, ward: Ward) -> None:
    with visitor(browser, ward, **PHONE) as (page, _):  # type: ignore[arg-type]
        sign_in(page, "noriko")
        assert opened(page, ward.door()) < WEIGHT


def test_the_walk_goes_on_without_scripts(browser: Browser, ward: Ward) -> None:
    with visitor(browser, ward, java_script_enabled=False) as (page, complaints):  # type: ignore[arg-type]
        sign_in(page, "fukuda")
        page.goto("/tour")
        page.get_by_role("button", name="Start").click()
        strip = page.locator(".tour-strip")
        assert "Stop 1 of" in strip.inner_text()
        page.get_by_role("button", name="Next stop").click()
        page.goto("/exceptions/")
        assert "Stop 2 of" in strip.inner_text()
        page.get_by_role("button", name="End the walk").click()
        assert strip.count() == 0
        assert complaints == []
