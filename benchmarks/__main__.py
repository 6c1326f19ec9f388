"""`python -m benchmarks NAME ...`: measures what is promised. All of it, or those named; `--write` writes the page."""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import msgspec

from benchmarks import machine, peers, report
from benchmarks.parts import PartFailed
from benchmarks.places import POSTGRES, SQLITE, kinds
from benchmarks.results import Measured
from benchmarks.run import Options, elapsed, say
from benchmarks.seeds import Seeds
from kinfirst.clock import SystemClock

BENCHES = ("chain", "lateness", "restart", "surge", "board", "api", "growth", "bedside")
FAILS = (PartFailed, AssertionError, RuntimeError, ValueError, OSError)
# Where databases may be: a folder in memory would make every commit free.
FOLDER = Path(__file__).resolve().parents[1] / "var" / "bench"


def main(arguments: list[str]) -> int:
    """Measures, prints every goal beside what was measured, and writes the page with `--write`."""
    asked = _parser().parse_args(arguments)
    names = BENCHES if not asked.names or "all" in asked.names else tuple(asked.names)
    options = _options(asked)
    if options.peers and "chain" in names:
        for name, wrong in peers.install().items():
            say(f"{name} could not be installed: {wrong}")
    described = machine.described()
    found = measured(names, options)
    described["this run took"] = f"{elapsed() / 60:.0f} minutes"
    for line in report.goals(found, names):
        print(line)
    if asked.write:
        for path in report.write(found, described, options):
            say(f"written: {path}")
    return 0


def measured(names: tuple[str, ...], options: Options) -> list[Measured]:
    """Does one bench after another. One that fails is said, and the others go on."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="run-", dir=FOLDER) as folder:
        seeds = Seeds(Path(folder), SystemClock().now().replace(microsecond=0))
        try:
            for name in names:
                try:
                    found += import_module(f"benchmarks.{name}").measure(options, seeds)
                except FAILS as wrong:
                    say(f"{name} failed: {wrong}")
                    found.append(Measured(bench=name, key=name, what=name, unit="", note=f"failed: {wrong}"[:300]))
        finally:
            seeds.drop()
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, "all", []], help="what to measure; all by default")
    parser.add_argument("--cases", type=int, help="open cases of chain and api")
    parser.add_argument("--sizes", help="open cases of lateness, restart and growth, such as 100,1000,100000")
    parser.add_argument("--workers", help="workers of chain, such as 1,2,4")
    parser.add_argument("--rounds", type=int, help="how often chain and restart are repeated")
    parser.add_argument("--casualties", help="sizes of the event of surge, such as 100,1000,10000")
    parser.add_argument("--db", choices=["sqlite", "postgresql"], help="one of the two only")
    parser.add_argument("--small", action="store_true", help="next to nothing of everything: does it run?")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, help="with or without the other systems")
    parser.add_argument("--write", action="store_true", help="write docs/reference/performance.md and its plots")
    return parser


def _options(asked: argparse.Namespace) -> Options:
    here = kinds()
    if len(here) == 1:
        say(f"{POSTGRES} is not set: only {SQLITE} is measured")
    wanted = tuple(kind for kind in here if asked.db in (None, kind.lower()))
    options = Options.small(wanted) if asked.small else Options(kinds=wanted)
    numbers = {name: getattr(asked, name) for name in ("cases", "rounds") if getattr(asked, name)}
    lists = {
        name: tuple(sorted(int(part) for part in getattr(asked, name).split(",")))
        for name in ("sizes", "workers", "casualties")
        if getattr(asked, name)
    }
    more = {} if asked.peers is None else {"peers": asked.peers}
    return msgspec.structs.replace(options, **numbers, **lists, **more)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
