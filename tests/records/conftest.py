from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.records.crime_scene import Inspector, played

# These break SQLite files of their own, whichever database the tests run on: once is enough.
collect_ignore = ["test_tamper.py"] if os.environ.get("KINFIRST_TEST_DB") else []


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A played database in a file of its own, with its key file beside it. Copy it before breaking it."""
    return played(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="session")
def inspector(scene: Path) -> Iterator[Inspector]:
    found = Inspector(scene)
    yield found
    found.close()
