"""`kinfirst key`: a new key takes over while the house works on, and a run that is killed loses nothing."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kinfirst.people.crypto import Key
from tests.records.crime_scene import environment, opened, played
from tests.records.terminal import RUN, kinfirst, one_line

MANY = 1500
CROWD = f"""
from kinfirst.project import setup_django
setup_django()
from kinfirst.people import registry
registry.add_people("crowd", tuple(registry.NewPerson(name=f"Person {{n}}") for n in range({MANY})))
"""
READ = """
from kinfirst.project import setup_django
setup_django()
from kinfirst.people import registry
from kinfirst.people.models import Person
from kinfirst.records import models, notes
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
names = registry.names(Person.objects.values_list("id", flat=True))
texts = notes.read(models.Note.objects.values_list("token", flat=True))
print(len(names), len(texts), len(registry.find("rehearsal", "hiro tanabe")))
print([decrypt(row.data["secret"]) for row in Authenticator.objects.all()])
"""
SECOND_FACTOR = """
from kinfirst.project import setup_django
setup_django()
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.contrib.auth.models import User
user = User.objects.create(username="hiro")
Authenticator.objects.create(user=user, type="totp", data={"secret": encrypt("JBSWY3DPEHPK3PXP")})
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = played(tmp_path_factory.mktemp("house"))
    python(file, SECOND_FACTOR)
    return file


@pytest.fixture
def copy(house: Path, tmp_path: Path) -> Path:
    shutil.copy(house.with_name("kinfirst.key"), tmp_path / "kinfirst.key")
    return Path(shutil.copy(house, tmp_path / "k.sqlite3"))


def python(database: Path, code: str) -> str:
    key = database.with_name("kinfirst.key")
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(database, key), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def keys_in(database: Path) -> list[str]:
    """The ids of the keys in the key file, the current one first."""
    kept = json.loads(database.with_name("kinfirst.key").read_text())
    return [Key.read(text).id.hex() for text in kept["data"]]


def under(database: Path) -> dict[str, int]:
    """How many names are under which key."""
    with closing(sqlite3.connect(database)) as connection:
        return dict(
            connection.execute("SELECT lower(hex(substr(name_cipher, 2, 4))), count(*) FROM people_person GROUP BY 1")
        )


def test_a_rotation_moves_everything_and_the_old_key_can_go(copy: Path) -> None:
    (old,) = keys_in(copy)
    before = python(copy, READ)
    done = kinfirst(copy, "key", "rotate")
    assert done.returncode == 0, done.stderr
    new, kept = keys_in(copy)
    assert (kept, new == old) == (old, False)
    assert f"new key {new}" in done.stdout
    assert python(copy, READ) == before
    shown = kinfirst(copy, "key", "status")
    assert shown.returncode == 0
    assert "nothing is under an older key" in shown.stdout
    assert re.search(r"people_person\.name_cipher +0 +\d\d? +0", shown.stdout)
    assert kinfirst(copy, "verify").returncode == 0
    assert kinfirst(copy, "key", "retire").stdout == "1 older key taken out of the key file\n"
    assert keys_in(copy) == [new]
    assert python(copy, READ) == before
    assert kinfirst(copy, "verify").returncode == 0
    assert kinfirst(copy, "key", "retire").stdout == "there is no older key\n"


def test_no_place_where_a_key_is_used_is_forgotten(copy: Path) -> None:
    """The old key's id is nowhere in the rows any more, and nothing needs it to be read or to hold."""
    (old,) = keys_in(copy)
    kinfirst(copy, "key", "rotate")
    kinfirst(copy, "key", "retire")
    with closing(sqlite3.connect(copy)) as connection:
        connection.text_factory = bytes
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f"SELECT * FROM {table.decode()}"):
                assert not any(isinstance(v, bytes) and v[1:5] == bytes.fromhex(old) for v in row), table


def test_a_second_factor_is_sealed_under_the_label_it_is_read_with() -> None:
    from kinfirst.people.rotation import SECOND_FACTOR as LABEL
    from kinfirst.project.signin import SECRET

    assert LABEL == SECRET


def test_killed_in_the_middle_it_goes_on_with_the_same_key(copy: Path) -> None:
    python(copy, CROWD)
    before = python(copy, READ)
    (old,) = keys_in(copy)
    running = subprocess.Popen(
        [sys.executable, "-c", RUN, "key", "rotate"],
        env=environment(copy, copy.with_name("kinfirst.key")),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while len(under(copy)) < 2:
        assert running.poll() is None, "it was over before it could be killed"
    running.send_signal(signal.SIGKILL)
    running.wait()
    moved = under(copy)
    assert set(moved) == set(keys_in(copy))
    assert 0 < moved[old] < MANY
    assert python(copy, READ) == before
    assert "are under an older key" in kinfirst(copy, "key", "status").stdout
    refused = kinfirst(copy, "key", "retire")
    assert (refused.returncode, "run kinfirst key rotate first" in refused.stdout) == (1, True)
    new = keys_in(copy)[0]
    again = kinfirst(copy, "key", "rotate")
    assert again.returncode == 0, again.stderr
    assert f"going on with key {new}" in again.stdout
    assert keys_in(copy) == [new, old]
    assert set(under(copy)) == {new}
    assert python(copy, READ) == before
    assert kinfirst(copy, "verify").returncode == 0


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE records_case SET stage = 'closed' WHERE kind = 'case'", "records_case "),
        ("UPDATE people_person SET roles = '[\"authority\"]'", "people_person "),
        (
            "UPDATE people_person SET name_cipher = CAST(substr(name_cipher, 1, 40) || x'000000' AS BLOB)",
            "person.name:",
        ),
    ],
)
def test_what_was_changed_is_never_blessed_with_a_new_digest(copy: Path, damage: str, named: str) -> None:
    with opened(copy) as connection:
        connection.execute(damage)
    done = kinfirst(copy, "key", "rotate")
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("kinfirst: ")]
    assert named in line
    assert "was changed" in line
    assert kinfirst(copy, "verify").returncode == 1


def test_keys_of_the_environment_are_not_ours_to_change(copy: Path) -> None:
    kept = json.loads(copy.with_name("kinfirst.key").read_text())
    old, new = kept["data"][0], Key.fresh().written()
    line = one_line_of(kinfirst(copy, "key", "rotate", extra={"KINFIRST_DATA_KEY": old}))
    assert "KINFIRST_DATA_KEY: holds the keys" in line
    assert old not in line
    done = kinfirst(copy, "key", "rotate", extra={"KINFIRST_DATA_KEY": f"{new},{old}"})
    assert done.returncode == 0, done.stderr
    assert set(under(copy)) == {Key.read(new).id.hex()}
    assert kinfirst(copy, "verify", extra={"KINFIRST_DATA_KEY": new}).returncode == 0
    assert "the key file is not that of this database" in one_line(kinfirst(copy, "verify"))


def test_values_under_a_key_that_is_not_at_hand_are_counted(copy: Path) -> None:
    with opened(copy) as connection:
        connection.execute("UPDATE records_heartbeat SET mac = zeroblob(32)")
    done = kinfirst(copy, "key", "status")
    assert done.returncode == 1
    assert re.search(r"records_heartbeat\.mac +0 +1", done.stdout)


def one_line_of(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    return line
