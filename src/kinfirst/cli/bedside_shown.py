"""How `kinfirst bedside` shows its results: tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from kinfirst.bedside.beat_score import BeatCount
from kinfirst.bedside.score import Count, Verdict, counted, counts


def score_table(verdicts: Sequence[Verdict]) -> Table:
    """A row for each kind of alarm and one for all."""
    table = Table("alarm", "true", "false", "TP", "FP", "TN", "FN", "score", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    rows: dict[str, Count] = {str(kind): one for kind, one in counts(verdicts).items()}
    rows["all"] = counted(verdicts)
    for kind, one in rows.items():
        numbers = (one.tp + one.fn, one.fp + one.tn, one.tp, one.fp, one.tn, one.fn)
        table.add_row(kind, *(str(number) for number in numbers), f"{one.score:.3f}")
    return table


def verdict_lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A line for each record: what the expert said, what became of it, what was raised."""
    for one in verdicts:
        said = "true " if one.label.true else "false"
        raised = ", ".join(one.raised) or "no rhythm alarm"
        yield f"{one.label.record:8} {one.label.kind:9} {said} {one.outcome}  {raised}"


def beats_table(rows: Mapping[str, Mapping[str, BeatCount]]) -> Table:
    """A row for each record and detector, and the gross at the end: Se, PPV, missed and false beats, speed."""
    names = list(next(iter(rows.values())))
    heads = ("record", "detector", "beats", "Se %", "PPV %", "missed", "false", "x real time")
    table = Table(*heads, box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    empty = BeatCount(matched=0, reference=0, called=0)
    gross = {name: sum((row[name] for row in rows.values()), empty) for name in names}
    for record, row in {**rows, "gross": gross}.items():
        for name in names:
            table.add_row(record if name == names[0] else "", name, *_cells(row[name]))
        table.add_section()
    return table


def _cells(one: BeatCount) -> tuple[str, ...]:
    share = (f"{100 * one.sensitivity:.2f}", f"{100 * one.predictivity:.2f}")
    wrong = (str(one.reference - one.matched), str(one.called - one.matched))
    return (str(one.reference), *share, *wrong, f"{one.speed:.0f}")
