"""Half a minute of the storm on each database: `make chaos` runs longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.network, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_everything_holds_after_half_a_minute_of_faults(kind: str) -> None:
    """In a process of its own: what is left of it, if it hangs, is not this one's."""
    command = [sys.executable, "-m", "tests.chaos", "--minutes", "0.25", "--only", kind]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    print(done.stdout)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-3000:]}"
    assert "everything held" in done.stdout
