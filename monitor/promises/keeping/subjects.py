"""References in letters: the subject of one about a matter of its own names it, and so does what is answered to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tortoise.expressions import Q

from monitor import tables

if TYPE_CHECKING:
    from tortoise.queryset import QuerySet

    from monitor.tables import Obligation, OwnDuty


async def unnamed_in_letters(ref: str, blank: str, asked: QuerySet[Obligation], owed: QuerySet[OwnDuty]) -> None:
    """Letters about these requests and duties, and what came back on them, say `blank` for the reference."""
    named = re.compile(rf"(?<![A-Za-z0-9]){re.escape(ref)}(?![A-Za-z0-9])")
    ids = [await one.values_list("id", flat=True) for one in (asked, owed)]
    about = Q(notice__obligation_id__in=ids[0]) | Q(notice__own_duty_id__in=ids[1])
    letters = sorted(set(map(str, await tables.MailItem.filter(about).values_list("mail_id", flat=True))))
    for mail in await tables.Mail.filter(id__in=letters):
        if named.search(mail.subject):
            await tables.Mail.filter(id=mail.id).update(subject=named.sub(blank, mail.subject))
    for came in await tables.Incoming.filter(mail_id__in=letters):
        said = {"subject": named.sub(blank, came.subject), "text": named.sub(blank, came.text)}
        if said != {"subject": came.subject, "text": came.text}:
            await tables.Incoming.filter(id=came.id).update(**said)
