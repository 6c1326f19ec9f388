"""An alarm as a FHIR R4 Observation: codes, times, and nobody's name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from kinfirst.interop.fhir import AlarmObservation, write_observation

NOW = datetime(2026, 3, 2, 14, 35, tzinfo=UTC)
ALARM = AlarmObservation(
    id="3-asystole-1",
    kind="asystole",
    bed="3",
    onset=NOW,
    issued=NOW + timedelta(seconds=4),
    priority="high",
    technical=False,
    alias="Delta",
    rate=0,
)


def test_an_asystole() -> None:
    resource = write_observation(ALARM)
    assert resource["resourceType"] == "Observation"
    assert resource["status"] == "preliminary"
    assert [(each["system"], each["code"]) for each in resource["code"]["coding"]] == [
        ("urn:iso:std:iso:11073:10101", "199684"),
        ("http://snomed.info/sct", "397829000"),
    ]
    assert resource["effectiveDateTime"] == "2026-03-02T14:35:00.000Z"
    assert resource["interpretation"][0]["coding"][0]["code"] == "AA"
    assert (resource["valueBoolean"], resource["subject"]["display"]) == (True, "Delta")
    assert "dataAbsentReason" not in resource
    assert msgspec.json.decode(msgspec.json.encode(resource)) == resource


def test_an_alarm_that_has_ended_has_a_period_and_holds_no_more() -> None:
    resource = write_observation(msgspec.structs.replace(ALARM, ended=NOW + timedelta(seconds=30)))
    assert resource["effectivePeriod"]["end"] == "2026-03-02T14:35:30.000Z"
    assert resource["valueBoolean"] is False
    assert "effectiveDateTime" not in resource


def test_a_technical_alarm_says_nothing_of_the_patient() -> None:
    resource = write_observation(
        msgspec.structs.replace(ALARM, kind="leads_off", technical=True, alias=None, rate=None)
    )
    assert "valueBoolean" not in resource
    assert resource["dataAbsentReason"]["coding"][0]["code"] == "error"
    assert "subject" not in resource
    assert "component" not in resource


def test_a_kind_without_a_code_is_text() -> None:
    assert write_observation(msgspec.structs.replace(ALARM, kind="odd_one"))["code"] == {"text": "odd one"}


def test_moments_have_a_zone_and_an_order() -> None:
    with pytest.raises(ValueError, match="zone"):
        write_observation(msgspec.structs.replace(ALARM, onset=datetime(2026, 3, 2)))  # noqa: DTZ001
    with pytest.raises(ValueError, match="before"):
        write_observation(msgspec.structs.replace(ALARM, ended=NOW - timedelta(seconds=1)))
