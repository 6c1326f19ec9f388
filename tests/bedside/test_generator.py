"""A generated heart: the same every time, whatever the packets, and what its script says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinfirst.bedside.generator import LEADS, Generator
from kinfirst.bedside.scripts import SCRIPTS, script_named
from kinfirst.core.errors import BadInput
from tests.bedside.stories import packets, seconds_of, watched

NIGHT = SCRIPTS["night"]


def whole(seconds: float, size: float, *, seed: int = 0, fs: float = 250.0) -> np.ndarray:
    source = Generator(NIGHT, fs=fs, seed=seed)
    pieces, rows = [], 0
    for packet in source.packets(size):
        assert packet.at == pytest.approx(rows / fs)
        pieces.append(packet.samples)
        rows += len(packet.samples)
        if rows >= seconds * fs:
            return np.concatenate(pieces)[: round(seconds * fs)]
    raise AssertionError("a generated bed never ends")


@settings(max_examples=20, deadline=None)
@given(size=st.floats(0.004, 5.0), seed=st.integers(0, 3))
def test_packets_do_not_change_the_samples(size: float, seed: int) -> None:
    assert np.array_equal(whole(5.0, size, seed=seed), whole(5.0, 1.0, seed=seed))


def test_another_seed_is_another_bed() -> None:
    assert not np.array_equal(whole(5.0, 1.0, seed=1), whole(5.0, 1.0, seed=2))


@pytest.mark.parametrize("fs", [100.0, 125.0, 360.0, 500.0])
def test_the_beats_come_when_they_should_at_any_rate(fs: float) -> None:
    samples = whole(20.0, 1.0, fs=fs)[:, 0]
    high = samples > 0.7
    beats = int(np.sum(high[1:] & ~high[:-1]))
    assert beats == pytest.approx(20 * 128 / 60, abs=3)


def test_the_pressure_falls_when_the_heart_stops() -> None:
    flat = NIGHT.begins("asystole")
    assert flat == 120.0
    samples = np.concatenate([packet.samples for packet in packets(NIGHT, 150)])
    pressure = samples[:, LEADS.index("ABP")]
    assert pressure[: 30 * 250].mean() > 60
    assert pressure[140 * 250 :].mean() < 20
    assert np.ptp(samples[130 * 250 :, 0]) < 0.3


def test_the_night_is_flat_at_14_35_and_the_alarm_comes_within_seconds() -> None:
    entries = [entry for entry in watched(NIGHT, 135) if entry.what == "raised"]
    asystole = next(entry for entry in entries if entry.kind == "asystole")
    assert 120.0 < seconds_of(asystole.at) <= 120.0 + 10.0
    assert asystole.onset is not None
    assert abs(seconds_of(asystole.onset) - 120.0) < 2.0
    assert {"vt", "vf"} <= {entry.kind for entry in entries}


@pytest.mark.parametrize(
    ("script", "kinds"),
    [
        pytest.param("calm", set(), id="a quiet bed says nothing"),
        pytest.param("restless", set(), id="movement is no asystole"),
        pytest.param("fast", {"tachy"}, id="tachycardia"),
        pytest.param("loose", {"no_signal", "leads_off"}, id="leads off is technical, never asystole"),
        pytest.param("one-lead", {"leads_off"}, id="one lead off, the other goes on"),
    ],
)
def test_each_script_says_what_it_should(script: str, kinds: set[str]) -> None:
    raised = {str(entry.kind) for entry in watched(script_named(script), 60, seed=3) if entry.what == "raised"}
    assert raised == kinds


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"fs": 10.0}, "fs:", id="too slow"),
        pytest.param({"leads": ("II", "aVR")}, "leads:", id="a lead nobody draws"),
        pytest.param({"leads": ("II", "II")}, "leads:", id="twice the same"),
        pytest.param({"seed": -1}, "seed:", id="a seed below nothing"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change: dict, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        Generator(NIGHT, **change)


def test_an_unknown_script_names_those_that_exist() -> None:
    with pytest.raises(BadInput, match="night, dying"):
        script_named("nothing")
