"""`kinfirst rehearse` as somebody runs it: lines, JSON, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plays import PLAYS

PLAY = PLAYS / "rule-r25-twenty-four-hundred.toml"


def rehearse(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINFIRST_", "DJANGO_"))}
    command = [sys.executable, "-c", "from kinfirst.project.entry import main; main()", "rehearse"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120, env=kept
    )


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = PLAY.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "changed.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_a_play_that_holds() -> None:
    done = rehearse(PLAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ok ")


def test_a_wrong_expectation_says_step_expected_and_got(tmp_path: Path) -> None:
    done = rehearse(changed(tmp_path, 'refused = ["R25"]', 'refused = ["R14"]'))
    assert done.returncode == 1
    assert "step " in done.stdout
    assert "expected: refused by R14" in done.stdout
    assert "came:     refused by " in done.stdout
    assert "R25" in done.stdout


def test_a_broken_file_says_file_line_and_key_and_the_others_are_played(tmp_path: Path) -> None:
    broken = changed(tmp_path, "policy", "polciy")
    done = rehearse(broken, PLAY)
    assert done.returncode == 2
    assert f"{broken}:" in done.stderr
    assert "polciy" in done.stderr
    assert done.stdout.startswith("ok ")


def test_json_has_one_object_a_scenario(tmp_path: Path) -> None:
    done = rehearse("--json", PLAY, changed(tmp_path, 'refused = ["R25"]', "refused = []"), tmp_path / "absent.toml")
    shown = json.loads(done.stdout)
    assert done.returncode == 2
    assert [set(one) for one in shown] == [{"file", "title", "ok", "steps", "told", "failure"}] * 3
    assert [one["ok"] for one in shown] == [True, True, False]
    assert shown[2]["failure"]["unreadable"]


def test_a_folder_and_another_pack(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(PLAY.read_text(encoding="utf-8"), encoding="utf-8")
    assert rehearse(tmp_path).returncode == 0
    assert rehearse("--policy", tmp_path / "absent.toml", tmp_path).returncode == 2


def test_the_timeline_says_who_knew_what_when() -> None:
    done = rehearse("--timeline", PLAYS / "the-night.toml")
    assert "who knew" in done.stdout
    assert "kakashi" in done.stdout
    assert "Hatake" not in done.stdout


def test_a_database_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "not.sqlite3"
    file.write_bytes(b"this is no database at all, it is a letter\n" * 40)
    done = rehearse("--db", f"sqlite:///{file}", PLAY)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.postgres
def test_it_plays_on_postgresql() -> None:
    url = os.environ.get("KINFIRST_TEST_POSTGRES")
    if url is None:
        pytest.skip("KINFIRST_TEST_POSTGRES names no server")
    import psycopg
    from psycopg import sql

    name = f"kinfirst_rehearse_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            done = rehearse("--db", url.rsplit("/", 1)[0] + f"/{name}", PLAY, PLAYS / "the-night.toml")
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("ok ") == 2
