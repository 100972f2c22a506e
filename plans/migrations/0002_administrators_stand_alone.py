"""The three administrators' duties exclude entering and reviewing: a trigger, since a check cannot see other rows."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MESSAGE = "membership_administrators_stand_alone"
CLASH = """
    SELECT 1 FROM plans_membership other
    WHERE other.user_id = NEW.user_id AND other.id <> COALESCE(NEW.id, -1)
      AND (other.role IN ('sysadmin', 'secadmin', 'auditor')) <> (NEW.role IN ('sysadmin', 'secadmin', 'auditor'))
"""

SQLITE = [
    f"""
    CREATE TRIGGER membership_alone_on_{event} BEFORE {event} ON plans_membership
    WHEN EXISTS ({CLASH})
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """
    for event in ("INSERT", "UPDATE")
]

POSTGRESQL = [
    f"""
    CREATE FUNCTION membership_alone() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- Two grants to one person at once would each see nothing of the other.
        PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR UPDATE;
        IF EXISTS ({CLASH}) THEN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER membership_alone BEFORE INSERT OR UPDATE ON plans_membership
    FOR EACH ROW EXECUTE FUNCTION membership_alone()
    """,
]


def install(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def remove(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP TRIGGER membership_alone ON plans_membership")
        editor.execute("DROP FUNCTION membership_alone()")
        return
    editor.execute("DROP TRIGGER membership_alone_on_INSERT")
    editor.execute("DROP TRIGGER membership_alone_on_UPDATE")


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
