"""A played database to break, and `kinfirst verify` run on what is left of it.

The play is made once, in a process of its own, on a file of its own. Each test gets a copy, drops the triggers as
an intruder would, and does the damage. `Inspector` is one process that runs the real command again and again: what
it prints, and its exit code, is what a person in a terminal gets.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

# Tables that are not part of the record, and why a byte of them may change unseen.
NOT_THE_RECORD = {
    "account_emailaddress": "sign-in: an address to sign in with; allauth writes it",
    "account_emailconfirmation": "sign-in: allauth's own, lives for minutes",
    "auth_group": "Django's own; roles are those of people_person, which is covered",
    "auth_group_permissions": "Django's own; never asked",
    "auth_permission": "Django's own; never asked",
    "auth_user": "sign-in: changes with each sign-in; what an account may do is its person's, which is covered",
    "auth_user_groups": "Django's own; never asked",
    "auth_user_user_permissions": "Django's own; never asked",
    "api_knock": "throttling: changes with each request, forgotten within the hour",
    "records_remembered": "throttling: changes with each request, forgotten within the hour",
    "web_bedcase": "which case lies in a bed: what the bed reports of it stands in the ledger",
    "web_doorkey": "public keys of telephones: what they sign is judged and stands in the ledger",
    "web_doortap": "what arrived from a door: what it led to stands in the ledger",
    "django_content_type": "Django's own; never asked",
    "django_migrations": "which schema this is: another name is refused with exit code 2, the moment says nothing",
    "django_session": "sign-in: changes with each request; a session is signed and holds no rights",
    "mfa_authenticator": "sign-in: changes with each use; a changed secret does not open, and lets nobody in",
    "people_distance": "hours on the way, believed for half a day: they order a list, and change nothing that is done",
    "people_token": "sign-in: changes with each use; only a digest is kept, a changed one lets nobody in",
    "socialaccount_socialaccount": "sign-in through another house: allauth writes it",
    "socialaccount_socialapp": "sign-in through another house: allauth writes it",
    "socialaccount_socialtoken": "sign-in through another house: allauth writes it",
    "sqlite_sequence": "SQLite's own: which number comes next",
}

SHORTEST_FOUND = 16

PLAY = """
import sys
from kinfirst.project import migrate, setup_django
setup_django()
migrate()
from tests.records.crime_scene import fill
fill()
"""
INSPECT = """
import sys
from kinfirst.project import setup_django
setup_django()
from tests.records.crime_scene import inspect
for line in sys.stdin:
    print(inspect(line.strip()), flush=True)
"""


class Seen(NamedTuple):
    """What a person sees: the exit code, and every line of both streams."""

    code: int
    out: list[str]
    err: list[str]


class Damage(NamedTuple):
    """One value that was changed."""

    table: str
    column: str
    row: int
    before: Any
    after: Any


def environment(database: Path, key: Path) -> dict[str, str]:
    path = os.pathsep.join(path for path in sys.path if path)
    return {
        **os.environ,
        "PYTHONPATH": path,
        "KINFIRST_DB": f"sqlite:///{database}",
        "KINFIRST_KEY_FILE": str(key),
        "COLUMNS": "200",
    }


def played(folder: Path) -> Path:
    """A database in which every table has rows, as one file without a log beside it."""
    file, key = folder / "played.sqlite3", folder / "kinfirst.key"
    done = subprocess.run(
        [sys.executable, "-c", PLAY], env=environment(file, key), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    return file


class Inspector:
    """A process that runs `kinfirst verify` on any file it is told."""

    def __init__(self, scene: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", INSPECT],
            env=environment(scene, scene.with_name("kinfirst.key")),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def verify(self, file: Path) -> Seen:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{file}\n")
        self._process.stdin.flush()
        return Seen(*json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate()


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """The file without its guards: triggers gone, checks and keys between tables switched off."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.text_factory = bytes
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute("PRAGMA synchronous=OFF")
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name.decode()}")
        yield connection
        for _, sql in guards:
            connection.execute(sql.decode())


