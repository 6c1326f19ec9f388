"""The triggers that make the record append-only, in the words of each database.

They guard against mistakes and against code that goes around the writer; whoever owns the database file can
drop them, and is found out by the digests and seals instead (R59). The words are compared with those in the
database, so each is written as the database shows it.
"""

from __future__ import annotations

FROZEN = ("records_entry", "records_seal", "records_policyedition")
# Rows that change, but are never taken away.
KEPT = ("records_case", "records_outbox", "records_tally")
NOTE = "records_note"

# INSERT OR REPLACE removes a row without asking the delete trigger: an insert over a row is refused as well.
_KEYS = {
    "records_entry": ("case_id", "seq"),
    "records_seal": ("id",),
    "records_policyedition": ("digest",),
    NOTE: ("token",),
}
# A note is emptied once, or written again under another key (bytes 2 to 5 of a ciphertext say which); that the
# text is still the same is proved by its token.
_NOTE_STANDS = "NEW.token = OLD.token AND NEW.case_id = OLD.case_id"
_ERASED = "length(NEW.ciphertext) = 0 AND NEW.blind = '' AND length(OLD.ciphertext) > 0"
_SQLITE_REKEYED = (
    "NEW.erased_at IS OLD.erased_at AND NEW.erased_by = OLD.erased_by "
    "AND length(NEW.ciphertext) = length(OLD.ciphertext) "
    "AND (length(OLD.ciphertext) = 0 OR substr(NEW.ciphertext, 2, 4) <> substr(OLD.ciphertext, 2, 4))"
)
_POSTGRESQL_REKEYED = _SQLITE_REKEYED.replace("NEW.erased_at IS ", "NEW.erased_at IS NOT DISTINCT FROM ")


def _sqlite_guard(table: str, action: str, why: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} {why}'); END"
    )


SQLITE = (
    *(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE "
        + " AND ".join(f"{column} = NEW.{column}" for column in columns)
        + f") BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table, columns in _KEYS.items()
    ),
    *(_sqlite_guard(table, action, "is append-only") for table in FROZEN for action in ("UPDATE", "DELETE")),
    *(_sqlite_guard(table, "DELETE", "keeps its rows") for table in KEPT),
    _sqlite_guard(NOTE, "DELETE", "keeps its tokens"),
    f"CREATE TRIGGER {NOTE}_erase_only BEFORE UPDATE ON {NOTE} "
    f"WHEN NOT ({_NOTE_STANDS} AND (({_ERASED}) OR ({_SQLITE_REKEYED}))) "
    f"BEGIN SELECT RAISE(ABORT, '{NOTE} can only be erased, or written under another key'); END",
)

_APPEND_ONLY = " BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END "
_ERASE_ONLY = (
    f" BEGIN IF NOT ({_NOTE_STANDS} AND (({_ERASED}) OR ({_POSTGRESQL_REKEYED}))) THEN "
    "RAISE EXCEPTION '% can only be erased, or written under another key', TG_TABLE_NAME "
    "USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END "
)
FUNCTIONS = {"kinfirst_append_only": _APPEND_ONLY, "kinfirst_erase_only": _ERASE_ONLY}
_POSTGRESQL_TRIGGERS = (
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION kinfirst_append_only()"
        for table in FROZEN
    ),
    *(
        f"CREATE TRIGGER {table}_keep BEFORE DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION kinfirst_append_only()"
        for table in (*KEPT, NOTE)
    ),
    f"CREATE TRIGGER {NOTE}_erase BEFORE UPDATE ON {NOTE} FOR EACH ROW EXECUTE FUNCTION kinfirst_erase_only()",
)
POSTGRESQL = (
    *(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
        for name, body in FUNCTIONS.items()
    ),
    *_POSTGRESQL_TRIGGERS,
)


def _name(statement: str) -> str:
    return statement.split()[2]


# By name, the words of every trigger that must be there.
EXPECTED = {
    "sqlite": {_name(statement): statement for statement in SQLITE},
    "postgresql": {_name(statement): statement for statement in _POSTGRESQL_TRIGGERS},
}
CREATE = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
# Also of a database whose triggers are those of an older program, as far as their names are the same.
DROP = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}" for name in EXPECTED["sqlite"]),
    "postgresql": tuple(
        f"DROP TRIGGER IF EXISTS {name} ON {statement.split(' ON ')[1].split()[0]}"
        for name, statement in EXPECTED["postgresql"].items()
    ),
}
