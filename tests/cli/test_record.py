"""`kinfirst verify`, `seal` and `proof` in a terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.records.crime_scene import opened, played
from tests.records.terminal import kinfirst, one_line


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("house"))


@pytest.fixture
def copy(house: Path, tmp_path: Path) -> Path:
    shutil.copy(house.with_name("kinfirst.key"), tmp_path / "kinfirst.key")
    return Path(shutil.copy(house, tmp_path / "k.sqlite3"))


def test_a_record_that_holds_is_zero_and_says_what_was_looked_at(house: Path) -> None:
    done = kinfirst(house, "verify")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("3 ledgers, ")
    assert "1 ledger has moved since the last seal" in lines
    assert "1 note was erased; its token stands" in lines
    assert lines[-1] == "the record holds"


def test_what_does_not_hold_is_one_and_named_first(copy: Path) -> None:
    with opened(copy) as connection:
        connection.execute("UPDATE records_entry SET actor = 'mallory' WHERE seq = 3")
        connection.execute("DELETE FROM records_note")
        connection.execute("UPDATE records_outbox SET attempts = 99")
    done = kinfirst(copy, "verify")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("does not hold case Delta (")
    assert "entry 3: records_entry 3: was changed" in lines[0]
    assert sum(line.startswith("does not hold") for line in lines) == 20
    assert any(line.startswith("and ") and line.endswith("more: --all shows them") for line in lines)
    shown = kinfirst(copy, "verify", "--all").stdout.splitlines()
    assert sum(line.startswith("does not hold") for line in shown) > 20


def test_a_seal_is_signed_once_for_what_there_is(copy: Path) -> None:
    first, second = kinfirst(copy, "seal"), kinfirst(copy, "seal")
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.startswith("seal 3: 3 ledgers, root ")
    assert first.stdout.splitlines()[1].startswith("key ")
    assert second.stdout == "nothing has happened since the last seal\n"
    assert "moved since the last seal" not in kinfirst(copy, "verify").stdout


def test_a_proof_goes_out_and_is_checked_without_a_database(house: Path, tmp_path: Path) -> None:
    printed = kinfirst(house, "proof", "Delta")
    file = tmp_path / "delta.json"
    written = kinfirst(house, "proof", "delta", "--out", str(file))
    assert (printed.returncode, written.returncode) == (0, 0)
    assert json.loads(printed.stdout) == json.loads(file.read_text())
    assert str(file) in written.stderr
    away = tmp_path / "elsewhere" / "none.sqlite3"
    away.parent.mkdir()
    done = kinfirst(away, "proof", "--check", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert "none changed" in done.stdout
    assert "sealed up to entry " in done.stdout
    assert "key " in done.stdout
    assert not list(away.parent.iterdir())


def test_the_key_of_a_proof_is_that_of_the_seal(copy: Path, tmp_path: Path) -> None:
    """What is read out over the telephone is the same on both sides."""
    sealed = kinfirst(copy, "seal").stdout.splitlines()[1]
    kinfirst(copy, "proof", "Delta", "--out", str(tmp_path / "p.json"))
    assert sealed in kinfirst(copy, "proof", "--check", str(tmp_path / "p.json")).stdout.splitlines()


def test_a_proof_that_was_changed_is_one(house: Path, tmp_path: Path) -> None:
    document = json.loads(kinfirst(house, "proof", "Delta").stdout)
    document["entries"][4]["actor"] = "mallory"
    file = tmp_path / "forged.json"
    file.write_text(json.dumps(document))
    done = kinfirst(house, "proof", "--check", str(file))
    assert done.returncode == 1
    assert done.stdout.startswith("does not hold case ")
    assert "entry 5: was changed" in done.stdout


def test_a_sealed_casualty_stays_unnamed_in_a_proof(house: Path) -> None:
    from tests.cast import NAMES

    printed = kinfirst(house, "proof", "Delta").stdout
    assert not [name for name in NAMES.values() if name in printed or name.split()[0] in printed]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a proof"),
        (b"\xff\xfe", "not a proof"),
        (b"[]", "not a proof"),
        (b'{"format": 9, "case": "x", "alias": "", "entries": []}', "format 9"),
        (b'{"format": 1, "case": "x", "alias": "", "entries": [], "more": 1}', "unknown field"),
    ],
)
def test_a_file_that_is_no_proof_is_one_line(house: Path, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "p.json"
    file.write_bytes(content)
    line = one_line(kinfirst(house, "proof", "--check", str(file)))
    assert line.startswith(f"{file}: ")
    assert said in line


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("proof",), "either a case or --check FILE"),
        (("proof", "Delta", "--check", "p.json"), "either a case or --check FILE"),
        (("proof", "nobody"), "there is no such case"),
        (("proof", "--check", "no/such/file.json"), "No such file"),
        (("proof", "Delta", "--out", "no/such/folder/p.json"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line(house: Path, args: tuple[str, ...], said: str) -> None:
    assert said in one_line(kinfirst(house, *args))
