"""Both databases refuse to change, remove or renumber a line of the ledger, whoever asks.

SQLite runs no delete trigger for a row that REPLACE displaces, so the insert trigger does that work: a line whose
`seq` is not the next never gets in, and a replacement is one.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

SQLITE = """
CREATE TRIGGER ledger_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_insert BEFORE INSERT ON ledger
WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM ledger)
BEGIN SELECT RAISE(ABORT, 'a ledger line must take the next seq'); END;
"""

POSTGRES = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE FUNCTION ledger_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq IS DISTINCT FROM (SELECT COALESCE(MAX(seq), 0) + 1 FROM ledger) THEN
    RAISE EXCEPTION 'a ledger line must take the next seq' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_change BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_insert BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_next();
"""


async def guard(apps: Any, schema_editor: Any) -> None:
    dialect = schema_editor.client.capabilities.dialect
    await schema_editor.client.execute_script(SQLITE if dialect == "sqlite" else POSTGRES)


class Migration(migrations.Migration):
    dependencies = [("itaku", "0001_initial")]

    operations = [ops.RunPython(guard)]
