"""What every test shares: the database it runs on, and the cast.

KINFIRST_TEST_DB names the server or the file (`postgresql:///kinfirst_test`); by default a SQLite file in a
folder of its own. Tests never touch the database named there, but one called `test_...` beside it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest

# Before anything reads Django's settings: they are read once.
FOLDER = Path(tempfile.mkdtemp(prefix="kinfirst-tests-"))
# A worker of xdist inherits what its controller has set here; every process chooses anew.
if os.environ.get("DJANGO_SETTINGS_MODULE") and "PYTEST_XDIST_WORKER" not in os.environ:
    raise pytest.UsageError("unset DJANGO_SETTINGS_MODULE: it loads the settings before the tests choose a database")
os.environ["DJANGO_SETTINGS_MODULE"] = "kinfirst.project.settings"
os.environ["KINFIRST_DB"] = os.environ.get("KINFIRST_TEST_DB") or f"sqlite:///{FOLDER}/kinfirst.sqlite3"
os.environ["KINFIRST_KEY_FILE"] = str(FOLDER / "kinfirst.key")
for variable in ("KINFIRST_SECRET_KEY", "KINFIRST_DATA_KEY", "KINFIRST_HOSTS", "KINFIRST_DEBUG"):
    os.environ.pop(variable, None)
django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A SQLite test database is a file: in memory it would have neither WAL nor a second connection."""
    from django.conf import settings

    database: dict[str, Any] = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A folder for each process, so that workers of xdist never meet.
        database.setdefault("TEST", {})["NAME"] = str(FOLDER / "test_kinfirst.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def committed_rows_can_be_emptied() -> Iterator[None]:
    """After a test that commits, its rows go, whatever the record's triggers say; and before the first test there
    is a key file, for the processes that tests start."""
    from django.test import TransactionTestCase

    from kinfirst.project.keys import keys_for
    from tests.plugins.committed import emptied

    # A worker of xdist may have read the settings with the file of its controller, before it had one of its own.
    keys_for(os.environ["KINFIRST_DB"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied(TransactionTestCase._fixture_teardown))
        yield


@pytest.fixture
def cast(db: None) -> Any:
    """Sakura (head medic), Mirani (trainee), Hiro (cover), Kakashi (leader), an outsider; Cat and a sister."""
    from tests.cast import enter_cast

    return enter_cast()
