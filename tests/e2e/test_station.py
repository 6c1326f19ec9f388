"""The night begins at the station: the line goes flat, the tone sounds, somebody comes, standby at 14:37."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.beds import FLAT, lies_in_bed, station_running
from tests.e2e.conftest import PHONE, House, sign_in, visitor
from tests.e2e.station_house import BED
from tests.e2e.test_access_for_all import violations

pytestmark = [pytest.mark.network, pytest.mark.slow]
SOON = 10_000
"""Milliseconds for what the house does at once."""
INSPECT = "window.kinfirstStation.inspect()"
DRAWN = """() => { const image = document.querySelector(".kept-strips img"); if (image) image.scrollIntoView();
  return image && image.complete && image.naturalWidth > 300; }"""
"""The page is another one whenever the record moves: the picture is looked for again each time."""
FRAMES = 60
"""Pictures that are waited for: the line moves."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The night up to the flat line, with six beds, in a process of its own."""
    with station_running(tmp_path_factory.mktemp("station"), 6) as found:
        yield found


def until(page: Page, says: str, timeout: int = SOON) -> Any:
    """What the page says of itself once that holds of it."""
    page.wait_for_function(f"() => {{ const now = {INSPECT}; return {says}; }}", timeout=timeout)
    return page.evaluate(INSPECT)


def test_the_line_goes_flat_and_the_tone_sounds(browser: Browser, house: House) -> None:
    with visitor(browser, house) as (page, complaints):
        sign_in(page, "sakura")
        lies_in_bed(page, house)
        page.get_by_role("link", name="Station").click()
        sound = page.locator("#sound")
        expect(sound).to_contain_text("Sound is off: no alarm can be heard here")
        assert until(page, "now.beds === 6")["context"] == "none"
        first = until(page, f"now.frames > {FRAMES}")
        page.get_by_role("button", name="Turn the sound on").click()
        expect(sound).to_contain_text("Sound is on")
        until(page, "now.context === 'running'")
        bed = page.locator(f'[data-bed="{BED}"]')
        expect(bed).to_contain_text("Asystole", timeout=FLAT)
        expect(bed).to_have_attribute("data-lamp", "high")
        until(page, "now.plays === 'high' && now.bursts > 0 && now.level > 0.01")
        again = until(page, f"now.frames > {first['frames'] + FRAMES}")
        assert again["kept"] == first["kept"]
        assert all(drawn > 0 for drawn in again["drawn"])
        somebody_comes(page, house)
        assert complaints == []


def somebody_comes(page: Page, house: House) -> None:
    """Pause, keep, standby, and what the case has of it."""
    page.goto(f"/station/beds/{BED}/")
    expect(page.locator("#sound")).to_contain_text("Sound is off")
    page.get_by_role("button", name="Turn the sound on").click()
    until(page, "now.level > 0.01")
    page.get_by_role("button", name="Pause sound, 2 min").click()
    expect(page.get_by_text(re.compile(r"sound paused until 14:[34]\d"))).to_be_visible(timeout=SOON)
    assert until(page, "now.plays !== 'high' && now.level < 0.001")["on"]
    page.get_by_role("button", name="Keep this strip").click()
    expect(page.get_by_role("alert").filter(has_text="The strip is kept with Cat.")).to_be_visible()
    page.get_by_role("button", name="Standby").click()
    expect(page.locator(".band")).to_contain_text(re.compile(r"standby since 14:[34]\d"), timeout=SOON)
    expect(page.locator(".band")).to_contain_text("by Sakura")
    page.goto(f"/cases/{house.case}/")
    expect(page.locator("#tasks")).to_contain_text("Check the patient")
    page.get_by_role("button", name="Chart", exact=True).click()
    expect(page.get_by_role("img", name=f"Strip of bed {BED}")).to_be_visible()
    page.wait_for_function(DRAWN)


def test_a_strip_that_is_old_says_so(browser: Browser, house: House) -> None:
    """The house is out of reach: the page shouts, and is well again when it is back."""
    with visitor(browser, house) as (page, _):
        sign_in(page, "desk")
        page.goto("/station/")
        until(page, "now.ticks > 3")
        page.context.set_offline(True)
        page.evaluate("window.dispatchEvent(new Event('pagehide'))")
        shout = page.get_by_role("alert").filter(has_text="These strips are old.")
        expect(shout).to_be_visible(timeout=SOON)
        expect(shout).to_contain_text(re.compile(r"Nothing has come from the house since 14:[34]\d:\d\d"))
        expect(page.locator(".strip .old:visible")).to_have_count(6)
        assert until(page, "now.stale && now.plays !== null")["plays"] in ("medium", "high")
        page.context.set_offline(False)
        page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        until(page, "!now.stale")
        expect(shout).to_be_hidden()
        expect(page.locator(".strip .old:visible")).to_have_count(0, timeout=SOON)


def test_nobody_is_shut_out(browser: Browser, house: House) -> None:
    """axe in both themes on the grid and on a bed; one way to scroll on a telephone; without script too."""
    found: dict[str, list[str]] = {}
    with visitor(browser, house, bypass_csp=True, reduced_motion="reduce") as (page, complaints):
        sign_in(page, "hiro")
        for path in ("/station/", f"/station/beds/{BED}/", "/station/beds/2/"):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.goto(path)
                until(page, "now.frames > 1")
                found[f"{path} {scheme}"] = violations(page)
            page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
            page.set_viewport_size({"width": 1280, "height": 860})
        assert complaints == []
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_without_script_beds_are_listed_and_buttons_work(browser: Browser, house: House) -> None:
    with visitor(browser, house, java_script_enabled=False) as (page, _):
        sign_in(page, "hiro")
        page.goto("/station/")
        bed = page.locator('[data-bed="3"]')
        expect(bed).to_contain_text("Rate")
        bed.get_by_role("button", name="Standby").click()
        page.wait_for_url("**/station/beds/3/")
        expect(page.get_by_text("These strips are old.")).to_be_hidden()
