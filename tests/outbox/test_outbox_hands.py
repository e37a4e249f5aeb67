"""Hands that hold a letter: leases, workers that die or stop, two at once, and rows that are poisoned."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
import stage
from jinja2 import TemplateNotFound
from postal import LETTERS, OPENS, there_is, tools

from monitor import ledger, tables
from monitor.notices import to_person
from monitor.outbox import compose as composing
from monitor.outbox import deliver as delivering
from monitor.outbox import record
from monitor.outbox.claim import claim
from monitor.outbox.compose import compose
from monitor.outbox.deliver import LEASE, OneByOne, deliver
from monitor.outbox.record import unpark
from monitor.registry.roster import roster

FIRST, OTHER = "privacy@acme.example", "desk@other.example"
TWO = stage.registry(
    stage.engagement("dm", attestation=stage.last_accepted("2025-10-01")),
    stage.engagement("cards", company="sister", party="other", attestation=stage.last_accepted("2025-10-01")),
    parties=stage.PARTY + f'[[party]]\nkey = "other"\nname = "Other"\ncontacts = ["{OTHER}"]\n',
)


async def many(post, count):
    """So many letters, queued: one for each of so many people who want to sign in."""
    notices = [
        to_person(f"person{n}@impress.example", "sign-in", f"{n:032x}", OPENS, sign_in=f"{n:032x}")
        for n in range(count)
    ]
    await tables.Notice.bulk_create(notices)
    await compose(OPENS)


class Silent:
    """A channel that takes a letter and says nothing, until it may."""

    def __init__(self, carrier, silent=lambda letter: True):
        self.carrier, self.silent = carrier, silent
        self.may, self.asked = asyncio.Event(), asyncio.Event()

    async def send(self, letter):
        if self.silent(letter):
            self.asked.set()
            await self.may.wait()
        return await self.carrier.send(letter)


async def test_a_letter_of_a_worker_that_died_is_taken_again_after_its_lease_and_not_before(post):
    await post.queue(OPENS)
    [dead], _ = await claim(await roster(), OPENS, LEASE)
    assert await post.deliver(OPENS + LEASE - timedelta(seconds=1)) == 0
    assert not post.server.taken
    assert await post.deliver(OPENS + LEASE) == 1
    assert post.server.taken == [f"<{dead.mail.id}@itaku.example>"]


async def test_what_a_late_worker_brings_is_dropped(post):
    await post.queue(OPENS)
    [late], _ = await claim(await roster(), OPENS, LEASE)
    await post.deliver(OPENS + LEASE)
    height, _ = await ledger.head()
    calendar = (await roster()).calendar
    letter = record.Taken(late.mail, late.items, "250 OK")
    await record.taken([letter], calendar, OPENS + 2 * LEASE)
    await record.refused(letter, "550 never", calendar, OPENS + 2 * LEASE)
    await record.put_off(letter, record.Rest([FIRST], OPENS, "451"), OPENS)
    mail = await tables.Mail.get(id=late.mail.id)
    assert (mail.state, mail.sent_at, mail.reply[:3]) == ("sent", OPENS + LEASE, "250")
    assert (await ledger.head())[0] == height
    assert (await post.duty()).undeliverable_at is None


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_workers_at_the_same_moment_never_send_one_letter_twice(post):
    await many(post, 120)
    worked = await asyncio.gather(*(post.deliver(OPENS) for _ in range(4)))
    while await post.deliver(OPENS):
        pass
    assert sum(worked) >= 100
    assert len(post.server.taken) == len(set(post.server.taken)) == 120
    sent = [line["subject"] for line in await post.lines("mail.sent")]
    assert len(sent) == len(set(sent)) == 120


async def test_makers_of_letters_at_the_same_moment_make_each_once(post):
    await post.declare(TWO, OPENS)
    while await post.plan(OPENS):
        pass
    await asyncio.gather(*(compose(OPENS) for _ in range(4)))
    assert sorted(mail.to for mail in await tables.Mail.all()) == [[OTHER], [FIRST]]


async def test_a_worker_that_is_stopped_leaves_its_letters_free_and_what_was_taken_recorded(post):
    await post.declare(TWO, OPENS)
    await post.queue(OPENS)
    post.carrier = Silent(post.carrier, lambda letter: letter.to == (OTHER,))
    work = asyncio.create_task(post.deliver(OPENS))
    await post.carrier.asked.wait()
    await there_is(tables.Mail.filter(state="sent"))
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert await tables.Mail.filter(state="sent").count() == 1
    [left] = await tables.Mail.filter(state="queued")
    assert (left.to, left.lease, left.lease_until) == ([OTHER], None, None)
    post.carrier.may.set()
    assert await post.deliver(OPENS) == 1
    assert len(post.server.taken) == 2


async def test_a_database_that_goes_away_while_letters_are_on_their_way_lets_none_be_forgotten(post, monkeypatch):
    await post.declare(TWO, OPENS)
    await post.queue(OPENS)
    enter, send, times, answered, both = record.taken, post.carrier.send, [], [], asyncio.Event()

    async def sent(letter):
        receipt = await send(letter)
        answered.append(letter)
        if len(answered) == 2:
            both.set()
        return receipt

    async def away_once(*args):
        times.append(args)
        if len(times) == 1:
            async with asyncio.timeout(10):
                await both.wait()  # both were taken before anybody notices that the database is away
            raise ConnectionRefusedError("the database is away")
        await enter(*args)

    monkeypatch.setattr(post.carrier, "send", sent)
    monkeypatch.setattr(delivering, "taken", away_once)
    with pytest.raises(ConnectionRefusedError):
        await post.deliver(OPENS)
    entered = await tables.Mail.filter(state="sent").count()
    assert entered == len(post.server.taken) == 2, "what was taken is entered as soon as the database is back"
    await post.deliver(OPENS)
    assert len(post.server.taken) == 2


async def test_a_lease_is_renewed_while_the_mail_server_thinks(post):
    await post.queue(OPENS)
    lease = timedelta(milliseconds=30)
    silent = Silent(post.carrier)
    work = asyncio.create_task(deliver(OPENS, LETTERS, silent, lease))
    await silent.asked.wait()
    await there_is(tables.Mail.filter(lease_until__gt=OPENS + 3 * lease))
    silent.may.set()
    await work
    assert await tables.Mail.filter(state="sent").count() == 1


@dataclass
class Poisoned:
    """A writer that cannot put one party's letters into words."""

    trouble: Exception

    async def begin(self, claimed, present, at):
        return OneByOne(self.write, present, at)

    async def write(self, claimed, present, at):
        if claimed.mail.to == [FIRST]:
            raise self.trouble
        return await LETTERS.write(claimed, present, at)


