"""A NATS server for those tests that need one: found or started by scripts/nats.sh, as PostgreSQL is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.bedside.hubs import OnHub, Test, run_on

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def nats_url() -> str:
    found = subprocess.run([ROOT / "scripts" / "nats.sh"], check=True, capture_output=True, text=True)
    return found.stdout.strip()


@pytest.fixture(params=["local", pytest.param("nats", marks=pytest.mark.network)])
def on_hub(request: pytest.FixtureRequest) -> OnHub:
    """Runs a test on the embedded hub and over NATS."""

    def run(test: Test) -> None:
        run_on(request.param, lambda: str(request.getfixturevalue("nats_url")), test)

    return run
