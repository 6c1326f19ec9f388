"""WCAG 2.2 AA by axe, on every page, in both themes."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.e2e.conftest import House, sign_in, visitor

pytestmark = [pytest.mark.network, pytest.mark.slow]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
PATHS = (
    "/",
    "/?stage=closed",
    "/cases/new/",
    "/cases/{case}/",
    "/cases/{case}/do/tell",
    "/cases/{case}/do/assign",
    "/cases/{case}/do/pronounce",
    "/cases/{case}/do/override",
    "/cases/{case}/do/identify",
    "/cases/{case}/do/inventory",
    "/cases/{case}/do/close_case",
    "/house/",
    "/visits/verify",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/no-such-page",
)
# The page is asked, not its content policy, which would forbid axe itself: hence bypass_csp below.
HOW = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
}


@pytest.mark.parametrize("how", sorted(HOW))
def test_no_page_shuts_anybody_out(browser: Browser, night: House, how: str) -> None:
    found: dict[str, list[str]] = {}
    with visitor(browser, night, bypass_csp=True, **HOW[how]) as (page, _):
        page.goto("/accounts/login/")
        found["sign in"] = violations(page)
        sign_in(page, "sakura")
        for path in PATHS:
            page.goto(path.format(case=night.case))
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            found[path] = violations(page)
        page.goto(f"/cases/{night.case}/do/close_case")
        page.get_by_role("button", name="Close", exact=True).click()
        found["a refusal"] = violations(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def violations(page: object) -> list[str]:
    results = Axe().run(page, options=RULES)
    return [
        f"{wrong['id']}: {node['target']} {node.get('any', [{}])[0].get('message', '') if node.get('any') else ''}"
        for wrong in results.response["violations"]
        for node in wrong["nodes"][:3]
    ]
