"""For how long what proves supervision is kept, and what keeps it longer."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from monitor.registry.format.entry import Entry
from monitor.registry.values import Day, Text, whole


class Retention(Entry):
    """保存期間: full years for which what proves the supervision of a party is kept once nothing is owed any more
    (APPI 25; records of a management system, JIS Q 15001); for which the reference of an owner's request is, from the
    company's answer (APPI 32-39), and that of a correction, from its end; and that of a refusal of mail, from its
    arrival (Specified E-mail Act 3(3): it is obeyed for ever by whoever was told of it, which needs no reference here).
    No law names these numbers. What is no longer needed is erased (APPI 22).
    """

    evidence_years: Annotated[int, Field(ge=3, le=30), BeforeValidator(whole)] = 5
    request_years: Annotated[int, Field(ge=1, le=30), BeforeValidator(whole)] = 3
    opt_out_years: Annotated[int, Field(ge=1, le=30), BeforeValidator(whole)] = 3


class Hold(Entry):
    """証拠保全: nothing of a work is erased up to that day, because of a dispute, an investigation or the like."""

    reason: Text
    until: Day
