"""The guided walk through the demonstration, as a visitor takes it: stop by stop, each as whom it is seen best."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from kinfirst.web.tour_steps import STOPS
from tests.e2e.conftest import visitor

pytestmark = [pytest.mark.network, pytest.mark.slow]


class Demo(NamedTuple):
    """Where the demonstration is served, and the one password of everybody in it."""

    address: str
    password: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`kinfirst serve --demo`, as the first page of the tutorial starts it."""
    folder: Path = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KINFIRST_", "DJANGO_"))}
    environment["KINFIRST_KEY_FILE"] = str(folder / "key")
    command = [str(Path(sys.executable).with_name("kinfirst")), "serve", "--demo", "--no-worker", "--port", "0"]
    command += ["--db", f"sqlite:///{folder}/demo.sqlite3"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        said = ""
        for line in served.stdout:
            said += line
            if line.startswith("serving "):
                break
        address, password = re.search(r"serving (\S+?)/? ", said), re.search(r"the password (\S+)", said)
        assert address, said
        assert password, said
        yield Demo(address[1], password[1])
        served.terminate()
        served.wait(20)


def sign_in(page: Page, demo: Demo, who: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Account").fill(who)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Board").wait_for()


def test_the_walk_leads_to_every_page_it_speaks_of(browser: Browser, demo: Demo) -> None:
    """One visitor from start to end; what she may not see, and what says more to another, as whom it is seen best."""
    missed = {number for number, stop in enumerate(STOPS, start=1) if stop.page == "told"}
    with visitor(browser, demo) as (page, complaints):  # type: ignore[arg-type]
        sign_in(page, demo, "sakura")
        page.goto("/tour")
        page.get_by_role("button", name="Start").click()
        for number, stop in enumerate(STOPS, start=1):
            expect(page.locator(".tour-strip")).to_contain_text(f"Stop {number} of {len(STOPS)}: {stop.title}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            if page.url.endswith("/tour"):
                missed.add(number)
            if number < len(STOPS):
                page.get_by_role("button", name="Next stop").click()
        page.get_by_role("button", name="End the walk").click()
        expect(page.locator(".tour-strip")).to_have_count(0)
        assert complaints == []
    for number in sorted(missed):
        with visitor(browser, demo) as (page, complaints):  # type: ignore[arg-type]
            sign_in(page, demo, STOPS[number - 1].best_as)
            page.goto("/tour")
            page.get_by_role("button", name=f"Go to stop {number}", exact=True).click()
            expect(page.locator(".tour-strip")).to_contain_text(f"Stop {number} of {len(STOPS)}")
            assert not page.url.endswith("/tour"), STOPS[number - 1]
            assert complaints == []
