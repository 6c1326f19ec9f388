from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations.recorder import MigrationRecorder

from kinfirst.core.errors import BadInput
from kinfirst.project import check_schema, migrate, setup_django

UPDATE = """
import sys
from kinfirst.core.errors import KinfirstError
from kinfirst.project import check_schema, migrate, setup_django
try:
    setup_django(sys.argv[1])
    {act}
except KinfirstError as wrong:
    sys.exit(str(wrong))
"""


def start(url: str, act: str = "migrate(); check_schema()") -> subprocess.Popen[str]:
    path = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        [sys.executable, "-c", UPDATE.format(act=act), url],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out + err


def test_two_first_starts_at_once_make_one_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/k.sqlite3"
    assert [ended(process) for process in (start(url), start(url))] == [(0, ""), (0, "")]


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "k.sqlite3"
    file.write_bytes(b"not a database at all " * 100)
    code, said = ended(start(f"sqlite:///{file}", "migrate()"))
    assert code == 1
    assert said.startswith(f"database {file}: cannot be used: ")
    assert len(said.splitlines()) == 1


def test_reading_never_makes_a_database(tmp_path: Path) -> None:
    code, said = ended(start(f"sqlite:///{tmp_path}/k.sqlite3", "check_schema()"))
    assert code == 1
    assert "there is no such file" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.django_db
def test_a_newer_schema_is_refused_and_untouched() -> None:
    MigrationRecorder.Migration.objects.create(app="people", name="0999_from_the_future")
    for act in (migrate, check_schema):
        with pytest.raises(BadInput, match=r"newer than this program \(people\.0999_from_the_future"):
            act()


@pytest.mark.django_db
def test_an_older_schema_is_refused_by_readers() -> None:
    MigrationRecorder.Migration.objects.filter(app="people").delete()
    with pytest.raises(BadInput, match="older than this program"):
        check_schema()


@pytest.mark.django_db
def test_the_schema_of_the_tests_is_current() -> None:
    migrate()
    check_schema()


def test_setting_up_again_changes_nothing_and_another_database_is_refused() -> None:
    from django.conf import settings

    before = settings.KINFIRST_DB
    setup_django()
    setup_django(before)
    with pytest.raises(BadInput, match="another one is already open"):
        setup_django("sqlite:////tmp/elsewhere.sqlite3")
    with pytest.raises(BadInput, match="KINFIRST_DB"):
        setup_django("nonsense")
    assert before == settings.KINFIRST_DB


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "people", check=True, dry_run=True, verbosity=0)
