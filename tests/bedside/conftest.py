"""A NATS server for those tests that need one: found or started by scripts/nats.sh, as PostgreSQL is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def nats_url() -> str:
    found = subprocess.run([ROOT / "scripts" / "nats.sh"], check=True, capture_output=True, text=True)
    return found.stdout.strip()
