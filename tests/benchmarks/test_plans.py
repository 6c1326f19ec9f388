"""What is asked for every command and every board is looked up, not searched for: SQLite's own plans say so.

The suite that runs on both databases is elsewhere: PostgreSQL searches small tables whatever it has.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinfirst.people.facts import facts_for
from kinfirst.records.access import viewer_named
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.board import board
from kinfirst.scenarios.player import Played
from tests.plays import played

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 10, 10, 6, 12, tzinfo=UTC)
BIG = ("records_case", "records_entry", "records_task", "records_outbox", "people_person", "people_kin")
SEARCHES = ("LIST SUBQUERY", "TEMP B-TREE FOR ORDER BY", "TEMP B-TREE FOR LAST TERM", *(f"SCAN {name}" for name in BIG))


@pytest.fixture
def night() -> Played:
    return played("the-night", until="tell")


def searches(work: Callable[[], object]) -> list[str]:
    """Every step of a plan that grows with the record, with the question it belongs to."""
    with CaptureQueriesContext(connection) as asked:
        work()
    selects = [one["sql"] for one in asked.captured_queries if one["sql"].startswith("SELECT")]
    questions = [sql for sql in selects if any(name in sql for name in BIG)]
    assert questions, "nothing was asked of a table that grows"
    with connection.cursor() as cursor:
        return [
            f"{step[3]}: {question}"
            for question in questions
            for step in cursor.execute(f"EXPLAIN QUERY PLAN {question}").fetchall()
            if any(sign in step[3] for sign in SEARCHES)
        ]


def test_a_command_looks_up(night: Played) -> None:
    given = Given(realm=night.company.realm, by=night.company.ids["sakura"], now=NOW)
    (case,) = night.cases.values()
    assert searches(lambda: perform_named("chart", {"text": "seen"}, given=given, case=case)) == []


def test_the_first_page_of_the_board_is_read_in_the_order_of_its_index(night: Played) -> None:
    viewer = viewer_named(night.company.ids["desk"], night.company.realm)
    assert viewer is not None
    assert searches(lambda: board(viewer)) == []


def test_kin_are_looked_up_however_many_people_there_are(night: Played) -> None:
    offices = ("leader",)
    assert searches(lambda: facts_for(night.company.realm, {night.company.ids["bed2"]}, offices, None)) == []
