"""WFDB recordings for scoring, whole in memory: samples, leads by name and unit, and reference beats."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from kinfirst.bedside.leads import role_of
from kinfirst.core.errors import BadInput

BEAT_SYMBOLS = frozenset("NLRBAaJSVrFejnE/fQ?")
"""What counts as a beat in an `.atr` file. Flutter waves (`!`) and artefacts (`|`) do not."""
_UNREADABLE = (ValueError, OSError, IndexError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Recording:
    """One record: `samples` has a row for each moment and a column for each lead; missing is NaN."""

    name: str
    fs: float
    leads: tuple[str, ...]
    samples: NDArray[np.float64]


def read_recording(path: Path) -> Recording:
    """The record of that path without ending. A lead of unknown name in mV is taken for an ECG lead.

    Refuses (BadInput) a record that is missing or cannot be read.
    """
    try:
        found = wfdb.rdrecord(str(path))
    except _UNREADABLE:
        raise BadInput(f"record {path.name}: header or signal missing or damaged") from None
    units = found.units or [""] * len(found.sig_name)
    leads = tuple(
        name if role_of(name) or unit.lower() not in ("mv", "uv", "v") else f"ECG{at}"
        for at, (name, unit) in enumerate(zip(found.sig_name, units, strict=True), start=1)
    )
    return Recording(path.name, float(found.fs), leads, np.asarray(found.p_signal, dtype=np.float64))


def read_beats(path: Path) -> NDArray[np.int64]:
    """Samples of the reference beats in the record's `.atr`. Refuses (BadInput) one that is missing."""
    try:
        found = wfdb.rdann(str(path), "atr")
    except _UNREADABLE:
        raise BadInput(f"record {path.name}: reference beats (.atr) missing or damaged") from None
    beats = [at for at, symbol in zip(found.sample, found.symbol, strict=True) if symbol in BEAT_SYMBOLS]
    return np.array(beats, dtype=np.int64)


def records_in(folder: Path) -> list[Path]:
    """The records of a folder: those its RECORDS file names, else every header. Refuses (BadInput) none."""
    if not folder.is_dir():
        raise BadInput(f"{folder}: a folder of WFDB records would be right")
    listed = folder / "RECORDS"
    names = listed.read_text(encoding="utf-8").split() if listed.is_file() else []
    names = names or sorted(path.stem for path in folder.glob("*.hea"))
    if not names:
        raise BadInput(f"{folder}: no WFDB record (.hea) in it")
    return [folder / name for name in names]
