"""Every file of the shared HL7 v2 collection: accounted for, and in agreement with its own table of contents."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kinfirst.interop.hl7v2 import AdtReport, LeftMessage, read
from tests.interop.hl7v2.reading import assert_accounted, left
from tests.plugins.skips import SHARED

FOLDER = SHARED / "data" / "hl7v2"
TABLE = FOLDER / "MANIFEST.csv"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not TABLE.is_file(), reason="../shared/data/hl7v2 is absent: a bare clone does not have it"),
]
# ADT files that are not about one person who is named: two patients, or a PID with nobody in it.
NOT_ONE_PERSON = {"adt/ADT-A01_hapi_03.hl7", "adt/ADT-A01_lfh_03.hl7", "adt/ADT-A40_lfh_01.hl7"}


def rows() -> list[dict[str, str]]:
    """The table of contents; empty without the collection, so that the skip can say why."""
    if not TABLE.is_file():
        return []
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def paths() -> list[Path]:
    return sorted(FOLDER.glob("*/*.hl7"))


def test_every_file_is_accounted_for() -> None:
    found = paths()
    assert len(found) >= 117
    for path in found:
        raw = path.read_bytes()
        reading = read(raw)
        assert_accounted(raw, reading)
        for wrong in reading.rejected:
            assert wrong.what, path.name
            assert wrong.right, path.name


def test_sound_folders_hold_nothing_that_is_rejected() -> None:
    for path in paths():
        name = f"{path.parent.name}/{path.name}"
        if path.parent.name == "malformed" or name in NOT_ONE_PERSON:
            continue
        reading = read(path.read_bytes())
        assert not reading.rejected, name
        if path.parent.name not in ("adt", "batch", "bulk"):
            assert all(isinstance(outcome, LeftMessage) for outcome in reading.outcomes), name


def test_adt_files_agree_with_the_table() -> None:
    checked = 0
    for row in rows():
        if not row["file"].startswith("adt/") or row["file"] in NOT_ONE_PERSON:
            continue
        (report,) = read((FOLDER / row["file"]).read_bytes()).outcomes
        assert isinstance(report, AdtReport), row["file"]
        assert (report.trigger, report.version) == (row["msh9"].split("^")[1], row["msh12"].split("^")[0])
        kin = {each.field for each in report.kin} | {field for field in left(report) if field.endswith(")")}
        assert len(kin) == int(row["nk1_count"]), row["file"]
        time = report.death.time.text if report.death.time is not None else ""
        assert time == row["pid29_death_time"], row["file"]
        assert report.death.indicator is {"Y": True, "N": False}.get(row["pid30_death_indicator"]), row["file"]
        checked += 1
    assert checked == 43


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        pytest.param("batch/ADT-A04_pyhl7_02.hl7", ["A04", "A04", "A04"], id="three messages in one file"),
        pytest.param("malformed/ADT-A01_ms_01.hl7", ["A01"], id="death indicator NO: read, the indicator left"),
        pytest.param("malformed/ADT-A01_hapi_01.hl7", ["MSH-2"], id="garbled delimiter"),
        pytest.param("malformed/ADT-A01_hl7apy_01.hl7", ["MSH-2"], id="one sign for two purposes"),
        pytest.param("malformed/ADT-A01_sim_01.hl7", ["MSH-10"], id="unfilled placeholder"),
        pytest.param("malformed/ADT-A04_pyhl7_01.hl7", ["PID", None], id="batch header inside a message"),
        pytest.param("malformed/none_ihe_01.hl7", [None], id="segments broken over lines"),
        pytest.param("malformed/none_sim_01.hl7", [None], id="a PID and nothing else"),
    ],
)
def test_known_files(name: str, outcomes: list[str | None]) -> None:
    found = [
        outcome.trigger if isinstance(outcome, AdtReport) else outcome.where.field
        for outcome in read((FOLDER / name).read_bytes()).outcomes
    ]
    assert found == outcomes


def test_the_bulk_file_is_read_message_by_message() -> None:
    reading = read((FOLDER / "bulk" / "simhospital.hl7").read_bytes())
    assert (len(reading.outcomes), len(reading.rejected)) == (477, 0)
    assert all(each.where.message == number for number, each in enumerate(reading.outcomes, start=1))
