"""A copy of everything: taken at work, whole or not at all, put back on the database that these tests run on."""

from __future__ import annotations

import io
import json
import os
import secrets
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

MAIN = "import sys; sys.argv[0] = 'kinfirst'; from kinfirst.project.entry import main; main()"
FILL = """
from kinfirst.project import migrate, setup_django
setup_django(); migrate()
from kinfirst.scenarios.simulation.plan import planned
from kinfirst.scenarios.simulation.run import simulate
done = simulate(planned(seed=21, days=1, cases=3, packs=("village",), faults="all"), None)
assert done.broken is None, done.broken
from django.contrib.auth.models import User
User.objects.create_user("astrid", password="a long enough password")
"""
LOOK = """
import json
from kinfirst.project import setup_django
setup_django()
from django.contrib.auth.models import User
from kinfirst.people import models as people, registry
from kinfirst.records import models
ids = sorted(people.Person.objects.values_list("id", flat=True))
print(json.dumps({
    "heads": sorted([row.id, bytes(row.head).hex(), bytes(row.mac).hex()] for row in models.Case.objects.all()),
    "names": registry.names(ids),
    "messages": sorted(map(str, models.Outbox.objects.values_list("id", "state", "not_before", "sequence"))),
    "accounts": [[user.username, user.password] for user in User.objects.all()],
    "people": sorted(map(str, people.Person.objects.values_list("id", "born", "serving", "roles", "away"))),
}))
"""


