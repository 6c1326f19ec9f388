from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kinfirst.core.errors import BadInput, BrokenRecord
from kinfirst.people.crypto import Key, Keyring
from kinfirst.project.keys import add_key, key_path, keys_for, retire_keys


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("KINFIRST_KEY_FILE", "KINFIRST_SECRET_KEY", "KINFIRST_DATA_KEY"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/var/k.sqlite3"


def test_first_use_makes_a_file_only_its_owner_reads(url: str, tmp_path: Path) -> None:
    first = keys_for(url)
    file = tmp_path / "var" / "kinfirst.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["kinfirst.key"]
    again = keys_for(url)
    assert (again.secret, again.ring.current) == (first.secret, first.ring.current)


def test_two_houses_have_two_keys(tmp_path: Path) -> None:
    one, other = keys_for(f"sqlite:///{tmp_path}/a/k.db"), keys_for(f"sqlite:///{tmp_path}/b/k.db")
    assert one.ring.current != other.ring.current
    assert one.secret != other.secret


def test_a_database_without_its_key_file_is_not_given_a_new_one(url: str, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "k.sqlite3").write_bytes(b"SQLite format 3\0")
    with pytest.raises(BadInput, match="missing, but the database"):
        keys_for(url)
    assert not (tmp_path / "var" / "kinfirst.key").exists()


def test_a_file_others_may_read_is_refused(url: str) -> None:
    keys_for(url)
    key_path(url).chmod(0o640)
    with pytest.raises(BadInput, match="chmod 600"):
        keys_for(url)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"\xff\xfe", b'{"version":1,"secret":"s","data":["x"],"more":1}', b"[1]"],
)
def test_a_broken_file_is_one_clear_error(url: str, content: bytes) -> None:
    keys_for(url)
    key_path(url).write_bytes(content)
    with pytest.raises(BadInput, match="not a Kinfirst key file"):
        keys_for(url)


def test_a_file_of_a_later_version_is_refused(url: str) -> None:
    keys_for(url)
    key_path(url).write_bytes(b'{"version":2,"secret":"s","data":[]}')
    with pytest.raises(BadInput, match="version 2"):
        keys_for(url)


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(BadInput, match="cannot be written"):
        keys_for(f"sqlite:///{tmp_path}/var/k.db")


def test_the_environment_comes_first_and_needs_no_file(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current, older = Key.fresh(), Key.fresh()
    monkeypatch.setenv("KINFIRST_SECRET_KEY", "s" * 50)
    monkeypatch.setenv("KINFIRST_DATA_KEY", f"{current.written()},{older.written()}")
    keys = keys_for(url)
    assert keys.ring.current == current
    assert set(keys.ring.keys) == {current.id, older.id}
    assert not list(tmp_path.iterdir())


def test_a_short_secret_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINFIRST_SECRET_KEY", "short")
    with pytest.raises(BadInput, match="KINFIRST_SECRET_KEY: at least 50"):
        keys_for(url)


@pytest.mark.parametrize("text", ["nonsense!", "c2hvcnQ="])
def test_a_bad_key_is_refused_without_repeating_it(text: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINFIRST_DATA_KEY", text)
    with pytest.raises(BadInput) as wrong:
        keys_for(url)
    assert text not in str(wrong.value)


def test_a_new_key_comes_first_and_the_old_one_still_reads(url: str) -> None:
    before = keys_for(url).ring
    sealed = before.seal("Ana", "person.name:1")
    add_key(key_path(url))
    after = keys_for(url).ring
    assert after.current != before.current
    assert after.open(sealed, "person.name:1") == "Ana"
    with pytest.raises(BrokenRecord, match="not among the keys given"):
        Keyring(before.current).open(after.seal("Ana", "person.name:1"), "person.name:1")


def test_a_program_that_runs_takes_the_new_key_from_the_file(url: str) -> None:
    running = keys_for(url).ring
    first = running.current
    fresh = add_key(key_path(url)).current
    assert running.open(keys_for(url).ring.seal("Ana", "person.name:1"), "person.name:1") == "Ana"
    assert running.current == fresh != first
    assert retire_keys(key_path(url)) == 1
    assert retire_keys(key_path(url)) == 0
    assert set(keys_for(url).ring.keys) == {fresh.id}
    assert fresh.index("person.name", "Ana") in running.indexes("person.name", "Ana")
