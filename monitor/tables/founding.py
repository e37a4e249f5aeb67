"""The first migration, which makes every table of an empty database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import migrations
from tortoise.migrations.schema_generator.state import ModelState

if TYPE_CHECKING:
    from tortoise.migrations.operations import CreateModel
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor
    from tortoise.migrations.schema_generator.state import State


class Foundation(migrations.Migration):
    """Creates models and does nothing else.

    Tortoise copies its picture of the whole schema before each operation, which with sixty tables takes six seconds of
    every empty database. Where nothing stood before there is nothing to compare with: all models enter the picture at
    once, and the tables are made from it in the order of the operations.
    """

    operations: list[CreateModel]  # type: ignore[assignment]

    async def apply(
        self,
        state: State,
        *,
        dry_run: bool = False,
        schema_editor: BaseSchemaEditor | None = None,
        collect_sql: bool = False,  # noqa: ARG002 - an editor that collects does so by itself
    ) -> State:
        for made in self.operations:
            state.models[self.app_label, made.name] = ModelState.make_from_model(self.app_label, made.model)
        state._reload(set(state.models))  # noqa: SLF001 - its public doors reload by one model
        if schema_editor and not dry_run:
            for made in self.operations:
                await made.database_forward(self.app_label, state, state, schema_editor)
        state.validate_relations_initialized()
        return state
