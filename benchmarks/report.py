"""Every goal beside what was measured, on the screen and as `docs/reference/performance.md` with its plots."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks import peers, plots
from benchmarks.results import Judged, Measured, judged, shown
from benchmarks.run import Options

DOCS = Path(__file__).resolve().parents[1] / "docs" / "reference"
PAGE, FOLDER = "performance.md", "performance"
TITLES = {
    "chain": "Chain steps",
    "lateness": "Lateness of a due moment",
    "restart": "Restart",
    "surge": "A manifest of one event",
    "board": "The board",
    "api": "Commands through the API",
    "growth": "Growth",
    "bedside": "The bedside monitor",
}
HOW = {
    "chain": """\
Each case has a chain of four places: kin, head of division, adviser, leader. A step is one case moved by a worker: what
has become due is decided, and entries, snapshot, tasks and messages are written in one transaction a batch. The clock
runs from the moment all workers are ready until the last finds nothing due; after each run `kinfirst verify` must hold.
A peer's step does nothing but be done, once, in turn: it writes no ledger, no snapshot and no message. The floor is
`COPY` of the same rows into tables with the same indexes.""",
    "lateness": """\
`kinfirst work` as a program of its own; the due moments are spread evenly. Done is what another connection sees in the
database, so a commit is counted, not the moment at which the worker took it up.""",
    "restart": """\
A worker is killed with `kill -9`. Then one case becomes due and a new worker is started as a program: Python and
Django coming up is part of the time. What a killed worker had claimed waits for the end of its lease (two
minutes); that is not in this number.""",
    "surge": """\
What `kinfirst manifest` does, from the bytes of the file to the last look-alike: every line read and checked,
everybody entered in the registry and listed in the event, every case decided, digested and written, with its tasks
and messages.""",
    "board": "The page as one who works there sees it, through Django's test client: all middleware, no network.",
    "api": """\
An entry in the chart, over HTTP with connections that stay open, against two processes of `kinfirst serve`. The clients
run on the same machine and take their share of it. pgbench runs the same reads and writes in one transaction, without
Python.""",
    "growth": "The same operation with few and with many open cases. Nothing in it may grow with their number.",
    "bedside": """\
Generated hearts at 250 Hz through the whole monitor: filters, quality, beats, rhythm, alarms. Beds a core are
bed-seconds a CPU second. The killing is `kill -9` of one of two `kinfirst bedside work` that share the beds over NATS
JetStream, at the moment every heart stops, with the signal fed in real time; the server runs on the same machine.""",
}


def goals(found: Sequence[Measured], names: Collection[str] = tuple(TITLES)) -> list[str]:
    """Each goal of those benches in one line: what, the goal, what was measured, and what is short."""
    lines = []
    for one in judged(found):
        if one.goal.key.partition(".")[0] not in names:
            continue
        verdict = one.short or "met"
        lines.append(f"{one.goal.what}: {_promise(one)}; measured {shown(one.value, one.goal.unit)}: {verdict}")
    return lines


def write(found: Sequence[Measured], machine: Mapping[str, str], options: Options) -> list[Path]:
    """Writes the page and the plots, and says where."""
    (DOCS / FOLDER).mkdir(parents=True, exist_ok=True)
    drawn = {name: picture for name, picture in _pictures(found).items() if picture}
    for name, picture in drawn.items():
        (DOCS / FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")
    (DOCS / PAGE).write_text("\n".join(_page(found, machine, options, drawn)), encoding="utf-8")
    return [DOCS / PAGE, *(DOCS / FOLDER / f"{name}.svg" for name in drawn)]


def _page(
    found: Sequence[Measured], machine: Mapping[str, str], options: Options, drawn: Mapping[str, str]
) -> list[str]:
    lines = ["# Performance", "", "Written by `make bench ARGS=--write`. Medians; everything in one run.", ""]
    lines += ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in machine.items()), ""]
    lines += ["## Goals", "", "| what | goal | measured | |", "|---|---|---|---|"]
    for one in judged(found):
        measured = shown(one.value, one.goal.unit)
        lines.append(f"| {one.goal.what} | {_promise(one)} | {measured} | {one.short or 'met'} |")
    for bench, title in TITLES.items():
        rows = [one for one in found if one.bench == bench]
        if not rows:
            continue
        lines += ["", f"## {title}", "", *HOW[bench].splitlines(), ""]
        lines += [f"![{title}]({FOLDER}/{bench}.svg)", ""] if bench in drawn else []
        lines += ["| what | median | lowest to highest | runs | |", "|---|---|---|---|---|"]
        lines += [_line(one) for one in rows]
    return [*lines, "", *_ratios(found), ""]


def _line(one: Measured) -> str:
    spread = f"{shown(min(one.values), one.unit)} to {shown(max(one.values), one.unit)}" if one.values else ""
    return f"| {one.what} | {shown(one.middle, one.unit)} | {spread} | {len(one.values)} | {one.note} |"


def _ratios(found: Sequence[Measured]) -> list[str]:
    """Our fastest on PostgreSQL beside each peer and the floor."""
    known = {one.key: one for one in found}
    ours = [one for one in found if one.key.startswith("chain.") and one.middle]
    if not ours:
        return []
    best = max(ours, key=lambda one: one.middle or 0)
    lines = ["## Beside others", "", f"{best.what}: {shown(best.middle, best.unit)}. Beside it:", ""]
    lines += ["| | steps/s | we are |", "|---|---|---|"]
    for key in (*(f"peer.{name}" for name in peers.TITLES), "floor.copy"):
        other = known.get(key)
        if other is not None:
            times = f"{(best.middle or 0) / other.middle:.3g} x" if other.middle else other.note
            lines.append(f"| {other.what} | {shown(other.middle, '')} | {times} |")
    return lines


def _promise(one: Judged) -> str:
    sign = ">=" if one.goal.least else "<="
    return f"{sign} {shown(one.goal.limit, one.goal.unit)}"


def _pictures(found: Sequence[Measured]) -> dict[str, str]:
    bars = [
        plots.Bar(one.what, one.middle, one.key.startswith("chain"))
        for one in found
        if one.bench == "chain" and one.middle and one.unit == "steps/s"
    ]
    return {
        "chain": plots.bars("Chain steps", "steps/s", bars) if bars else "",
        "lateness": _over_size(found, "lateness", "p99", "Lateness, p99"),
        "growth": _over_size(found, "growth", "", "Cost of one operation"),
    }


def _over_size(found: Iterable[Measured], bench: str, last: str, title: str) -> str:
    """One line for each database and operation over the number of open cases."""
    points: dict[str, list[tuple[float, float]]] = {}
    for one in found:
        parts = one.key.split(".")
        sizes = [part for part in parts if part.isdecimal()]
        if one.bench == bench and sizes and one.middle and (not last or parts[-1] == last):
            label = " ".join(part for part in parts[1:] if not part.isdecimal())
            points.setdefault(label, []).append((float(sizes[0]), one.middle * 1000))
    rows = [plots.Line(label, tuple(sorted(some))) for label, some in points.items()]
    return plots.lines(title, "ms", rows) if rows else ""
