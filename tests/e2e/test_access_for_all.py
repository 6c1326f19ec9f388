"""Every page of the URL map, so that a new one cannot be forgotten: WCAG 2.2 AA by axe in both themes, at most 150 kB,
nothing asked of another host, and one way to scroll on a telephone, whichever way one writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from allauth.mfa.totp.internal import auth
from axe_playwright_python.base import AXE_SCRIPT as AXE
from playwright.sync_api import Browser, Page

from kinfirst.clock import SystemClock
from kinfirst.core.commands import COMMANDS
from tests.access.addresses import PAGES, SIGN_IN_PAGES, TABLE, path_of, shut, stream
from tests.e2e.conftest import PHONE, House, passkeys, sign_in, visitor
from tests.e2e.house import FACTOR, PASSWORD, WITH_FACTOR

pytestmark = [pytest.mark.network, pytest.mark.slow]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block", "target-size"]}}
"""What a theme can change: the styles of the dark one say nothing but colours."""
HEAVIEST = 150_000
"""Bytes of a page, uncompressed, with its styles and scripts and without its images."""
FIRST = {"told/": "kakashi", "accounts/login/": "", "accounts/2fa/authenticate/": WITH_FACTOR}
"""Whose page says most; every other is opened by the first of ORDER who may."""
ORDER = ("", "kakashi", "sakura", WITH_FACTOR)
VARIANTS = (
    "/?stage=closed",
    "/?whose=mine&late=1",
    "/bay/{heron}/",
    "/desk/{heron}/",
    "/effects/{heron}/",
    "/registry/offices/one?office=leader",
    "/no-such-page",
)
"""The same pages with something else on them."""
REFUSED = {"/cases/{case}/do/close_case": "Close", "/break-glass/": "Break the glass"}
WEIGHT = """() => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
.filter((one) => !/[.](svg|png|webp|jpg)$/.test(one.name.split("?")[0]))
.reduce((sum, one) => sum + one.decodedBodySize, 0)"""
WIDTHS = """() => ["ltr", "rtl"].map((way) => { document.documentElement.dir = way;
const wide = document.documentElement.scrollWidth; document.documentElement.removeAttribute("dir"); return wide; })"""
EXPECTED = re.compile(r"status of (401|403|404|422)|status of 503 .*")
"""Answers that are ours; 503 is the station, which has no bed in this house."""
UNLISTED = """() => { const said = [...document.querySelectorAll("#keys dt")].map((one) => one.textContent.trim());
return [...document.querySelectorAll("a[data-key], button[data-key]")].map((one) => one.dataset.key)
.filter((key) => !said.some((one) => one.split(/\\s+/).includes(/[1-6]/.test(key) ? "1–6" : key))); }"""


class Met(NamedTuple):
    """One page: what axe says against it in either theme, how heavy it is, how wide on a telephone; which of
    its keys the help does not list."""

    violations: list[str]
    weight: int
    widths: list[int]
    unlisted: list[str]


class Walk:
    """Everything that was found while everybody opened all they may."""

    def __init__(self, house: House) -> None:
        # A passkey is of a host by name.
        self.house = house._replace(address=house.address.replace("127.0.0.1", "localhost"))
        self.answered: dict[str, set[int]] = {address: set() for address in TABLE}
        self.met: dict[str, Met] = {}
        self.complaints: list[str] = []
        self.key = "1"

    def as_somebody(self, browser: Browser, who: str) -> None:
        """Opens what `who` may see and nobody has opened before. The page is asked, not its content policy, which
        would forbid axe itself: hence bypass_csp."""
        with visitor(browser, self.house, bypass_csp=True) as (page, complaints):
            if who == WITH_FACTOR:
                self._through_a_second_factor(page)
            elif who:
                sign_in(page, who)
                self._says_the_password_again(page)
            for address, row in TABLE.items():
                if row.get and row.whose not in (shut, stream) and FIRST.get(address, who) == who:
                    self._address(page, address)
            if who == "sakura":
                self._more(page)
            self.complaints += [said for said in complaints if not EXPECTED.search(said)]

    def _address(self, page: Page, address: str) -> None:
        for path in self._paths(address):
            came = page.context.request.get(path, max_redirects=0)
            self.answered[address].add(came.status)
            is_page = (
                came.headers.get("content-type", "").startswith("text/html") and "<!doctype" in came.text().lower()
            )
            if is_page and came.status in (200, 401) and path not in self.met:
                page.goto(path)
                self.met[path] = met(page)

    def _paths(self, address: str) -> Iterator[str]:
        ids, case = self.house.ids, self.house.case
        whose = {"registry/policies": "village", "registry": ids["bed2"]}
        values = {
            "<slug:id>": next((id for begin, id in whose.items() if address.startswith(begin)), case),
            "<slug:case>": case,
            "<case>": case,
            "<token>": "0" * 32,
            "<str:place>": ids["kakashi"],
            "<int:line>": str(self.house.line),
            "<int:pk>": self.key,
            "<int:seq>": "1",
            "<slug:bed>": "1",
        }
        for command in COMMANDS if "<slug:command>" in address else ("",):
            yield path_of(address, {**values, "<slug:command>": command})

    def _more(self, page: Page) -> None:
        """Pages in another state: on asking for names, another case, a refusal, nothing there."""
        page.goto("/")
        heron = (page.get_by_role("link", name="Heron").get_attribute("href") or "").rstrip("/").rpartition("/")[2]
        for path in VARIANTS:
            page.goto(path.format(heron=heron))
            self.met[path] = met(page)
        for path, button in REFUSED.items():
            page.goto(path.format(case=self.house.case))
            page.get_by_role("button", name=button, exact=True).click()
            self.met[f"{path} refused"] = met(page)
        for part in ("identity", "kin", "chart", "effects"):
            page.goto(f"/cases/{self.house.case}/")
            button = page.locator(f"button[name=part][value={part}]:visible")
            if button.count():
                button.first.click()
        for name in ("", "bay", "desk", "effects"):
            path = f"/{name or 'cases'}/{self.house.case}/"
            page.goto(path)
            self.met[f"{path} with names"] = met(page)

    def _says_the_password_again(self, page: Page) -> None:
        """What is asked before anything of a second factor is shown."""
        page.goto("/accounts/reauthenticate/")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("heading", name="Board").wait_for()

    def _through_a_second_factor(self, page: Page) -> None:
        page.goto("/accounts/login/")
        page.get_by_label("Account").fill(WITH_FACTOR)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/2fa/authenticate/")
        self.answered["accounts/2fa/authenticate/"].add(200)
        self.met["/accounts/2fa/authenticate/"] = met(page)
        code = auth.format_hotp_value(auth.hotp_value(FACTOR, int(SystemClock().now().timestamp()) // 30))
        page.get_by_label(re.compile("code", re.IGNORECASE)).first.fill(code)
        page.locator("main button").first.click()
        page.get_by_role("heading", name="Board").wait_for()
        passkeys(page)
        self._says_the_password_again(page)
        page.goto("/accounts/2fa/webauthn/add/")
        page.get_by_label("What you call it").fill("A key")
        page.get_by_role("button", name="Add").click()
        page.wait_for_url(re.compile(r"/accounts/2fa/(?!webauthn/add)"))
        page.goto("/accounts/2fa/webauthn/")
        found = re.search(r"webauthn/keys/(\d+)/", page.content())
        self.key = found[1] if found else ""


def met(page: Page) -> Met:
    """The page that is open, looked at."""
    page.evaluate("document.querySelectorAll('details:not(.me)').forEach((one) => { one.open = true; })")
    weight = page.evaluate(WEIGHT)
    said: list[str] = []
    for scheme, rules in (("light", RULES), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        said += [f"{scheme}: {one}" for one in violations(page, rules)]
    size: Any = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    widths = page.evaluate(WIDTHS)
    page.set_viewport_size(size)
    return Met(said, weight, widths, page.evaluate(UNLISTED))


def violations(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """What axe says against a page that is open; only that crosses over, for what passes is a megabyte a page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("(rules) => axe.run(rules).then((results) => results.violations)", rules)
    return [
        f"{wrong['id']}: {node['target']} {node.get('any', [{}])[0].get('message', '') if node.get('any') else ''}"
        for wrong in found
        for node in wrong["nodes"][:3]
    ]


