"""Exceptions, told in turn, the walk, checking a visit: open to everybody, light, at home on a telephone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

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
@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("fukuda", "/exceptions/"),
        ("tsuji", "/exceptions/"),
        ("noriko", "/exceptions/"),
        ("haruka", "/told/"),
        ("master", "/told/"),
        ("fukuda", "/tour"),
        ("fukuda", "/visits/verify"),
    ],
)
def test_nobody_is_shut_out_and_no_page_is_heavy(
    browser: Browser, ward: Ward, who: str, path: str, scheme: str
) -> None:
    with visitor(browser, ward, color_scheme=scheme, bypass_csp=True) as (page, _):  # type: ignore[arg-type]
        sign_in(page, who)
        assert opened(page, path) < WEIGHT
        assert violations(page) == []


def test_a_call_for_help_is_open_to_everybody_too(browser: Browser, ward: Ward) -> None:
    # Without scripts the answer is a page, so there is nothing to wait for; taps with scripts have tests of their own.
    with visitor(browser, ward, **PHONE, java_script_enabled=False) as (page, complaints):  # type: ignore[arg-type]
        sign_in(page, "noriko")
        page.goto(ward.door())
        page.locator("summary", has_text="I need help").click()
        page.get_by_role("button", name="Tell the desk that I need help").click()
        assert complaints == []
    for scheme in ("light", "dark"):
        how = {**PHONE, "color_scheme": scheme, "bypass_csp": True}
        with visitor(browser, ward, **how) as (page, _):  # type: ignore[arg-type]
            sign_in(page, "fukuda")
            opened(page, "/exceptions/")
            page.locator(".knock-help", has_text="Noriko Abe").wait_for()
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 390


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
