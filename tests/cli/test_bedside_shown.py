"""The tables of `kinfirst bedside` on a terminal of 80 columns: every number whole."""

from io import StringIO

from rich.console import Console

from kinfirst.bedside.beat_score import BeatCount
from kinfirst.cli.bedside_shown import beats_table


def test_three_detectors_fit_eighty_columns_and_the_gross_is_their_sum() -> None:
    one = BeatCount(matched=2_900, reference=3_000, called=3_100, seconds=1.0, signal=1_800.0)
    row = {"kinfirst": one, "sleepecg": one, "xqrs": one}
    paper = StringIO()
    Console(width=80, file=paper).print(beats_table({"208": row, "232": row}))
    lines = [line.split() for line in paper.getvalue().splitlines()]
    assert lines[1] == ["208", "kinfirst", "3000", "96.67", "93.55", "100", "200", "1800"]
    assert lines[2] == ["sleepecg", "3000", "96.67", "93.55", "100", "200", "1800"]
    assert lines[-3] == ["gross", "kinfirst", "6000", "96.67", "93.55", "200", "400", "1800"]