@pytest.fixture(scope="module")
def walk(browser: Browser, night: House) -> Walk:
    found = Walk(night)
    for who in ORDER:
        found.as_somebody(browser, who)
    return found


def test_no_address_is_forgotten(walk: Walk) -> None:
    """Whatever the table of access says is answered, somebody here was answered."""
    to_open = {address for address, row in TABLE.items() if 200 in row.get and row.whose not in (shut, stream)}
    assert {address for address in to_open if 200 not in walk.answered[address]} == set()
    assert len(walk.met) > len({**PAGES, **SIGN_IN_PAGES}) // 2


def test_no_page_shuts_anybody_out(walk: Walk) -> None:
    assert {path: one.violations for path, one in walk.met.items() if one.violations} == {}


def test_no_page_is_heavy_or_asks_elsewhere(walk: Walk) -> None:
    assert {path: one.weight for path, one in walk.met.items() if not 1_000 < one.weight <= HEAVIEST} == {}
    assert walk.complaints == []


def test_a_phone_scrolls_one_way_whichever_way_one_writes(walk: Walk) -> None:
    assert {path: one.widths for path, one in walk.met.items() if max(one.widths) > PHONE["width"]} == {}


def test_the_help_lists_every_key(walk: Walk) -> None:
    assert {path: one.unlisted for path, one in walk.met.items() if one.unlisted} == {}
