"""Tests that commit (`django_db(transaction=True)`): afterwards the database is emptied, which the record's own
triggers refuse, and what the migrations put there is put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

SCHEMA_ROW = {"id": 1, "name": "kinfirst"}


def emptied(empty: Callable[[Any], None]) -> Callable[[Any], None]:
    """Django's own way to empty a database after a test, without the guards."""

    def _empty(case: TransactionTestCase) -> None:
        guards = unguard()
        empty(case)
        _run(guards)
        put_back()

    return _empty


def unguard() -> tuple[str, ...]:
    """Takes the triggers away that would stop it, and says how they are put back. On PostgreSQL tables are
    truncated, which only the record's own triggers hear of."""
    from kinfirst.records import triggers

    if connection.vendor != "sqlite":
        _run(triggers.DROP[connection.vendor])
        return triggers.CREATE[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    _run(tuple(f"DROP TRIGGER {name}" for name in found))
    return tuple(found.values())


def put_back() -> None:
    """The rows that the migrations write."""
    from kinfirst.records import keys, models, store, tally

    models.Engine.objects.get_or_create(schema=store.SCHEMA, **SCHEMA_ROW)
    for name in tally.COUNTED:
        models.Tally.objects.get_or_create(name=name, defaults={"count": 0, "mac": keys.mac("tally", (name, 0))})


def _run(statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