@pytest.mark.logs_errors
@pytest.mark.parametrize("trouble", [ValueError("no words"), TemplateNotFound("vendor/new.jinja")])
async def test_a_letter_that_cannot_be_written_is_parked_and_the_others_go_on(post, trouble):
    await post.declare(TWO, OPENS)
    post.writer = Poisoned(trouble)
    await post.work(OPENS)
    [parked] = await tables.Mail.filter(state="parked")
    assert (parked.to, parked.reply, parked.lease) == ([FIRST], type(trouble).__name__, None)
    assert post.to(OTHER)
    await post.work(OPENS + timedelta(days=1))
    assert not post.to(FIRST), "it waits for somebody who looks at it"


class Contrary(Poisoned):
    """One that cannot even begin with that letter among others."""

    async def begin(self, claimed, present, at):
        if any(one.mail.to == [FIRST] for one in claimed):
            raise self.trouble
        return await LETTERS.begin(claimed, present, at)


@pytest.mark.logs_errors
@pytest.mark.parametrize("trouble", [KeyError("its request"), FileNotFoundError("its questions")])
async def test_a_letter_that_stands_against_its_batch_is_parked_and_the_others_go_on(post, trouble):
    await post.declare(TWO, OPENS)
    post.writer = Contrary(trouble)
    await post.work(OPENS)
    [parked] = await tables.Mail.filter(state="parked")
    assert (parked.to, parked.lease) == ([FIRST], None)
    assert post.to(OTHER)


async def test_a_database_that_goes_away_while_letters_are_begun_leaves_them_for_the_next_beat(post):
    await post.declare(TWO, OPENS)
    healthy, post.writer = post.writer, Contrary(ConnectionResetError("the database is restarted"))
    with pytest.raises(ConnectionResetError):
        await post.work(OPENS)
    assert set(await tables.Mail.all().values_list("state", "lease")) == {("queued", None)}
    post.writer = healthy
    await post.work(OPENS + timedelta(minutes=1))
    assert post.to(FIRST)
    assert post.to(OTHER)


@pytest.mark.logs_errors
async def test_a_parked_letter_is_tried_once_more_when_the_daemon_starts(post):
    await post.declare(TWO, OPENS)
    healthy, post.writer = post.writer, Poisoned(ValueError("no words"))
    await post.work(OPENS)
    [parked] = await tables.Mail.filter(state="parked")
    post.writer = healthy
    assert await unpark(OPENS + timedelta(hours=1)) == 1
    await post.work(OPENS + timedelta(hours=1))
    assert (await tables.Mail.get(id=parked.id)).state == "sent"
    assert len(post.to(FIRST)) == 1


@pytest.mark.logs_errors
async def test_a_notice_that_cannot_be_put_into_a_letter_holds_up_nobody(post, monkeypatch):
    await post.declare(TWO, OPENS)
    readers = composing.Directory.readers

    def poisoned(self, notice):
        if notice.party_id == "acme":
            raise KeyError("acme")
        return readers(self, notice)

    monkeypatch.setattr(composing.Directory, "readers", poisoned)
    await post.work(OPENS)
    assert post.to(OTHER)
    assert not post.to(FIRST)
    monkeypatch.setattr(composing.Directory, "readers", readers)
    await post.work(OPENS + timedelta(hours=1))
    assert len(post.to(FIRST)) == 1


@pytest.mark.logs_errors
async def test_a_letter_that_was_taken_and_cannot_be_recorded_is_not_sent_again_and_again(post, monkeypatch):
    await post.declare(TWO, OPENS)
    duty_told = record.duty_told

    def poisoned(notice, *args):
        if notice.party_id == "acme":
            raise ValueError("no such rung")
        return duty_told(notice, *args)

    monkeypatch.setattr(record, "duty_told", poisoned)
    await post.work(OPENS)
    await post.work(OPENS + 2 * LEASE)
    assert len(post.to(FIRST)) == len(post.to(OTHER)) == 1
    assert [mail.to for mail in await tables.Mail.filter(state="parked")] == [[FIRST]]
    assert [mail.to for mail in await tables.Mail.filter(state="sent")] == [[OTHER]]


async def test_without_a_mail_server_nothing_is_made_and_readiness_says_so(post):
    from monitor.config import Settings
    from monitor.house import House

    house = House(Settings(), LETTERS.keyring, tools())
    while await post.plan(OPENS):
        pass
    assert await house.outbox(OPENS) == 0
    assert await tables.Mail.all().count() == 0
    assert await tables.Notice.filter(state="waiting", letters=0).count() == 1
    ready, words = (await house.ready(OPENS))["mail"]
    assert not ready
    assert "no mail server" in words
