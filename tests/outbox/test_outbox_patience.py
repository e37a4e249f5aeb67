"""A mail server that has no time, is away, or says never: nothing is lost, nothing goes twice, never is made loud."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import stage
from postal import OPENS, only

from monitor import tables
from notifiers.contract import Part, Permanent, Receipt, Temporary

FIRST, SECOND, MANAGERS, PI = (
    "privacy@acme.example",
    "second@acme.example",
    "managers@impress.example",
    "pi@impress.example",
)
EXECUTIVE, OFFICE = "executive@impress.example", "privacy-office@group.example"
NEVER = "550 5.1.1 no such mailbox"
LEVEL_ONE, LEVEL_TWO = stage.instant("2026-10-02T18:00"), stage.instant("2026-10-08T18:00")


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_a_server_that_says_451_fifty_times_and_is_then_away_for_hours_gets_every_letter_once(post):
    post.server.says = lambda _mail, number: "451 4.3.0 come back" if number <= 50 else "250 OK"
    at = OPENS
    while len(post.server.heard) < 50:
        await post.work(at)
        at = await post.following(at)
    [opening] = {number for number, _ in post.server.heard}
    await post.server.__aexit__()
    away = at + timedelta(hours=30)
    await post.live(at, away)
    assert not post.server.taken
    await post.server.__aenter__()
    await post.live(away, away + timedelta(days=4))
    assert Counter(post.server.taken)[opening] == 1, "one letter, one Message-ID, however often it was tried"
    assert set(Counter(post.server.taken).values()) == {1}
    duty = await post.duty()
    assert duty.vendor_sent is not None
    assert duty.told_on == duty.due_on


async def test_a_server_that_is_away_when_a_request_opens_moves_its_due_date_and_costs_one_letter(post):
    await post.server.__aexit__()
    await post.live(OPENS, stage.instant("2026-09-25T17:00"))
    assert (await post.duty()).told_on is None
    await post.server.__aenter__()
    await post.live(stage.instant("2026-09-28T09:00"), stage.instant("2026-09-28T18:00"))
    [mail] = post.to(FIRST)
    duty = await post.duty()
    assert (duty.due_on - stage.instant("2026-09-28T09:00").date()).days >= 14
    assert f"{duty.due_on.month}/{duty.due_on.day}" in mail.subject
    assert (await post.lines("obligation.due_moved"))[0]["data"]["reason"] == "asked-late"


@pytest.mark.logs_errors
async def test_a_letter_refused_for_good_goes_to_the_next_contact_and_is_made_loud(post):
    post.server.answer_recipient = only({FIRST: NEVER})
    await post.work(OPENS)
    [asked] = post.to(SECOND)
    [told] = post.to(MANAGERS)
    assert "/f/" in asked.text
    assert FIRST in told.text, "whoever has to find another contact is told which one is gone"
    assert "/f/" not in told.text
    assert (await post.duty()).undeliverable_at == OPENS
    [line] = await post.lines("mail.refused")
    assert line["data"] == {"addresses": 1}
    assert await tables.Mail.filter(state="failed").count() == 1


@pytest.mark.logs_errors
async def test_when_no_contact_takes_mail_the_company_knows_and_its_levels_come(post):
    post.server.answer_recipient = only({FIRST: NEVER, SECOND: NEVER})
    await post.live(OPENS, LEVEL_TWO)
    assert not post.to(FIRST)
    assert not post.to(SECOND)
    assert await tables.Notice.filter(kind="undeliverable", state="sent").exists()
    assert post.to(PI), "level 2"
    assert await post.lines("notice.unreachable")


@pytest.mark.logs_errors
async def test_a_letter_refused_for_what_it_says_is_told_and_does_not_end_the_reminders(post):
    post.server.says = lambda _mail, number: "554 5.6.0 looks like spam" if number == 1 else "250 OK"
    await post.live(OPENS, stage.instant("2026-09-17T18:00"))
    assert post.to(MANAGERS), "the company hears that its party was not reached"
    assert [mail for mail in post.to(FIRST) if "/f/" in mail.text], "the next rung asks"
    assert await tables.Person.filter(refused_at__isnull=False).count() == 0, "no address is to blame"


@pytest.mark.logs_errors
async def test_a_manager_s_dead_mailbox_passes_to_the_next_one_up(post):
    post.server.answer_recipient = only({MANAGERS: NEVER})
    await post.live(OPENS, LEVEL_ONE)
    assert (await post.duty()).overdue_on
    assert post.to(PI)
    assert not await post.lines("notice.unreachable")


@pytest.mark.logs_errors
async def test_nobody_of_a_company_can_be_reached_and_the_privacy_office_is_told(post):
    post.server.answer_recipient = only({MANAGERS: NEVER, PI: NEVER})
    await post.live(OPENS, LEVEL_ONE)
    assert post.to(OFFICE)


class TwoMinds:
    """A relay that has one of two readers come back, and then refuses him for good."""

    def __init__(self, carrier):
        self.carrier, self.sent = carrier, []

    async def send(self, letter):
        if set(letter.to) == {MANAGERS, PI}:
            self.sent.append((letter.message_id, MANAGERS))
            raise Temporary("greylisted", part=Part((PI,), Receipt("250 OK")))
        if letter.to == (PI,):
            raise Permanent("no such mailbox", {PI: NEVER})
        self.sent += [(letter.message_id, address) for address in letter.to]
        return Receipt("250 OK")

    async def aclose(self): ...


@pytest.mark.logs_errors
async def test_a_reader_put_off_and_then_refused_does_not_make_the_others_hear_it_twice(post):
    await post.live(OPENS, LEVEL_ONE)
    whole, post.carrier = post.carrier, TwoMinds(post.carrier)
    await post.live(LEVEL_ONE, LEVEL_TWO)
    await whole.aclose()
    company = [address for _, address in post.carrier.sent if address == MANAGERS]
    assert len(company) == 2, "the reminder, and that the other one's mailbox takes no mail"
    assert await tables.Notice.filter(kind="mailbox", side="company", state="sent").count() == 1
    assert await tables.Notice.filter(side="company", kind="rung", rung=7, state="sent").exists()
    lines = [line for line in await post.lines("mail.sent") if line["data"]["items"][0]["level"] == 2]
    assert [line["data"]["readers"] for line in lines] == [1], "the ledger says how many have it"
    assert (await post.duty()).told == 2


async def test_a_reader_put_off_gets_it_later_and_only_he_does(post):
    later = {PI: "450 4.2.0 greylisted"}
    post.server.answer_recipient = lambda address: later.get(address, "250 OK")
    await post.live(OPENS, stage.instant("2026-10-08T09:00"))
    assert [mail.to for mail in post.to(MANAGERS)][-1] == (MANAGERS,)
    assert (await post.duty()).told == 1, "a level is told when all of it was"
    later.clear()
    await post.live(stage.instant("2026-10-08T09:00"), stage.instant("2026-10-08T12:00"))
    assert [mail.to for mail in post.to(PI)] == [(PI,)]
    assert len([mail for mail in post.to(MANAGERS) if mail.text == post.to(PI)[0].text]) <= 1
    assert (await post.duty()).told == 2


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_one_connection_carries_many_letters(post):
    engagements = [
        stage.engagement(f"e{n}", party=f"p{n}", attestation=stage.last_accepted("2025-10-01")) for n in range(30)
    ]
    parties = "\n".join(f'[[party]]\nkey = "p{n}"\nname = "P"\ncontacts = ["c{n}@party.example"]' for n in range(30))
    await post.declare(stage.registry(*engagements, parties=parties), OPENS)
    before = post.server.connections
    await post.work(OPENS)
    assert len(post.server.taken) == len(set(post.server.taken)) == 31
    assert post.server.connections - before <= 2


@pytest.mark.logs_errors
async def test_of_a_reader_whose_server_refuses_him_the_others_and_the_privacy_office_hear_once_a_day(post):
    post.server.answer_recipient = only({MANAGERS: NEVER})
    await post.live(OPENS, LEVEL_ONE)
    said = [mail for mail in post.to(OFFICE) if MANAGERS in mail.text]
    assert len(said) == 1
    assert "受け取りをメールサーバーが拒否しました" in "".join(said[0].text.split())
    assert NEVER.partition(" ")[2][:20] in said[0].text
