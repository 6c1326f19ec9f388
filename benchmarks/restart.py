"""After everything was killed: how soon the first due case is done, and how much memory a worker takes."""

from __future__ import annotations

from time import sleep

from benchmarks import working
from benchmarks.parts import Running, run
from benchmarks.places import Place
from benchmarks.results import Measured
from benchmarks.run import Options, say, told
from benchmarks.seeds import Seeds
from kinfirst.clock import SystemClock

PATIENCE = 60.0


def measure(options: Options, seeds: Seeds) -> list[Measured]:
    """The fewest and the most open cases, on each database."""
    found: list[Measured] = []
    for kind in options.kinds:
        for size in dict.fromkeys((options.sizes[0], options.sizes[-1])):
            say(f"restart: {kind}, {size} open cases")
            first: list[float] = []
            memory: list[float] = []
            with seeds.at(kind, size) as place:
                for _ in range(options.rounds):
                    took, held = _killed_and_started(place, options.life)
                    first.append(took)
                    memory.append(held)
            few = ".few" if size == options.sizes[0] else ""
            found.append(_row(kind, size, (f"first{few}", "s"), first))
            found.append(_row(kind, size, (f"memory{few}", "MB"), memory))
    return told(found)


def _killed_and_started(place: Place, life: float) -> tuple[float, float]:
    """A worker is killed (kill -9). Then a case becomes due and a new worker is started as a program: seconds until
    its commit is seen, and the memory (MB) it has taken."""
    doomed = working.worker(place)
    sleep(life)
    doomed.kill()
    doomed.wait()
    due = SystemClock().now()
    run("more", place, cases=1, due=due.isoformat(), every=1.0)
    watching = Running("watch", place, first=due.isoformat(), last=due.isoformat(), patience=PATIENCE)
    watching.ready()
    started = SystemClock().now()
    running = working.worker(place)
    try:
        seen = watching.result()
        held = working.peak_memory(running)
    finally:
        working.end(running)
    if seen["waiting"]:
        raise AssertionError("nothing was done after the restart")
    return seen["late"][0] - (started - due).total_seconds(), held


def _row(kind: str, size: int, what: tuple[str, str], values: list[float]) -> Measured:
    name, unit = what
    title = "first due case done, from the start of the program" if unit == "s" else "memory of a worker"
    return Measured(
        bench="restart",
        key=f"restart.{kind}.{name}",
        what=f"{title}, {size:,} open cases, {kind}",
        unit=unit,
        values=tuple(values),
    )
