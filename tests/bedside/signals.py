"""Signals for the tests, small and exact: hearts from the generator, and what electrodes and cables do to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside.alarms import Alarm
from kinfirst.bedside.generator import Generator
from kinfirst.bedside.monitor import Monitor
from kinfirst.bedside.scripts import Phase, Script, script_named

FS = 250.0
ECG = ("II", "V")
ALL = ("II", "V", "PLETH", "ABP")
Samples = NDArray[np.float64]


def heart(*phases: Phase, seconds: float, leads: tuple[str, ...] = ECG, seed: int = 1, fs: float = FS) -> Samples:
    """A generated bed: one row a moment, one column a lead."""
    script = Script(name="test", says="", phases=phases)
    return np.asarray(next(Generator(script, fs=fs, leads=leads, seed=seed).packets(seconds)).samples)


def scripted(name: str, *, seconds: float, leads: tuple[str, ...] = ECG, seed: int = 1) -> Samples:
    """A generated bed of a script that ships with the project; longer than a packet may be."""
    packets = Generator(script_named(name), fs=FS, leads=leads, seed=seed).packets(10.0)
    return np.concatenate([next(packets).samples for _ in range(int(seconds / 10))])


def sinus(seconds: float = 40.0, *, rate: float = 75.0, leads: tuple[str, ...] = ECG, seed: int = 1) -> Samples:
    return heart(Phase(rhythm="sinus", seconds=1e6, rate=rate), seconds=seconds, leads=leads, seed=seed)


def stopping(at: float, seconds: float, *, leads: tuple[str, ...] = ECG, seed: int = 1) -> Samples:
    """A heart that stops."""
    phases = (Phase(rhythm="sinus", seconds=at, rate=75.0), Phase(rhythm="asystole", seconds=1e6, stroke=0.0))
    return heart(*phases, seconds=seconds, leads=leads, seed=seed)


def alarms_of(samples: Samples, leads: tuple[str, ...] = ECG, *, size: int | None = None) -> list[Alarm]:
    """What a new monitor says, fed in packets of that many samples (else all at once)."""
    monitor = Monitor(FS, leads)
    step = size or len(samples)
    return [alarm for first in range(0, len(samples), step) for alarm in monitor.push(samples[first : first + step])]


def raised(alarms: list[Alarm]) -> set[str]:
    """Kinds raised, those of a lead with its name."""
    return {f"{one.kind} {one.lead}" if one.lead else one.kind for one in alarms if one.phase == "raised"}
