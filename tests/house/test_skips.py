"""The plugin that says what was not run, and fails a run that may leave nothing out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugins.skips import Skips


def skipped(*, marks: dict[str, int], xfail: str = "") -> pytest.TestReport:
    """The report of one test that did not run."""
    report = pytest.TestReport(
        nodeid="tests/test_a.py::test_one",
        location=("tests/test_a.py", 1, "test_one"),
        keywords=marks,
        outcome="skipped",
        longrepr=("tests/test_a.py", 1, "Skipped: no server"),
        when="call",
    )
    if xfail:
        report.wasxfail = xfail
    return report


@pytest.mark.parametrize(
    ("report", "strict", "there", "broken"),
    [
        pytest.param(skipped(marks={}), "1", False, True, id="a skip fails a strict run"),
        pytest.param(skipped(marks={}), "", False, False, id="and no other"),
        pytest.param(skipped(marks={"shared_data": 1}), "1", False, False, id="but without ../shared its tests may"),
        pytest.param(skipped(marks={"shared_data": 1}), "1", True, True, id="and with it they must run"),
        pytest.param(skipped(marks={}, xfail="known"), "1", False, False, id="an expected failure did run"),
    ],
)
def test_a_skip_fails_the_run(
    report: pytest.TestReport, strict: str, there: object, broken: object, tmp_path: Path
) -> None:
    skips = Skips(strict=bool(strict), shared=tmp_path if there else tmp_path / "absent")
    skips.pytest_runtest_logreport(report)
    assert skips.broken is broken


def test_a_skipped_module_fails_a_strict_run(tmp_path: Path) -> None:
    skips = Skips(strict=True, shared=tmp_path / "absent")
    longrepr = ("tests/test_b.py", 1, "Skipped: no driver")
    skips.pytest_collectreport(pytest.CollectReport("tests/test_b.py", "skipped", longrepr, []))
    assert skips.broken
    assert skips.lines() == ["1 in tests/test_b.py: no driver"]
