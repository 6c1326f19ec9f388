"""The night through a browser: seen on the board, opened, refused, told; by key, by thumb, without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import House, running, sign_in, visitor

pytestmark = [pytest.mark.network, pytest.mark.slow]
NAME = "Itsuki Hara"


def refused(complaints: list[str]) -> list[str]:
    """What the browser complained of, but for the answers 403 and 422, which are ours."""
    return [said for said in complaints if "403 (Forbidden)" not in said and "422 (Unprocessable" not in said]


def test_sakura_tells_the_one_who_held_him_dear(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("telling")
    with (
        running(folder, "2020-10-10T15:12:00+09:00", "tell") as house,
        visitor(browser, house) as (page, complaints),
        visitor(browser, house) as (leader, _),
    ):
        sign_in(leader, "kakashi")
        expect(leader.get_by_text("No open case that is yours to know")).to_be_visible()
        sign_in(page, "sakura")
        page.get_by_role("link", name="Cat").click()
        expect(page).to_have_title("Cat – Kinfirst")
        expect(page.locator(".place-turn")).to_contain_text("to be told")
        expect(page.locator(".place-later").first).to_contain_text("R42")
        assert NAME not in page.content()

        page.get_by_role("link", name="Record that a person was told").first.click()
        page.get_by_label("How you told them").select_option("radio")
        page.get_by_role("button", name="They have been told").click()
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("R27")
        expect(alert).to_contain_text("R28")
        expect(alert).to_be_focused()
        expect(page.get_by_label("How you told them")).to_have_value("radio")

        page.get_by_label("How you told them").select_option("person")
        page.get_by_label("They have understood").check()
        page.get_by_role("button", name="They have been told").click()
        expect(page.get_by_role("status").filter(has_text="Done")).to_be_visible()
        expect(page.locator(".place-done")).to_contain_text("told 15:12")
        expect(page.locator(".place-turn")).to_contain_text("Head of division")

        leader.reload()
        leader.get_by_role("link", name="Cat").click()
        leader.get_by_role("button", name="Name", exact=True).click()
        expect(leader.locator(".named")).to_contain_text(NAME)
        expect(leader).to_have_title("Cat – Kinfirst")
        assert refused(complaints) == []


def test_the_desk_works_by_keys_alone(browser: Browser, night: House) -> None:
    with visitor(browser, night) as (page, complaints):
        sign_in(page, "desk")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("cat")
        page.keyboard.press("Enter")
        page.wait_for_url("**/?alias=cat")
        page.keyboard.press("j")
        expect(page.get_by_role("link", name="Cat")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Cat")
        page.keyboard.press("g")
        page.keyboard.press("c")
        expect(page.get_by_role("heading", level=1)).to_have_text("Cover")
        assert complaints == []


CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"
TO_REACH = """(controls) => [...document.querySelectorAll(controls)]
.filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && !one.closest("dialog")
  && !(one.type === "radio" && one !== ([...document.getElementsByName(one.name)].find((each) => each.checked)
    || document.getElementsByName(one.name)[0])))
.map((one, number) => { one.dataset.reach = number; return String(number); })"""
REACHED = """() => { const one = document.activeElement;
const ring = (style) => parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none";
return [one.dataset.reach, ring(getComputedStyle(one)) || ring(getComputedStyle(one, "::after"))]; }"""


@pytest.mark.parametrize(
    "path", ["/", "/cover/", "/cases/{case}/", "/desk/{case}/", "/effects/{case}/", "/bay/{case}/", "/exceptions/"]
)
def test_everything_is_reached_by_tab_and_is_seen_to_be(browser: Browser, night: House, path: str) -> None:
    """Each control has its turn, and a ring of two pixels at least while it has it (WCAG 2.1.1, 2.4.7, 2.4.13)."""
    with visitor(browser, night) as (page, _):
        sign_in(page, "sakura")
        page.goto(path.format(case=night.case))
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        to_reach = page.evaluate(TO_REACH, CONTROLS)
        seen: dict[str, bool] = {}
        for _turn in range(len(to_reach) + 20):
            page.keyboard.press("Tab")
            number, ring = page.evaluate(REACHED)
            if number is not None:
                seen[number] = ring
        unseen = [one for one in to_reach if not seen.get(one)]
        assert [page.locator(f"[data-reach='{one}']").evaluate("(one) => one.outerHTML") for one in unseen] == []


def test_everything_works_without_scripts(browser: Browser, night: House) -> None:
    with visitor(browser, night, java_script_enabled=False) as (page, complaints):
        sign_in(page, "sakura")
        page.get_by_role("link", name="Heron").click()
        page.get_by_text("Facts and doubt").click()
        page.get_by_role("link", name="Say that something is wrong").click()
        page.get_by_role("radio", name="facts").check()
        page.get_by_role("button", name="Stop every forward step").click()
        expect(page.get_by_role("alert").filter(has_text="In doubt")).to_be_visible()
        assert complaints == []


def test_a_page_that_stands_open_takes_in_what_others_did(browser: Browser, night: House) -> None:
    with visitor(browser, night) as (desk, complaints), visitor(browser, night) as (other, _):
        sign_in(desk, "desk")
        desk.goto(f"/cases/{night.case}/")
        sign_in(other, "sakura")
        other.goto(f"/cases/{night.case}/do/leak")
        other.get_by_label("Where it is out").fill("the market")
        other.get_by_role("button", name="Open the fast lane").click()
        desk.evaluate("htmx.ajax('GET', document.querySelector('#tasks').getAttribute('hx-get'), '#tasks')")
        expect(desk.get_by_text("The news is out").first).to_be_visible()
        expect(desk.locator("#tasks")).to_contain_text("Read the holding script to callers")
        assert complaints == []
