"""The simulation as somebody runs it: the same seed gives the same bytes; bad input is one line and exit code 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kinfirst.core.errors import BadInput
from kinfirst.scenarios.simulation.faults import FAULTS
from kinfirst.scenarios.simulation.plan import planned

MAIN = "from kinfirst.project.entry import main; main()"


def started(*arguments: str | Path, hashing: int = 0) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINFIRST_", "DJANGO_"))}
    command = [sys.executable, "-c", MAIN, "simulate", *map(str, arguments)]
    around = {**kept, "PYTHONHASHSEED": str(hashing)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=around)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "pack"), [(1, "village"), (14, "us-military")])
def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path, seed: int, pack: str) -> None:
    """Sets and tables are walked in another order there: nothing may depend on it."""
    logs = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    asked = ("--seed", str(seed), "--days", "2", "--cases", "5", "--policy", pack, "--log")
    runs = [started(*asked, log, hashing=number + 1) for number, log in enumerate(logs)]
    said = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert said[0][0] == said[1][0]
    first, second = (log.read_bytes() for log in logs)
    assert first == second
    lines = [json.loads(line) for line in first.splitlines()]
    assert lines[0]["plan"] == f"kinfirst simulate --seed {seed} --days 2 --cases 5 --policy {pack}"
    assert lines[-1]["broken"] is None
    assert lines[-1]["ledgers"] in said[0][0]
    assert [line["step"] for line in lines[1:-1]] == list(range(1, len(lines) - 1))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(("--seed", "x"), "--seed", id="no number"),
        pytest.param(("--days", "3"), "--seed", id="no seed"),
        pytest.param(("--seed", "1", "--days", "0"), "--days", id="no time"),
        pytest.param(("--seed", "1", "--cases", "0"), "--cases", id="no cases"),
        pytest.param(("--seed", "1", "--policy", "nowhere"), "--policy", id="unknown pack"),
        pytest.param(("--seed", "1", "--faults", "flood"), "--faults", id="unknown fault"),
        pytest.param(("--seed", "1", "--log", "nowhere/at/all"), "--log", id="no such folder"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: tuple[str, ...], named: str) -> None:
    run = started(*arguments)
    out, said = run.communicate(timeout=60)
    assert run.returncode == 2
    assert named in said
    assert "Traceback" not in out + said


def test_what_was_planned_is_said_in_one_line() -> None:
    plan = planned(seed=7, days=30, cases=None, packs=("village",), faults="skew,crash")
    assert plan.cases == 10
    assert plan.line == "kinfirst simulate --seed 7 --days 30 --cases 10 --policy village --faults crash,skew"
    every = planned(seed=7, days=30, cases=3, packs=(), faults="all")
    assert every.line == "kinfirst simulate --seed 7 --days 30 --cases 3"
    assert every.faults == set(FAULTS)
    assert planned(seed=7, days=1, cases=3, packs=(), faults="none").line.endswith("--faults none")
    with pytest.raises(BadInput, match="--seed"):
        planned(seed=-1, days=1, cases=1, packs=(), faults="all")
