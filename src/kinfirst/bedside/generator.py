"""A heart that can be written by hand: ECG, pulse and arterial pressure in step, with everything that disturbs them.

The same seed, rate and script give the same samples, whatever the packets: each block of one second draws its
noise from a generator seeded with its number, and only a few numbers are carried from block to block. It is made
to look real to a person and to a detector; it is no model of physiology.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from kinfirst.bedside.heartbeat import AFTER, BEFORE, Beat, Origin, draw_beat, draw_stroke
from kinfirst.bedside.scripts import Phase, Script
from kinfirst.bedside.sources.port import Packet, Samples, check_packet, check_rate
from kinfirst.core.errors import BadInput

LEADS = ("II", "V", "PLETH", "ABP")
DRAWABLE = ("I", "II", "III", "V", "PLETH", "ABP")
MAINS_HZ = 50.0
RAIL_MV = 4.9
"""Where the amplifier stands when its electrode hangs loose."""
REST_MMHG = 12.0
"""The pressure that is left in the artery when nothing moves the blood."""
_KEEP = 1.5
_BEATS, _NOISE, _POPS, _FLUTTER = range(4)


class Vessel(NamedTuple):
    """A vessel that beats fill and time empties: decay and delay in seconds, what a healthy stroke adds, and the
    level it falls to."""

    decay: float
    delay: float
    fill: float
    rest: float


VESSELS = {"ABP": Vessel(1.25, 0.12, 54.0, REST_MMHG), "PLETH": Vessel(0.42, 0.22, 0.9, 0.0)}


class Generator:
    """One bed of a script as a source. It never ends by itself: take as many packets as you need."""

    def __init__(self, script: Script, *, fs: float = 250.0, leads: tuple[str, ...] = LEADS, seed: int = 0) -> None:
        """Refuses (BadInput) a rate or leads that cannot be drawn, and a seed below 0."""
        check_rate(fs, leads)
        if unknown := [lead for lead in leads if lead not in DRAWABLE]:
            raise BadInput(f"leads: {len(unknown)} cannot be drawn; there are {', '.join(DRAWABLE)}")
        if seed < 0:
            raise BadInput("seed: a whole number from 0")
        self._script, self._fs, self._leads, self._seed = script, fs, leads, seed

    @property
    def fs(self) -> float:
        """Samples per second."""
        return self._fs

    @property
    def leads(self) -> tuple[str, ...]:
        """The leads drawn."""
        return self._leads

    def packets(self, seconds: float) -> Iterator[Packet]:
        """The signal from the beginning, without end."""
        check_packet(seconds)
        size = max(1, round(seconds * self._fs))
        heart = _Heart(self._script, self._fs, self._leads, self._seed)
        kept, sent = np.empty((0, len(self._leads))), 0
        while True:
            while len(kept) < size:
                kept = np.vstack((kept, heart.block()))
            yield Packet(sent / self._fs, kept[:size])
            kept, sent = kept[size:], sent + size


class _Heart:
    """Draws block after block. Carried between them: the beats still felt, the vessels' levels, phases of waves."""

    def __init__(self, script: Script, fs: float, leads: tuple[str, ...], seed: int) -> None:
        self._script, self._fs, self._leads, self._seed = script, fs, leads, seed
        self._size = max(1, round(fs))
        self._number = 0
        self._beats: deque[Beat] = deque()
        self._rhythm = np.random.default_rng((seed, _BEATS))
        self._next, self._early = 0.3, False
        self._level = {lead: _level(lead, script.phases[0]) for lead in VESSELS}
        self._turn = 0.0
        self._flutter_hz = 5.0
        self._last_white = np.zeros(len(leads))
        self._shift = np.zeros(len(leads))

    def block(self) -> Samples:
        """The next second."""
        start = self._number * self._size
        times = (start + np.arange(self._size)) / self._fs
        phase = self._script.phase_at(float(times[0]))
        self._schedule(float(times[-1]) + BEFORE)
        while self._beats and self._beats[0].at < times[0] - _KEEP:
            self._beats.popleft()
        flutter = self._flutter(times)
        disturbances = self._disturb(times, phase)
        columns = [
            self._vessel(lead, times, phase, disturbances[:, column])
            if lead in VESSELS
            else self._ecg(lead, times, phase, flutter[:, column] + disturbances[:, column])
            for column, lead in enumerate(self._leads)
        ]
        self._number += 1
        return np.column_stack(columns)

    def _schedule(self, until: float) -> None:
        """Beats up to that moment, one after the other: respiration and pressure waves sway the intervals."""
        while self._next <= until:
            at = self._next
            phase = self._script.phase_at(at)
            if phase.rhythm in ("vf", "asystole"):
                self._next = at + 0.05
                continue
            chance, jitter = self._rhythm.random(), self._rhythm.standard_normal()
            rr = 60.0 / phase.rate
            if phase.rhythm == "vt":
                self._beats.append(Beat(at, rr, "vt", phase.stroke))
                self._next = at + rr * (1 + 0.012 * jitter)
                continue
            sway = 0.035 * np.sin(2 * np.pi * 0.25 * at) + 0.02 * np.sin(2 * np.pi * 0.1 * at) + 0.006 * jitter
            origin: Origin = "ventricle" if self._early else "sinus"
            self._beats.append(Beat(at, rr, origin, phase.stroke * (0.5 if self._early else 1.0)))
            # A ventricular beat comes early and fills the vessels badly; the one after it waits.
            waits, self._early = self._early, not self._early and chance < phase.ectopic
            self._next = at + rr * ((0.62 if self._early else 1.36 if waits else 1.0) + sway)

    def _ecg(self, lead: str, times: Samples, phase: Phase, under: Samples) -> Samples:
        if lead in phase.off:
            hum = 0.04 * np.sin(2 * np.pi * MAINS_HZ * times)
            return np.asarray(RAIL_MV + hum, dtype=np.float64)
        drawn = under.copy()
        for beat in self._beats:
            if times[0] - AFTER <= beat.at <= times[-1] + BEFORE:
                drawn += draw_beat(lead, beat, times)
        return np.asarray(np.clip(drawn, -RAIL_MV, RAIL_MV), dtype=np.float64)

    def _flutter(self, times: Samples) -> Samples:
        """Fibrillation: waves of wandering frequency and size where the phase says so, seen from each lead's side."""
        rng = np.random.default_rng((self._seed, _FLUTTER, self._number))
        target = float(rng.uniform(4.2, 6.2))
        hz = np.linspace(self._flutter_hz, target, self._size, endpoint=False)
        turns = self._turn + np.cumsum(hz) / self._fs
        self._turn, self._flutter_hz = float(turns[-1]) % 10, target
        here = np.array([self._script.phase_at(float(moment)).rhythm == "vf" for moment in times[:: self._step]])
        mask = np.repeat(here, self._step)[: self._size]
        size = 0.42 * (1 + 0.35 * np.sin(2 * np.pi * 0.17 * times)) * (1 + 0.25 * np.sin(2 * np.pi * 0.61 * times))
        seen = 2 * np.pi * (turns[:, np.newaxis] + 0.11 * np.arange(len(self._leads)))
        wave = np.sin(seen) + 0.35 * np.sin(1.7 * seen) + 0.2 * np.sin(2.3 * seen)
        return np.asarray(np.where(mask[:, np.newaxis], size[:, np.newaxis] * wave, 0.0), dtype=np.float64)

    @property
    def _step(self) -> int:
        """A phase is looked up every twentieth of a second."""
        return max(1, self._size // 20)

    def _disturb(self, times: Samples, phase: Phase) -> Samples:
        """Wander of the baseline with the breath, mains hum, muscle, and electrode pops that die away."""
        rng = np.random.default_rng((self._seed, _NOISE, self._number))
        white = rng.standard_normal((self._size, len(self._leads)))
        muscle = 0.011 * np.diff(white, axis=0, prepend=self._last_white[np.newaxis])
        self._last_white = white[-1]
        breath = 0.05 * np.sin(2 * np.pi * 0.25 * times) + 0.03 * np.sin(2 * np.pi * 0.07 * times + 1.0)
        hum = 0.006 * np.sin(2 * np.pi * MAINS_HZ * times)
        spread = 1 + 0.35 * np.arange(len(self._leads))
        common = np.outer(breath, spread) * min(phase.noise, 3) + hum[:, np.newaxis] * min(phase.noise, 3)
        return np.asarray(common + muscle * phase.noise + self._pop(phase), dtype=np.float64)

    def _pop(self, phase: Phase) -> Samples:
        rng = np.random.default_rng((self._seed, _POPS, self._number))
        fade = np.exp(-np.arange(1, self._size + 1) / (0.3 * self._fs))
        drawn = np.outer(fade, self._shift)
        struck = rng.random(len(self._leads)) < phase.pops / 60.0
        at, height = rng.integers(0, self._size, len(self._leads)), rng.uniform(0.5, 1.6, len(self._leads))
        for column in np.flatnonzero(struck):
            rest = self._size - int(at[column])
            drawn[int(at[column]) :, column] += height[column] * fade[:rest]
        self._shift = drawn[-1].copy()
        return np.asarray(drawn, dtype=np.float64)

    def _vessel(self, lead: str, times: Samples, phase: Phase, disturbance: Samples) -> Samples:
        """Beats fill it, time empties it: with no beat the pressure falls to what is left at rest."""
        vessel = VESSELS[lead]
        if lead in phase.off:
            return np.zeros_like(times)
        flow = np.zeros_like(times)
        for beat in self._beats:
            flow += draw_stroke(beat, times, delay=vessel.delay)
        fade = np.exp(-np.arange(1, self._size + 1) / (vessel.decay * self._fs))
        filled = vessel.fill * flow * (np.pi / 2) / self._fs
        above = fade * (self._level[lead] + np.cumsum(filled / fade))
        self._level[lead] = float(above[-1])
        scale = 6.0 if lead == "ABP" else 0.05
        return np.asarray(vessel.rest + above + scale * disturbance, dtype=np.float64)


def _level(lead: str, phase: Phase) -> float:
    """Where the vessel stands at the start: about the diastolic level that the first phase leads to."""
    vessel = VESSELS[lead]
    kept = float(np.exp(-60.0 / phase.rate / vessel.decay))
    return vessel.fill * phase.stroke * kept / (1 - kept)
