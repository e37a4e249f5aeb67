"""What a group wants of its contracts beside the eight matters that everybody does, from a day on."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from monitor.registry.format.entry import Entry
from monitor.registry.values import Day, Text, whole

FIRST_OWN = 9  #: the numbers before it are those of the matters that everybody wants
LAST = 99


class OwnClause(Entry):
    """契約項目: one matter more, under a number of its own."""

    number: Annotated[int, Field(ge=FIRST_OWN, le=LAST), BeforeValidator(whole)]
    title: Text
    title_ja: Text | None = None


class ContractClauses(Entry):
    """契約項目の追加: matters that contracts have from that day on, beside those of before (General Guidelines 3-4-4).
    `source`: the law or the rule that wants them.
    """

    begins: Annotated[Day, Field(alias="from")]
    source: Text | None = None
    clause: Annotated[tuple[OwnClause, ...], Field(min_length=1, validate_default=True)] = ()


def told_apart(versions: tuple[ContractClauses, ...]) -> tuple[ContractClauses, ...]:
    """One version begins on a day, and a number stands for one matter."""
    numbers = [one.number for version in versions for one in version.clause]
    days = [version.begins for version in versions]
    if len(set(numbers)) < len(numbers) or len(set(days)) < len(days):
        raise ValueError("clauses-twice")
    return versions
