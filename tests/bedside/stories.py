"""Short stories for beds, and the night as the monitor tells it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

from kinfirst.bedside.alarm_shapes import Entry
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.generator import Generator
from kinfirst.bedside.scripts import Phase, Script
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watching import Watching

START = datetime(2026, 3, 2, 14, 33, tzinfo=UTC)
BEATS = 12.0
FLAT = Script(
    name="flat",
    says="beats for twelve seconds, then none",
    phases=(
        Phase(rhythm="sinus", seconds=BEATS, rate=80),
        Phase(rhythm="asystole", seconds=60, stroke=0.0),
    ),
)


def packets(script: Script, seconds: float, *, size: float = 0.25, seed: int = 0) -> list[Packet]:
    source = Generator(script, seed=seed)
    return list(islice(source.packets(size), round(seconds / size)))


def plan(bed: str = "3", *, case: str | None = None) -> BedPlan:
    return BedPlan(bed=bed, fs=250.0, leads=("II", "V", "PLETH", "ABP"), start=START, case=case)


def watched(script: Script, seconds: float, *, size: float = 0.25, seed: int = 0) -> list[Entry]:
    watching = Watching()
    watching.admit(plan())
    return [
        entry
        for packet in packets(script, seconds, size=size, seed=seed)
        for entry in watching.push({"3": [packet]}).get("3", ())
    ]


def seconds_of(moment: datetime) -> float:
    return (moment - START).total_seconds()
