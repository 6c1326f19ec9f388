"""Signals in files: written, read back piece by piece, and what is no record."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from kinfirst.bedside.generator import Generator
from kinfirst.bedside.scripts import SCRIPTS
from kinfirst.bedside.sources.wfdb_files import WfdbSource
from kinfirst.bedside.writing import write_csv, write_wfdb
from kinfirst.core.errors import BadInput
from tests.plugins.skips import SHARED

NIGHT = Generator(SCRIPTS["night"])
START = datetime(2026, 3, 2, 14, 33, tzinfo=UTC)


def test_a_generated_record_is_read_back_whole(tmp_path: Path) -> None:
    write_wfdb(NIGHT, tmp_path / "night", seconds=130, start=START)
    source = WfdbSource(tmp_path / "night.hea")
    assert (source.fs, source.leads, source.seconds, source.start) == (250.0, NIGHT.leads, 130.0, START)
    read = [packet.samples for packet in source.packets(0.7)]
    assert {len(samples) for samples in read[:-1]} == {175}
    written = np.concatenate([packet.samples for packet, _ in zip(NIGHT.packets(1.0), range(130), strict=False)])
    assert np.allclose(np.concatenate(read), written, atol=0.01)


def test_a_table_has_a_line_for_each_sample() -> None:
    out = io.StringIO()
    assert write_csv(NIGHT, out, seconds=2) == 500
    lines = out.getvalue().splitlines()
    assert (len(lines), lines[0]) == (501, "seconds,II,V,PLETH,ABP")
    assert lines[2].startswith("0.0040,")


def test_nothing_is_written_over_and_nothing_endless_is_written(tmp_path: Path) -> None:
    write_wfdb(NIGHT, tmp_path / "a", seconds=1, start=START)
    with pytest.raises(BadInput, match="already"):
        write_wfdb(NIGHT, tmp_path / "a", seconds=1, start=START)
    with pytest.raises(BadInput, match="seconds"):
        write_wfdb(NIGHT, tmp_path / "b", seconds=1e6, start=START)
    with pytest.raises(BadInput, match="named"):
        write_wfdb(NIGHT, tmp_path / "a b", seconds=1, start=START)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\x00rubbish", id="bytes"),
        pytest.param(b"x 1 250 1000\n", id="a signal is promised"),
        pytest.param(b"x 1 nan 1000\nx.dat 16 200 16 0 0 0 0 II\n", id="no rate"),
        pytest.param(b"x 1 9999 1000\nx.dat 16 200 16 0 0 0 0 II\n", id="a rate no monitor has"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path: Path, header: bytes) -> None:
    (tmp_path / "x.hea").write_bytes(header)
    with pytest.raises(BadInput):
        WfdbSource(tmp_path / "x")


def test_a_signal_file_that_is_missing_or_short_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no header"):
        WfdbSource(tmp_path / "none")
    write_wfdb(NIGHT, tmp_path / "n", seconds=4, start=START)
    whole = (tmp_path / "n.dat").read_bytes()
    (tmp_path / "n.dat").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match="signal file"):
        list(WfdbSource(tmp_path / "n").packets(1.0))
    (tmp_path / "n.dat").unlink()
    with pytest.raises(BadInput, match="signal file"):
        list(WfdbSource(tmp_path / "n").packets(1.0))


@pytest.mark.shared_data
@pytest.mark.skipif(not (SHARED / "data" / "ecg").is_dir(), reason="../shared/data/ecg is absent")
def test_real_records_are_read_piece_by_piece() -> None:
    source = WfdbSource(SHARED / "data" / "ecg" / "cinc2015" / "a161l")
    assert source.fs == 250.0
    assert sum(len(packet.samples) for packet in source.packets(5.0)) == round(source.seconds * 250)
