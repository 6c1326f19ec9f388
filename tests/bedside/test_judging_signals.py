"""What each kind of signal makes the monitor say: never a silent bed, never asystole without evidence (R02)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kinfirst.bedside.scripts import Phase
from tests.bedside.signals import ALL, ECG, FS, Samples, alarms_of, heart, raised, sinus, stopping

TIMES = np.arange(round(40 * FS)) / FS
FROM = round(20 * FS)
RNG = np.random.default_rng(4)


def spoilt(change: Callable[[Samples], None]) -> Samples:
    """A calm heart on two leads, spoilt from the twentieth second on."""
    samples = sinus(40.0)
    change(samples[FROM:])
    return samples


def both(value: float) -> Callable[[Samples], None]:
    def change(rest: Samples) -> None:
        rest[:] = value

    return change


def one(lead: int, value: float) -> Callable[[Samples], None]:
    def change(rest: Samples) -> None:
        rest[:, lead] = value

    return change


def muscle(rest: Samples) -> None:
    rest += 0.8 * RNG.standard_normal(rest.shape)


def at_the_rail(rest: Samples) -> None:
    rest[:] = 4.9 + 0.04 * np.sin(2 * np.pi * 50 * TIMES[: len(rest)])[:, None]


def clipped(rest: Samples) -> None:
    rest[:] = np.clip(4 * np.sign(np.sin(2 * np.pi * 1.3 * TIMES[: len(rest)]))[:, None], -1.6, 1.6)


def hum(hertz: float) -> Callable[[Samples], None]:
    def change(rest: Samples) -> None:
        rest += 0.3 * np.sin(2 * np.pi * hertz * TIMES[: len(rest)])[:, None]

    return change


def sparks(rest: Samples) -> None:
    rest[:] = np.where(RNG.random(rest.shape) < 0.2, 1.6, -0.5)


def wander(rest: Samples) -> None:
    rest += 0.7 * np.sin(2 * np.pi * 0.3 * TIMES[: len(rest)])[:, None]


def steps(rest: Samples) -> None:
    rest += np.repeat(RNG.uniform(-1.5, 1.5, len(rest) // 500 + 1), 500)[: len(rest), None]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda rest: None, set(), id="a calm heart"),
        pytest.param(both(0.0), {"leads_off II", "leads_off V", "no_signal"}, id="constant at zero: no amplifier"),
        pytest.param(both(2.0), {"leads_off II", "leads_off V", "no_signal"}, id="constant elsewhere"),
        pytest.param(at_the_rail, {"leads_off II", "leads_off V", "no_signal"}, id="at the rail, with hum"),
        pytest.param(both(np.nan), {"leads_off II", "leads_off V", "gap II", "gap V", "no_signal"}, id="missing"),
        pytest.param(one(0, 0.0), {"leads_off II"}, id="one lead off: the other watches"),
        pytest.param(one(1, np.nan), {"leads_off V", "gap V"}, id="one lead missing: the other watches"),
        pytest.param(hum(50.0), {"hum II", "hum V"}, id="mains, 50 Hz: reported, seen through"),
        pytest.param(hum(60.0), {"hum II", "hum V"}, id="mains, 60 Hz: reported, seen through"),
        pytest.param(wander, set(), id="a wandering baseline: seen through"),
    ],
)
def test_quality_classes(change: Callable[[Samples], None], says: set[str]) -> None:
    assert raised(alarms_of(spoilt(change))) == says


@pytest.mark.parametrize(
    ("change", "technical"),
    [
        pytest.param(muscle, {"noise II", "noise V"}, id="muscle"),
        pytest.param(clipped, {"no_signal"}, id="clipped at both ends"),
        pytest.param(sparks, {"no_signal"}, id="a loose plug"),
    ],
)
def test_noise_is_technical_and_never_asystole(change: Callable[[Samples], None], technical: set[str]) -> None:
    said = raised(alarms_of(spoilt(change)))
    assert technical <= said
    assert not said & {"asystole", "verify_asystole", "brady"}


def test_steps_do_not_hide_the_heart() -> None:
    assert not raised(alarms_of(spoilt(steps))) & {"asystole", "verify_asystole", "brady", "vf"}


def test_technical_alarms_clear_when_the_lead_is_back() -> None:
    samples = sinus(40.0)
    samples[2500:5000] = 0.0
    said = alarms_of(samples)
    off = [alarm for alarm in said if alarm.kind == "leads_off" and alarm.lead == "II"]
    assert [alarm.phase for alarm in off] == ["raised", "cleared"]
    assert all(alarm.technical for alarm in said)
    assert off[0].at / FS < 13.0
    assert off[1].at / FS < 24.0


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_heart_that_stops_is_asystole_within_a_second_of_the_fourth(seed: int) -> None:
    said = [alarm for alarm in alarms_of(stopping(20.0, 40.0, leads=ALL, seed=seed), ALL) if alarm.phase == "raised"]
    assert [alarm.kind for alarm in said] == ["asystole"]
    assert 18.5 < said[0].onset / FS < 20.4
    assert 4.0 <= (said[0].at - said[0].onset) / FS < 5.0


def test_a_pause_of_just_under_four_seconds_is_no_asystole() -> None:
    for pause, kinds in ((3.6, set()), (4.6, {"asystole"})):
        samples = sinus(30.0)
        quiet = stopping(0.5, 10.0)[1000 : 1000 + round(pause * FS)]
        beat = next(at for at in range(2500, 3000) if samples[at, 0] > 0.9)
        from_ = beat + round(0.45 * FS)
        rest = next(at for at in range(from_, 4000) if samples[at, 0] > 0.9) - round(0.3 * FS)
        cut = round((pause - 0.75) * FS)
        joined = np.concatenate([samples[:from_], quiet[:cut], samples[rest:]])
        assert raised(alarms_of(joined)) & {"asystole"} == kinds


def test_a_pulse_that_goes_on_makes_it_a_question() -> None:
    """The ECG is silent on sound leads, and the artery beats: verify (R02)."""
    samples = stopping(20.0, 40.0, leads=ALL)
    samples[:, 2:] = sinus(40.0, leads=ALL)[:, 2:]
    assert raised(alarms_of(samples, ALL)) == {"verify_asystole"}


def test_a_pulse_that_then_stops_makes_it_asystole() -> None:
    samples = stopping(15.0, 40.0, leads=ALL)
    samples[:, 2:] = stopping(28.0, 40.0, leads=ALL)[:, 2:]
    kinds = [alarm.kind for alarm in alarms_of(samples, ALL) if alarm.phase == "raised"]
    assert kinds == ["verify_asystole", "asystole"]


def test_a_ventilator_is_no_pulse() -> None:
    """A pleth that rises with each breath does not lower asystole."""
    samples = stopping(20.0, 40.0, leads=ALL)
    samples[:, 2] = 0.5 * np.sin(2 * np.pi * 0.3 * TIMES)
    samples[:, 3] = 15.0 + 2.0 * np.sin(2 * np.pi * 0.3 * TIMES)
    assert raised(alarms_of(samples, ALL)) == {"asystole"}


def test_a_chattering_sensor_is_no_pulse() -> None:
    samples = stopping(20.0, 40.0, leads=ALL)
    samples[:, 2] = 2.5 + 0.5 * (np.arange(len(samples)) // 12 % 2)
    samples[:, 3] = 12.0
    assert "asystole" in raised(alarms_of(samples, ALL))


def test_low_voltage_is_no_asystole_while_the_pulse_beats() -> None:
    """A QRS below 0.15 mV cannot be counted; the pulse says that it is there (Drew 2014)."""
    samples = sinus(40.0, leads=ALL)
    samples[:, :2] *= 0.06
    assert "asystole" not in raised(alarms_of(samples, ALL))


def pacing(samples: Samples, *, every: float, size: float = 1.5) -> None:
    """Spikes one sample wide, with the ringing of the amplifier's filter."""
    for at in np.arange(1.0, len(samples) / FS - 1.0, every):
        middle = round(at * FS)
        samples[middle, :2] += size
        samples[middle - 1, :2] -= size / 3
        samples[middle + 1, :2] -= size / 3


