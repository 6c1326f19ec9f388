"""A manifest of one event: read, checked, everybody entered, opened as a case and compared with the others."""

from __future__ import annotations

from benchmarks.parts import run
from benchmarks.places import fresh
from benchmarks.results import Measured
from benchmarks.run import Options, say, told
from benchmarks.seeds import Seeds

WHOLE = 10_000


def measure(options: Options, seeds: Seeds) -> list[Measured]:
    """For each size of the event, and what one case costs: it must not grow with the size."""
    found: list[Measured] = []
    for kind in options.kinds:
        for size in options.casualties:
            say(f"surge: {kind}, {size} casualties of one event")
            with fresh(kind, seeds.folder) as place:
                one = run("surge", place, casualties=size)
            took = one["check"] + one["open"]
            note = (
                f"{one['check']:.2f} s of it checking, {one['cpu']:.1f} s of CPU; {one['bytes']:,} bytes of ledger for "
                f"the last case; {one['alike']:,} have a look-alike"
            )
            what = f"{size:,} casualties of one event checked and opened, {kind}"
            found.append(
                Measured(bench="surge", key=f"surge.{kind}.{size}", what=what, unit="s", values=(took,), note=note)
            )
            each = f"one of {size:,} casualties, {kind}"
            key = f"surge.{kind}.each.{size}"
            found.append(Measured(bench="surge", key=key, what=each, unit="s", values=(took / size,)))
        for name, size in (("few", options.casualties[0]), ("most", options.casualties[-1])):
            one_of = next(row for row in found if row.key == f"surge.{kind}.each.{size}")
            key = f"surge.{kind}.each.{name}"
            found.append(Measured(bench="", key=key, what=one_of.what, unit="s", values=one_of.values))
    return told(found)
