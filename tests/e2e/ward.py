"""The afternoon of the demonstration to look at: a notifier at a door, whose network may be cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
MOMENT = "2026-04-07T14:40:00+09:00"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


class Ward:
    """Where the pages are, the case of the carpenter, everybody's id, and a clock to put forward."""

    def __init__(self, process: subprocess.Popen[str], told: dict[str, Any]) -> None:
        self.process = process
        self.address: str = told["address"]
        self.case: str = told["case"]
        self.ids: dict[str, str] = told["ids"]

    def door(self, handle: str = "chiyo") -> str:
        """The address of the visit to somebody."""
        return f"/doorstep/{self.case}/{self.ids[handle]}/"

    def forward(self, seconds: float) -> None:
        """Time passes in the house."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "forward\n"


@contextmanager
def ward_running(folder: Path) -> Iterator[Ward]:
    """The house in its own process, with its own database and key."""
    outside = ("DJANGO_SETTINGS_MODULE", "KINFIRST_DB", "KINFIRST_KEY_FILE")
    environment = {name: value for name, value in os.environ.items() if name not in outside}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-m", "tests.e2e.ward_house", str(folder), MOMENT]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes) as process:
        line = process.stdout.readline()
        assert line, "the house did not start"
        yield Ward(process, json.loads(line))
        process.stdin.close()
        process.wait(20)


def later(page: Page, ward: Ward, minutes: float) -> None:
    """Time passes in the house and on the telephone."""
    ward.forward(minutes * 60)
    page.clock.fast_forward(int(minutes * 60_000))
