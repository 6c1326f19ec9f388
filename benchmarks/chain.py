"""Chain steps: the worker's ticks and people's tellings through the whole record; peers and the floor beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from benchmarks import floor, peers
from benchmarks.parts import Running, run
from benchmarks.places import POSTGRESQL, Place
from benchmarks.results import Measured, percentile
from benchmarks.run import Options, say, told
from benchmarks.seeds import Seeds
from kinfirst.workers.plan import Plan


def measure(options: Options, seeds: Seeds) -> list[Measured]:
    """One round after another: us with 1, 2, 4 workers on each database, each peer, the floor; then again."""
    found: dict[str, list[float]] = {}
    notes: dict[str, str] = {}
    texts: dict[str, str] = {}
    for number in range(options.rounds):
        say(f"chain: round {number + 1} of {options.rounds}")
        for kind in options.kinds:
            for workers in options.workers:
                key = f"chain.{kind}.{workers}"
                texts[key] = f"chain steps, {kind}, {workers} worker{'s' if workers > 1 else ''}"
                with seeds.at(kind, options.cases) as place:
                    took = steps(place, workers)
                    _refuse_broken(place)
                    found.setdefault(key, []).append(took["rate"])
                    notes[key] = f"{took['cpu'] * 1e6:.0f} us of worker CPU a step"
                    if kind == POSTGRESQL and workers == options.workers[0]:
                        texts["floor.copy"] = "COPY of the same rows, PostgreSQL"
                        found.setdefault("floor.copy", []).append(floor.copied(place))
            _tell(options, seeds, kind, (found, texts))
        for name, rate, note in peers.measured(options) if options.peers else ():
            texts[f"peer.{name}"] = peers.TITLES[name]
            found.setdefault(f"peer.{name}", []).extend(() if rate is None else (rate,))
            notes[f"peer.{name}"] = note
    return told(
        [
            Measured(
                bench="chain",
                key=key,
                what=text,
                unit="commands/s" if key.startswith("tell") else "steps/s",
                values=tuple(found.get(key, ())),
                note=notes.get(key, ""),
            )
            for key, text in texts.items()
        ]
    )


def steps(place: Place, workers: int, *, until: datetime | None = None) -> dict[str, float]:
    """Goes through every due moment there is (`until` one) with so many workers: each case moved is a step.

    The clock starts when all are ready and stops when the last has found nothing more to do.
    """
    moved, seconds, cpu, plan = 0, 0.0, 0.0, Plan()
    while (moment := run("moments", place)["next"]) is not None:
        if until is not None and datetime.fromisoformat(moment) > until:
            break
        crew = [Running("tick", place, moment=moment, batch=plan.batch) for _ in range(workers)]
        for one in crew:
            one.ready()
        for one in crew:
            one.go()
        took: list[dict[str, Any]] = [one.result() for one in crew]
        moved += sum(one["moved"] for one in took)
        cpu += sum(one["cpu"] for one in took)
        seconds += max(one["seconds"] for one in took)
    return {"rate": moved / seconds, "moved": moved, "cpu": cpu / max(moved, 1)}


def _refuse_broken(place: Place) -> None:
    """A number that was reached by breaking the record is none."""
    if wrong := run("verify", place)["wrong"]:
        raise AssertionError(f"the record does not hold: {wrong}")


def _tell(options: Options, seeds: Seeds, kind: str, into: tuple[dict[str, list[float]], dict[str, str]]) -> None:
    found, texts = into
    with seeds.at(kind, options.cases) as place:
        took = run("tell", place, cases=options.tells, moment=seeds.opened.isoformat())
    found.setdefault(f"tell.{kind}", []).append(took["commands"] / took["seconds"])
    texts[f"tell.{kind}"] = f"assign and tell, one person after another, one transaction each, {kind}"
    say(f"  {kind}: a command took {percentile(took['each'], 0.5) * 1000:.1f} ms (median)")
