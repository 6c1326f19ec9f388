"""`kinfirst work` as a person runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workers.test_crash import WORK

pytestmark = pytest.mark.slow


def start(folder: Path, *args: str, command: str = "work", **more: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINFIRST_", "DJANGO_"))}
    return subprocess.Popen(
        [sys.executable, "-c", WORK, command, *args],
        env={**kept, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), **more},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out + err


def test_once_sets_up_a_fresh_database_and_says_in_one_line_what_it_did(tmp_path: Path) -> None:
    code, said = ended(start(tmp_path, "--once"))
    assert code == 0, said
    (line,) = said.splitlines()
    assert line.endswith("0 ledgers moved, 0 messages, 0 seals")
    assert (tmp_path / "var" / "kinfirst.sqlite3").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_code_0(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path)
    assert process.stderr is not None
    assert process.stderr.readline().endswith(" works\n")
    process.send_signal(number)
    code, said = ended(process)
    assert (code, said.rstrip().endswith("; stopped")) == (0, True)


@pytest.mark.parametrize(
    ("args", "more", "says"),
    [
        pytest.param(("--batch", "0"), {}, "batch: a whole number from 1 to 1000", id="a batch of none"),
        pytest.param(("--seal-every", "often"), {}, "--seal-every: write it as an ISO 8601", id="no duration"),
        pytest.param(
            ("--once",),
            {"KINFIRST_PAGE_WEBHOOK": "http://pages.example/secret-path", "KINFIRST_WEBHOOK_SECRET": "x" * 40},
            "KINFIRST_PAGE_WEBHOOK",
            id="a setting that cannot be used",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line_and_2(
    tmp_path: Path, args: tuple[str, ...], more: dict[str, str], says: str
) -> None:
    code, said = ended(start(tmp_path, *args, **more))
    assert (code, len(said.splitlines())) == (2, 1)
    assert says in said
    assert "secret-path" not in said


def test_a_look_at_the_clock_is_a_probe(tmp_path: Path) -> None:
    code, said = ended(start(tmp_path, "--once", command="watch"))
    assert (code, "the database" in said) == (2, True), said
    assert ended(start(tmp_path, "--once"))[0] == 0
    assert ended(start(tmp_path, "--once", command="watch"))[0] == 0


def test_a_watch_ends_with_a_signal(tmp_path: Path) -> None:
    assert ended(start(tmp_path, "--once"))[0] == 0
    process = start(tmp_path, command="watch")
    assert process.stderr is not None
    assert process.stderr.readline() == "the clock is watched\n"
    process.send_signal(signal.SIGTERM)
    assert ended(process)[0] == 0