def tables(file: Path) -> dict[str, list[str]]:
    """Every table of the schema with its columns."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for name in sorted(names)}


def contents(file: Path, schema: dict[str, list[str]]) -> dict[str, list[Any]] | None:
    """Every value of every table of the record; None when SQLite cannot read them all."""
    found: dict[str, list[Any]] = {}
    try:
        for table, columns in schema.items():
            if table not in NOT_THE_RECORD:
                listed = ", ".join(f'"{column}"' for column in columns)
                with closing(sqlite3.connect(file)) as connection:
                    connection.text_factory = bytes
                    found[table] = connection.execute(f"SELECT {listed} FROM {table} NOT INDEXED").fetchall()
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return None
    return found


def places_of(file: Path, schema: dict[str, list[str]]) -> list[tuple[int, int]]:
    """Where in the file values of the record stand, as first byte and length: those long enough to be found."""
    raw = file.read_bytes()
    rows = (value for rows in (contents(file, schema) or {}).values() for row in rows for value in row)
    wanted = {bytes(value) for value in rows if isinstance(value, bytes) and len(value) >= SHORTEST_FOUND}
    return sorted((raw.find(value), len(value)) for value in wanted if value in raw)


def one_byte(connection: sqlite3.Connection, table: str, column: str, chance: random.Random) -> Damage | None:
    """Changes one bit of one value of that column; None when the column holds nothing, or no row may hold it."""
    query = f'SELECT rowid, "{column}" FROM {table} WHERE length("{column}") > 0'
    rows = connection.execute(query).fetchall()
    chance.shuffle(rows)
    for row, before in rows:
        mark, after = _changed(before, chance)
        try:
            connection.execute(f'UPDATE {table} SET "{column}" = {mark} WHERE rowid = ?', [after, row])
        except sqlite3.IntegrityError:
            continue
        return Damage(table, column, row, before, after)
    return None


def _changed(value: Any, chance: random.Random) -> tuple[str, Any]:
    """How the value is written, and the value with one bit turned."""
    if isinstance(value, int):
        return "?", value ^ (1 << chance.randrange(max(1, min(62, value.bit_length() + 1))))
    # Text comes as bytes: which of the two it is, its first byte cannot say, so both are written as they were.
    raw = bytearray(value)
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return "CAST(? AS TEXT)" if _is_text(value) else "?", bytes(raw)


def _is_text(value: bytes) -> bool:
    try:
        return value.decode().isprintable()
    except UnicodeDecodeError:
        return False


def fill() -> None:
    """Every table of the record with rows in it: the night, and whatever the night does not touch."""
    from datetime import timedelta

    from kinfirst.core.facts import KinRecord
    from kinfirst.people import identifiers, registry
    from kinfirst.people import models as people
    from kinfirst.people.contacts import Way, add_contact
    from kinfirst.records import claims, heartbeats, models, notes, seals
    from tests.cast import enter_cast
    from tests.conformance.house import NIGHT, START, House, Line
    from tests.interop.hl7v2.messages import MSH, message
    from tests.records.intake_desk import DEAD, bring, enter

    cast = enter_cast()
    house = House(cast)
    registry.add_event(cast.realm, "convoy", [cast.cat, cast.outsider], closed=True)
    registry.set_care(cast.realm, cast.sakura, [cast.outsider])
    add_contact(cast.realm, cast.sister, Way(kind="phone", text="+31 20 555 0199"))
    number = identifiers.Identifier(kind="MR", authority="village", value="4711")
    identifiers.add_identifier(cast.realm, cast.cat, number)
    quiet = KinRecord(of=cast.outsider, person=cast.hiro, relation="parent", do_not_notify=True, teller=cast.sister)
    registry.add_kin(cast.realm, quiet, ground="a weak heart")
    people.Change.objects.create(
        realm=cast.realm, at=START, by=cast.sakura, kind="person", what="added", about=cast.cat
    )
    people.Roster.objects.create(realm_id=cast.realm, name="nights", calendar="BEGIN:VCALENDAR", entered=START)
    list(house.play(NIGHT[:-3]))
    keep_older()
    list(house.play(NIGHT[-3:]))
    house.do(Line(182, "sakura", "chart", {"text": "with a key"}, None), key="phone-1")
    given = {"illness": "stable", "summary": "quiet", "actions": "rounds", "contingency": "call the desk"}
    cover = {"patients": ["outsider"], "to": "hiro", "until": "2026-03-03T08:00:00+09:00", "recall": "any"}
    assert house.do(Line(183, "sakura", "hand_over", {**cover, "ipass": given})).refusal is None
    bring(message(MSH, DEAD), enter("ward"))
    seals.seal(START + timedelta(hours=4))
    house.do(Line(190, "sakura", "chart", {"text": "after the first seal"}))
    seals.seal(START + timedelta(hours=5))
    house.do(Line(191, "hiro", "chart", {"text": "after the second seal"}))
    heartbeats.beat("worker-1", START)
    assert claims.claim_outbox(START + timedelta(hours=5), "worker-1", 3, timedelta(minutes=1))
    assert claims.claim_due(START + timedelta(days=9), "worker-1", 1, timedelta(minutes=1))
    assert notes.erase(models.Note.objects.order_by("token").values_list("token", flat=True)[0], by="x", at=START)


def keep_older() -> None:
    """A copy of the database as it stands, beside it, for whoever wants to put something back."""
    from django.db import connection

    file = Path(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file.with_name("older.sqlite3"))])


def inspect(file: str) -> str:
    """Runs `kinfirst verify --all` on that file in this process, and says what a person would see."""
    import io
    from contextlib import redirect_stderr, redirect_stdout

    from django.db import connection

    from kinfirst.project import entry

    connection.close()
    connection.settings_dict["NAME"] = file
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["kinfirst", "verify", "--all"]
    code: Any = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            entry.main()
        except SystemExit as end:
            code = end.code or 0
        except BaseException as wrong:  # noqa: BLE001  (a traceback is what the tests look for)
            code, _ = "traceback", err.write(f"{type(wrong).__name__}: {wrong}")
    connection.close()
    return json.dumps([code, out.getvalue().splitlines(), err.getvalue().splitlines()])
