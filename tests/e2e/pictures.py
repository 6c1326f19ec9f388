"""A picture of every page for the documentation, from the night: `make pictures`.

    python -m tests.e2e.pictures [NAME ...]      writes docs/pictures/NAME.png

What is drawn by chance (ids, digests, references) is covered, so that a picture changes only when its page does.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.beds import FLAT, lies_in_bed, station_running
from tests.e2e.conftest import FLAGS, PHONE, ROOT, House, running, sign_in, visitor
from tests.e2e.station_house import BED

FOLDER = ROOT / "docs" / "pictures"
DESK = {"width": 1280, "height": 860}
TALLEST = 1800
COLOURS = 160
COVER = """() => {
  const made = /[0-9a-f]{8,}/g;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.parentElement.closest("code, .digest")) node.textContent = node.textContent.replace(/[^\\s]/g, "·");
    else node.textContent = node.textContent.replace(made, (text) => "·".repeat(text.length));
  }
  document.querySelectorAll("input").forEach((one) => { one.value = one.value.replace(made, "········"); });
}"""


class When(NamedTuple):
    """The night before its first step of that kind, looked at then."""

    moment: str
    until: str


class Shot(NamedTuple):
    """One picture: its page, who looks (nobody: signed out), on what, what they ask to see before, and when."""

    path: str
    who: str = "sakura"
    phone: bool = False
    looks: tuple[str, ...] = ()
    when: When = When("2020-10-10T15:23:00+09:00", "tell")


SHOTS = {
    "sign-in": Shot("/accounts/login/", who=""),
    "board": Shot("/", who="desk"),
    "wall": Shot("/wall/", who="desk"),
    "case": Shot("/cases/{case}/"),
    "case-named": Shot("/cases/{case}/", looks=("identity", "kin")),
    "tell": Shot("/cases/{case}/do/tell?place={kakashi}"),
    "bay": Shot("/bay/{case}/"),
    "desk": Shot("/desk/{case}/"),
    "effects": Shot("/effects/{case}/", looks=("effects",)),
    "cover": Shot("/cover/", who="desk"),
    "exceptions": Shot("/exceptions/", when=When("2020-10-10T14:53:30+09:00", "go_off")),
    "told": Shot("/told/", who="kakashi", when=When("2020-10-10T17:05:00+09:00", "close_case")),
    "doorsteps": Shot("/doorstep/", phone=True),
    "doorstep": Shot("/doorstep/{case}/{kakashi}/", phone=True),
    "tour": Shot("/tour"),
    "verify-visit": Shot("/visits/verify", who="", phone=True),
    "audit": Shot("/audit/"),
    "audit-registry": Shot("/audit/registry/"),
    "audit-record": Shot("/audit/record/"),
    "audit-measures": Shot("/audit/measures/"),
    "break-glass": Shot("/break-glass/", who="hiro"),
    "registry": Shot("/registry/"),
    "registry-person": Shot("/registry/people/{bed2}/"),
    "registry-duty": Shot("/registry/duty/"),
    "registry-policy": Shot("/registry/policies/village/"),
    "registry-accounts": Shot("/registry/accounts/"),
    "second-factor": Shot("/accounts/2fa/"),
}
STATION = ("station", "station-bed")
"""Pictures of another house, with beds."""
ROSTER = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//house//
BEGIN:VEVENT
UID:day
DTSTART;TZID=Asia/Tokyo:20201010T080000
DTEND;TZID=Asia/Tokyo:20201010T200000
RRULE:FREQ=DAILY
SUMMARY:Hiro
END:VEVENT
BEGIN:VEVENT
UID:night
DTSTART;TZID=Asia/Tokyo:20201010T200000
DTEND;TZID=Asia/Tokyo:20201011T080000
RRULE:FREQ=DAILY
SUMMARY:Fumi of the day shift
END:VEVENT
END:VCALENDAR
"""


@contextmanager
def house(when: When) -> Iterator[tuple[Browser, House]]:
    """The night on a port, and a browser."""
    program = os.environ.get("KINFIRST_CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        with running(Path(folder), *when) as found:
            yield browser, found
        browser.close()


def roster(browser: Browser, found: House) -> None:
    """A duty roster, so that somebody is on duty."""
    with visitor(browser, found) as (page, _):
        sign_in(page, "sakura")
        page.goto("/registry/duty/")
        page.get_by_label("Name of the roster").fill("Trauma")
        page.get_by_label("Or paste it").fill(ROSTER)
        page.get_by_role("button", name="Take it").click()


def taken(browser: Browser, found: House, shot: Shot) -> bytes:
    """One picture as PNG."""
    size = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if shot.phone else {"viewport": DESK}
    with visitor(browser, found, bypass_csp=True, color_scheme="light", **size) as (page, _):
        page.clock.set_fixed_time(datetime.fromisoformat(shot.when.moment))
        if shot.who:
            sign_in(page, shot.who)
        for part in shot.looks:
            page.goto(f"/cases/{found.case}/")
            page.locator(f"button[name=part][value={part}], [name=part][value={part}] ~ button").first.click()
        answer = page.goto(shot.path.format(case=found.case, **found.ids))
        assert answer is not None
        assert answer.status == 200, (shot.path, answer.status)
        page.wait_for_timeout(300)
        page.evaluate(COVER)
        return _whole(page)


def _whole(page: Page) -> bytes:
    height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
    size = page.viewport_size or DESK
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    return page.screenshot(animations="disabled", caret="hide")


def small(picture: bytes) -> bytes:
    """The same picture with few colours: a page has no more."""
    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()


def at_the_station() -> Iterator[tuple[str, bytes]]:
    """Eight beds, one with a flat line, and that one alone. These are never twice the same: they move."""
    program = os.environ.get("KINFIRST_CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        with station_running(Path(folder), 8) as found, visitor(browser, found, viewport=DESK) as (page, _):
            sign_in(page, "sakura")
            lies_in_bed(page, found)
            page.goto("/station/")
            page.get_by_role("button", name="Turn the sound on").click()
            page.locator(f'[data-bed="{BED}"]').get_by_text("Asystole").wait_for(timeout=FLAT)
            page.wait_for_timeout(1500)
            yield "station", page.screenshot(animations="disabled")
            page.goto(f"/station/beds/{BED}/")
            page.wait_for_timeout(5000)
            yield "station-bed", page.screenshot(animations="disabled")
        browser.close()


def kept(name: str, picture: bytes) -> None:
    (FOLDER / f"{name}.png").write_bytes(small(picture))
    print(f"{name}.png {len(small(picture)) // 1024} kB")


def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = names or [*SHOTS, *STATION]
    still = [name for name in wanted if name in SHOTS]
    for when in dict.fromkeys(SHOTS[name].when for name in still):
        with house(when) as (browser, found):
            roster(browser, found)
            for name in (name for name in still if SHOTS[name].when == when):
                kept(name, taken(browser, found, SHOTS[name]))
    if set(STATION) & set(wanted):
        for name, picture in at_the_station():
            kept(name, picture)


if __name__ == "__main__":
    main(sys.argv[1:])
