"""What was not run is said last, and where it matters it fails the run.

Loaded by `python -m pytest -p tests.plugins.skips` (make test). With KINFIRST_NO_SKIPS=1, as .ci/run sets it,
any skipped test fails the run. One class may be missing there: tests marked `shared_data`, when the folder
../shared, which a bare clone does not have, is absent.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


class Skips:
    """Gathers the skipped tests of a run, also those that xdist's workers report."""

    def __init__(self, *, strict: bool, shared: Path) -> None:
        self.strict = strict
        self.excused = not shared.is_dir()
        self.seen: Counter[tuple[str, str, bool]] = Counter()

    def _note(self, report: pytest.TestReport | pytest.CollectReport, *, shared_data: bool) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        allowed = shared_data and self.excused
        self.seen[report.nodeid.split("::")[0], reason.removeprefix("Skipped: "), allowed] += 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # pytest reports an expected failure as skipped too; that test did run.
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report, shared_data="shared_data" in report.keywords)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        # A module skipped as a whole carries no markers that could excuse it.
        if report.skipped:
            self._note(report, shared_data=False)

    @property
    def broken(self) -> bool:
        """Whether the run must fail for what it left out."""
        return self.strict and any(not allowed for _, _, allowed in self.seen)

    def lines(self) -> list[str]:
        """One line a file and reason, sorted."""
        return [
            f"{count} in {file}: {reason}{' (allowed: there is no ../shared)' if allowed else ''}"
            for (file, reason, allowed), count in sorted(self.seen.items())
        ]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.broken and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        yield
        if self.seen:
            terminalreporter.section("not run, and why")
            for line in self.lines():
                terminalreporter.line(line)
        if self.broken:
            terminalreporter.line("KINFIRST_NO_SKIPS is set: the tests above must run", red=True)


def pytest_configure(config: pytest.Config) -> None:
    # xdist's workers send their reports to the controller, which alone has a terminal.
    if not hasattr(config, "workerinput"):
        strict = os.environ.get("KINFIRST_NO_SKIPS", "") == "1"
        config.pluginmanager.register(Skips(strict=strict, shared=SHARED), "kinfirst-skips")