class House:
    """A database, its key, and the commands run on it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINFIRST_", "DJANGO_"))}
        paths = os.pathsep.join(path for path in sys.path if path)
        self.around = {**kept, "PYTHONPATH": paths, "KINFIRST_KEY_FILE": str(folder / "house.key")}

    def python(self, program: str, url: str | None = None) -> str:
        done = self._run("-c", program, around={**self.around, "KINFIRST_DB": url or self.url})
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kinfirst(self, *asked: str, **around: str) -> subprocess.CompletedProcess[str]:
        return self._run("-c", MAIN, *asked, around=self.around | around)

    def look(self, url: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.python(LOOK, url))
        return found

    def _run(self, *command: str, around: dict[str, str]) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, *command]
        return subprocess.run(
            whole, env=around, cwd=self.folder, capture_output=True, text=True, check=False, timeout=300
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house on SQLite in which a day has passed, and a copy of it."""
    folder = tmp_path_factory.mktemp("backup")
    house = House(folder, f"sqlite:///{folder}/house.sqlite3")
    house.python(FILL)
    done = house.kinfirst("backup", "copy.kinfirst", "--db", house.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the record holds" in done.stdout
    assert "the keys are not in it" in done.stdout
    return house


@pytest.fixture
def empty(house: House, tmp_path: Path) -> Iterator[str]:
    """An empty database of the kind that the suite runs on."""
    server = os.environ.get("KINFIRST_TEST_DB", "")
    if not server.startswith("postgres"):
        yield f"sqlite:///{tmp_path}/empty.sqlite3"
        return
    import psycopg

    name = f"kf_restore_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_what_is_put_back_is_what_there_was(house: House, empty: str) -> None:
    """From SQLite to the database of this run, with every name readable, and on from there to SQLite again."""
    done = house.kinfirst("restore", "copy.kinfirst", "--db", empty)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the record holds" in done.stdout
    assert "--no-send" in done.stdout
    assert house.look(empty) == house.look()
    again = house.kinfirst("restore", "copy.kinfirst", "--db", empty)
    assert again.returncode == 2
    assert "not empty" in again.stderr
    name = f"second{secrets.token_hex(4)}"
    assert house.kinfirst("backup", f"{name}.kinfirst", "--db", empty).returncode == 0
    back = f"sqlite:///{house.folder}/{name}.sqlite3"
    assert house.kinfirst("restore", f"{name}.kinfirst", "--db", back).returncode == 0
    assert house.look(back) == house.look()


def test_a_house_goes_on_where_it_was_put_back(house: House, empty: str) -> None:
    """New rows get numbers of their own, and time passes."""
    assert house.kinfirst("restore", "copy.kinfirst", "--db", empty).returncode == 0
    worked = house.kinfirst("work", "--once", "--no-send", "--db", empty)
    assert worked.returncode == 0, worked.stderr
    assert (
        house.kinfirst("user", "add", "dora", "--realm", "exercise", "--role", "clinician", "--db", empty).returncode
        == 0
    )
    assert house.kinfirst("verify", "--db", empty).returncode == 0


def test_a_copy_is_for_its_owner_and_holds_no_name_and_no_key(house: House) -> None:
    file = house.folder / "copy.kinfirst"
    assert file.stat().st_mode & 0o077 == 0
    key = json.loads((house.folder / "house.key").read_text())
    with zipfile.ZipFile(file) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert not [text for text in (key["secret"], *key["data"]) if text.encode() in content]
    assert not [name for name in house.look()["names"].values() if name.encode() in content]


def test_a_copy_is_never_written_over_another(house: House) -> None:
    before = (house.folder / "copy.kinfirst").read_bytes()
    done = house.kinfirst("backup", "copy.kinfirst", "--db", house.url)
    assert done.returncode == 2
    assert "never written over" in done.stderr
    assert (house.folder / "copy.kinfirst").read_bytes() == before


def one_byte_changed(whole: bytes) -> bytes:
    """In the middle of what the ledgers were packed into."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        entries = archive.getinfo("records_entry.jsonl")
    at = entries.header_offset + 100 + entries.compress_size // 2
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda whole: whole[: len(whole) // 2], "cut short", id="cut short"),
        pytest.param(lambda whole: b"not a copy at all", "no copy", id="something else"),
        pytest.param(one_byte_changed, "another copy", id="a byte of an entry"),
    ],
)
def test_a_damaged_copy_changes_nothing(house: House, empty: str, damage: Any, said: str) -> None:
    file = house.folder / f"damaged{secrets.token_hex(4)}.kinfirst"
    file.write_bytes(damage((house.folder / "copy.kinfirst").read_bytes()))
    done = house.kinfirst("restore", file.name, "--db", empty)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert house.kinfirst("restore", "copy.kinfirst", "--db", empty).returncode == 0


def changed_manifest(house: House, name: str, change: Any) -> str:
    """A copy whose manifest somebody wrote anew."""
    made = house.folder / name
    with zipfile.ZipFile(house.folder / "copy.kinfirst") as old, zipfile.ZipFile(made, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            if member == "manifest.json":
                kept = json.loads(content)
                change(kept["manifest"])
                content = json.dumps(kept).encode()
            new.writestr(member, content)
    return name


def test_who_has_not_the_key_cannot_make_a_copy_that_is_believed(house: House, empty: str) -> None:
    name = changed_manifest(house, "forged.kinfirst", lambda manifest: manifest.update(holds=False))
    done = house.kinfirst("restore", name, "--db", empty)
    assert done.returncode == 2
    assert "another key" in done.stderr
    newer = changed_manifest(house, "form2.kinfirst", lambda manifest: manifest.update(format=2))
    assert "use a newer one" in house.kinfirst("restore", newer, "--db", empty).stderr


def test_the_key_must_be_there_first(house: House, empty: str, tmp_path: Path) -> None:
    absent = tmp_path / "absent.key"
    done = house.kinfirst("restore", "copy.kinfirst", "--db", empty, KINFIRST_KEY_FILE=str(absent))
    assert done.returncode == 2
    assert "put the key file" in done.stderr
    assert not absent.exists()


def test_a_newer_schema_is_refused(house: House, empty: str) -> None:
    """As a later program would have made it: with its own key, of a migration that is not known here."""
    program = """
import zipfile, msgspec
from pathlib import Path
from kinfirst.project import setup_django
setup_django()
from kinfirst.records import backup_file
with backup_file.opened(Path("copy.kinfirst")) as copy:
    manifest = copy.manifest
later = msgspec.structs.replace(manifest, migrations=(*manifest.migrations, ("records", "0999_later")))
with zipfile.ZipFile("copy.kinfirst") as old, zipfile.ZipFile("later.kinfirst", "w") as new:
    for member in old.namelist():
        if member != backup_file.MANIFEST:
            new.writestr(member, old.read(member))
    backup_file.Writer(new).manifest(later)
"""
    house.python(program)
    done = house.kinfirst("restore", "later.kinfirst", "--db", empty)
    assert done.returncode == 2
    assert "newer program" in done.stderr
    assert "records.0999_later" in done.stderr


def test_a_full_disk_leaves_nothing_behind(house: House, tmp_path: Path) -> None:
    target = tmp_path / "full.kinfirst"
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)); {MAIN}"
    done = house._run("-c", limited, "backup", str(target), "--db", house.url, around=house.around)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr or "full" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_does_not_hold_is_copied_and_said_not_to(house: House, empty: str) -> None:
    broken = house.folder / "broken.sqlite3"
    with closing(sqlite3.connect(house.folder / "house.sqlite3")) as one, closing(sqlite3.connect(broken)) as other:
        one.backup(other)
        other.execute("UPDATE records_case SET stage = 'told' WHERE kind = 'case'")
        other.commit()
    done = house.kinfirst("backup", "broken.kinfirst", "--db", f"sqlite:///{broken}")
    assert done.returncode == 1
    assert "does not hold" in done.stdout
    assert house.kinfirst("restore", "broken.kinfirst", "--db", empty).returncode == 1


def test_writers_are_not_kept_waiting(house: House) -> None:
    """A copy reads one moment: what is written meanwhile is not in it, and is not held up."""
    program = """
import sqlite3
from pathlib import Path
from kinfirst.clock import SystemClock
from kinfirst.project import setup_django
setup_django()
from django.conf import settings
from kinfirst.records.backup import backup
before = []
def write(table, rows):
    if not before:
        other = sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=0.2)
        other.execute("INSERT INTO auth_group (name) VALUES ('meanwhile')")
        other.commit()
    before.append(table)
backup(Path("meanwhile.kinfirst"), now=SystemClock().now(), progress=write)
"""
    house.python(program)
    with zipfile.ZipFile(house.folder / "meanwhile.kinfirst") as archive:
        assert b"meanwhile" not in archive.read("auth_group.jsonl")
    with closing(sqlite3.connect(house.folder / "house.sqlite3")) as there:
        there.execute("DELETE FROM auth_group")
        there.commit()
