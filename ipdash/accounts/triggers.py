"""The database's own refusal to rewrite the audit log, for SQLite and PostgreSQL.

SQLite drops a table's triggers when a later migration rebuilds the table: such a migration calls `install` again.
`missing` tells whether that was forgotten, or whether somebody removed them.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

ENTRY = "accounts_auditentry"
HEAD = "accounts_audithead"

_SQLITE = {
    # INSERT OR REPLACE removes the old row without firing its delete trigger.
    "accounts_audit_no_replace": (
        "BEFORE INSERT ON accounts_auditentry WHEN EXISTS (SELECT 1 FROM accounts_auditentry WHERE number = NEW.number) "
        "BEGIN SELECT RAISE(ABORT, 'audit log: no replacement'); END"
    ),
    "accounts_audit_head_no_replace": (
        "BEFORE INSERT ON accounts_audithead WHEN EXISTS (SELECT 1 FROM accounts_audithead) "
        "BEGIN SELECT RAISE(ABORT, 'audit log: no replacement of the head'); END"
    ),
    "accounts_audit_no_update": "BEFORE UPDATE ON accounts_auditentry BEGIN SELECT RAISE(ABORT, 'audit log: no update'); END",
    "accounts_audit_no_delete": "BEFORE DELETE ON accounts_auditentry BEGIN SELECT RAISE(ABORT, 'audit log: no delete'); END",
    "accounts_audit_head_no_delete": (
        "BEFORE DELETE ON accounts_audithead BEGIN SELECT RAISE(ABORT, 'audit log: no delete of the head'); END"
    ),
    "accounts_audit_head_grows": (
        "BEFORE UPDATE ON accounts_audithead WHEN NEW.count <= OLD.count "
        "BEGIN SELECT RAISE(ABORT, 'audit log: the head only grows'); END"
    ),
}

_FUNCTION = "accounts_audit_refuse"
_CREATE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit log: no % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_POSTGRESQL = {
    "accounts_audit_no_update": "BEFORE UPDATE OR DELETE ON accounts_auditentry FOR EACH ROW",
    "accounts_audit_no_truncate": "BEFORE TRUNCATE ON accounts_auditentry FOR EACH STATEMENT",
    "accounts_audit_head_no_delete": "BEFORE DELETE ON accounts_audithead FOR EACH ROW",
    "accounts_audit_head_no_truncate": "BEFORE TRUNCATE ON accounts_audithead FOR EACH STATEMENT",
    "accounts_audit_head_grows": "BEFORE UPDATE ON accounts_audithead FOR EACH ROW WHEN (NEW.count <= OLD.count)",
}


def _triggers(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[connection.vendor]


def install(connection: BaseDatabaseWrapper) -> None:
    """Creates the triggers; those that stand already stay."""
    absent = missing(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_CREATE_FUNCTION)
        for name, rule in _triggers(connection).items():
            if name in absent:
                tail = f" EXECUTE FUNCTION {_FUNCTION}()" if connection.vendor == "postgresql" else ""
                cursor.execute(f"CREATE TRIGGER {name} {rule}{tail}")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drops the triggers: for undoing the migration and for tests that empty the database."""
    with connection.cursor() as cursor:
        for name, rule in _triggers(connection).items():
            if connection.vendor == "postgresql":
                table = HEAD if f"ON {HEAD} " in rule else ENTRY
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that should stand in the database and do not."""
    if connection.vendor == "postgresql":
        # A disabled trigger still stands in the catalogue ('D') and protects nothing.
        query = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' "
            "AND tgrelid IN (to_regclass(%s), to_regclass(%s))"
        )
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s)"
    with connection.cursor() as cursor:
        cursor.execute(query, [ENTRY, HEAD])
        standing = {str(row[0]) for row in cursor.fetchall()}
    return [name for name in _triggers(connection) if name not in standing]
