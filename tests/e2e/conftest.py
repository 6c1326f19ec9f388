"""A browser on the system's Chromium, and a house to look at. Nothing leaves the loopback address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.house import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}


class House(NamedTuple):
    """Where the pages are, the one case of the night, everybody's id, and a line of somebody's kin (0: none)."""

    address: str
    case: str
    ids: dict[str, str]
    line: int = 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a module, not one a session: while Playwright is open its loop runs in this thread, and whatever
    else this process tests could run none of its own."""
    program = os.environ.get("KINFIRST_CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


@contextmanager
def running(folder: Path, moment: str, until: str) -> Iterator[House]:
    """A house in its own process, with its own database and key."""
    outside = ("DJANGO_SETTINGS_MODULE", "KINFIRST_DB", "KINFIRST_KEY_FILE")
    environment = {name: value for name, value in os.environ.items() if name not in outside}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-m", "tests.e2e.house", str(folder), moment, until]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes) as house:
        line = house.stdout.readline()
        assert line, "the house did not start"
        yield House(**json.loads(line))
        house.stdin.close()
        house.wait(20)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The night, a moment before the leader is told."""
    with running(tmp_path_factory.mktemp("house"), "2020-10-10T15:12:00+09:00", "tell") as house:
        yield house


class Watched(NamedTuple):
    """A page, and whatever its browser complained of or asked elsewhere for."""

    page: Page
    complaints: list[str]


@contextmanager
def visitor(browser: Browser, house: House, **how: Any) -> Iterator[Watched]:
    """A browser of its own. Requests to another host, errors of scripts and of the content policy are kept."""
    context: BrowserContext = browser.new_context(base_url=house.address, **how)
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda wrong: complaints.append(str(wrong)))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((house.address, "data:")) else complaints.append(asked.url),
    )
    try:
        yield Watched(page, complaints)
    finally:
        context.close()


def sign_in(page: Page, who: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Account").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Board").wait_for()


def passkeys(page: Page) -> None:
    """The browser gets a key that says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
