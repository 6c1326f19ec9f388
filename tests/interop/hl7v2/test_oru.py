"""ORU^R01 and ORU^R40 of bedside devices: waves, numbers, alarms; and what is passed over, with the reason."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.interop.hl7v2.oru import read_device, read_message
from kinfirst.interop.hl7v2.oru_shape import DeviceReport
from kinfirst.interop.hl7v2.oru_writer import AlarmNotice, write_ack, write_alarm
from kinfirst.interop.hl7v2.shape import LeftMessage, Rejected
from tests.plugins.skips import SHARED

FOLDER = SHARED / "data" / "hl7v2"
HEAD = "MSH|^~\\&|MON|ICU|||20260302143500+0000||ORU^R01^ORU_R01|7|P|2.6\rPID|||1||Doe^Jane\rPV1||I|ICU^2^23\rOBR|1\r"
WAVE = "OBX|1|NA|131330^MDC_ECG_ELEC_POTL_II^MDC|1.1.1.1|{values}|{unit}|||||F|||20260302143459.500+0000\r"
RATE = "OBX|2|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.1.1.1.1|{rate}|264608^MDC_DIM_PER_SEC^MDC|||||F\r"
NOW = datetime(2026, 3, 2, 14, 35, 4, 250_000, tzinfo=UTC)
NOTICE = AlarmNotice(
    id="3-asystole-1", kind="asystole", bed="3", at=NOW, priority="high", technical=False, alias="Delta"
)


def message(
    values: str = "1^2^-3", unit: str = "266418^MDC_DIM_MILLI_VOLT^MDC", rate: str = "250", more: str = ""
) -> bytes:
    return (HEAD + WAVE.format(values=values, unit=unit) + RATE.format(rate=rate) + more).encode()


def read(raw: bytes) -> DeviceReport:
    outcome = read_message(raw)
    assert isinstance(outcome, DeviceReport), outcome
    return outcome


def test_a_wave_has_its_rate_its_time_and_millivolts() -> None:
    report = read(message())
    (wave,) = report.waves
    assert (wave.lead, wave.fs, wave.samples) == ("II", 250.0, (1.0, 2.0, -3.0))
    assert wave.at is not None
    assert wave.at.at == datetime(2026, 3, 2, 14, 34, 59, 500_000, tzinfo=UTC)
    assert (report.bed, report.control_id, report.application) == ("ICU/2/23", "7", "MON")


@pytest.mark.parametrize(
    ("unit", "more", "first"),
    [
        pytest.param("266419^MDC_DIM_MICRO_VOLT^MDC", "", 0.001, id="microvolts"),
        pytest.param("uV^uV^UCUM", "", 0.001, id="microvolts by UCUM"),
        pytest.param("266418^MDC_DIM_MILLI_VOLT^MDC", "NU_MSMT_RES", 0.02, id="counts with a resolution"),
    ],
)
def test_a_wave_is_scaled(unit: str, more: str, first: float) -> None:
    extra = "OBX|3|NM|2327^MDC_ATTR_NU_MSMT_RES^MDC|1.1.1.1.2|0.02|266418^MDC_DIM_MILLI_VOLT^MDC\r" if more else ""
    assert read(message(unit=unit, more=extra)).waves[0].samples[0] == pytest.approx(first)


def test_invalid_and_empty_samples_are_missing() -> None:
    marked = "OBX|3|NM|262196^MDC_EVT_INOP^MDC|1.1.1.1.3|32767\r"
    samples = read(message(values="1^^32767^4", more=marked)).waves[0].samples
    assert [math.isnan(sample) for sample in samples] == [False, True, True, False]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        pytest.param(message(values="1^x^3"), "no number", id="letters in a wave"),
        pytest.param(message(values="1^inf"), "no number", id="infinite"),
        pytest.param(message(rate=""), "sample rate", id="no rate"),
        pytest.param(message(rate="0"), "sample rate", id="rate of nothing"),
        pytest.param(message(values="^".join(["1"] * 400_001)), "samples", id="too many samples"),
        pytest.param(message() + b"broken in two\r", "no segment", id="a segment in two lines"),
        pytest.param(message()[40:], "MSH", id="the head cut off"),
        pytest.param(b"", "no message", id="nothing"),
        pytest.param(message() + message(), "more than one", id="two in a block"),
        pytest.param(message(values="1\x01^2"), "control", id="a control character"),
    ],
)
def test_what_cannot_be_read_is_said_and_never_shortened(raw: bytes, says: str) -> None:
    outcome = read_message(raw)
    assert isinstance(outcome, Rejected)
    assert says in str(outcome)
    assert "Jane" not in str(outcome)


def test_an_unknown_code_is_named_and_nothing_else_of_it() -> None:
    strange = "OBX|9|NA|999999^MDC_ODD_WAVE^MDC|1.1.9|1^2\rOBX|10|NM|1^Jane Doe^L||3\r"
    report = read(message(more=strange))
    assert report.unknown == ("MDC_ODD_WAVE", "a code of another system than MDC")
    assert "Jane" not in repr(report)


@given(st.binary(max_size=400))
def test_any_bytes_end_somewhere(raw: bytes) -> None:
    assert read_device(raw)
    assert read_message(message()[: len(raw)] + raw) is not None


def test_our_own_alarm_is_read_back() -> None:
    raw = write_alarm(NOTICE, control_id="m-1", now=NOW)
    report = read(raw)
    (alert,) = report.alerts
    assert (alert.event, alert.code) == ("MDC_EVT_ECG_ASYSTOLE", 199684)
    assert (alert.phase, alert.state, alert.inactivation) == ("start", "active", "enabled")
    assert (alert.priority, alert.type) == ("PH", "SP")
    assert alert.at is not None
    assert alert.at.at == NOW
    assert b"PID|||Delta^^^KINFIRST^AN\r" in raw


@pytest.mark.parametrize(
    ("kind", "technical", "event", "about", "type"),
    [
        pytest.param("vf", False, "MDC_EVT_ECG_ARRHY", None, "SP", id="no code of its own"),
        pytest.param("brady", False, "MDC_EVT_LO", "MDC_ECG_CARD_BEAT_RATE", "SP", id="a rate too low"),
        pytest.param("tachy", False, "MDC_EVT_HI", "MDC_ECG_CARD_BEAT_RATE", "SP", id="a rate too high"),
        pytest.param("leads_off", True, "MDC_EVT_LEAD_OFF", None, "ST", id="technical"),
        pytest.param("hum", True, "MDC_EVT_ALARM", None, "ST", id="no code at all"),
    ],
)
def test_each_kind_goes_out_under_a_code_that_is_known(
    kind: str, technical: bool, event: str, about: str | None, type: str
) -> None:
    notice = AlarmNotice(id="a|b^c", kind=kind, bed="3", at=NOW, priority="low", technical=technical, rate=38)
    (alert,) = read(write_alarm(notice, control_id="m", now=NOW)).alerts
    assert (alert.event, alert.type, alert.priority) == (event, type, "PL")
    assert about is None or alert.about == about


def test_a_moment_without_a_zone_and_a_line_break_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        write_alarm(NOTICE, control_id="m", now=datetime(2026, 3, 2))  # noqa: DTZ001
    with pytest.raises(ValueError, match="control"):
        write_alarm(NOTICE, control_id="m\rPID|||1||Doe", now=NOW)


@pytest.mark.parametrize(
    ("accept", "accepted", "code"),
    [("", True, "AA"), ("", False, "AE"), ("AL", True, "CA"), ("AL", False, "CR")],
)
def test_an_answer_names_the_message_and_its_outcome(accept: str, accepted: bool, code: str) -> None:
    raw = f"MSH|^~\\&|M||||20260302||ORU^R40^ORU_R40|ID-7|P|2.6|||{accept}|NE\rPID|\r".encode()
    answer = write_ack(raw, accepted=accepted, why="" if accepted else "no wave", now=NOW).decode()
    assert f"\rMSA|{code}|ID-7\r" in answer
    assert "|ACK^R40^ACK|" in answer
    assert ("ERR|" in answer) is not accepted


def test_an_answer_to_anything_is_an_answer() -> None:
    assert b"MSA|AE|\r" in write_ack(b"\xff\x00", accepted=False, why="not read", now=NOW)


@pytest.mark.shared_data
@pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/hl7v2 is absent: a bare clone does not have it")
def test_every_shared_device_file_is_read_or_passed_over_with_a_reason() -> None:
    kinds: Counter[str] = Counter()
    for path in sorted(FOLDER.glob("oru/*.hl7")) + sorted(FOLDER.glob("pcd/*.hl7")):
        for outcome in read_device(path.read_bytes()):
            kinds[f"{path.parent.name} {type(outcome).__name__}"] += 1
            if isinstance(outcome, LeftMessage):
                assert outcome.why, path.name
    assert kinds == {"oru LeftMessage": 14, "pcd DeviceReport": 5, "pcd LeftMessage": 1}


@pytest.mark.shared_data
@pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/hl7v2 is absent: a bare clone does not have it")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ORU-R40_acm_01", ("MDC_EVT_SENSOR_DISCONN", 196916, None, "start", "active", "PL", "SP")),
        ("ORU-R40_ihe_01", ("MDC_EVT_LO", 196670, "MDC_PULS_OXIM_SAT_O2", "start", "active", "PM", "SP")),
        ("ORU-R40_ihe_02", ("MDC_EVT_FLUID_LINE_OCCL", 196940, None, "start", "active", None, "ST")),
    ],
)
def test_published_alarms(name: str, said: tuple) -> None:
    (outcome,) = read_device((FOLDER / "pcd" / f"{name}.hl7").read_bytes())
    assert isinstance(outcome, DeviceReport)
    (alert,) = outcome.alerts
    assert (alert.event, alert.code, alert.about, alert.phase, alert.state, alert.priority, alert.type) == said
    assert not any(word in repr(outcome) for word in ("Albert", "Simulated", "Coburn"))
