"""Writers of one SQLite file queue beside it, over all programs."""

from __future__ import annotations

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from django.db import connection, connections

from kinfirst.records import heartbeats, models
from kinfirst.records.errors import RecordUnavailable
from kinfirst.records.writing import LINE, whole
from tests.conformance.house import START

pytestmark = pytest.mark.django_db(transaction=True)
AHEAD = 0.3


def in_line() -> Path | None:
    """The file at which writers queue; None on PostgreSQL, whose rows have queues of their own (test_many_writers)."""
    return Path(f"{connection.settings_dict['NAME']}{LINE}") if connection.vendor == "sqlite" else None


def test_a_writer_waits_for_another_program() -> None:
    line = in_line()
    if line is None:
        return
    order, held, coming = list[str](), Event(), Event()

    def other() -> None:
        # A file that is opened again is another place in the line, in another program or in this one.
        place = os.open(line, os.O_RDONLY | os.O_CREAT)
        fcntl.flock(place, fcntl.LOCK_EX)
        held.set()
        coming.wait()
        Event().wait(AHEAD)
        order.append("the other has written")
        os.close(place)

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(other)
        held.wait()
        coming.set()
        heartbeats.beat("w1", START)
        order.append("this one has written")
        done.result()
    assert order == ["the other has written", "this one has written"]
    assert models.Heartbeat.objects.get().worker == "w1"


def test_nothing_is_kept_in_the_line_and_without_a_place_for_it_writers_go_on() -> None:
    line = in_line()
    if line is None:
        return
    heartbeats.beat("w1", START)
    assert line.read_bytes() == b""
    line.unlink()
    line.mkdir()
    try:
        heartbeats.beat("w2", START)
    finally:
        line.rmdir()
    assert models.Heartbeat.objects.count() == 2


def test_a_writer_that_never_ends_is_said_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    if in_line() is None:
        return
    monkeypatch.setattr("kinfirst.records.writing.PATIENCE", 0.05)

    def other() -> str:
        try:
            heartbeats.beat("w2", START)
        except RecordUnavailable as wrong:
            return str(wrong)
        finally:
            connections.close_all()
        return "written"

    with whole(), ThreadPoolExecutor(1) as thread:
        said = thread.submit(other).result()
    assert said.startswith("the database is held by another program")
    heartbeats.beat("w3", START)
    assert [row.worker for row in models.Heartbeat.objects.all()] == ["w3"]
