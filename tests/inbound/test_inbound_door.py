"""The ways in: what was accepted is stored, whoever dies, and once, whoever comes twice."""

from __future__ import annotations

import asyncio
import smtplib
from datetime import timedelta

import pytest
import shapes
from conftest import RETURNS, returning
from postal import OPENS

from monitor import clock, tables
from monitor.evidence import EvidenceAway
from monitor.inbound import intake as taking
from monitor.inbound.listener import Listener
from monitor.inbound.maildir import Maildir
from monitor.inbound.sorting import sort
from monitor.return_address import BOUNCE

SOON = OPENS + timedelta(minutes=3)
FIRST = "privacy@acme.example"
BOUNCED = shapes.report(address=FIRST)


@pytest.fixture
async def place(tmp_path, monkeypatch):
    """An office on SQLite, whose clock stands still."""
    from monitor.tables.store import MEMORY, opened

    monkeypatch.setattr(clock, "now", lambda: SOON)
    async with opened(MEMORY, create=True), returning(tmp_path) as found:
        yield found


async def _returned(place):
    mail = await tables.Mail.get(side="vendor")
    return RETURNS.spell(BOUNCE, mail.id)


def _lmtp(port, *to, raw=BOUNCED):
    with smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
        return client.sendmail("", list(to), raw)


def _smtp(port, *to, raw=BOUNCED):
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        return client.sendmail("", list(to), raw)


@pytest.mark.parametrize(("speak", "lmtp"), [(_lmtp, True), (_smtp, False)])
async def test_a_bounce_comes_in_by_the_door_and_is_acted_upon(place, speak, lmtp):
    to = await _returned(place)
    async with Listener(place.intake, "127.0.0.1", 0, lmtp=lmtp) as door:
        assert await asyncio.to_thread(speak, door.port, to) == {}
        assert await asyncio.to_thread(speak, door.port, to) == {}, "a mail server that did not hear us comes again"
    assert await tables.Incoming.all().count() == 1
    await place.sort(SOON)
    assert (await place.office.duty()).undeliverable_at == SOON
    assert len(place.office.to("second@acme.example")) == 1


async def test_what_is_not_ours_and_what_is_too_long_is_refused_at_once(place):
    to = await _returned(place)
    async with Listener(place.intake, "127.0.0.1", 0) as door:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await asyncio.to_thread(_lmtp, door.port, "b.0000@bounce.example")
        assert refused.value.recipients["b.0000@bounce.example"][0] == 550
        with pytest.raises(smtplib.SMTPException):
            await asyncio.to_thread(lambda: _lmtp(door.port, to, raw=b"a: b\r\n\r\n" + b"x\r\n" * 500_000))
    assert not await tables.Incoming.exists()


async def test_what_cannot_be_stored_now_comes_again(place, monkeypatch):
    async def full(*_):
        raise EvidenceAway("the disk is full")

    to = await _returned(place)
    monkeypatch.setattr(type(place.intake.evidence), "keep", full)
    async with Listener(place.intake, "127.0.0.1", 0, lmtp=False) as door:
        with pytest.raises(smtplib.SMTPDataError) as later:
            await asyncio.to_thread(_smtp, door.port, to)
    assert later.value.smtp_code == 451
    assert not await tables.Incoming.exists()


async def test_a_maildir_is_emptied_by_two_and_each_mail_counts_once(place, tmp_path):
    to = await _returned(place)
    folder = tmp_path / "maildir"
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    raw = shapes.report(address=FIRST, to=to)
    for name in ("1.a", "2.b"):
        (folder / "new" / name).write_bytes(raw)
    (folder / "new" / "3.c").write_bytes(b"From: a@b.example\r\n\r\nnothing to do with us")
    (folder / "new" / "4.d").write_bytes(b"")
    maildir = Maildir(folder)
    await asyncio.gather(maildir.collect(place.intake, SOON), maildir.collect(place.intake, SOON))
    assert not list((folder / "new").iterdir())
    assert len(list((folder / "cur").iterdir())) == 4, "nothing is deleted"
    assert await tables.Incoming.all().count() == 1
    assert maildir.trouble() == ""
    assert Maildir(tmp_path / "nowhere").trouble()


