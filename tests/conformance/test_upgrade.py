"""Upgrade of a database that is at work, in two steps: first everything a newer program adds, then that program.

In between the old program goes on with a schema that is wider than it knows: columns it never heard of, another table,
another index, a migration it does not have. What it writes holds, for itself and for the newer one.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from kinfirst.records import claims, heartbeats, models, outbox, seals
from kinfirst.records.ticking import tick_many
from kinfirst.records.verify import verify
from tests.cast import enter_cast
from tests.conformance.house import NIGHT, START, House

pytestmark = pytest.mark.django_db(transaction=True)

HALF = len(NIGHT) // 2
LATER = START + timedelta(days=2)
ADDED = "added_later"


def tables() -> list[str]:
    found = connection.introspection.table_names()
    return [name for name in found if name.startswith(("records_", "people_"))]


def test_an_old_program_goes_on_while_the_schema_becomes_wider() -> None:
    house = House(enter_cast())
    list(house.play(NIGHT[:HALF]))
    before = tables()
    wider()
    try:
        list(house.play(NIGHT[HALF:]))
        heartbeats.beat("old", LATER)
        ids = claims.claim_due(LATER, "old", 10, timedelta(minutes=1))
        assert tick_many(ids, LATER) == len(ids) > 0
        (message, *_) = claims.claim_outbox(LATER, "old", 1, timedelta(minutes=1))
        outbox.sent(message.id, worker="old", sequence=1)
        seals.seal(LATER)
        report = verify()
        assert report.ok, report.first_wrong
        assert models.Entry.objects.filter(kind="told").count() == 1
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM records_entry WHERE {ADDED} IS NULL")
            assert cursor.fetchone()[0] == models.Entry.objects.count()
    finally:
        narrow_again(before)


def wider() -> None:
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN {ADDED} text")
        cursor.execute(f"CREATE TABLE records_{ADDED} (id text PRIMARY KEY)")
        cursor.execute(f"CREATE INDEX {ADDED}_index ON records_case ({ADDED})")
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('records', '0999_later', '2026-03-02 00:00:00')"
        )


def narrow_again(before: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {ADDED}_index")
        cursor.execute(f"DROP TABLE records_{ADDED}")
        for table in before:
            cursor.execute(f"ALTER TABLE {table} DROP COLUMN {ADDED}")
        cursor.execute("DELETE FROM django_migrations WHERE name = '0999_later'")
