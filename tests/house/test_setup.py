"""What a bare checkout is set up from: pinned, hashed, tied to no index; scripts that a shell can read."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files

PINS = sorted((ROOT / "constraints").glob("*.txt"))
PIN = re.compile(r"([a-z0-9][a-z0-9._-]*)==(\S+)")


def pins(path: Path) -> dict[str, str]:
    """Name and version of each line of a constraint file."""
    return dict(found.groups() for line in path.read_text().splitlines() if (found := PIN.match(line)))


def declared(*extras: str) -> set[str]:
    """Names of the packages that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [
        *project["dependencies"],
        *(one for extra in extras for one in project["optional-dependencies"][extra]),
    ]
    return {re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0].lower() for one in asked}


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.stem)
def test_every_version_is_pinned_with_a_hash_and_no_index_is_named(path: Path) -> None:
    blocks = re.split(r"\n(?=\S)", path.read_text().strip())
    assert [block for block in blocks if not (PIN.match(block) and "--hash=sha256:" in block)] == []
    assert re.findall(r"\S*(?:://|--index|--find-links|--extra-index)\S*", path.read_text()) == []


@pytest.mark.parametrize(
    ("file", "extras"),
    [pytest.param("run", (), id="run"), pytest.param("test", ("test", "house"), id="test")],
)
def test_everything_declared_is_pinned(file: str, extras: tuple[str, ...]) -> None:
    """Else `make pin` was forgotten."""
    assert declared(*extras) - pins(ROOT / "constraints" / f"{file}.txt").keys() == set()


def test_what_runs_is_what_is_tested() -> None:
    run, test = (pins(ROOT / "constraints" / f"{name}.txt") for name in ("run", "test"))
    assert {name: version for name, version in run.items() if test.get(name) != version} == {}


def test_every_script_is_executable_and_parses() -> None:
    scripts = [path for path in files() if path.suffix == ".sh" or path == ROOT / ".ci" / "run"]
    assert [path for path in scripts if not path.stat().st_mode & 0o100] == []
    for path in scripts:
        read = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
        assert read.returncode == 0, read.stderr
