"""Letters that two replicas carry at the same moment: told once, recorded once, finished."""

from __future__ import annotations

import asyncio

import pytest
from interleaving import unchained, wait
from postal import OPENS

from monitor import tables
from monitor.notices import COMPANY, about_duty, tell
from monitor.outbox import record
from monitor.outbox.record import Rest, Taken
from monitor.registry.roster import roster

pytestmark = pytest.mark.postgres
READERS = ["managers@impress.example", "other@impress.example"]


async def told(post, letters: int) -> tables.Notice:
    """A notice to the company about the request, in so many letters."""
    await post.work(OPENS)
    notice = about_duty(await post.duty(), "rung", COMPANY, OPENS, mark="x", rung=1, level=1, letters=letters)
    await tell([notice])
    return await tables.Notice.get(key=notice.key)


async def letter(notice: tables.Notice, number: int, to: list[str], lease: str) -> Taken:
    about = {"side": COMPANY, "company_id": "impress", "language": "ja", "made_at": OPENS, "next_at": OPENS}
    mail = await tables.Mail.create(id=f"{number:032x}", to=to, lease=lease, **about)
    await tables.MailItem.create(mail_id=mail.id, notice_id=notice.key, roles=["managers"])
    return Taken(mail, [(notice, ["managers"])], "250 OK")


async def test_a_notice_whose_last_two_letters_are_recorded_at_once_counts_as_told(post):
    notice = await told(post, letters=2)
    await tables.Obligation.all().update(company_queued=1)
    letters = [await letter(notice, number, [to], "x") for number, to in enumerate(READERS)]
    calendar = (await roster()).calendar
    async with unchained() as holder:
        both = [asyncio.create_task(record.taken([one], calendar, OPENS)) for one in letters]
        await wait(holder, 2)
    await asyncio.gather(*both)
    duty = await post.duty()
    assert (await tables.Notice.get(key=notice.key)).state == "sent"
    assert (duty.company_sent, duty.company_queued) == (1, None)


async def test_a_late_worker_whose_letter_was_taken_in_part_makes_no_second_letter(post):
    """It stood still beyond its lease, and meanwhile another brought the letter to both of its readers."""
    notice = await told(post, letters=1)
    calendar = (await roster()).calendar
    late = await letter(notice, 0, READERS, "late")
    await tables.Mail.filter(id=late.mail.id).update(lease="quick")
    quick = Taken(await tables.Mail.get(id=late.mail.id), late.items, "250 OK")
    await record.taken([quick], calendar, OPENS)
    await record.taken_in_part(late, Rest(READERS[1:], OPENS, "451"), calendar, OPENS)
    found = tables.Mail.filter(company_id="impress", side=COMPANY)
    assert await found.values_list("state", "to") == [("sent", READERS)]
    assert (await tables.Notice.get(key=notice.key)).letters == 1
