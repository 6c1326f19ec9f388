"""The triggers that make the record append-only, in the words of each database.

They guard against mistakes and against code that goes around the writer; whoever owns the database file can
drop them, and is found out by the digests and seals instead (R59).
"""

from __future__ import annotations

FROZEN = ("records_entry", "records_seal", "records_policyedition")
NOTE = "records_note"

# INSERT OR REPLACE removes a row without asking the delete trigger: an insert over a row is refused as well.
_KEYS = {
    "records_entry": ("case_id", "seq"),
    "records_seal": ("id",),
    "records_policyedition": ("digest",),
    NOTE: ("token",),
}
_REPLACE = tuple(
    f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE "
    + " AND ".join(f"{column} = NEW.{column}" for column in columns)
    + f") BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table, columns in _KEYS.items()
)

SQLITE = (
    _REPLACE
    + tuple(
        f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in FROZEN
        for action in ("UPDATE", "DELETE")
    )
    + (
        f"CREATE TRIGGER {NOTE}_no_delete BEFORE DELETE ON {NOTE} "
        f"BEGIN SELECT RAISE(ABORT, '{NOTE} keeps its tokens'); END",
        f"CREATE TRIGGER {NOTE}_erase_only BEFORE UPDATE ON {NOTE} "
        "WHEN NEW.token <> OLD.token OR NEW.case_id <> OLD.case_id OR length(NEW.ciphertext) > 0 "
        "OR NEW.blind <> '' OR length(OLD.ciphertext) = 0 "
        f"BEGIN SELECT RAISE(ABORT, '{NOTE} can only be erased'); END",
    )
)
SQLITE_DROP = (
    *tuple(f"DROP TRIGGER {table}_no_{action}" for table in FROZEN for action in ("update", "delete")),
    *(f"DROP TRIGGER {table}_no_replace" for table in _KEYS),
    f"DROP TRIGGER {NOTE}_no_delete",
    f"DROP TRIGGER {NOTE}_erase_only",
)

POSTGRESQL = (
    "CREATE FUNCTION kinfirst_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE FUNCTION kinfirst_erase_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF NEW.token <> OLD.token OR NEW.case_id <> OLD.case_id OR length(NEW.ciphertext) > 0 "
    "OR NEW.blind <> '' OR length(OLD.ciphertext) = 0 THEN "
    "RAISE EXCEPTION '% can only be erased', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END IF; "
    "RETURN NEW; END $$",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION kinfirst_append_only()"
        for table in FROZEN
    ),
    f"CREATE TRIGGER {NOTE}_keep BEFORE DELETE OR TRUNCATE ON {NOTE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION kinfirst_append_only()",
    f"CREATE TRIGGER {NOTE}_erase BEFORE UPDATE ON {NOTE} FOR EACH ROW EXECUTE FUNCTION kinfirst_erase_only()",
)
POSTGRESQL_DROP = (
    *(f"DROP TRIGGER {table}_append_only ON {table}" for table in FROZEN),
    f"DROP TRIGGER {NOTE}_keep ON {NOTE}",
    f"DROP TRIGGER {NOTE}_erase ON {NOTE}",
    "DROP FUNCTION kinfirst_append_only()",
    "DROP FUNCTION kinfirst_erase_only()",
)
CREATE = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
DROP = {"sqlite": SQLITE_DROP, "postgresql": POSTGRESQL_DROP}
NAMES = {
    "sqlite": frozenset(statement.split()[2] for statement in SQLITE_DROP),
    "postgresql": frozenset(s.split()[2] for s in POSTGRESQL_DROP if s.startswith("DROP TRIGGER")),
}
