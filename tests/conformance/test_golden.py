"""Both databases give the same ledger to the byte.

A run of the tests has one database. So each plays the same commands with the same ids, salts and moments, and
compares the head of the ledger (a digest over every entry before it) with the one in `golden.json`: equal to it on
SQLite and on PostgreSQL means equal to each other. A change of the events that is meant changes the file too; its
own program writes it (golden.py).
"""

from __future__ import annotations

import json

import pytest

from tests.conformance.golden import FILE, came_to, nothing_by_chance


@pytest.mark.django_db
def test_the_night_comes_to_the_same_bytes_everywhere() -> None:
    with nothing_by_chance():
        assert came_to() == json.loads(FILE.read_text(encoding="utf-8"))
