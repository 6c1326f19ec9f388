"""The doorstep on a telephone, with the network cut in the middle: kept, locked, sent, judged, shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import sign_in, visitor
from tests.e2e.house import PASSWORD
from tests.e2e.test_access_for_all import violations
from tests.e2e.ward import PHONE, Ward, later, ward_running

pytestmark = [pytest.mark.network, pytest.mark.slow]
NAMES = ("Kenta", "Morishige", "Chiyo", "Daiki", "Riverside")
CODE = "271828"


@pytest.fixture
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """A house of its own for each test: what is told stays told."""
    with ward_running(tmp_path_factory.mktemp("ward")) as found:
        yield found


@contextmanager
def at_the_door(browser: Browser, ward: Ward) -> Iterator[tuple[Page, list[str]]]:
    """Noriko's telephone at her visit, with the worker at work and a key the house knows."""
    with visitor(browser, ward, **PHONE) as (page, complaints):  # type: ignore[arg-type]
        page.clock.install()
        sign_in(page, "noriko")
        page.goto("/doorstep/")
        page.get_by_role("link", name="parent").click()
        expect(page.get_by_text("This page works without network now.")).to_be_visible()
        yield page, complaints


def cut(page: Page) -> None:
    page.context.set_offline(True)


def back(page: Page) -> None:
    page.context.set_offline(False)


def unasked(complaints: list[str]) -> list[str]:
    """What the browser complained of, but for the network that we cut."""
    ours = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "401 (Unauthorized)")
    return [said for said in complaints if not any(known in said for known in ours)]


def told(page: Page) -> None:
    page.locator("summary", has_text="Told").click()
    page.get_by_role("button", name="Told in person, and they understood").click()


def test_taps_without_network_are_kept_and_count_from_when_they_were_made(browser: Browser, ward: Ward) -> None:
    with at_the_door(browser, ward) as (page, complaints):
        cut(page)
        page.get_by_role("button", name="I have arrived").click()
        expect(page.locator(".taps")).to_contain_text("arrived kept on this phone")
        expect(page.locator("#network")).to_contain_text("No network")
        later(page, ward, 4)
        told(page)
        expect(page.locator(".tap-waiting")).to_have_count(2)
        later(page, ward, 41)
        back(page)
        page.evaluate("dispatchEvent(new Event('online'))")
        # Meanwhile the house has locked the session: nothing is lost by that.
        page.get_by_role("link", name="Sign in again to send what is kept here.").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        expect(page.locator(".go-ahead")).to_contain_text("told 14:4")
        expect(page.locator(".taps")).to_contain_text("told recorded")
        expect(page.locator(".tap-waiting")).to_have_count(0)
        assert unasked(complaints) == []
        with visitor(browser, ward) as (desk, _):  # type: ignore[arg-type]
            sign_in(desk, "tsuji")
            desk.goto(f"/cases/{ward.case}/")
            expect(desk.locator(".place-done", has_text="parent")).to_contain_text("told 14:4")


def test_a_conflict_is_shown_to_both_and_never_dropped(browser: Browser, ward: Ward) -> None:
    with at_the_door(browser, ward) as (page, complaints), visitor(browser, ward) as (desk, _):  # type: ignore[arg-type]
        cut(page)
        sign_in(desk, "tsuji")
        desk.goto(f"/cases/{ward.case}/do/flag_doubt")
        desk.get_by_role("radio", name="identity").check()
        desk.get_by_role("button", name="Stop every forward step").click()
        later(page, ward, 5)
        told(page)
        expect(page.locator(".tap-waiting")).to_have_count(1)
        later(page, ward, 8)
        back(page)
        page.evaluate("dispatchEvent(new Event('online'))")
        refused = page.locator(".tap-refused")
        expect(refused).to_contain_text("refused: call the casualty officer")
        expect(refused).to_contain_text("R46")
        page.reload()
        expect(page.locator(".tap-refused")).to_contain_text("R46")
        desk.goto("/exceptions/")
        expect(desk.locator(".knock")).to_contain_text("Recorded too late, and refused: Noriko Abe")
        desk.goto(f"/cases/{ward.case}/")
        expect(desk.locator("#tasks")).to_contain_text("Settle what came too late from the door")
        desk.goto("/exceptions/")
        desk.get_by_role("button", name="I have seen to it").click()
        expect(desk.locator(".knock")).to_have_count(0)
        assert unasked(complaints) == []


def take_along(page: Page) -> None:
    page.get_by_role("button", name="Look", exact=True).click()
    expect(page.locator(".big-name")).to_have_text("Chiyo Morishige")
    page.get_by_label("Code, six digits or more").fill("12")
    page.get_by_role("button", name="Keep on this phone").click()
    expect(page.get_by_text("Six digits or more.")).to_be_visible()
    page.get_by_label("Code, six digits or more").fill(CODE)
    page.get_by_role("button", name="Keep on this phone").click()
    expect(page.get_by_text("With you until")).to_be_visible()


def enter(page: Page, code: str) -> None:
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Open", exact=True).click()


