"""Every measurement is a program of its own: Django works on one database in one life. Its last line is its result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.places import Place

ROOT = Path(__file__).resolve().parents[1]


class PartFailed(Exception):
    """A measurement ended with an error; what it said."""


def environment(place: Place) -> dict[str, str]:
    """What a program needs to work on that database, and nothing of our own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINFIRST_", "DJANGO_"))}
    return {
        **kept,
        "KINFIRST_DB": place.url,
        "KINFIRST_KEY_FILE": str(place.folder / "bench.key"),
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
    }


class Running:
    """A part on its way. One that says `ready` waits for `go`."""

    def __init__(self, name: str, place: Place, **what: Any) -> None:
        self.name = name
        command = [sys.executable, "-m", "benchmarks.part", name, json.dumps(what)]
        pipe = subprocess.PIPE
        self._living = subprocess.Popen(
            command, env=environment(place), cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )

    def ready(self) -> None:
        """Waits until it is."""
        assert self._living.stdout is not None
        line = self._living.stdout.readline()
        if line.strip() != "ready":
            raise PartFailed(f"{self.name}: {line}{self._end()[1]}")

    def go(self) -> None:
        """Tells it to begin."""
        assert self._living.stdin is not None
        self._living.stdin.write("go\n")
        self._living.stdin.flush()

    def result(self) -> Any:
        """What it found. Raises PartFailed."""
        said, wrong = self._end()
        lines = said.strip().splitlines()
        if self._living.returncode != 0 or not lines:
            raise PartFailed(f"{self.name}: {wrong.strip()[-2000:]}")
        return json.loads(lines[-1])

    def _end(self) -> tuple[str, str]:
        return self._living.communicate()


def run(name: str, place: Place, **what: Any) -> Any:
    """Runs one part to its end."""
    return Running(name, place, **what).result()
