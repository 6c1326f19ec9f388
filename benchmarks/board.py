"""The board: time in the server and queries."""

from __future__ import annotations

from benchmarks.parts import run
from benchmarks.results import Measured, percentile
from benchmarks.run import Options, say, told
from benchmarks.seeds import Seeds


def measure(options: Options, seeds: Seeds) -> list[Measured]:
    """Always with as many open cases as the goal names, whatever `--cases` says."""
    found: list[Measured] = []
    for kind in options.kinds:
        say(f"board: {kind}, {options.board_cases} open cases")
        with seeds.at(kind, options.board_cases) as place:
            one = run("board", place, times=options.pages)
        found += [
            Measured(
                bench="board",
                key=f"board.{kind}.p{share}",
                what=f"board with {options.board_cases:,} open cases, {kind}, server time, p{share}",
                unit="s",
                values=(percentile(one["each"], share / 100),),
            )
            for share in (50, 95, 99)
        ]
        note = f"a page of {one['bytes']:,} bytes"
        queries = (float(one["queries"]),)
        what = f"board, queries, {kind}"
        found.append(
            Measured(bench="board", key=f"board.{kind}.queries", what=what, unit="", values=queries, note=note)
        )
    return told(found)
