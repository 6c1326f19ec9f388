"""One block of a batch of beds, from raw samples to alarms: the order in which everything is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside import beats, quality, shape, wave
from kinfirst.bedside.alarms import OF_A_LEAD, OF_THE_BED, RHYTHMS, Alarm, Kind
from kinfirst.bedside.beats import Found, Judge
from kinfirst.bedside.filters import Bools, Floats, Ints, chain_for, filled, middle, qrs_of, sliding_max
from kinfirst.bedside.leads import Slots
from kinfirst.bedside.pulse import Pulse
from kinfirst.bedside.quality import FAILED, NOISY, OFF, Fault
from kinfirst.bedside.rhythm import Rules, Silence
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.state import Shape, State

WAVE_RATE = 62.5
WAVE_SECONDS = 4.0

# In the order of OF_A_LEAD.
LEAD_FAULTS = np.array([OFF, Fault.CLIPPED, Fault.GAP, NOISY, Fault.HUM], dtype=np.uint8)
GAP_AT = OF_A_LEAD.index("gap")


class Said(NamedTuple):
    """What a block made known: beats by row, and alarms with their row, in the order of rows."""

    beats: Found
    alarms: list[tuple[int, Alarm]]


class Judging:
    """All that is fixed for one rate, one set of leads and one table of settings."""

    def __init__(self, fs: float, leads: tuple[str, ...], slots: Slots, settings: Settings) -> None:
        """Sizes of blocks, filters and windows, in samples."""
        self._set, self._slots, self._fs = settings, slots, fs
        self._chain = chain_for(fs, settings)
        least = qrs_of(self._chain, settings.qrs_floor)
        self._floor = least.envelope
        self._ecg, self._pulses = list(slots.ecg), list(slots.pulse)
        self._names = [leads[at] for at in slots.ecg]
        self.step = max(1, round(fs / WAVE_RATE))
        self.block = self.step * max(1, round(settings.block * fs / self.step))
        self.first = self.block * max(1, round(settings.learn / settings.block))
        self._reach = round(settings.reach * fs)
        self._margin = 3 * self._chain.spike_width + self._chain.spike_mend
        self._pulse = Pulse(fs, slots.pressure, settings)
        self._judge = Judge(fs, settings, self._floor)
        self._rules = Rules(fs, self._pulse, settings, least=least)
        ecg_tail = self._chain.support + 2 * self._reach + 2 + 2 * self._margin
        self._unseen = self._chain.support - self._chain.delay + 2 * self._margin
        self._look = settings.look * self.block
        ecg_tail = max(ecg_tail, self._look)
        self._tail = max(ecg_tail, self._pulse.tail if slots.pulse else 0)
        self._conditions: tuple[tuple[Kind, str | None], ...] = (
            *((kind, None) for kind in (*RHYTHMS, *OF_THE_BED)),
            *((kind, name) for name in self._names for kind in OF_A_LEAD),
        )

    def shape(self, beds: int) -> Shape:
        """The size of the arrays for that many beds."""
        return Shape(
            beds=beds,
            columns=len(self._ecg) + len(self._pulses),
            ecg=len(self._ecg),
            pulse=len(self._pulses),
            tail=self._tail,
            slow=round(WAVE_SECONDS * self._fs / self.step),
            window=self._set.window,
            conditions=len(self._conditions),
        )

    def judge(self, state: State, block: Floats) -> Said:
        """Takes one block (bed, column, time) into the state and says what is new."""
        block = block[:, self._ecg + self._pulses]
        missing = np.isnan(block).mean(axis=2)
        frame, size, count = self._framed(state, block), block.shape[2], len(self._ecg)
        state.seen += size
        envelope, edge, newest = self._rise(state, frame[:, :count], size)
        if bool(state.seen[0] == size):
            self._learn(state, envelope[..., -size:])
        ecg = frame[:, :count]
        self._note_quality(state, ecg[..., -self._look :], missing[:, :count], envelope[..., -newest:])
        found = self._beats(state, envelope, edge)
        shape.compare(
            state,
            found,
            self._slow_edge(state),
            clock=shape.Clock(self.step, 60.0 * self._fs / self._set.vt_rate),
            settings=self._set,
        )
        if self._pulses:
            self._pulse.read(state, frame[:, count:], size, missing[:, count:])
        silence = self._rules.silence(
            state, envelope[..., -newest:], edge, self._chain.steepest(ecg[..., -self._unseen :])
        )
        return Said(found, self._alarms(state, *self._conditions_now(state, silence)))

    def rates(self, some: State) -> list[tuple[float | None, float | None]]:
        """Beats a minute of each bed by its ECG and by its pulse; None where it is not known."""
        beating = (some.learned >= 5) & (some.seen - some.last < 3 * self._fs)
        ecg = np.full(len(beating), np.nan)
        ecg[beating] = 60.0 * self._fs / some.intervals[beating, -5:].mean(axis=1)
        pulse = self._pulse.rate(some, self._pulse.steady(some))
        return list(zip(_known(ecg), _known(pulse), strict=True))

    def holding(self, some: State) -> list[tuple[str, ...]]:
        """The conditions of each bed that hold: a kind, or a kind and a lead (`leads_off II`)."""
        names = [f"{kind} {lead}" if lead else kind for kind, lead in self._conditions]
        return _named(names, some.held)

    def passing_leads(self, some: State) -> list[tuple[str, ...]]:
        """The ECG leads of each bed that may be believed."""
        return _named(self._names, quality.passing(some.flags, self._set))

    def _framed(self, state: State, block: Floats) -> Floats:
        """The kept tail and the block, missing samples held; the new tail is kept."""
        fresh = state.seen == 0
        if fresh.any():
            known = ~np.isnan(block)
            at = np.where(known.any(axis=2), known.argmax(axis=2), 0)
            begin = np.nan_to_num(np.take_along_axis(block, at[..., None], axis=2))
            state.raw[fresh] = begin[fresh]
        tail = state.raw.astype(np.float64)
        frame = np.concatenate([tail, filled(block, tail[..., -1])], axis=2)
        state.raw = frame[..., -self._tail :].astype(np.float32)
        return frame

    def _rise(self, state: State, frame: Floats, size: int) -> tuple[Floats, Ints, int]:
        """The envelope over the new block and what the judge needs before it, the sample where it ends, and how
        many of its samples are new. Moves the slow signal on."""
        chain = self._chain
        need = size + chain.support + 2 * self._reach + 2 + 2 * self._margin
        clean = chain.without_spikes(frame[..., -need:])[..., self._margin : -self._margin]
        slow = chain.slow(clean)
        points = slow[..., -size :: self.step].astype(np.float32)
        if bool(state.seen[0] == size):
            state.slow[:] = points[..., :1]
        state.slow = np.concatenate([state.slow[..., points.shape[2] :], points], axis=2)
        state.slow = np.ascontiguousarray(state.slow[..., -round(WAVE_SECONDS * self._fs / self.step) :])
        edge = state.seen - 1 - self._margin - chain.support + chain.delay
        return chain.rise(slow), edge, size

    def _slow_edge(self, state: State) -> Ints:
        """The sample at which the slow signal ends."""
        half = (self._chain.hum_50 + self._chain.hum_60 - 2) // 2
        return state.seen - 1 - self._margin - half - (self.step - 1)

    def _learn(self, state: State, envelope: Floats) -> None:
        """The usual beat, before any was called: the middle one of the highest points of each second."""
        second, quarter = round(self._fs), max(1, round(self._fs / 4))
        starts = range(0, max(1, envelope.shape[2] - second + 1), quarter)
        usual = np.median([envelope[..., at : at + second].max(axis=2) for at in starts], axis=0)
        state.usual[:] = usual[..., None]
        state.noise[:] = middle(envelope[..., ::3])[..., None]
        state.intervals[:] = round(0.8 * self._fs)

    def _note_quality(self, state: State, raw: Floats, missing: Floats, newest: Floats) -> None:
        state.noise = _shifted(state.noise, middle(newest[..., ::3]))
        noise, usual = middle(state.noise), np.maximum(middle(state.usual), self._floor)
        flags = quality.faults_of_block(raw, missing, self._set)
        flags |= quality.faults_above(raw, usual * self._set.qrs_floor / self._floor, self._chain, self._set)
        flags |= quality.faults_of_envelope(newest, usual, noise, self._set)
        state.flags = _shifted(state.flags, flags)

    def _beats(self, state: State, envelope: Floats, edge: Ints) -> Found:
        late = state.seen - state.last > self._set.fade_after * self._fs
        state.fade = np.where(late & (state.last > 0), np.maximum(0.95 * state.fade, 0.05), state.fade)
        level = beats.level_of(state, self._floor)
        good = (state.flags[..., -1] & np.uint8(FAILED)) == 0
        curve = beats.fused(envelope, level, noise=middle(state.noise), passing=good)
        high = sliding_max(curve, 2 * self._reach + 1)
        learnable = quality.learnable(state.flags)
        return self._judge.judge(state, learnable, beats.candidates(curve, envelope, high, edge - curve.shape[1] + 1))

    def _conditions_now(self, state: State, silence: Silence) -> tuple[Bools, Ints]:
        """Every condition in the order of `self._conditions`: whether it holds, and since when."""
        self._see_waves(state)
        sight = self._rules.look(state)
        flat = self._rules.flat(sight, silence)
        found = (*self._rules.without_beats(state, sight, flat), *self._rules.rates(state, sight))
        blocks = max(1, round(self._set.technical / self._set.block))
        lost = (quality.failures(state.flags) >= blocks).all(axis=1)
        # Of each lead: a fault in every one of the last blocks; a gap at once.
        marked = (state.flags[:, :, None, -blocks:] & LEAD_FAULTS[:, None]) != 0
        faulty = marked.all(axis=3)
        faulty[:, :, GAP_AT] = marked[:, :, GAP_AT, -1]
        back = np.broadcast_to(self._back(state, blocks)[:, None, None], faulty.shape).copy()
        back[:, :, GAP_AT] = self._back(state, 1)[:, None]
        beds = len(state.seen)
        now = np.column_stack([*(each.now for each in found), lost, faulty.reshape(beds, -1)])
        onset = np.column_stack([*(each.onset for each in found), self._back(state, blocks), back.reshape(beds, -1)])
        return now, onset

    def _see_waves(self, state: State) -> None:
        """Four seconds change little in one block: each bed's are looked at every other block."""
        due = np.flatnonzero((state.seen // self.block) % 2 == 0)
        if len(due):
            seen = wave.wave_of(state.slow[due].astype(np.float64), self._fs / self.step)
            state.wave[due] = np.stack(seen, axis=2)

    def _back(self, state: State, blocks: int) -> Ints:
        return np.maximum(state.seen - blocks * self.block, 0)

    def _alarms(self, state: State, now: Bools, onset: Ints) -> list[tuple[int, Alarm]]:
        """Conditions that begin are raised at once; those gone for `clear` seconds are cleared."""
        state.gone = np.where(now, state.seen[:, None], state.gone)
        raised = now & ~state.held
        cleared = state.held & ~now & (state.seen[:, None] - state.gone >= self._set.clear * self._fs)
        state.since = np.where(raised, onset, state.since)
        state.held = (state.held | raised) & ~cleared
        said: list[tuple[int, Alarm]] = []
        for row, at in np.argwhere(raised | cleared).tolist():
            kind, lead = self._conditions[at]
            alarm = Alarm(
                kind=kind,
                phase="raised" if raised[row, at] else "cleared",
                at=int(state.seen[row]),
                onset=int(state.since[row, at]),
                lead=lead,
            )
            said.append((row, alarm))
        return said


def _known(rates: Floats) -> list[float | None]:
    return [None if np.isnan(rate) else rate for rate in rates.tolist()]


def _named(names: Sequence[str], so: Bools) -> list[tuple[str, ...]]:
    """For each row the names of the columns that are so."""
    found: list[list[str]] = [[] for _ in range(len(so))]
    for row, column in np.argwhere(so).tolist():
        found[row].append(names[column])
    return [tuple(each) for each in found]


def _shifted(ring: NDArray[Any], newest: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([ring[..., 1:], newest[..., None]], axis=2)
