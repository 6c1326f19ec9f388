"""The rules: which conditions hold at the end of a block, and since when.

Definitions of the PhysioNet/CinC Challenge 2015: asystole, no QRS for at least 4 s; bradycardia, below 40 for 5
beats; tachycardia, above 140 for 17; ventricular tachycardia, 5 ventricular beats above 100; fibrillation or
flutter, at least 4 s. R02: silence counts on leads that pass; a contradicting pulse lowers it to "verify".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kinfirst.bedside.filters import Bools, Floats, Ints, Qrs, middle
from kinfirst.bedside.pulse import Pulse
from kinfirst.bedside.quality import Fault, passing
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.shape import run_length
from kinfirst.bedside.state import NEVER, State
from kinfirst.bedside.wave import Wave, waving

RIM = 0.1
"""Seconds from the middle of a QRS to where its envelope falls below the threshold: a property of the filter."""
APART = 0.25
"""Seconds between two rises that are two beats."""


class Holding(NamedTuple):
    """A condition of each bed: whether it holds, and the sample where it began."""

    now: Bools
    onset: Ints


class Sight(NamedTuple):
    """What several rules ask of a block: leads that pass, leads whose newest look is noisy, pulse leads that beat
    steadily, and beds whose beats come evenly but not as fast as flutter."""

    sound: Bools
    noisy: Bools
    steady: Bools
    organised: Bools


class Silence(NamedTuple):
    """Of each bed and lead: the sample since which no rise was seen, how long (s) that was, and whether the lead
    beats: two rises apart within the last seconds."""

    since: Ints
    seconds: Floats
    beats: Bools


class Rules:
    """The rules at one rate and with one pulse reader."""

    def __init__(self, fs: float, pulse: Pulse, settings: Settings, *, least: Qrs) -> None:
        """`least` is the least QRS as the filter shows it."""
        self._fs, self._pulse, self._set = fs, pulse, settings
        self._floor, self._steep = least.envelope, least.steepest / least.envelope
        self._sure = self._floor * settings.qrs_sure / settings.qrs_floor

    def look(self, state: State) -> Sight:
        """To be asked once a block, after beats and pulses were read."""
        noisy = (state.flags[..., -1] & np.uint8(Fault.NOISE)) != 0
        sound = passing(state.flags, self._set)
        return Sight(sound, noisy, self._pulse.steady(state), self._organised(state))

    def silence(self, state: State, newest: Floats, edge: Ints, steepest: Floats) -> Silence:
        """Looks for rises in the newest envelope (bed, lead, time) that ends at `edge`, and notes them.

        `steepest` is the slope of what came after `edge`: where it is below that of the least rise, silence is known
        up to the newest sample.

        A rise is above `silent_share` of the lead's usual QRS and above its noise (but no more than half a usual
        QRS), never less than the least QRS, and never more than a sure one, whatever artefact was taken for a beat.
        """
        fs, size = self._fs, newest.shape[2]
        usual = middle(state.usual)
        noise = np.minimum(self._set.silent_noise * middle(state.noise), self._set.noise_share * usual)
        threshold = np.clip(np.maximum(self._set.silent_share * usual, noise), self._floor, self._sure)
        above = newest > threshold[..., None]
        some = above.any(axis=2)
        start = edge[:, None] - size + 1
        first = start + above.argmax(axis=2)
        last = edge[:, None] - above[..., ::-1].argmax(axis=2)
        near = (state.active - state.last[:, None] < 0.35 * fs) & (state.last[:, None] <= state.active)
        since = np.where(near, state.last[:, None], state.active - round(RIM * fs))
        quiet = np.where(steepest < threshold * self._steep, state.seen[:, None], edge[:, None])
        until = np.where(some, first + round(RIM * fs), quiet)
        seconds = (until - since) / fs
        separate = some & (first - state.active > APART * fs)
        state.active_before = np.where(separate, state.active, state.active_before)
        state.active = np.where(some, last, state.active)
        lately = edge[:, None] - round(self._set.asystole * fs)
        return Silence(since, seconds, state.active_before > lately)

    def flat(self, sight: Sight, silence: Silence) -> Holding:
        """No beat for 4 s: at least one passing lead is silent, and no passing lead beats (one rise on one lead
        while another passing lead is silent is not a rhythm)."""
        silent = sight.sound & (silence.since > NEVER // 2) & (silence.seconds >= self._set.asystole)
        beating = (sight.sound & ~sight.noisy & silence.beats & ~silent).any(axis=1)
        return Holding(np.asarray(silent.any(axis=1) & ~beating), np.where(silent, silence.since, 2**62).min(axis=1))

    def without_beats(self, state: State, sight: Sight, flat: Holding) -> tuple[Holding, Holding, Holding]:
        """Asystole; asystole to verify, because a steady pulse contradicts it; fibrillation or flutter.

        A heart that fibrillates is not silent. A steady pulse speaks against fibrillation too.
        """
        found = waving(Wave(*np.moveaxis(state.wave, 2, 0)), sight.sound, self._set)
        state.waves = np.where(found.plain, state.waves + 1, 0)
        pulse = self._contradicted(state, sight, flat.onset)
        wild = (state.waves >= self._set.vf_blocks) & ~sight.organised
        fibrillates = (wild | (flat.now & found.fine)) & ~sight.steady.any(axis=1)
        since = state.seen - round(self._set.vf_seconds * self._fs)
        return (
            Holding(flat.now & ~found.fine & ~pulse, flat.onset),
            Holding(flat.now & pulse, flat.onset),
            Holding(fibrillates, np.maximum(since, 0)),
        )

    def _contradicted(self, state: State, sight: Sight, onset: Ints) -> Bools:
        """A steady pulse beats, and at least two pulses came later than the last beat's own could."""
        late = onset + round(self._set.pulse_lag * self._fs)
        after = self._pulse.since(state, np.minimum(late, state.seen))
        return np.asarray((sight.steady & (after >= 2)).any(axis=1))

    def rates(self, state: State, sight: Sight) -> tuple[Holding, Holding, Holding]:
        """Ventricular tachycardia, bradycardia, tachycardia, by the newest beats; none while no beat comes."""
        fresh = state.seen - state.last < 3.0 * self._fs
        pulse = self._pulse.rate(state, sight.steady)
        slow, slow_onset = self._mean_rate(state, self._set.brady_beats - 1)
        fast, fast_onset = self._mean_rate(state, self._set.tachy_beats - 1)
        wild, wild_onset = self._mean_rate(state, self._set.vt_beats - 1)
        run = (run_length(state.ventricular) >= self._set.vt_beats - 1) & ~sight.noisy.all(axis=1)
        broad = (state.waves >= self._set.vf_blocks) & sight.organised
        vt = fresh & (wild > self._set.vt_rate) & (run | broad)
        # A pulse that is counted and clearly disagrees is believed before an ECG that counts noise or misses beats.
        brady = fresh & sight.sound.any(axis=1) & (slow < self._set.brady_rate)
        brady &= ~(pulse > 1.25 * self._set.brady_rate)
        tachy = fresh & (fast > self._set.tachy_rate) & ~(pulse < 0.9 * self._set.tachy_rate)
        return Holding(vt, wild_onset), Holding(brady, slow_onset), Holding(tachy, fast_onset)

    def _organised(self, state: State) -> Bools:
        """Beats that come evenly, and not as fast as flutter: what waves in such a bed is broad beats."""
        newest = state.intervals[:, -(self._set.vt_beats - 1) :]
        longest, shortest = newest.max(axis=1), newest.min(axis=1)
        even = (longest <= self._set.vt_even * shortest) & (
            60.0 * self._fs / np.maximum(longest, 1) > self._set.vt_rate
        )
        lately = state.seen - state.last < 1.0 * self._fs
        return np.asarray(even & lately & (60.0 * self._fs / np.maximum(shortest, 1) < self._set.vt_fastest))

    def _mean_rate(self, state: State, count: int) -> tuple[Floats, Ints]:
        span = state.intervals[:, -count:].sum(axis=1)
        return 60.0 * self._fs * count / np.maximum(span, 1), state.last - span
