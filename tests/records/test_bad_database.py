"""Databases that cannot be used: one clear line, the right exit code, and nothing half-written."""

from __future__ import annotations

import resource
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, transaction

from kinfirst.people.crypto import Key
from kinfirst.records import queries
from kinfirst.records.errors import RecordUnavailable
from kinfirst.records.verify import verify
from tests.cast import Cast
from tests.conformance.house import House, Line
from tests.records.crime_scene import Inspector, opened
from tests.records.terminal import kinfirst, one_line


@pytest.fixture
def copy(scene: Path, tmp_path: Path) -> Path:
    shutil.copy(scene.with_name("kinfirst.key"), tmp_path / "kinfirst.key")
    file = Path(shutil.copy(scene, tmp_path / "k.sqlite3"))
    # As a house leaves it that was shut down well: in the mode it is opened in.
    run(file, "PRAGMA journal_mode=WAL")
    return file


def truncated(file: Path) -> None:
    raw = file.read_bytes()
    file.write_bytes(raw[: len(raw) // 2])


def not_a_database(file: Path) -> None:
    file.write_bytes(b"Dear colleague, please find the database attached. " * 200)


def newer(file: Path) -> None:
    run(file, "INSERT INTO django_migrations (app, name, applied) VALUES ('records', '0999_later', '2026-01-01')")


def older(file: Path) -> None:
    run(file, "DELETE FROM django_migrations WHERE app = 'records' AND name > '0001_z'")


def gone(file: Path) -> None:
    file.unlink()


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def open_key(file: Path) -> None:
    file.with_name("kinfirst.key").chmod(0o644)


def no_key(file: Path) -> None:
    file.with_name("kinfirst.key").unlink()


def broken_key(file: Path) -> None:
    file.with_name("kinfirst.key").write_text("kinfirst")


def another_key(file: Path) -> None:
    key = file.with_name("kinfirst.key")
    key.write_text(f'{{"version":1,"secret":"{"s" * 60}","data":["{Key.fresh().written()}"]}}')


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "truncated": (truncated, "cannot be used: database disk image is malformed"),
    "not a database": (not_a_database, "cannot be used: file is not a database"),
    "newer": (newer, "newer than this program (records.0999_later"),
    "older": (older, "older than this program"),
    "gone": (gone, "there is no such file"),
    "a folder": (a_folder, "cannot be used: unable to open database file"),
    "key open to others": (open_key, "chmod 600"),
    "no key": (no_key, "missing, but the database"),
    "broken key": (broken_key, "not a Kinfirst key file"),
    "another key": (another_key, "the key file is not that of this database"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["verify", "seal"])
def test_a_database_that_cannot_be_used_is_one_line(copy: Path, command: str, name: str) -> None:
    ruin, said = BAD[name]
    ruin(copy)
    before = sorted((path.name, path.read_bytes()) for path in copy.parent.iterdir() if path.is_file())
    assert said in one_line(kinfirst(copy, command))
    after = [(path.name, path.read_bytes()) for path in copy.parent.iterdir() if path.is_file()]
    assert sorted(pair for pair in after if not pair[0].endswith(("-shm", "-wal"))) == before


def test_a_folder_that_is_not_there_is_not_made(copy: Path) -> None:
    missing = copy.parent / "nowhere" / "k.sqlite3"
    said = one_line(kinfirst(copy, "verify", "--db", f"sqlite:///{missing}"))
    assert "there is no such file" in said
    assert not missing.parent.exists()


@pytest.mark.django_db
def test_a_database_that_may_only_be_read_is_not_written(cast: Cast) -> None:
    """A file without the right to write it, a server that is a copy: the database says so, and we in one sentence."""
    house = House(cast)
    case = house.open()
    entries = len(queries.entries(case))
    lite = connection.vendor == "sqlite"
    try:
        with pytest.raises(RecordUnavailable, match=r"may not be written|takes no writing"):
            give_to_one_that_only_reads(house, "PRAGMA query_only = ON" if lite else "SET TRANSACTION READ ONLY")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF" if lite else "SELECT 1")
    assert len(queries.entries(case)) == entries
    assert verify().ok


@pytest.mark.parametrize("room", [0, 1, 8])
def test_a_full_disk_writes_all_or_nothing(copy: Path, inspector: Inspector, room: int) -> None:
    """The file may not grow by more than so many pages: each write past that fails as on a full disk."""
    with opened(copy) as connection:
        connection.execute("DELETE FROM records_seal")
        connection.execute("DELETE FROM records_tally WHERE name = 'seals'")
    before = inspector.verify(copy)
    limit = 4096 * room + 100
    done = kinfirst(copy, "seal", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    if done.returncode:
        assert any(word in one_line(done) for word in ("disk", "full", "limit"))
        assert inspector.verify(copy).out == before.out
    else:
        assert "seal 1" in done.stdout


@pytest.mark.django_db
def test_a_full_database_refuses_a_command_whole(cast: Cast) -> None:
    """SQLite's own limit, in the middle of a night: the command is refused in one sentence, the ledger is as it was,
    and once there is room the same command is done."""
    if connection.vendor != "sqlite":
        return  # a server's disk is not ours to fill; what it says is turned into the same sentence (errors.py)
    house = House(cast)
    case = house.open()
    entries = len(queries.entries(case))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        with pytest.raises(RecordUnavailable, match="disk of the database is full"):
            until_full(house)
        cursor.execute("PRAGMA max_page_count = 1073741823")
    written = len(queries.entries(case)) - entries
    assert house.do(Line(6, "sakura", "chart", {"text": "room again"})).refusal is None
    assert len(queries.entries(case)) == entries + written + 1
    report = verify()
    assert report.ok, report.first_wrong


def give_to_one_that_only_reads(house: House, only: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(only)
        house.do(Line(5, "sakura", "chart", {"text": "not written"}))


def until_full(house: House) -> None:
    for number in range(100):
        house.do(Line(5, "sakura", "chart", {"text": f"{number}" * 9_000}))


def run(file: Path, sql: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(sql)
        connection.commit()