def test_pacing_spikes_without_capture_are_no_beats() -> None:
    samples = stopping(20.0, 40.0, leads=ALL)
    pacing(samples, every=0.8)
    assert "asystole" in raised(alarms_of(samples, ALL))


def test_pacing_spikes_before_every_beat_change_nothing() -> None:
    samples = sinus(40.0)
    pacing(samples, every=0.8)
    assert not raised(alarms_of(samples)) & {"asystole", "brady", "tachy", "vf", "vt"}


@pytest.mark.parametrize(
    ("phase", "kind"),
    [
        pytest.param(Phase(rhythm="sinus", seconds=99, rate=33.0), "brady", id="33 a minute"),
        pytest.param(Phase(rhythm="sinus", seconds=99, rate=160.0, stroke=0.6), "tachy", id="160 a minute"),
        pytest.param(Phase(rhythm="vt", seconds=99, rate=170.0, stroke=0.2), "vt", id="broad, 170 a minute"),
        pytest.param(Phase(rhythm="vf", seconds=99, stroke=0.0), "vf", id="fibrillation"),
    ],
)
def test_rhythms(phase: Phase, kind: str) -> None:
    samples = heart(Phase(rhythm="sinus", seconds=20.0, rate=80.0), phase, seconds=45.0, leads=ALL)
    said = [alarm for alarm in alarms_of(samples, ALL) if alarm.phase == "raised" and not alarm.technical]
    first = next(alarm for alarm in said if alarm.kind == kind)
    assert first.at / FS < 35.0
    # What fibrillates is fast as well, and what is broad and fast may be either; a slow heart is only slow.
    assert {alarm.kind for alarm in said} <= ({kind} if kind in ("brady", "tachy") else {"vf", "vt", "tachy"})
    assert "asystole" not in {alarm.kind for alarm in said}


@pytest.mark.parametrize("rate", [45.0, 60.0, 100.0, 130.0])
def test_ordinary_rates_are_no_alarm(rate: float) -> None:
    assert raised(alarms_of(sinus(45.0, rate=rate, leads=ALL), ALL)) == set()


def test_a_bed_without_pulse_leads_is_watched_too() -> None:
    assert raised(alarms_of(stopping(20.0, 40.0)[:, :1], ("II",))) == {"asystole"}
    assert raised(alarms_of(stopping(20.0, 40.0), ECG)) == {"asystole"}
