"""What is on the disk: no name, no address, under any key but the house's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from kinfirst.core.errors import BrokenRecord
from kinfirst.core.facts import KinRecord
from kinfirst.people import models, registry
from kinfirst.people.contacts import Way, add_contact, contacts
from kinfirst.people.crypto import Key, Keyring
from kinfirst.people.rotation import rotate
from tests.cast import NAMES, Cast

ADDRESS = "Zeedijk 4711, Rotterdam"
GROUND = "a weak heart since childhood"
SECRETS = (*NAMES.values(), ADDRESS, GROUND)

ENTER = """
from kinfirst.project import migrate, setup_django
setup_django()
migrate()
from django.db import connection
from tests.people.test_at_rest import fill
from tests.cast import enter_cast
fill(enter_cast("live"))
with connection.cursor() as cursor:
    cursor.execute("PRAGMA wal_checkpoint(FULL)")
print("entered")
"""


def fill(cast: Cast) -> Cast:
    add_contact(cast.realm, cast.sister, Way(kind="address", text=ADDRESS))
    line = KinRecord(of=cast.cat, person=cast.outsider, relation="parent", do_not_notify=True, teller=cast.sister)
    registry.add_kin(cast.realm, line, ground=GROUND)
    return cast


def stored() -> Iterator[bytes]:
    """Every value in every table of the registry, as bytes."""
    for model in (models.Person, models.Kin, models.Contact, models.Realm, models.Office, models.Event):
        for row in model._default_manager.values_list():
            for value in row:
                yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def forms(secret: str) -> Iterator[bytes]:
    """The ways a name, or a word of it, could lie about in the clear; not so short as to occur by chance."""
    for text in (secret, secret.casefold(), *secret.split()):
        encodings = ("utf-8", "utf-16-le", "utf-16-be", "unicode_escape")
        found = [text.encode(encoding) for encoding in encodings]
        found.append(text.encode().hex().encode())
        yield from (form for form in found if len(form) >= 6)


def found_in(everything: bytes) -> list[str]:
    """The secrets that can be read there."""
    return [secret for secret in SECRETS if any(form in everything for form in forms(secret))]


@pytest.mark.django_db
def test_no_column_holds_a_name(cast: Cast) -> None:
    fill(cast)
    everything = b"\0".join(stored())
    assert cast.sister.encode() in everything
    assert found_in(everything) == []


def test_no_byte_of_the_files_is_a_name(tmp_path: Path) -> None:
    database = tmp_path / "var" / "k.sqlite3"
    path = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": path, "KINFIRST_DB": f"sqlite:///{database}"}
    environment.pop("KINFIRST_KEY_FILE")
    done = subprocess.run([sys.executable, "-c", ENTER], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "entered\n"), done.stderr
    assert {"k.sqlite3", "kinfirst.key"} <= {file.name for file in database.parent.iterdir()}
    assert database.stat().st_mode & 0o077 == 0
    everything = b"".join(file.read_bytes() for file in database.parent.iterdir())
    assert b"anbu" in everything
    assert found_in(everything) == []


def test_the_search_for_names_would_find_one() -> None:
    for secret in SECRETS:
        for form in forms(secret):
            assert found_in(b"\0" * 9 + form)


@pytest.mark.django_db
def test_a_new_key_takes_over_everything(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cast)
    old: Keyring = settings.KINFIRST_KEYRING
    new = Keyring(Key.fresh(), *old.keys.values())
    everybody = {getattr(cast, who): name for who, name in NAMES.items()}
    # Every name, one code name, one address, one ground.
    assert rotate(old, new) == len(NAMES) + 3
    assert rotate(old, new) == 0
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", Keyring(new.current))
    assert registry.names(everybody) == everybody
    assert registry.find(cast.realm, NAMES["cat"]) == [cast.cat]
    assert registry.find_code_name(cast.realm, "cat") == [cast.cat]
    assert contacts(cast.sister) == (Way(kind="address", text=ADDRESS),)
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", old)
    with pytest.raises(BrokenRecord, match=new.current.id.hex()):
        registry.names([cast.cat])


@pytest.mark.django_db
def test_while_keys_change_both_ages_are_found(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    old: Keyring = settings.KINFIRST_KEYRING
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", Keyring(Key.fresh(), *old.keys.values()))
    again = registry.add_person(cast.realm, registry.NewPerson(name=NAMES["hiro"].upper()))
    assert registry.find(cast.realm, NAMES["hiro"]) == sorted([again, cast.hiro])
    assert registry.names([cast.hiro]) == {cast.hiro: NAMES["hiro"]}


@pytest.mark.django_db
def test_a_rotation_that_cannot_read_everything_changes_nothing(cast: Cast) -> None:
    before = list(models.Person.objects.order_by("id").values_list("id", "name_cipher"))
    stranger = Keyring(Key.fresh())
    with pytest.raises(BrokenRecord, match="not among the keys given"):
        rotate(stranger, stranger)
    after = list(models.Person.objects.order_by("id").values_list("id", "name_cipher"))
    assert [(who, bytes(value)) for who, value in before] == [(who, bytes(value)) for who, value in after]
    assert cast.cat in dict(before)
