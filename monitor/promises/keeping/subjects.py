"""References in letters: the subject of one about a matter of its own names it, and so does what is answered to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from monitor import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tortoise.queryset import QuerySet

    from monitor.tables import Obligation, OwnDuty

AT_ONCE = 500  #: rows that one query names: a database takes only so many values at a time


async def unnamed_in_letters(ref: str, blank: str, asked: QuerySet[Obligation], owed: QuerySet[OwnDuty]) -> None:
    """Letters about these requests and duties, and what came back on them, say `blank` for the reference."""
    named = re.compile(rf"(?<![A-Za-z0-9]){re.escape(ref)}(?![A-Za-z0-9])")
    letters = [*await _letters("notice__obligation_id", asked), *await _letters("notice__own_duty_id", owed)]
    for some in in_parts(sorted(set(letters))):
        await _unnamed(some, named, blank)


async def _letters(column: str, rows: QuerySet[Obligation] | QuerySet[OwnDuty]) -> list[str]:
    found: list[str] = []
    for some in in_parts([one.pk for one in await rows]):
        found += map(str, await tables.MailItem.filter(**{f"{column}__in": some}).values_list("mail_id", flat=True))
    return found


async def _unnamed(letters: Sequence[str], named: re.Pattern[str], blank: str) -> None:
    for mail in await tables.Mail.filter(id__in=letters):
        if named.search(mail.subject):
            await tables.Mail.filter(id=mail.id).update(subject=named.sub(blank, mail.subject))
    for came in await tables.Incoming.filter(mail_id__in=letters):
        said = {"subject": named.sub(blank, came.subject), "text": named.sub(blank, came.text)}
        if said != {"subject": came.subject, "text": came.text}:
            await tables.Incoming.filter(id=came.id).update(**said)


def in_parts(all_: Sequence[Any]) -> list[Sequence[Any]]:
    return [all_[start : start + AT_ONCE] for start in range(0, len(all_), AT_ONCE)]
