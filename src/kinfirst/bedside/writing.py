"""A generated signal as files: a WFDB record, or CSV for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

import numpy as np
from wfdb.io.record import wrsamp

from kinfirst.bedside.heartbeat import UNITS
from kinfirst.bedside.sources.port import Packet, Samples, Source
from kinfirst.core.errors import BadInput

LONGEST_WFDB = 7_200.0
LONGEST_CSV = 86_400.0


def write_wfdb(source: Source, record: Path, *, seconds: float, start: datetime) -> None:
    """Writes `record`.hea and `record`.dat (format 16). Refuses (BadInput) more than two hours, names that WFDB does
    not take, and a record that is there already."""
    _check(seconds, LONGEST_WFDB)
    if not record.name.replace("-", "_").replace("_", "a").isalnum():
        raise BadInput("record: a WFDB record is named with letters, digits, - and _")
    if record.with_name(record.name + ".hea").exists():
        raise BadInput("record: there is one of that name already; choose another")
    samples = np.concatenate([packet.samples for packet in taken(source, seconds)])
    wrsamp(
        record.name,
        fs=source.fs,
        units=[UNITS.get(lead, "mV") for lead in source.leads],
        sig_name=list(source.leads),
        p_signal=samples,
        fmt=["16"] * len(source.leads),
        write_dir=str(record.parent),
        base_date=start.date(),
        base_time=start.time(),
    )


def write_csv(source: Source, out: IO[str], *, seconds: float) -> int:
    """Writes a header line, then time in seconds and the leads, row by row; says how many rows."""
    _check(seconds, LONGEST_CSV)
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["seconds", *source.leads])
    rows = 0
    for packet in taken(source, seconds):
        for row, values in enumerate(packet.samples):
            table.writerow([f"{packet.at + row / source.fs:.4f}", *(f"{value:.4f}" for value in values)])
        rows += len(packet.samples)
    return rows


def write_csv_file(source: Source, path: Path, *, seconds: float) -> int:
    """The same as a new file. Refuses (BadInput) what cannot be written before there is a file, OSError one that is
    there."""
    _check(seconds, LONGEST_CSV)
    with path.open("x", encoding="utf-8", newline="") as out:
        return write_csv(source, out, seconds=seconds)


def taken(source: Source, seconds: float) -> Iterator[Packet]:
    """The first seconds of a source, in packets of about one second."""
    left = round(seconds * source.fs)
    for packet in source.packets(1.0):
        samples: Samples = packet.samples[:left]
        yield Packet(packet.at, samples)
        left -= len(samples)
        if left <= 0:
            return


def _check(seconds: float, most: float) -> None:
    if not 1.0 <= seconds <= most:
        raise BadInput(f"seconds: 1 to {most:g}")
