"""What waits is true when it leaves: dates that moved, people who left, answers that came, all in one transaction."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import stage
from postal import LETTERS, OPENS, USUAL

from monitor import ledger, tables
from monitor.books import enter, moved
from monitor.notices import COMPANY, about_duty, tell, withdraw
from monitor.obligations import acts
from monitor.outbox.compose import compose
from monitor.registry.roster import roster
from monitor.tables.store import transaction

FIRST, MANAGERS = "privacy@acme.example", "managers@impress.example"
AGAIN = OPENS + timedelta(minutes=30)
OVERDUE = stage.instant("2026-10-02T09:00")


async def move(post, day, at):
    """T moves, as it does when the calendar or the contract changes."""
    async with transaction():
        duty = await post.duty()
        await enter([moved(duty, day, day, "recomputed", (await roster()).calendar, at)], at)


async def test_a_change_and_what_tells_of_it_are_one_transaction(post, monkeypatch):
    await post.work(OPENS)
    duty, (height, _) = await post.duty(), await ledger.head()

    async def fails(*_args, **_more):
        raise RuntimeError("no notice can be made")

    monkeypatch.setattr(tables.Notice, "bulk_create", fails)
    with pytest.raises(RuntimeError):
        await acts.submit(duty.id, AGAIN)
    assert (await post.duty()).state == "open"
    assert await tables.Submission.all().count() == 0
    assert (await ledger.head())[0] == height


async def test_letters_leave_outside_every_transaction(post):
    await post.live(OPENS, OVERDUE)
    assert post.carrier.letters >= 6, "each of them was asked whether a transaction is open"


async def test_a_request_that_waits_names_the_date_of_the_day_on_which_it_leaves(post):
    post.server.says = lambda _mail, number: "451 4.3.0 later" if number == 1 else "250 OK"
    await post.work(OPENS)
    await move(post, date(2026, 10, 6), OPENS)
    await post.live(OPENS, AGAIN)
    [mail] = post.to(FIRST)
    assert "10/6" in mail.subject
    assert (await post.duty()).told_on == date(2026, 10, 6)
    assert not await tables.Notice.filter(kind="due-moved").exists()


class Slow:
    """Carries a letter only after something else happened."""

    def __init__(self, carrier, deed):
        self.carrier, self.deed = carrier, deed

    async def send(self, letter):
        deed, self.deed = self.deed, None
        if deed:
            await deed()
        return await self.carrier.send(letter)


async def test_a_date_that_moves_while_its_letter_is_on_the_way_is_told_anew(post):
    post.carrier = Slow(post.carrier, lambda: move(post, date(2026, 10, 6), OPENS))
    await post.live(OPENS, AGAIN)
    opening, correction = post.to(FIRST)
    assert "10/1" in opening.subject
    assert "10/6" in correction.subject
    assert (await post.duty()).told_on == date(2026, 10, 6)


async def test_of_two_dates_that_wait_only_the_last_is_told(post):
    await post.work(OPENS)
    post.server.says = lambda *_: "451 4.3.0 later"
    await move(post, date(2026, 10, 5), OPENS)
    await post.work(OPENS)
    await move(post, date(2026, 10, 6), OPENS)
    post.server.says = lambda *_: "250 OK"
    await post.live(OPENS, AGAIN)
    assert [("10/6" in mail.subject) for mail in post.to(FIRST)] == [False, True]
    assert await tables.Mail.filter(state="dropped").count() == 1


async def test_a_notice_that_is_true_again_while_its_letter_waits_is_told_once(post):
    await post.work(OPENS)
    post.server.says = lambda *_: "451 4.3.0 later"
    again = [OPENS + timedelta(seconds=second) for second in range(4)]
    for at in (again[0], again[2]):
        await tell([about_duty(await post.duty(), "undeliverable", COMPANY, at, mark="x", level=1)])
        await compose(at)
        await withdraw(again[1], kind="undeliverable") if at == again[0] else None
    assert await tables.Mail.filter(state="queued").count() == 2
    post.server.says = lambda *_: "250 OK"
    await post.live(again[3], AGAIN)
    assert len(post.to(MANAGERS)) == 1


async def test_a_reminder_that_waits_falls_away_with_the_answer(post):
    await post.live(OPENS, stage.instant("2026-09-16T18:00"))
    before = len(post.to(FIRST))
    post.server.says = lambda *_: "451 4.3.0 later"
    at = stage.instant("2026-09-17T09:00")
    await post.live(at, at)
    await acts.submit((await post.duty()).id, at)
    post.server.says = lambda *_: "250 OK"
    await post.live(at, at + timedelta(hours=2))
    [receipt] = post.to(FIRST)[before:]
    assert len(re.findall(r"/f/itk_", receipt.text)) == 1
    assert await tables.Link.filter(grade="view").count() == 1, "a receipt opens what was handed in, to be read"


CHANGED = stage.COMPANY.replace("managers@", "successor@")
LEFT = stage.COMPANY + "member_until = 2026-10-02\n"


async def test_a_letter_that_waits_follows_those_who_hold_the_office_now(post):
    await post.live(OPENS, OVERDUE - timedelta(hours=1))
    post.server.says = lambda *_: "451 4.3.0 later"
    await post.work(OVERDUE)
    post.server.says = lambda *_: "250 OK"
    await post.declare(stage.registry(USUAL, companies=CHANGED + stage.SISTER), OVERDUE)
    await post.live(OVERDUE, OVERDUE + timedelta(hours=8))
    assert not post.to(MANAGERS)
    assert len(post.to("successor@impress.example")) == 1


async def test_a_letter_that_waits_reaches_nobody_of_a_company_that_has_left(post):
    await post.declare(stage.registry(USUAL, companies=LEFT + stage.SISTER), OPENS)
    await post.live(OPENS, OVERDUE - timedelta(hours=1))
    post.server.says = lambda *_: "451 4.3.0 later"
    await post.live(OVERDUE, OVERDUE + timedelta(hours=8))
    post.server.says = lambda *_: "250 OK"
    await post.live(stage.instant("2026-10-05T09:00"), stage.instant("2026-10-05T12:00"))
    assert not post.to(MANAGERS)
    assert len(post.to("privacy-office@group.example")) == 1


async def test_over_the_wire_a_request_is_one_thread_made_by_a_machine_in_legible_names(post):
    named = stage.COMPANY + 'name_ja = "株式会社インプレス・高橋﨑"\n'
    await post.declare(stage.registry(USUAL, companies=named + stage.SISTER), OPENS)
    await post.live(OPENS, OVERDUE)
    mails = list(post.server.mails)
    assert len(mails) >= 6
    [root] = {mail.header("References") for mail in mails}
    assert root == f"<o{(await post.duty()).id}@{LETTERS.message_domain}>"
    assert {mail.header("Auto-Submitted") for mail in mails} == {"auto-generated"}
    assert all("株式会社インプレス・高橋﨑" in mail.author for mail in mails)
    assert all(line.isascii() and len(line) <= 998 for mail in mails for line in mail.raw.split(b"\r\n"))
    assert len({mail.header("Message-ID") for mail in mails}) == len(mails)
