"""What was measured, what was promised (design.md section 9), and by how much it falls short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One quantity: every value that was taken, in one unit. `key` is how goals and plots find it."""

    bench: str
    key: str
    what: str
    unit: str
    values: tuple[float, ...] = ()
    note: str = ""

    @property
    def middle(self) -> float | None:
        """The median; None where nothing could be measured, and `note` says why."""
        return median(self.values) if self.values else None


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """A promise: `key` measured against `limit`, at least or at most; `over` divides it by another key first."""

    what: str
    key: str
    limit: float
    least: bool
    unit: str
    over: str = ""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A goal beside what was measured; `short` is empty where it is met."""

    goal: Goal
    value: float | None
    short: str


GOALS = (
    Goal(what="chain steps by one worker, SQLite", key="chain.SQLite.1", limit=5000, least=True, unit="steps/s"),
    Goal(what="chain steps by two workers, SQLite", key="chain.SQLite.2", limit=5000, least=True, unit="steps/s"),
    Goal(
        what="chain steps by one worker, PostgreSQL", key="chain.PostgreSQL.1", limit=5000, least=True, unit="steps/s"
    ),
    Goal(
        what="chain steps by two workers, PostgreSQL", key="chain.PostgreSQL.2", limit=5000, least=True, unit="steps/s"
    ),
    Goal(
        what="chain steps beside a DBOS workflow, PostgreSQL, two workers",
        key="chain.PostgreSQL.2",
        over="peer.dbos",
        limit=40,
        least=True,
        unit="x",
    ),
    Goal(
        what="chain steps beside copying the same rows, PostgreSQL, two workers",
        key="chain.PostgreSQL.2",
        over="floor.copy",
        limit=0.25,
        least=True,
        unit="x",
    ),
    *(
        Goal(
            what=f"lateness of a due moment with the most open cases, p99, {kind}",
            key=f"lateness.{kind}.p99",
            limit=1,
            least=False,
            unit="s",
        )
        for kind in ("SQLite", "PostgreSQL")
    ),
    *(
        Goal(
            what=f"first due case after a restart with the most open cases, {kind}",
            key=f"restart.{kind}.first",
            limit=1,
            least=False,
            unit="s",
        )
        for kind in ("SQLite", "PostgreSQL")
    ),
    *(
        Goal(
            what=f"memory of a worker with the most open cases beside that with the fewest, {kind}",
            key=f"restart.{kind}.memory",
            over=f"restart.{kind}.memory.few",
            limit=1.1,
            least=False,
            unit="x",
        )
        for kind in ("SQLite", "PostgreSQL")
    ),
    Goal(
        what="one command through the API, one client, p99, beside the same transaction in pgbench (p99)",
        key="api.PostgreSQL.1.p99",
        over="floor.pgbench.p99",
        limit=5,
        least=False,
        unit="x",
    ),
    *(
        Goal(
            what=f"one command in the record: the most open cases beside the fewest, {kind}",
            key=f"growth.{kind}.command.most",
            over=f"growth.{kind}.command.few",
            limit=1.25,
            least=False,
            unit="x",
        )
        for kind in ("SQLite", "PostgreSQL")
    ),
    *(
        goal
        for kind in ("SQLite", "PostgreSQL")
        for goal in (
            Goal(what=f"board, server time, p95, {kind}", key=f"board.{kind}.p95", limit=0.1, least=False, unit="s"),
            Goal(what=f"board, queries, {kind}", key=f"board.{kind}.queries", limit=8, least=False, unit=""),
            Goal(
                what=f"manifest of 10,000 casualties checked and opened, {kind}",
                key=f"surge.{kind}.10000",
                limit=10,
                least=False,
                unit="s",
            ),
        )
    ),
    *(
        Goal(
            what=f"one casualty of a manifest: the largest event beside the smallest, {kind}",
            key=f"surge.{kind}.each.most",
            over=f"surge.{kind}.each.few",
            limit=1.5,
            least=False,
            unit="x",
        )
        for kind in ("SQLite", "PostgreSQL")
    ),
    Goal(what="beds one core watches, two leads at 250 Hz", key="bedside.beds", limit=2000, least=True, unit="beds"),
    Goal(
        what="from the fourth beatless second to the alarm, worst",
        key="bedside.delay",
        limit=5000,
        least=False,
        unit="ms",
    ),
    Goal(what="beds of a killed watcher taken over", key="bedside.takeover", limit=5, least=False, unit="s"),
    Goal(
        what="from the fourth beatless second to the alarm, its watcher killed, worst",
        key="bedside.takeover.delay",
        limit=5,
        least=False,
        unit="s",
    ),
    Goal(what="asystoles missed, a watcher killed", key="bedside.takeover.missed", limit=0, least=False, unit=""),
)


def judged(found: Iterable[Measured]) -> list[Judged]:
    """Every goal, also those for which nothing was measured."""
    known = {one.key: one.middle for one in found}
    return [_judge(goal, known) for goal in GOALS]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so large a share of all are at most (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def shown(value: float | None, unit: str) -> str:
    """A number as people read it."""
    if value is None:
        return "not measured"
    if unit == "s" and value < 1:
        return f"{value * 1000:.3g} ms"
    digits = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{digits} {unit}".strip()


def _judge(goal: Goal, known: dict[str, float | None]) -> Judged:
    value = known.get(goal.key)
    below = known.get(goal.over) if goal.over else 1.0
    if value is None or not below:
        return Judged(goal=goal, value=None, short="not measured")
    value /= below
    met = value >= goal.limit if goal.least else value <= goal.limit
    if met:
        return Judged(goal=goal, value=value, short="")
    factor = goal.limit / value if goal.least else value / goal.limit
    return Judged(goal=goal, value=value, short=f"short by a factor of {factor:.2g}")
