"""`kinfirst bedside`: the monitor held against expert labels and reference beats."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Watch beds, and hold the monitor against what experts said. Not a medical device.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder of WFDB records.")]


@app.command()
def score(
    folder: Folder,
    *,
    labels: Annotated[Path, typer.Option(metavar="CSV", help="record, alarm, true_alarm, alarm_time_s.")],
    details: Annotated[bool, typer.Option("--details", help="Also a line for each record.")] = False,
    as_json: AsJson = False,
) -> None:
    """Alarms against expert labels: for each kind TP FP TN FN and (TP+TN)/(TP+TN+FP+5FN).

    Each record is streamed up to the labelled alarm and no further; an alarm is confirmed where the monitor raised
    or still held one of that kind in the last ten seconds. Exit code 2: labels or records that cannot be read.
    """
    from kinfirst.bedside import score as scoring
    from kinfirst.cli.bedside_shown import score_table, verdict_lines

    found = scoring.read_labels(labels)
    with _progress("records", len(found)) as told:
        verdicts = scoring.judge(found, scoring.recordings_of(found, folder), told=told)
    if as_json:
        counts = {kind: _counted(count) for kind, count in scoring.counts(verdicts).items()}
        records = [{"record": one.label.record, "outcome": one.outcome, "raised": one.raised} for one in verdicts]
        _print_json({"alarms": counts, "records": records})
        return
    console = Console(highlight=False)
    if details:
        for line in verdict_lines(verdicts):
            console.print(line, soft_wrap=True, markup=False)
    console.print(score_table(verdicts))


@app.command()
def beats(
    folder: Folder,
    *,
    vs: Annotated[str, typer.Option("--vs", metavar="NAMES", help="Peers in the same run: sleepecg,xqrs.")] = "",
    as_json: AsJson = False,
) -> None:
    """Beats against the records' .atr, within 150 ms: sensitivity and positive predictivity, each record and gross.

    Ours is the whole monitor on all ECG leads, streamed in packets of one second. Peers read the first lead, whole.
    Nothing is left out, ventricular flutter included. Exit code 2: records that cannot be read.
    """
    from kinfirst.bedside import beat_score
    from kinfirst.bedside.recordings import read_beats, read_recording, records_in
    from kinfirst.cli.bedside_shown import beats_table

    chosen = beat_score.detectors([name.strip() for name in vs.split(",") if name.strip()])
    paths = records_in(folder)
    rows: dict[str, dict[str, beat_score.BeatCount]] = {}
    with _progress("records", len(paths)) as told:
        for path in paths:
            told(path.name)
            recording, reference = read_recording(path), read_beats(path)
            rows[path.name] = {
                name: beat_score.compare(recording, reference, detector) for name, detector in chosen.items()
            }
    if as_json:
        _print_json({record: {name: _beaten(one) for name, one in row.items()} for record, row in rows.items()})
        return
    Console(highlight=False).print(beats_table(rows))


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """In a terminal, how many are done and which is next; nothing when piped."""
    console = Console(stderr=True, highlight=False)
    done = 0
    with console.status(f"{what}: beginning") as status:

        def told(name: str) -> None:
            nonlocal done
            done += 1
            status.update(f"{what}: {done} of {total}, now: {name}")

        yield told


def _counted(count: Any) -> dict[str, Any]:
    return {**msgspec.structs.asdict(count), "score": round(count.score, 4)}


def _beaten(count: Any) -> dict[str, Any]:
    said = {"se": round(count.sensitivity, 5), "ppv": round(count.predictivity, 5), "speed": round(count.speed)}
    return {**msgspec.structs.asdict(count), **said}


def _print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
