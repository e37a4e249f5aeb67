"""Both databases refuse to lose a record of provision before its time is over (APPI 29(2), 30(4)), whoever asks.

They know no virtual clock, so they hold a record against its own days: it leaves only after it was erased, it is erased
only on a day after the last for which it is kept, and that day never moves earlier.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

SQLITE = """
CREATE TRIGGER provision_delete BEFORE DELETE ON provision_record WHEN OLD.erased_on IS NULL
BEGIN SELECT RAISE(ABORT, 'this record is locked by law'); END;
CREATE TRIGGER provision_shorten BEFORE UPDATE ON provision_record
WHEN NEW.keep_until < OLD.keep_until OR NEW.ref IS NOT OLD.ref
  OR (NEW.erased_on IS NOT NULL AND NEW.erased_on <= OLD.keep_until)
BEGIN SELECT RAISE(ABORT, 'this record is locked by law'); END;
CREATE TRIGGER provision_replace BEFORE INSERT ON provision_record
WHEN EXISTS (SELECT 1 FROM provision_record WHERE id = NEW.id OR ref = NEW.ref)
BEGIN SELECT RAISE(ABORT, 'this record is there already'); END;
"""

POSTGRES = """
CREATE FUNCTION provision_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE'
    OR (TG_OP = 'DELETE' AND OLD.erased_on IS NULL)
    OR (TG_OP = 'UPDATE' AND (NEW.keep_until < OLD.keep_until OR NEW.ref IS DISTINCT FROM OLD.ref
        OR (NEW.erased_on IS NOT NULL AND NEW.erased_on <= OLD.keep_until))) THEN
    RAISE EXCEPTION 'this record is locked by law' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER provision_change BEFORE UPDATE OR DELETE ON provision_record
FOR EACH ROW EXECUTE FUNCTION provision_refuse();
CREATE TRIGGER provision_truncate BEFORE TRUNCATE ON provision_record
FOR EACH STATEMENT EXECUTE FUNCTION provision_refuse();
"""


async def guard(apps: Any, schema_editor: Any) -> None:
    dialect = schema_editor.client.capabilities.dialect
    await schema_editor.client.execute_script(SQLITE if dialect == "sqlite" else POSTGRES)


class Migration(migrations.Migration):
    dependencies = [("itaku", "0002_ledger_is_append_only")]

    operations = [ops.RunPython(guard)]
