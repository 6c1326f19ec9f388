"""Beds one core can watch at 250 Hz with two ECG leads, through the whole monitor; how soon it says asystole; memory;
and what a watcher's death costs (`takeover`).

The time is that of the process (CPU seconds), so that a busy machine does not change it much; numpy uses one core
here. Hearts come from the generator: calm, restless, fast, dying, each bed at another moment of one of them.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks import takeover
from benchmarks.results import Measured
from benchmarks.run import Options, say, told
from benchmarks.seeds import Seeds
from kinfirst.bedside.generator import Generator
from kinfirst.bedside.monitor import Monitor
from kinfirst.bedside.scripts import Phase, Script, script_named
from kinfirst.bedside.ward import Ward

FS, LEADS = 250.0, ("II", "V")
ALL = (*LEADS, "PLETH", "ABP")
SCRIPTS = ("calm", "restless", "fast", "dying")
LEARNING = 4
"""The first seconds are learning, and not what a bed costs all day."""


def measure(options: Options, seeds: Seeds) -> list[Measured]:
    """Beds a core with packets of a second and of a fifth, memory, delay, and two watchers of which one is killed."""
    say(f"bedside: {options.beds} beds")
    return told(
        [
            *(watched(options, LEADS, packet, key) for packet, key in ((1.0, "beds"), (0.2, "beds.small"))),
            watched(options, ALL, 1.0, "beds.four"),
            *memory(),
            *delays(options.hearts),
            *takeover.measured(options.failing_beds),
        ]
    )


def watched(options: Options, leads: tuple[str, ...], packet: float, key: str) -> Measured:
    """Bed-seconds a CPU second: how many beds keep up in real time on one core."""
    ward, hearts = Ward(FS, leads), _hearts(leads, options.bed_seconds + 45)
    names = [str(at) for at in range(options.beds)]
    for name in names:
        ward.admit(name)
    starts = np.random.default_rng(5).integers(0, round(40 * FS), options.beds)
    size, values = round(packet * FS), []
    for first in range(0, round(options.bed_seconds * FS), size):
        pieces = {
            name: hearts[at % len(hearts)][starts[at] + first : starts[at] + first + size]
            for at, name in enumerate(names)
        }
        begun = time.process_time()
        ward.push(pieces)
        if first >= LEARNING * FS:
            values.append(time.process_time() - begun)
    rate = options.beds * len(values) * packet / sum(values)
    what = f"beds one core keeps up with, {len(leads)} leads, packets of {packet:g} s"
    return Measured(bench="bedside", key=f"bedside.{key}", what=what, unit="beds", values=(rate,))


def memory() -> list[Measured]:
    """What a bed keeps between packets, and what moves it to another process."""
    monitor = Monitor(FS, LEADS)
    monitor.push(_hearts(LEADS, 30)[0])
    kept = {"memory": Ward(FS, LEADS).bytes_per_bed, "checkpoint": len(monitor.checkpoint())}
    said = {"memory": "memory of a bed, two leads", "checkpoint": "checkpoint of a bed, two leads"}
    return [
        Measured(bench="bedside", key=f"bedside.{key}", what=said[key], unit="bytes", values=(float(value),))
        for key, value in kept.items()
    ]


def delays(hearts: int) -> list[Measured]:
    """From the fourth second after the last beat to the alarm, in signal time, over so many hearts that stop."""
    phases = (Phase(rhythm="sinus", seconds=15.0, rate=80.0), Phase(rhythm="asystole", seconds=1e6, stroke=0.0))
    script = Script(name="stops", says="", phases=phases)
    found = []
    for seed in range(hearts):
        samples = next(Generator(script, fs=FS, leads=LEADS, seed=seed).packets(30.0)).samples
        heard = Monitor(FS, LEADS).hear(samples)
        alarm = next(one for one in heard.alarms if one.kind == "asystole")
        found.append(1000 * ((alarm.at - heard.beats[-1]) / FS - 4.0))
    what = "from the fourth beatless second to the alarm, signal time"
    note = f"over {hearts} hearts that stop"
    worst = Measured(
        bench="bedside", key="bedside.delay", what=f"{what}, worst", unit="ms", values=(max(found),), note=note
    )
    return [Measured(bench="bedside", key="bedside.delay.all", what=what, unit="ms", values=tuple(found)), worst]


def _hearts(leads: tuple[str, ...], seconds: int) -> list[np.ndarray]:
    hearts = []
    for name in SCRIPTS:
        packets = Generator(script_named(name), fs=FS, leads=leads, seed=7).packets(10.0)
        hearts.append(np.concatenate([next(packets).samples for _ in range(-(-seconds // 10))]))
    return hearts
