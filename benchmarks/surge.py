"""A manifest of one event: everybody entered, opened as a case, compared with the others."""

from __future__ import annotations

from benchmarks.parts import run
from benchmarks.places import fresh
from benchmarks.results import Measured
from benchmarks.run import Options, say, told
from benchmarks.seeds import Seeds

WHOLE = 10_000


def measure(options: Options, seeds: Seeds) -> list[Measured]:
    """For each size of the event; the whole manifest is computed from the two largest where it was not done."""
    found: list[Measured] = []
    for kind in options.kinds:
        took: list[tuple[int, float]] = []
        for size in options.casualties:
            say(f"surge: {kind}, {size} casualties of one event")
            with fresh(kind, seeds.folder) as place:
                one = run("surge", place, casualties=size)
            took.append((size, one["enter"] + one["open"]))
            note = (
                f"{one['bytes']:,} bytes of ledger for the last case; {one['alike']} of the last 100 have look-alikes"
            )
            found.append(_row(kind, size, took[-1][1], note))
        if took[-1][0] != WHOLE and len(took) > 1:
            found.append(_row(kind, WHOLE, _further(took), "computed from the growth between the two largest"))
    return told(found)


def _further(took: list[tuple[int, float]]) -> float:
    """What a whole manifest would take if each case goes on to cost as much more as it did between the last two."""
    (small, before), (large, after) = took[-2:]
    a = max(after / large - before / small, 0.0) / (large - small)
    b = after / large - a * large
    return WHOLE * (a * WHOLE + b)


def _row(kind: str, size: int, seconds: float, note: str) -> Measured:
    return Measured(
        bench="surge",
        key=f"surge.{kind}.{size}",
        what=f"{size:,} casualties of one event entered and opened, {kind}",
        unit="s",
        values=(seconds,),
        note=note,
    )
