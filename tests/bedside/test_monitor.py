"""A bed's alarms depend on its samples alone: not on packets, checkpoints, or who lies in the next bed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinfirst.bedside.monitor import Monitor
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.ward import Ward
from kinfirst.core.errors import BadInput
from tests.bedside.signals import ALL, ECG, FS, Samples, alarms_of, raised, scripted, sinus, stopping


def eventful(seed: int = 1) -> Samples:
    """Twenty-four seconds in which much happens: beats, a gap, silence, a loose lead, beats again."""
    samples = stopping(9.0, 24.0, leads=ALL, seed=seed)
    samples[1000:1100, 0] = np.nan
    samples[4200:4700, 1] = 4.9
    samples[5000:] = sinus(4.0, leads=ALL, seed=seed)
    return samples


WHOLE = eventful()
SAID = alarms_of(WHOLE, ALL)
FOUR = [eventful(seed) for seed in range(1, 5)], [alarms_of(eventful(seed), ALL) for seed in range(1, 5)]


def test_much_is_said() -> None:
    assert {"asystole", "gap II", "leads_off V"} <= raised(SAID)
    assert any(alarm.phase == "cleared" and alarm.kind == "asystole" for alarm in SAID)


@pytest.mark.parametrize("size", [29, 48, 250, len(WHOLE)])
def test_any_packet_gives_the_same_alarms_at_the_same_samples(size: int) -> None:
    assert alarms_of(WHOLE, ALL, size=size) == SAID


def test_samples_one_by_one_give_the_same_alarms() -> None:
    assert alarms_of(WHOLE[:3000], ALL, size=1) == [alarm for alarm in SAID if alarm.at <= 3000]


@settings(max_examples=8, deadline=None)
@given(cuts=st.lists(st.integers(0, len(WHOLE)), max_size=12))
def test_packets_cut_anywhere_give_the_same_alarms(cuts: list[int]) -> None:
    monitor = Monitor(FS, ALL)
    edges = [0, *sorted(cuts), len(WHOLE)]
    said = [alarm for a, b in pairwise(edges) for alarm in monitor.push(WHOLE[a:b])]
    assert said == SAID


@settings(max_examples=8, deadline=None)
@given(moves=st.lists(st.integers(0, len(WHOLE)), min_size=1, max_size=6))
def test_a_bed_that_moves_between_processes_says_the_same(moves: list[int]) -> None:
    said, monitor = [], Monitor(FS, ALL)
    edges = [0, *sorted(moves), len(WHOLE)]
    for a, b in pairwise(edges):
        said += monitor.push(WHOLE[a:b])
        kept = monitor.checkpoint()
        monitor = Monitor(FS, ALL)
        monitor.restore(kept)
        assert monitor.seen == b
    assert said == SAID


@settings(max_examples=5, deadline=None)
@given(order=st.permutations(range(4)), late=st.integers(0, 600))
def test_neighbours_and_their_order_do_not_matter(order: list[int], late: int) -> None:
    """Four beds in one ward, one of them admitted later and with packets of its own size."""
    beds, alone = FOUR
    ward = Ward(FS, ALL)
    for at in order:
        ward.admit(str(at))
    said: dict[str, list[object]] = {str(at): [] for at in order}
    place = {str(at): 0 for at in order}
    while any(place[name] < len(WHOLE) for name in place):
        pieces = {}
        for name in place:
            size = 250 + (late if name == "0" else 0)
            pieces[name] = beds[int(name)][place[name] : place[name] + size]
            place[name] += size
        for name, heard in ward.push(pieces).items():
            said[name] += heard.alarms
    assert [said[str(at)] for at in range(4)] == alone


def test_a_bed_that_leaves_takes_nobody_with_it() -> None:
    ward = Ward(FS, ALL)
    for name in "abc":
        ward.admit(name)
    ward.push({"b": WHOLE[:1000], "c": WHOLE[:1000]})
    ward.discharge("b")
    ward.admit("d")
    heard = ward.push({"c": WHOLE[1000:], "d": WHOLE})
    assert heard["c"].alarms == [alarm for alarm in SAID if alarm.at > 1000]
    assert heard["d"].alarms == SAID
    assert ward.beds == ("a", "c", "d")


def test_a_checkpoint_is_small_and_so_is_a_bed() -> None:
    monitor = Monitor(FS, ALL)
    monitor.push(WHOLE)
    assert len(monitor.checkpoint()) < 16_000
    assert Ward(FS, ECG).bytes_per_bed < 8_000


def test_what_a_screen_shows() -> None:
    monitor = Monitor(FS, ALL)
    monitor.push(sinus(30.0, rate=75.0, leads=ALL))
    seen = monitor.vitals
    assert seen.rate == pytest.approx(75.0, abs=4)
    assert seen.pulse == pytest.approx(75.0, abs=4)
    assert seen.passing == ECG
    assert seen.alarms == ()


@pytest.mark.parametrize(
    ("at", "text"),
    [
        pytest.param(3.0, "time runs backwards by 250 samples", id="an earlier packet"),
        pytest.param(3.99, "time runs backwards by 2 samples", id="a packet that overlaps"),
        pytest.param(400.0, "396 s are missing", id="a long absence"),
    ],
)
def test_time_that_cannot_be_is_refused_and_nothing_is_taken(at: float, text: str) -> None:
    monitor = Monitor(FS, ECG)
    monitor.push(sinus(4.0), at=0.0)
    with pytest.raises(BadInput, match=text):
        monitor.push(sinus(1.0), at=at)
    assert monitor.seen == 1000


def test_a_dropped_packet_is_a_gap() -> None:
    monitor, samples = Monitor(FS, ECG), sinus(20.0)
    said = monitor.push(samples[:2500], at=0.0) + monitor.push(samples[2750:], at=11.0)
    assert raised(said) == {"gap II", "gap V"}
    assert monitor.seen == 5000


@pytest.mark.parametrize(
    ("samples", "text"),
    [
        pytest.param(np.zeros((10, 3)), "rows of 2 values", id="too many leads"),
        pytest.param(np.zeros(10), "rows of 2 values", id="one lead as a line"),
        pytest.param(np.full((10, 2), np.inf), "infinite", id="infinite"),
    ],
)
def test_samples_that_cannot_be_are_refused(samples: Samples, text: str) -> None:
    with pytest.raises(BadInput, match=text):
        Monitor(FS, ECG).push(samples)


@pytest.mark.parametrize(
    ("fs", "leads", "text"),
    [
        pytest.param(50.0, ECG, "fs: 100 to 1000", id="too slow"),
        pytest.param(5000.0, ECG, "fs: 100 to 1000", id="too fast"),
        pytest.param(FS, ("PLETH", "RESP"), "at least one ECG lead", id="no ECG"),
        pytest.param(FS, (), "at least one ECG lead", id="nothing"),
    ],
)
def test_monitors_that_would_watch_nothing_are_refused(fs: float, leads: tuple[str, ...], text: str) -> None:
    with pytest.raises(BadInput, match=text):
        Monitor(fs, leads)


def test_settings_that_mean_nothing_are_refused() -> None:
    with pytest.raises(BadInput, match=r"settings.asystole: a number above 0"):
        Settings(asystole=0.0)


@pytest.mark.parametrize(
    ("other", "text"),
    [
        pytest.param(lambda kept: Monitor(FS, ("II",)).restore(kept), "another leads", id="other leads"),
        pytest.param(lambda kept: Monitor(360.0, ALL).restore(kept), "another fs", id="another rate"),
        pytest.param(lambda kept: Monitor(FS, ALL, Settings(asystole=5)).restore(kept), "settings", id="settings"),
        pytest.param(lambda kept: Monitor(FS, ALL).restore(kept[:-9]), "not the bytes", id="cut short"),
        pytest.param(lambda kept: Monitor(FS, ALL).restore(b""), "not the bytes", id="nothing"),
    ],
)
def test_checkpoints_of_another_monitor_are_refused(other: object, text: str) -> None:
    monitor = Monitor(FS, ALL)
    monitor.push(WHOLE[:1000])
    with pytest.raises(BadInput, match=text):
        other(monitor.checkpoint())  # type: ignore[operator]


def test_a_ward_knows_its_beds() -> None:
    ward = Ward(FS, ECG)
    ward.admit("a")
    with pytest.raises(BadInput, match="already in this ward"):
        ward.admit("a")
    with pytest.raises(BadInput, match="not in this ward"):
        ward.push({"b": sinus(1.0)})


@pytest.mark.parametrize("fs", [125.0, 250.0, 360.0, 500.0])
def test_every_rate_sees_the_same_heart_stop(fs: float) -> None:
    from kinfirst.bedside.scripts import Phase
    from tests.bedside.signals import heart

    phases = (Phase(rhythm="sinus", seconds=15.0, rate=75.0), Phase(rhythm="asystole", seconds=99.0, stroke=0.0))
    monitor = Monitor(fs, ECG)
    said = [alarm for alarm in monitor.push(heart(*phases, seconds=25.0, fs=fs)) if alarm.phase == "raised"]
    assert [alarm.kind for alarm in said] == ["asystole"]
    assert 14.0 < said[0].onset / fs < 15.3
    assert 4.0 <= (said[0].at - said[0].onset) / fs < 5.0


def test_the_night_is_heard_in_its_order() -> None:
    """The script of the demo: fast, VT, fibrillation, flat."""
    said = [one.kind for one in alarms_of(scripted("night", seconds=160, leads=ALL), ALL) if one.phase == "raised"]
    order = [kind for kind in said if kind in ("vt", "vf", "asystole")]
    assert list(dict.fromkeys(order)) == ["vt", "vf", "asystole"]
