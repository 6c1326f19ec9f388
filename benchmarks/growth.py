"""The same operation with a hundred and with a hundred thousand open cases: the cost of one must not grow."""

from __future__ import annotations

from datetime import timedelta

from benchmarks.chain import steps
from benchmarks.parts import run
from benchmarks.results import Measured, percentile
from benchmarks.run import Options, say, told
from benchmarks.seeds import Seeds
from kinfirst.clock import SystemClock

TICKED = 1_000


def measure(options: Options, seeds: Seeds) -> list[Measured]:
    """For each size: a command, the board, and the worker's steps over as many cases as the smallest allows."""
    found: list[Measured] = []
    for kind in options.kinds:
        for size in options.sizes:
            say(f"growth: {kind}, {size} open cases")
            found += _at(options, seeds, kind, size)
        for what in ("command", "board", "step"):
            for name, size in (("few", options.sizes[0]), ("most", options.sizes[-1])):
                one = next(row for row in found if row.key == f"growth.{kind}.{what}.{size}")
                key = f"growth.{kind}.{what}.{name}"
                found.append(Measured(bench="", key=key, what=one.what, unit=one.unit, values=one.values))
    return told(found)


def _at(options: Options, seeds: Seeds, kind: str, size: int) -> list[Measured]:
    with seeds.at(kind, size) as place:
        each = run("command", place, times=options.commands)["each"]
        pages = run("board", place, times=options.pages)["each"]
        due = SystemClock().now() - timedelta(seconds=1)
        run("more", place, cases=min(TICKED, options.cases), due=due.isoformat(), every=0.0)
        took = steps(place, 1, until=due)
    took_for = {
        "command": (percentile(each, 0.5), "one command in the record, median"),
        "board": (percentile(pages, 0.5), "the board, server time, median"),
        "step": (1 / took["rate"], "one step of a worker"),
    }
    return [
        Measured(
            bench="growth",
            key=f"growth.{kind}.{name}.{size}",
            what=f"{text}, {size:,} open cases, {kind}",
            unit="s",
            values=(seconds,),
        )
        for name, (seconds, text) in took_for.items()
    ]