def unnamed(page: Page) -> bool:
    """Nothing of the page, covered or not, names anybody."""
    return page.title() == "Visit – Kinfirst" and not any(name in page.content() for name in NAMES)


def test_a_visit_is_taken_along_and_opened_without_network(browser: Browser, ward: Ward) -> None:
    with at_the_door(browser, ward) as (page, complaints):
        take_along(page)
        kept = page.evaluate("async () => JSON.stringify(await Kept.visits())")
        cached = page.evaluate(
            """async () => { const cache = await caches.open("doorstep-1"); const pages = await cache.matchAll();
            return (await Promise.all(pages.map((one) => one.text()))).join(" "); }"""
        )
        assert [name for name in NAMES if name in kept + cached] == []
        cut(page)
        page.reload()
        page.get_by_label("Your code").wait_for()
        assert unnamed(page)
        enter(page, "000000")
        expect(page.get_by_text("That is not the code. Tries left: 4")).to_be_visible()
        enter(page, CODE)
        expect(page.locator(".big-name")).to_have_text("Chiyo Morishige")
        expect(page.locator(".talk").first).to_have_attribute("lang", "ja")
        told(page)
        expect(page.locator(".tap-waiting")).to_have_count(1)
        back(page)
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator(".go-ahead")).to_contain_text("told 14:40")
        assert unasked(complaints) == []


def test_the_screen_is_covered_by_a_gesture_and_by_itself(browser: Browser, ward: Ward) -> None:
    with at_the_door(browser, ward) as (page, complaints):
        take_along(page)
        page.locator(".doorstep-head h1").dblclick()
        expect(page.locator("#blank")).to_be_visible()
        assert unnamed(page)
        page.get_by_role("button", name="Show", exact=True).click()
        enter(page, CODE)
        expect(page.locator(".big-name")).to_be_visible()
        page.clock.fast_forward(61_000)
        expect(page.locator("#blank")).to_be_visible()
        expect(page.locator(".big-name")).to_have_count(0)
        page.get_by_role("button", name="Show", exact=True).click()
        enter(page, CODE)
        page.evaluate(
            """() => { Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
            document.dispatchEvent(new Event("visibilitychange")); }"""
        )
        expect(page.locator("#blank")).to_be_visible()
        expect(page.locator(".big-name")).to_have_count(0)
        assert unasked(complaints) == []


def test_five_wrong_codes_and_signing_out_wipe_what_was_taken_along(browser: Browser, ward: Ward) -> None:
    with at_the_door(browser, ward) as (page, _):
        for way in ("codes", "out"):
            page.goto(ward.door())
            if page.get_by_role("button", name="Look", exact=True).count():
                page.get_by_role("button", name="Look", exact=True).click()
            page.get_by_label("Code, six digits or more").fill(CODE)
            page.get_by_role("button", name="Keep on this phone").click()
            expect(page.get_by_text("With you until")).to_be_visible()
            if way == "codes":
                page.get_by_role("button", name="Cover the screen").click()
                page.get_by_role("button", name="Show", exact=True).click()
                for left in ("4", "3", "2", "1"):
                    page.get_by_label("Your code").fill("111111")
                    page.get_by_role("button", name="Open", exact=True).click()
                    expect(page.get_by_text(f"Tries left: {left}")).to_be_visible()
                page.get_by_label("Your code").fill("111111")
                page.get_by_role("button", name="Open", exact=True).click()
                expect(page.get_by_text("Wiped.")).to_be_visible()
                assert page.evaluate("async () => (await Kept.visits()).length") == 0
        page.locator(".me summary").click()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/accounts/login/**")
        page.evaluate(
            "async () => { while (await caches.has('doorstep-1')) await new Promise((go) => setTimeout(go, 20)); }"
        )
        count = """() => new Promise((done) => { const asked = indexedDB.open("doorstep", 1);
            asked.onsuccess = () => { const all = asked.result.transaction("visits").objectStore("visits").count();
            all.onsuccess = () => done(all.result); }; })"""
        assert page.evaluate(count) == 0


def test_the_page_scrolls_one_way_and_shuts_nobody_out(browser: Browser, ward: Ward) -> None:
    for scheme in ("light", "dark"):
        how = {**PHONE, "color_scheme": scheme, "bypass_csp": True}
        with visitor(browser, ward, **how) as (page, _):  # type: ignore[arg-type]
            sign_in(page, "noriko")
            for path in ("/doorstep/", ward.door(), "look", "/doorstep/words?language=ja", "/doorstep/away"):
                if path == "look":
                    page.goto(ward.door())
                    page.get_by_role("button", name="Look", exact=True).click()
                    page.locator(".big-name").wait_for()
                else:
                    page.goto(path)
                page.evaluate("document.querySelectorAll('details:not(.me)').forEach((one) => { one.open = true; })")
                page.evaluate("scrollTo(0, document.body.scrollHeight)")
                assert violations(page) == [], (scheme, path)
                assert page.evaluate("document.documentElement.scrollWidth") <= 390
                small = page.evaluate(
                    """() => [...document.querySelectorAll(".tap-button, .reach a")]
                    .map((one) => one.getBoundingClientRect().height).filter((high) => high && high < 44).length"""
                )
                assert small == 0
