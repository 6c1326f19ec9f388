"""The alarm log is only added to, knows an alarm told twice, and survives a crash in the middle of a line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kinfirst.bedside.alarm_log import AlarmLog, read_log
from kinfirst.bedside.alarm_shapes import Entry
from kinfirst.core.errors import BadInput

NOW = datetime(2026, 3, 2, 14, 35, tzinfo=UTC)


def entry(what: str = "raised", *, bed: str = "3", second: int = 0) -> Entry:
    return Entry(at=NOW, bed=bed, what=what, kind="asystole", onset=NOW.replace(second=second))


def test_an_alarm_told_twice_is_one_line() -> None:
    log = AlarmLog()
    assert [each.seq for each in log.add([entry(), entry(), entry(bed="4"), entry(second=9)])] == [1, 2, 3]
    assert log.add([entry()]) == []
    assert [each.seq for each in log.add([entry("ended"), entry("ended")])] == [4, 5]
    assert [each.seq for each in log.since(3)] == [4, 5]


def test_memory_is_bounded() -> None:
    log = AlarmLog(room=10)
    for second in range(50):
        log.add([entry(second=second)])
    assert [each.seq for each in log.since(0)] == list(range(41, 51))


def test_the_file_holds_all_and_a_new_log_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "alarms.jsonl"
    AlarmLog(path=path).add([entry(), entry("ended")])
    with path.open("ab") as file:
        file.write(b'{"seq":3,"entry":{"at":"2026-')
    again = AlarmLog(path=path)
    assert again.add([entry()]) == []
    assert [each.seq for each in again.add([entry(second=30)])] == [3]
    assert [each.seq for each in read_log(path)] == [1, 2, 3]


def test_another_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sakura,\n")
    with pytest.raises(BadInput, match="line 1"):
        AlarmLog(path=path)
    assert path.read_text() == "Dear Sakura,\n"
