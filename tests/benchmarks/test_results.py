"""What is made of the numbers: goals, percentiles, the page and its plots."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import report
from benchmarks.results import GOALS, Measured, judged, percentile, shown
from benchmarks.run import Options


def measured(key: str, *values: float, bench: str = "chain", unit: str = "steps/s") -> Measured:
    return Measured(bench=bench, key=key, what=f"what {key} is", unit=unit, values=values)


def verdict(*found: Measured, key: str) -> str:
    return next(one.short for one in judged(found) if one.goal.key == key)


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [((1.0, 2.0, 3.0, 4.0), 0.5, 2.0), ((1.0,), 0.99, 1.0), (tuple(map(float, range(100))), 0.99, 98.0)],
    ids=["half of four", "of one", "of a hundred"],
)
def test_percentile(values: tuple[float, ...], share: float, wanted: float) -> None:
    assert percentile(values, share) == wanted


def test_a_goal_that_is_met_is_not_short() -> None:
    assert verdict(measured("chain.SQLite.1", 4000, 5000, 9000), key="chain.SQLite.1") == ""


def test_what_is_short_says_by_how_much() -> None:
    assert verdict(measured("chain.SQLite.1", 2500), key="chain.SQLite.1") == "short by a factor of 2"
    late = measured("lateness.SQLite.p99", 3.0, bench="lateness", unit="s")
    assert verdict(late, key="lateness.SQLite.p99") == "short by a factor of 3"


def test_what_was_not_measured_is_not_met() -> None:
    assert {one.short for one in judged([])} == {"not measured"}
    alone = [
        measured("chain.PostgreSQL.2", 9000),
        Measured(bench="chain", key="peer.dbos", what="DBOS", unit="steps/s"),
    ]
    beside = next(one for one in judged(alone) if one.goal.over == "peer.dbos")
    assert beside.short == "not measured"


def test_every_goal_is_printed() -> None:
    assert len(report.goals([])) == len(GOALS)


@pytest.mark.parametrize(
    ("value", "unit", "wanted"),
    [(None, "s", "not measured"), (0.0123, "s", "12.3 ms"), (12345.6, "steps/s", "12,346 steps/s"), (7.0, "", "7")],
    ids=["nothing", "seconds", "many", "a number"],
)
def test_numbers_as_people_read_them(value: float | None, unit: str, wanted: str) -> None:
    assert shown(value, unit) == wanted


def test_the_page_holds_every_number_and_says_what_could_not_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "DOCS", tmp_path)
    found = [
        measured("chain.SQLite.1", 5100, 5300),
        measured("floor.copy", 20_000),
        Measured(bench="chain", key="peer.dbos", what="DBOS", unit="steps/s", note="could not be run: no PostgreSQL"),
        *(measured(f"lateness.SQLite.{n}.p99", n / 1e5, bench="lateness", unit="s") for n in (100, 1000)),
        *(measured(f"growth.SQLite.step.{n}", n / 1e6, bench="growth", unit="s") for n in (100, 1000)),
    ]
    written = report.write(found, {"cores": "2"}, Options())
    page = written[0].read_text(encoding="utf-8")
    assert "| cores | 2 |" in page
    assert "5,200 steps/s" in page
    assert "could not be run: no PostgreSQL" in page
    assert all(one.what in page for one in found)
    assert sorted(path.name for path in written[1:]) == ["chain.svg", "growth.svg", "lateness.svg"]
    for path in written[1:]:
        ElementTree.parse(path)
