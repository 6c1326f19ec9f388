"""What is written stays: entries, seals, editions and the tokens of notes refuse every change (R59)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from kinfirst.records import models, notes, seals
from kinfirst.records.verify import verify
from tests.cast import Cast
from tests.conformance.house import NIGHT, START, House

pytestmark = pytest.mark.django_db

BLOB = "x'00'" if connection.vendor == "sqlite" else "'\\x00'::bytea"
ATTACKS = {
    "entry changed": "UPDATE records_entry SET actor = 'me'",
    "entry deleted": "DELETE FROM records_entry",
    "entry renumbered": "UPDATE records_entry SET seq = seq + 100",
    "seal changed": "UPDATE records_seal SET at = at + 1",
    "seal deleted": "DELETE FROM records_seal",
    "edition changed": "UPDATE records_policyedition SET policy = 'mine'",
    "edition deleted": "DELETE FROM records_policyedition",
    "note deleted": "DELETE FROM records_note",
    "token changed": "UPDATE records_note SET token = 'note:' || token",
    "note moved": "UPDATE records_note SET case_id = 'other'",
    "note rewritten": f"UPDATE records_note SET ciphertext = {BLOB}",
    "note's eraser changed": "UPDATE records_note SET erased_by = 'me'",
    "case deleted": "DELETE FROM records_case",
    "message deleted": "DELETE FROM records_outbox",
    "tally deleted": "DELETE FROM records_tally",
}
REPLACED = {
    "records_entry": "case_id, seq, at, actor, kind, data, digest",
    "records_seal": 'id, at, root, "count", previous, heads, signature, public_key',
    "records_policyedition": "digest, policy, effective, body",
    "records_note": "token, case_id, blind, ciphertext, erased_at, erased_by, mac",
}


@pytest.fixture
def played(cast: Cast) -> House:
    house = House(cast)
    list(house.play(NIGHT))
    seals.seal(START)
    return house


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("name", ATTACKS)
def test_the_database_itself_refuses(name: str) -> None:
    table = ATTACKS[name].split("records_")[1].split()[0]
    with pytest.raises(DatabaseError, match=r"append-only|keeps its|can only be erased"):
        run(ATTACKS[name])
    assert rows(f"records_{table}")
    assert verify().ok


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("table", REPLACED)
def test_a_row_cannot_be_put_over_another(table: str) -> None:
    """INSERT OR REPLACE would remove the old row without asking the trigger that guards it."""
    insert = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    columns = REPLACED[table]
    with pytest.raises(DatabaseError):
        run(f"{insert} INTO {table} ({columns}) SELECT {columns} FROM {table}")
    assert verify().ok


@pytest.mark.usefixtures("played")
def test_a_note_may_be_emptied_once_and_the_proof_stands() -> None:
    tokens = list(models.Note.objects.order_by("token").values_list("token", flat=True))
    assert notes.erase(tokens[0], by="registrar", at=START)
    assert not notes.erase(tokens[0], by="somebody else", at=START)
    row = models.Note.objects.get(token=tokens[0])
    assert (bytes(row.ciphertext), row.blind, row.erased_by) == (b"", "", "registrar")
    assert notes.read(tokens)[tokens[0]] == ""
    report = verify()
    assert (report.ok, report.erased) == (True, 1)
    with pytest.raises(DatabaseError, match="can only be erased"):
        run("UPDATE records_note SET erased_by = 'me' WHERE erased_at IS NOT NULL")


@pytest.mark.usefixtures("played")
def test_the_whole_table_cannot_be_emptied() -> None:
    if connection.vendor == "sqlite":
        return  # it has no TRUNCATE; DELETE without WHERE is refused above
    for table in ("records_entry", "records_seal", "records_note", "records_case", "records_outbox"):
        with pytest.raises(DatabaseError, match="append-only"):
            run(f"TRUNCATE {table}")


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])
