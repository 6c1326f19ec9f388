"""How late a due moment is done by a real worker, with few and with many open cases."""

from __future__ import annotations

from benchmarks import working
from benchmarks.parts import run
from benchmarks.places import Place
from benchmarks.results import Measured, percentile, shown
from benchmarks.run import Options, say, told
from benchmarks.seeds import Seeds

PATIENCE = 60.0


def measure(options: Options, seeds: Seeds) -> list[Measured]:
    """For each size: so many due moments spread evenly over some seconds, and one worker."""
    found: list[Measured] = []
    for kind in options.kinds:
        for size in options.sizes:
            say(f"lateness: {kind}, {size} open cases")
            with seeds.at(kind, size) as place:
                late, waiting = late_by(place, options)
            found += _rows(kind, size, late, waiting)
        found += [_renamed(one, f"lateness.{kind}.p99") for one in found if one.key == f"lateness.{kind}.{size}.p99"]
    return told(found)


def late_by(place: Place, options: Options) -> tuple[list[float], int]:
    """How late each was (seconds), and how many were never done."""
    running = working.worker(place)
    try:
        run("beating", place, patience=PATIENCE)
        seen = run("late", place, cases=options.due, every=options.seconds / options.due, patience=PATIENCE)
    finally:
        working.end(running)
    return seen["late"], seen["waiting"]


def _rows(kind: str, size: int, late: list[float], waiting: int) -> list[Measured]:
    note = f"{len(late)} due moments" + (f", {waiting} never done" if waiting else "")
    note += f", worst {shown(max(late), 's')}" if late else ""
    return [
        Measured(
            bench="lateness",
            key=f"lateness.{kind}.{size}.p{share}",
            what=f"lateness with {size:,} open cases, {kind}, p{share}",
            unit="s",
            values=(percentile(late, share / 100),) if late and not waiting else (),
            note=note,
        )
        for share in (50, 99)
    ]


def _renamed(one: Measured, key: str) -> Measured:
    return Measured(bench="", key=key, what=one.what, unit=one.unit, values=one.values)
