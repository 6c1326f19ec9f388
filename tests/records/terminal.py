"""`kinfirst` as a person in a terminal runs it: a process of its own, on a database of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.records.crime_scene import environment

RUN = "import sys; sys.argv[0] = 'kinfirst'; from kinfirst.project.entry import main; main()"


def kinfirst(
    database: Path,
    *args: str,
    extra: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs one command on that file, whose key file stands beside it."""
    return subprocess.run(
        [sys.executable, "-c", RUN, *args],
        env={**environment(database, database.with_name("kinfirst.key")), **(extra or {})},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=before,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line in which a command refused, after it was seen to be one and nothing else."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("kinfirst: "), line
    return line.removeprefix("kinfirst: ")
