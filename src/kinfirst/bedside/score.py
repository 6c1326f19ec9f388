"""Alarms held against expert labels, as in the PhysioNet/CinC Challenge 2015 (real-time event).

Each record is a stream: the monitor sees it from the beginning up to the labelled alarm, in packets of one second,
and nothing after. It confirms the alarm where its own alarm of that kind was raised or still held at any moment of
the last ten seconds before. `verify_asystole` does not confirm. There is no second look and no other mode.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from kinfirst.bedside.alarms import Alarm, Kind
from kinfirst.bedside.recordings import Recording, read_recording
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.ward import Ward
from kinfirst.core.errors import BadInput

LARGEST_LABELS = 4 * 1024 * 1024
LOOK_BACK = 10.0
KINDS: dict[str, Kind] = {
    "Asystole": "asystole",
    "Bradycardia": "brady",
    "Tachycardia": "tachy",
    "Ventricular_Flutter_Fib": "vf",
    "Ventricular_Tachycardia": "vt",
}


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What an expert said of one alarm: the record, its kind, at which second, and whether it was true."""

    record: str
    kind: Kind
    at: float
    true: bool


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the monitor made of it: confirmed or not, and every alarm it raised within the last ten seconds."""

    label: Label
    confirmed: bool
    raised: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """TP, FP, TN or FN."""
        return ("T" if self.confirmed == self.label.true else "F") + ("P" if self.confirmed else "N")


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How often each outcome came; `score` is (TP+TN)/(TP+TN+FP+5FN)."""

    tp: int
    fp: int
    tn: int
    fn: int

    @property
    def score(self) -> float:
        """The Challenge's score: a missed alarm weighs five."""
        right = self.tp + self.tn
        return right / max(1, right + self.fp + 5 * self.fn)


def read_labels(path: Path) -> list[Label]:
    """The labels of a CSV file with columns record, alarm, true_alarm, and (else 300) alarm_time_s.

    Refuses (BadInput) a file without them, and an alarm that is none of the five.
    """
    try:
        if path.stat().st_size > LARGEST_LABELS:
            raise BadInput(f"{path}: a file of labels has at most {LARGEST_LABELS} bytes")
        with path.open(encoding="utf-8", newline="") as lines:
            return [_label(row, number) for number, row in enumerate(csv.DictReader(lines), start=2)]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise BadInput(f"{path}: a CSV file of labels would be right") from None


def judge(
    labels: Sequence[Label],
    recordings: Iterable[Recording],
    *,
    settings: Settings | None = None,
    told: Callable[[str], object] = lambda name: None,
) -> list[Verdict]:
    """One verdict a label, in their order. Records of the same rate, leads and length are watched together."""
    together: dict[tuple[float, tuple[str, ...], int], list[tuple[Label, Recording]]] = {}
    for label, recording in zip(labels, recordings, strict=True):
        told(recording.name)
        end = min(len(recording.samples), round(label.at * recording.fs))
        together.setdefault((recording.fs, recording.leads, end), []).append((label, recording))
    found: dict[int, Verdict] = {}
    for (fs, leads, end), pairs in together.items():
        alarms = _watched([pair[1] for pair in pairs], Ward(fs, leads, settings), end)
        for (label, _), said in zip(pairs, alarms, strict=True):
            found[id(label)] = _verdict(label, said, fs)
    return [found[id(label)] for label in labels]


def recordings_of(labels: Sequence[Label], folder: Path) -> Iterator[Recording]:
    """The record of each label, read as it is wanted."""
    for label in labels:
        yield read_recording(folder / label.record)


def counts(verdicts: Sequence[Verdict]) -> dict[Kind, Count]:
    """The outcomes of each kind of alarm."""
    kinds = dict.fromkeys(verdict.label.kind for verdict in verdicts)
    return {kind: counted([one for one in verdicts if one.label.kind == kind]) for kind in kinds}


def counted(verdicts: Sequence[Verdict]) -> Count:
    """How often each outcome came."""
    all_ = [verdict.outcome for verdict in verdicts]
    return Count(tp=all_.count("TP"), fp=all_.count("FP"), tn=all_.count("TN"), fn=all_.count("FN"))


def spans(alarms: Sequence[Alarm], end: int) -> Iterator[tuple[Alarm, int]]:
    """Each alarm raised, and the sample until which it held (`end` where it was never cleared)."""
    for at, alarm in enumerate(alarms):
        if alarm.phase == "raised":
            same = (later for later in alarms[at + 1 :] if (later.kind, later.lead) == (alarm.kind, alarm.lead))
            yield alarm, next((later.at for later in same), end)


def _watched(recordings: Sequence[Recording], ward: Ward, end: int) -> list[list[Alarm]]:
    beds = [str(at) for at in range(len(recordings))]
    for bed in beds:
        ward.admit(bed)
    said: dict[str, list[Alarm]] = {bed: [] for bed in beds}
    size = round(ward.fs)
    for first in range(0, end, size):
        pieces = {bed: one.samples[first : min(first + size, end)] for bed, one in zip(beds, recordings, strict=True)}
        for bed, heard in ward.push(pieces).items():
            said[bed] += heard.alarms
    return [said[bed] for bed in beds]


def _verdict(label: Label, said: Sequence[Alarm], fs: float) -> Verdict:
    end = round(label.at * fs)
    lately = [
        (alarm, until) for alarm, until in spans(said, end) if until >= end - LOOK_BACK * fs and not alarm.technical
    ]
    raised = tuple(f"{alarm.kind} {alarm.at / fs:.1f}" for alarm, _ in lately)
    return Verdict(label=label, confirmed=any(alarm.kind == label.kind for alarm, _ in lately), raised=raised)


def _label(row: dict[str, str], number: int) -> Label:
    try:
        kind = KINDS[row["alarm"]]
        at = float(row.get("alarm_time_s") or 300.0)
        if not (np.isfinite(at) and at > 0):
            raise ValueError
        return Label(record=row["record"], kind=kind, at=at, true={"1": True, "0": False}[row["true_alarm"]])
    except (KeyError, ValueError):
        raise BadInput(
            f"labels line {number}: record, alarm ({', '.join(KINDS)}), true_alarm (0 or 1), alarm_time_s "
            "(seconds) would be right"
        ) from None
