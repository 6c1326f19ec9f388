"""Each bench runs from beginning to end with next to nothing; what it measures is another matter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHES
from benchmarks.places import SQLITE
from benchmarks.run import Options
from benchmarks.seeds import Seeds

pytestmark = [pytest.mark.network, pytest.mark.slow]


@pytest.fixture
def seeds(tmp_path: Path) -> Iterator[Seeds]:
    found = Seeds(tmp_path, datetime.now(UTC).replace(microsecond=0))  # noqa: TID251 - a real worker's clock
    yield found
    found.drop()


@pytest.mark.parametrize("name", BENCHES)
def test_it_runs(name: str, seeds: Seeds) -> None:
    found = import_module(f"benchmarks.{name}").measure(Options.small((SQLITE,)), seeds)
    assert found
    for one in found:
        assert one.values, (one.key, one.note)
        assert min(one.values) >= 0, one
