"""Whether a lead may be believed, block by block: missing, flat, at the rail, clipped, bursting, noisy, humming.

A lead that does not pass is never evidence of asystole (R02); it has a technical alarm of its own.
"""

from __future__ import annotations

from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from kinfirst.bedside.filters import Bools, Chain, Floats
from kinfirst.bedside.settings import Settings

Faults = NDArray[np.uint8]


class Fault(IntFlag):
    """What is wrong with a lead in one block; several may hold."""

    GAP = 1
    FLAT = 2
    RAIL = 4
    CLIPPED = 8
    BURST = 16
    NOISE = 32
    HUM = 64
    ROUGH = 128


OFF = Fault.FLAT | Fault.RAIL
NOISY = Fault.NOISE | Fault.ROUGH | Fault.BURST
FAILED = Fault.GAP | OFF | Fault.CLIPPED | Fault.BURST | Fault.ROUGH
"""With one of these a block says nothing of the heart. Noise is apart: it hides beats, it does not feign silence."""


def faults_of_block(block: Floats, missing: Floats, settings: Settings) -> Faults:
    """Faults that a block of raw samples (bed, lead, time; filled) shows by itself; `missing` is the share of NaN."""
    high, low = block.max(axis=2), block.min(axis=2)
    swing = high - low
    middle = (high + low) / 2
    at_edge = ((block >= high[..., None]) | (block <= low[..., None])).mean(axis=2)
    flags = _where(missing > settings.gap_share, Fault.GAP)
    flags |= _where(swing < settings.flat, Fault.FLAT)
    flags |= _where((np.abs(middle) > settings.rail) & (swing < settings.rail_swing), Fault.RAIL)
    clipped = (at_edge > settings.clipped_share) & (swing >= settings.clipped_swing)
    return flags | _where(clipped, Fault.CLIPPED)


def faults_of_envelope(newest: Floats, usual: Floats, noise: Floats, settings: Settings) -> Faults:
    """Faults seen against the lead's own usual beat: a burst far above it, noise not far below it."""
    flags = _where(newest.max(axis=2) > settings.burst * usual, Fault.BURST)
    return flags | _where(noise > settings.noise_share * usual, Fault.NOISE)


def faults_above(block: Floats, usual: Floats, chain: Chain, settings: Settings) -> Faults:
    """What is left above 17 Hz: hum, if it is large and repeats after 0.1 s (whole turns of 50 Hz and of 60 Hz
    alike); else sparks, if it is large against the usual beat (`usual`, mV)."""
    slow = chain.slow(block)
    skip = (block.shape[2] - slow.shape[2]) // 2
    rest = block[..., skip : skip + slow.shape[2]] - slow
    size = np.abs(rest).mean(axis=2)
    turn = round(0.1 * chain.fs)
    change = np.abs(rest[..., turn:] - rest[..., :-turn]).mean(axis=2)
    hums = (size > settings.hum) & (change < 0.6 * size)
    return _where(hums, Fault.HUM) | _where(
        ~hums & (size > np.maximum(settings.rough * usual, settings.rough_least)), Fault.ROUGH
    )


def learnable(flags: Faults) -> Bools:
    """Leads whose newest beats may change what is usual. A burst may: it can be the first beat after silence."""
    newest = flags[..., -1] | flags[..., -2]
    return np.asarray((newest & np.uint8(FAILED & ~Fault.BURST)) == 0)


def failures(flags: Faults) -> NDArray[np.int64]:
    """How many blocks of the window failed, of each lead."""
    return np.asarray(((flags & np.uint8(FAILED)) != 0).sum(axis=2))


def passing(flags: Faults, settings: Settings) -> Bools:
    """Leads that may be evidence of silence: at most `bad_blocks` of the window failed."""
    return np.asarray(failures(flags) <= settings.bad_blocks)


def _where(which: Bools, fault: Fault) -> Faults:
    return np.where(which, np.uint8(fault), np.uint8(0)).astype(np.uint8)
