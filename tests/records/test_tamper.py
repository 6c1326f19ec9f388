"""Nothing in the record can be changed without being found (R59): `kinfirst verify` on a database that somebody
edited by hand. SQLite files, for a file is what an intruder has; the checks are the same on PostgreSQL."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.records.crime_scene import (
    NOT_THE_RECORD,
    Inspector,
    Seen,
    contents,
    one_byte,
    opened,
    places_of,
    tables,
)

NAMED = re.compile(r"^does not hold case \S.* entry \d+: \w+ .+: .+")
SEEDS = range(60)
FLIPS = range(150)


@pytest.fixture
def copy(scene: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(scene, tmp_path / "k.sqlite3"))


def assert_found(seen: Seen, about: object) -> None:
    assert (seen.code, seen.err) == (1, []), (about, seen)
    wrong = [line for line in seen.out if line.startswith("does not hold")]
    assert wrong, about
    assert NAMED.match(wrong[0]), (about, wrong)
    assert all(NAMED.match(line) or "database file as a whole" in line for line in wrong), (about, wrong)
    assert "the record holds" not in seen.out


def test_untouched_it_holds(scene: Path, inspector: Inspector) -> None:
    seen = inspector.verify(scene)
    assert (seen.code, seen.err, seen.out[-1]) == (0, [], "the record holds"), seen


def test_every_table_is_covered_or_named_with_the_reason(scene: Path) -> None:
    there = tables(scene)
    covered = set(there) - set(NOT_THE_RECORD)
    assert all(name.startswith(("records_", "people_")) for name in covered), covered
    with closing(sqlite3.connect(scene)) as connection:
        empty = {name for name in covered if not connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()}
    assert empty == set(), "the play must put something into every table that is tried"


def test_one_byte_of_any_column_of_any_table(scene: Path, inspector: Inspector, tmp_path: Path) -> None:
    tried = 0
    for table, columns in tables(scene).items():
        for column in columns if table not in NOT_THE_RECORD else ():
            file = Path(shutil.copy(scene, tmp_path / "k.sqlite3"))
            with opened(file) as connection:
                damage = one_byte(connection, table, column, random.Random(f"{table}.{column}"))
            if damage is not None:
                assert_found(inspector.verify(file), damage)
                tried += 1
    assert tried > 150


@pytest.mark.parametrize("seed", SEEDS)
def test_one_byte_anywhere(copy: Path, inspector: Inspector, seed: int) -> None:
    chance = random.Random(seed)
    places = [(table, c) for table, columns in tables(copy).items() if table not in NOT_THE_RECORD for c in columns]
    damage = None
    with opened(copy) as connection:
        while damage is None:
            damage = one_byte(connection, *chance.choice(places), chance)
    assert_found(inspector.verify(copy), damage)


def test_one_bit_of_the_file(scene: Path, inspector: Inspector, tmp_path: Path) -> None:
    """A bit turned in the file itself. It may fall into free space, into an index or into a table that is not part
    of the record: then the contents are the same as before, and `verify` may hold (an index that contradicts its
    table is found). Wherever a value of the record changed, or cannot be read, it must not."""
    schema = tables(scene)
    before, size = contents(scene, schema), scene.stat().st_size
    chance = random.Random(1437)
    changed = 0
    places = places_of(scene, schema)
    for number in FLIPS:
        file = Path(shutil.copy(scene, tmp_path / "k.sqlite3"))
        start, length = chance.choice(places) if number % 2 else (0, size)
        offset = start + chance.randrange(length)
        raw = bytearray(file.read_bytes())
        raw[offset] ^= 1 << chance.randrange(8)
        file.write_bytes(raw)
        seen = inspector.verify(file)
        assert seen.code in (0, 1, 2), (offset, seen)
        assert len(seen.err) == (seen.code == 2), (offset, seen)
        assert all(line.startswith("kinfirst: ") for line in seen.err), (offset, seen)
        if contents(file, schema) != before:
            changed += 1
            assert seen.code != 0, offset
    assert changed > len(FLIPS) // 3


REALM = "(SELECT id FROM records_case WHERE kind = 'case' ORDER BY seq DESC LIMIT 1)"
OLD = "(SELECT id FROM older.records_case WHERE kind = 'case')"
LAST = f"case_id = {REALM} AND seq = (SELECT seq FROM records_case WHERE id = {REALM})"
ATTACKS: dict[str, tuple[str, ...]] = {
    "the last entry of a case": (f"DELETE FROM records_entry WHERE {LAST}",),
    "the last entry, and the case counts one less": (
        f"DELETE FROM records_entry WHERE {LAST}",
        f"UPDATE records_case SET seq = seq - 1 WHERE id = {REALM}",
    ),
    "an entry in the middle": (f"DELETE FROM records_entry WHERE case_id = {REALM} AND seq = 3",),
    "two entries swapped": (
        f"UPDATE records_entry SET seq = -3 WHERE case_id = {REALM} AND seq = 3",
        f"UPDATE records_entry SET seq = 3 WHERE case_id = {REALM} AND seq = 4",
        f"UPDATE records_entry SET seq = 4 WHERE case_id = {REALM} AND seq = -3",
    ),
    "an entry given to another case": (
        f"UPDATE records_entry SET case_id = 'house-rehearsal' WHERE case_id = {REALM} AND seq = 3",
    ),
    "all entries": ("DELETE FROM records_entry",),
    "all seals": ("DELETE FROM records_seal",),
    "the last seal": ("DELETE FROM records_seal WHERE id = 2",),
    "the first seal": ("DELETE FROM records_seal WHERE id = 1",),
    "all tasks": ("DELETE FROM records_task",),
    "all visits": ("DELETE FROM records_visit",),
    "a message": ("DELETE FROM records_outbox WHERE number = 2",),
    "the last message, and the case counts one less": (
        f"DELETE FROM records_outbox WHERE case_id = {REALM} AND number = (SELECT max(number) FROM records_outbox)",
        f"UPDATE records_case SET outbox_count = outbox_count - 1 WHERE id = {REALM}",
    ),
    "a note": ("DELETE FROM records_note WHERE rowid = 2",),
    "the words of a note": ("UPDATE records_note SET ciphertext = x'', blind = '' WHERE erased_at IS NULL",),
    "two notes swapped": (
        "UPDATE records_note SET ciphertext = (SELECT o.ciphertext FROM records_note o WHERE o.rowid = 3) "
        "WHERE rowid = 2",
    ),
    "an erasure undone": ("UPDATE records_note SET erased_at = NULL, erased_by = ''",),
    "all cases": ("DELETE FROM records_case",),
    "everything": tuple(
        f"DELETE FROM records_{name}"
        for name in ("entry", "case", "seal", "task", "visit", "note", "outbox", "answered", "intake", "heartbeat")
    ),
    "everything, the tally too": tuple(
        f"DELETE FROM records_{name}"
        for name in ("entry", "case", "seal", "task", "visit", "note", "outbox", "answered", "intake", "tally")
    ),
    "a whole case that no seal covers": (
        *(f"DELETE FROM records_{name} WHERE case_id = {REALM}" for name in ("entry", "task", "visit", "outbox")),
        f"DELETE FROM records_note WHERE case_id = {REALM}",
        "DELETE FROM records_seal",
        f"DELETE FROM records_case WHERE id = {REALM}",
    ),
    "the policy of a realm": ("DELETE FROM records_realmpolicy WHERE realm = 'rehearsal'",),
    "every edition": ("DELETE FROM records_policyedition",),
    "a message from outside": ("DELETE FROM records_intake",),
    "the row that says the schema": ("DELETE FROM records_engine",),
    "somebody in the registry": ("DELETE FROM people_kin", "DELETE FROM people_person WHERE roles LIKE '%clin%'"),
    "a line of kin": ("DELETE FROM people_kin WHERE relation = 'sibling'",),
    "somebody's roles": ("UPDATE people_person SET roles = '[\"authority\"]' WHERE roles = '[\"trainee\"]'",),
    "a person nobody entered": (
        "INSERT INTO people_person SELECT 'f' || substr(id, 2), name_cipher, name_index, alias_cipher, alias_index, "
        "born, died, sex, grade, serving, division, zone, household, speaks, roles, credentials, away, sealed, NULL, "
        "realm_id FROM people_person LIMIT 1",
    ),
    "a name copied to another person": (
        "UPDATE people_person SET name_cipher = (SELECT name_cipher FROM people_person ORDER BY id LIMIT 1), "
        "name_index = (SELECT name_index FROM people_person ORDER BY id LIMIT 1)",
    ),
    "a truth that is no truth": ("UPDATE records_case SET closed = 2",),
    "a date that is no date": ("UPDATE records_policyedition SET effective = 'yesterday'",),
    "a moment that is no number": ("UPDATE records_entry SET at = 'soon' WHERE seq = 2",),
    "a digest that is text": ("UPDATE records_entry SET digest = 'ff' WHERE seq = 2",),
    "a snapshot of nothing": ("UPDATE records_case SET snapshot = x''",),
    "an entry of megabytes": ("UPDATE records_entry SET data = hex(zeroblob(4000000)) WHERE seq = 2",),
    "control characters": ("UPDATE records_entry SET actor = char(27) || '[31m' || char(10) WHERE seq = 2",),
    "a lease nobody took": ("UPDATE records_case SET lease_by = 'me', lease_until = 9999999999999999",),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_taken_away_or_moved_is_found(copy: Path, inspector: Inspector, name: str) -> None:
    schema = tables(copy)
    before = contents(copy, schema)
    with opened(copy) as connection:
        for statement in ATTACKS[name]:
            connection.execute(statement)
    assert contents(copy, schema) != before, "the attack must do something"
    assert_found_or_empty(inspector.verify(copy), name)


def assert_found_or_empty(seen: Seen, name: str) -> None:
    """As any damage; only where no ledger is left at all there is no case to name."""
    if "everything" in name or name == "all cases":
        assert (seen.code, seen.err) == (1, []), seen
        assert any("were counted" in line or "is gone" in line for line in seen.out), seen
    else:
        assert_found(seen, name)


def test_guards_that_were_taken_away_are_found(copy: Path, inspector: Inspector) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DROP TRIGGER records_entry_no_update")
        connection.execute("DROP TRIGGER records_note_no_delete")
        connection.execute(
            "CREATE TRIGGER records_note_no_delete BEFORE DELETE ON records_note WHEN 0 BEGIN SELECT 1; END"
        )
        connection.commit()
    seen = inspector.verify(copy)
    assert_found(seen, "triggers")
    assert [line.split("trigger ")[1] for line in seen.out if "trigger" in line] == [
        "records_entry_no_update: is gone or switched off: its table is not guarded",
        "records_note_no_delete: was changed: its table is not guarded as it should be",
    ]


def test_an_older_snapshot_put_back_is_found(copy: Path, inspector: Inspector) -> None:
    """The state of the house in the row of a case: it can be read, and is not what the entries fold to."""
    with opened(copy) as connection:
        connection.execute(
            "UPDATE records_case SET snapshot = (SELECT o.snapshot FROM records_case o WHERE o.kind = 'house') "
            f"WHERE id = {REALM}"
        )
    assert_found(inspector.verify(copy), "an older snapshot")


def test_a_case_put_back_as_it_was_is_found_by_its_seal(scene: Path, copy: Path, inspector: Inspector) -> None:
    """Everything of one case as it stood some entries ago, digests and all, from a copy made then: each row holds
    by itself, and the seal that was made since speaks of an entry that is gone."""
    with opened(copy) as connection:
        connection.execute("ATTACH ? AS older", [str(scene.with_name("older.sqlite3"))])
        for table in ("case", "entry", "task", "visit", "note", "outbox"):
            key = "id" if table == "case" else "case_id"
            connection.execute(f"DELETE FROM main.records_{table} WHERE {key} = {OLD}")
            connection.execute(
                f"INSERT INTO main.records_{table} SELECT * FROM older.records_{table} WHERE {key} = {OLD}"
            )
    seen = inspector.verify(copy)
    assert_found(seen, "an older case")
    assert [line for line in seen.out if "does not hold" in line and "an entry it sealed is gone" not in line] == []


def test_a_suffix_rewritten_without_the_key_is_found(copy: Path, inspector: Inspector) -> None:
    """The attacker knows the arithmetic: the last entry is another one, and its digest follows. What he cannot
    make is the keyed digest of the case, nor the signature of a seal."""
    from datetime import UTC, datetime, timedelta

    from kinfirst.core import ledger

    with opened(copy) as connection:
        case, seq = connection.execute(f"SELECT id, seq FROM records_case WHERE id = {REALM}").fetchone()
        query = "SELECT at, kind, data FROM records_entry WHERE case_id = CAST(? AS TEXT) AND seq = ?"
        at, kind, data = connection.execute(query, [case, seq]).fetchone()
        query = "SELECT digest FROM records_entry WHERE case_id = CAST(? AS TEXT) AND seq = ?"
        (previous,) = connection.execute(query, [case, seq - 1]).fetchone()
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
        entry = ledger.envelope(case.decode(), seq, at=moment, actor="mallory", kind_and_data=(kind.decode(), data))
        head = ledger.digest(previous, entry)
        connection.execute(
            "UPDATE records_entry SET actor = 'mallory', digest = ? WHERE case_id = CAST(? AS TEXT) AND seq = ?",
            [head, case, seq],
        )
        connection.execute("UPDATE records_case SET head = ? WHERE id = CAST(? AS TEXT)", [head, case])
    seen = inspector.verify(copy)
    assert_found(seen, "a rewritten suffix")
    assert not any("its digest does not follow" in line for line in seen.out)
    assert any("keyed digest" in line for line in seen.out)
