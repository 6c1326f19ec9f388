"""The board, the wall, the bay, the desk, cover and effects in a browser: by everybody, by phone, by key, alive."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PHONE, House, sign_in, visitor

pytestmark = [pytest.mark.network, pytest.mark.slow]
PATHS = (
    "/",
    "/?whose=mine&late=1",
    "/board/closed",
    "/cover/",
    "/cases/{case}/",
    "/cases/{case}/do/assign",
    "/visits/verify",
    "/bay/{case}/",
    "/bay/{heron}/",
    "/desk/{case}/",
    "/desk/{heron}/",
    "/effects/{case}/",
    "/effects/{case}/release",
    "/effects/{case}/receipt",
)


def heron(page: Page) -> str:
    """The other open case: nobody has pronounced anything there."""
    page.goto("/")
    address = page.get_by_role("link", name="Heron").get_attribute("href") or ""
    return address.rstrip("/").rpartition("/")[2]


def test_every_target_is_a_thumb_wide(browser: Browser, night: House) -> None:
    """24 px at least (WCAG 2.5.8), on what is worked on with a telephone in the hand."""
    found: dict[str, list[str]] = {}
    with visitor(browser, night, viewport=PHONE, is_mobile=True, has_touch=True) as (page, complaints):
        sign_in(page, "sakura")
        other = heron(page)
        for path in PATHS:
            page.goto(path.format(case=night.case, heron=other))
            page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
            found[path] = page.evaluate(
                """() => [...document.querySelectorAll("main a, main button, main input, main select, main summary")]
                .map((one) => [one.textContent.trim().slice(0, 30), one.getBoundingClientRect()])
                .filter(([, box]) => box.width && Math.min(box.width, box.height) < 24).map(([text]) => text)"""
            )
        assert complaints == []
    assert {path: small for path, small in found.items() if small} == {}


def test_the_board_takes_in_what_others_do_without_being_asked(browser: Browser, night: House) -> None:
    with visitor(browser, night) as (desk, complaints), visitor(browser, night) as (other, _):
        sign_in(desk, "desk")
        expect(desk.get_by_role("link", name="Bittern")).to_have_count(0)
        sign_in(other, "sakura")
        with desk.expect_response(lambda answer: answer.url == f"{night.address}/" and answer.ok, timeout=15_000):
            other.goto("/cases/new/")
            other.get_by_label("Alias").fill("Bittern")
            other.get_by_role("button", name="Open the case").click()
        expect(desk.get_by_role("link", name="Bittern")).to_be_visible()
        assert complaints == []


def test_the_wall_fits_and_turns_its_own_pages(browser: Browser, night: House) -> None:
    with visitor(browser, night, viewport={"width": 1920, "height": 1080}) as (page, complaints):
        sign_in(page, "sakura")
        for number in range(6):
            page.goto("/cases/new/")
            page.get_by_label("Alias").fill(f"Wader {number}")
            page.get_by_role("button", name="Open the case").click()
        page.goto("/wall/")
        fits = (
            "() => [...document.querySelectorAll('#wall *')].every((one) => one.getBoundingClientRect().bottom <= 1080)"
        )
        assert page.evaluate(fits)
        assert (
            page.evaluate("parseFloat(getComputedStyle(document.querySelector('.wall-board tbody th')).fontSize)") >= 48
        )
        first = page.locator(".wall-board tbody th").first.text_content() or ""
        page.clock.install()
        page.goto("/wall/")
        page.clock.run_for(12_500)
        expect(page.locator(".wall-board tbody th").first).not_to_have_text(first)
        assert page.evaluate(fits)
        assert complaints == []


def test_a_board_that_hears_nothing_says_so(browser: Browser, night: House) -> None:
    with visitor(browser, night) as (page, _):
        sign_in(page, "desk")
        page.clock.install()
        page.goto("/")
        page.route("**/*", lambda route: route.abort())
        expect(page.get_by_text("This board is not current.")).to_be_hidden()
        page.clock.run_for(120_000)
        expect(page.get_by_text("This board is not current.")).to_be_visible()


def test_the_bay_by_keys_and_its_clocks_run(browser: Browser, night: House) -> None:
    with visitor(browser, night) as (page, complaints):
        sign_in(page, "sakura")
        page.goto("/cases/new/")
        page.get_by_label("Alias").fill("Plover")
        page.get_by_role("button", name="Open the case").click()
        page.get_by_role("link", name="Bay").click()
        page.wait_for_url("**/bay/**")  # until it has its keys
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("Record a line")
        page.keyboard.press("Escape")
        for _ in range(2):
            page.keyboard.press("g")
            page.keyboard.press("1")
            page.get_by_role("status").filter(has_text="Done").wait_for()
        expect(page.locator(".scribe-lines li").first).to_contain_text("Compressions")
        clock = page.get_by_role("timer").nth(1)
        before = clock.text_content() or ""
        expect(clock).not_to_have_text(before, timeout=3000)
        # This house stands in 2020: the page says that the device's clock is another one.
        expect(page.locator("#offset")).to_be_visible()
        page.get_by_role("button", name="Read the clock now").click()
        assert page.get_by_label("Time of death").input_value().startswith("2020-10-10T15:1")
        assert complaints == []


def test_the_bay_works_without_scripts(browser: Browser, night: House) -> None:
    with visitor(browser, night, java_script_enabled=False) as (page, complaints):
        sign_in(page, "sakura")
        page.goto("/cases/new/")
        page.get_by_label("Alias").fill("Dunlin")
        page.get_by_role("button", name="Open the case").click()
        page.get_by_role("link", name="Bay").click()
        page.get_by_role("button", name="Begin resuscitation").click()
        page.get_by_role("button", name="Shock").click()
        expect(page.locator(".scribe-lines li").first).to_contain_text("Shock")
        page.get_by_role("link", name="Kin and telling").click()
        page.get_by_text("The news is out").click()
        page.get_by_role("button", name="Open the fast lane").click()
        expect(page.get_by_text("Kin are told at once, together, by the faster channels too.")).to_be_visible()
        page.goto("/")
        expect(page.locator(".board")).to_contain_text("Dunlin")
        assert complaints == []
