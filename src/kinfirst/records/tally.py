"""How many ledgers, seals and reports from outside there are, under a keyed digest.

A whole ledger that is taken away leaves no other trace until it is sealed, and the last seal leaves none at all.
"""

from __future__ import annotations

from django.db import connection

from kinfirst.records import keys

LEDGERS = "ledgers"
SEALS = "seals"
INTAKES = "intakes"
COUNTED = {LEDGERS: "records_case", SEALS: "records_seal", INTAKES: "records_intake"}


def add(what: str, more: int) -> None:
    """Counts that many more, in the open transaction. A row that somebody took away is not made again: `verify`
    names it."""
    # PostgreSQL keeps the row from other writers until the transaction ends; SQLite has one writer anyway.
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "count" FROM records_tally WHERE name = %s{lock}', [what])
        found = cursor.fetchone()
        if found is not None:
            count = found[0] + more
            values = [count, keys.mac("tally", (what, count)), what]
            cursor.execute('UPDATE records_tally SET "count" = %s, mac = %s WHERE name = %s', values)