async def test_two_of_us_act_upon_a_mail_once(back):
    mail = await tables.Mail.get(side="vendor")
    raw, to = shapes.report(address=FIRST), RETURNS.spell(BOUNCE, mail.id)
    first, second = await asyncio.gather(*(back.intake.take(raw, to, SOON) for _ in range(2)))
    assert first == second
    assert sum(await asyncio.gather(*(sort(SOON, back.intake.evidence) for _ in range(3)))) == 1
    await back.office.work(SOON)
    assert len(await back.office.lines("mail.bounced")) == 1
    assert len(back.office.to("second@acme.example")) == 1


class Dies(BaseException):
    """The end of the process, as far as anybody can see."""


@pytest.mark.parametrize("place_of_death", ["before the octets", "before the row", "after the row"])
async def test_who_dies_while_taking_a_mail_in_has_either_stored_it_or_gets_it_again(
    place, monkeypatch, place_of_death
):
    to, raw = await _returned(place), shapes.report(address=FIRST)
    store, model = type(place.intake.evidence), tables.Incoming
    real_keep, real_create = store.keep, model.bulk_create

    async def dying_keep(self, octets):
        raise Dies

    async def dying_create(*args, **more):
        if place_of_death == "after the row":
            await real_create(*args, **more)
        raise Dies

    if place_of_death == "before the octets":
        monkeypatch.setattr(store, "keep", dying_keep)
    else:
        monkeypatch.setattr(model, "bulk_create", dying_create)
    with pytest.raises(Dies):
        await place.intake.take(raw, to, SOON)
    monkeypatch.setattr(store, "keep", real_keep)
    monkeypatch.setattr(model, "bulk_create", real_create)
    await place.intake.take(raw, to, SOON)
    assert await tables.Incoming.all().count() == 1
    await place.sort(SOON)
    assert len(place.office.to("second@acme.example")) == 1


async def test_who_dies_while_acting_upon_a_mail_has_done_all_or_nothing(place, monkeypatch):
    from monitor.inbound import acts

    number = await place.intake.take(shapes.report(address=FIRST), await _returned(place), SOON)

    async def dies(*_args, **_more):
        raise Dies

    for step in ("bury", "undeliverable", "tell_again", "_write"):
        with monkeypatch.context() as patch:
            patch.setattr(acts, step, dies)
            with pytest.raises(Dies):
                await sort(SOON, place.intake.evidence)
        assert (await tables.Incoming.get(id=number)).state == "new"
        assert (await place.office.duty()).undeliverable_at is None
        assert not await place.office.lines("mail.bounced")
    await place.sort(SOON)
    assert len(place.office.to("second@acme.example")) == 1
    assert len(await place.office.lines("mail.bounced")) == 1


@pytest.mark.logs_errors
async def test_a_mail_that_we_cannot_deal_with_is_put_aside_and_the_others_go_on(place, monkeypatch):
    from monitor.inbound import sorting

    mail = await tables.Mail.get(side="vendor")
    await place.intake.take(b"Subject: poison\r\n\r\n", RETURNS.spell(BOUNCE, mail.id), SOON)
    await place.intake.take(shapes.report(address=FIRST), RETURNS.spell(BOUNCE, mail.id), SOON)
    read = sorting.read

    def poisoned(raw):
        if b"poison" in raw:
            raise ZeroDivisionError
        return read(raw)

    monkeypatch.setattr(sorting, "read", poisoned)
    await place.sort(SOON)
    assert sorted(await tables.Incoming.all().values_list("state", flat=True)) == ["done", "stuck"]
    assert (await place.office.duty()).undeliverable_at == SOON
    assert taking.MOST_PER_MAIL > 2
