"""The night at the station, started and stopped for a test or a picture."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, House
from tests.e2e.station_house import BED

OUTSIDE = ("DJANGO_SETTINGS_MODULE", "KINFIRST_DB", "KINFIRST_KEY_FILE")
FLAT = 25_000
"""Milliseconds until the line has been flat for long enough."""


@contextmanager
def station_running(folder: Path, beds: int) -> Iterator[House]:
    """The house in its own process, with its own database and key, and so many beds."""
    environment = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-m", "tests.e2e.station_house", str(folder), str(beds)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes) as process:
        line = process.stdout.readline()
        assert line, "the house did not start"
        told = json.loads(line)
        yield House(address=told["address"], case=told["case"], ids=told["ids"])
        process.stdin.close()
        process.wait(20)


def lies_in_bed(page: Page, house: House) -> None:
    """Somebody says on the page of the case in which bed it lies."""
    page.goto(f"/cases/{house.case}/")
    page.get_by_label("Whose monitor is it? Choose the bed.").select_option(BED)
    page.get_by_role("button", name="Lies in this bed").click()
    expect(page.get_by_role("link", name=f"Bed {BED}")).to_be_visible()
