"""What follows when a letter comes back, or its reader writes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import shapes
from postal import OPENS, USUAL
from stage import engagement, event, instant, last_accepted, registry

from monitor import tables
from monitor.examination import _mailboxes
from monitor.inbound import sorting
from monitor.inbound.intake import MOST_PER_MAIL, NotOurs
from monitor.notices import COMPANY, about_duty, tell
from monitor.obligations import acts
from monitor.outbox.readers import Directory
from monitor.registry.roster import roster
from monitor.return_address import REPLY

FIRST, SECOND, MANAGERS = "privacy@acme.example", "second@acme.example", "managers@impress.example"
SOON = OPENS + timedelta(minutes=3)


async def test_a_hard_bounce_asks_the_next_contact_with_a_fresh_link_and_the_same_date_and_tells_the_managers(back):
    before = await back.office.duty()
    assert back.office.to(FIRST)[-1].sender.startswith("b."), "the envelope says which letter it is"
    row = await back.bounce(FIRST, SOON)
    duty, mail = await back.office.duty(), await tables.Mail.get(id=row.mail_id)
    assert (row.kind, row.hard, row.address) == ("bounce", True, FIRST)
    assert (mail.state, mail.bounced_at, mail.bounce) == ("bounced", SOON, "550 5.1.1 no such user")
    assert duty.undeliverable_at == SOON
    assert (duty.due_on, duty.told_on) == (before.due_on, before.told_on) == (date(2026, 10, 1), date(2026, 10, 1))
    asked, told = back.office.to(SECOND), back.office.to(MANAGERS)
    assert len(asked) == len(told) == 1
    assert "/f/itk_" in asked[0].text
    assert asked[0].text.partition("/f/itk_")[2][:40] != back.office.to(FIRST)[0].text.partition("/f/itk_")[2][:40]
    assert SECOND in told[0].text
    assert "no such user" in told[0].text
    kinds = [
        line["type"]
        for line in [*await back.office.lines("mail.bounced"), *await back.office.lines("obligation.bounced")]
    ]
    assert kinds == ["mail.bounced", "obligation.bounced"]
    line = (await back.office.lines("obligation.bounced"))[0]
    assert line["data"]["report"] == row.sha256
    assert FIRST not in str(line)
    assert "no such" not in str(line)
    assert await back.intake.evidence.verify(row.sha256)


async def test_a_bounce_weeks_later_counts_and_one_of_an_older_letter_asks_nobody_twice(back):
    opening = await tables.Mail.get(side="vendor")
    await back.office.live(OPENS, instant("2026-09-18T10:00"))
    reminder = await tables.Mail.filter(side="vendor").order_by("-sent_at").first()
    at = instant("2026-09-18T11:00")
    await back.come(shapes.report(address=FIRST), at, mail=opening)
    asked = len(back.office.to(SECOND))
    await back.come(shapes.report(address=FIRST), at + timedelta(minutes=1), mail=reminder)
    await back.come(shapes.report(address=FIRST), at + timedelta(hours=1), mail=reminder)
    assert (asked, len(back.office.to(SECOND)), len(back.office.to(MANAGERS))) == (1, 1, 1)
    copy = await tables.Notice.get(key__contains="~")
    assert copy.data["rung"] == "T-14", "what asked last is asked again"


async def test_where_nobody_is_left_it_is_said_loudly_and_asking_goes_on_when_a_new_contact_is_registered(back):
    await back.bounce(FIRST, SOON)
    await back.bounce(SECOND, SOON + timedelta(minutes=5))
    told = back.office.to(MANAGERS)
    assert len(told) == 2
    assert "至急登録" in told[-1].text
    toml = registry(USUAL).replace(FIRST, "new@acme.example")
    at = instant("2026-09-17T08:00")
    await back.office.declare(toml.replace(SECOND, "other@acme.example"), at)
    await back.sort(at)
    assert (await back.office.duty()).undeliverable_at is None
    assert len(await back.office.lines("obligation.reachable")) == 1
    await back.office.live(at, instant("2026-09-17T09:30"))
    assert len(back.office.to("new@acme.example")) == 1


@pytest.mark.parametrize(
    "raw",
    [
        shapes.report("4.2.2", "delayed", address=FIRST),
        shapes.report("4.4.7", address=FIRST, diagnostic="smtp; 451 4.4.7 expired"),
    ],
)
async def test_what_failed_for_now_is_in_the_history_and_nowhere_else(back, raw):
    row = await back.come(raw, SOON)
    assert (row.hard, (await tables.Mail.get(id=row.mail_id)).state) == (False, "sent")
    assert (await back.office.duty()).undeliverable_at is None
    assert not back.office.to(SECOND) + back.office.to(MANAGERS)
    assert (await back.office.lines("obligation.bounced"))[0]["data"]["hard"] is False


async def test_an_automatic_answer_is_kept_and_nothing_follows(back):
    before = len(back.office.server.mails)
    for raw, kind in ((shapes.ABSENT, "b"), (shapes.ABSENT, REPLY), (shapes.READ_RECEIPT, REPLY)):
        assert (await back.come(raw, SOON, kind)).kind == "auto-reply"
    assert len(back.office.server.mails) == before


async def test_a_bounce_that_nobody_signed_changes_nothing(back):
    mail = await tables.Mail.get(side="vendor")
    forged = shapes.report(address=FIRST).replace(
        b"Subject: Undelivered", f"In-Reply-To: <{mail.id}@itaku.example>\r\nSubject: Undelivered".encode()
    )
    number = await back.intake.take(forged, "itaku@itaku.example", SOON)
    await back.sort(SOON)
    assert (await tables.Incoming.get(id=number)).kind == "stray"
    assert not await tables.Person.filter(refused_at__isnull=False).exists()
    with pytest.raises(NotOurs):
        await back.intake.take(shapes.report(), "b." + "0" * 32 + "." + "0" * 16 + "@bounce.example", SOON)


async def test_a_bounce_that_is_here_before_the_sending_is_recorded_waits_for_that(back):
    await tables.Mail.filter(side="vendor").update(state="queued")
    row = await back.bounce(FIRST, SOON)
    assert row.state == "new"
    await tables.Mail.filter(side="vendor").update(state="sent")
    await back.sort(SOON)
    assert (await tables.Incoming.get(id=row.id)).state == "done"


async def test_mail_about_letters_that_are_under_way_holds_up_nothing_that_came_later(place, monkeypatch):
    monkeypatch.setattr(sorting, "BATCH", 1)
    mail = await tables.Mail.get(side="vendor")
    under_way = mail.clone(pk="e" * len(mail.id))
    under_way.state = "queued"
    await under_way.save()
    assert (await place.come(shapes.reply("早い", sender=FIRST), SOON, REPLY, under_way)).state == "new"
    later = await place.come(shapes.reply("遅い", sender=FIRST), SOON + timedelta(minutes=1), REPLY, mail)
    assert later.state == "done"


async def test_a_reply_is_kept_and_told_and_is_no_answer(back):
    text = "期限までに回答します。\n\n-----Original Message-----\nhttps://itaku.example/f/itk_abcdefgh"
    row = await back.come(shapes.reply(text, sender=FIRST), SOON, REPLY)
    duty = await back.office.duty()
    assert (row.kind, row.text, duty.state) == ("reply", "期限までに回答します。", "open")
    assert await tables.Submission.all().count() == 0
    told, note = back.office.to(MANAGERS), back.office.to(FIRST)[1:]
    assert len(told) == len(note) == 1
    assert "期限までに回答します。" in told[0].text
    assert "itk_" not in told[0].text
    assert "/f/itk_" in note[0].text
    assert note[0].header("Auto-Submitted") == "auto-generated"
    line = (await back.office.lines("obligation.replied"))[0]
    assert line["data"]["mail_sha256"] == row.sha256
    await back.come(shapes.reply("もう一通", sender=FIRST), SOON + timedelta(minutes=5), REPLY)
    assert (len(back.office.to(MANAGERS)), len(back.office.to(FIRST))) == (2, 2), "the party gets the note once"


async def test_a_reply_from_a_dead_address_shows_that_it_is_alive(back):
    mail = await tables.Mail.get(side="vendor")
    await back.bounce(FIRST, SOON)
    await back.come(
        shapes.reply("we are here", charset="utf-8", sender=FIRST), SOON + timedelta(minutes=9), REPLY, mail
    )
    assert (await back.office.duty()).undeliverable_at is None


async def test_who_knows_no_more_than_a_message_id_wakes_no_dead_address(back):
    mail = await tables.Mail.get(side="vendor")
    await back.bounce(FIRST, SOON)
    forged = shapes.reply("alive", charset="utf-8", sender=FIRST, more=f"In-Reply-To: <{mail.id}@itaku.example>\n")
    number = await back.intake.take(forged, "itaku@itaku.example", SOON)
    await back.sort(SOON + timedelta(minutes=1))
    assert (await tables.Incoming.get(id=number)).kind == "reply", "it is kept and told like any other"
    assert await tables.Person.filter(email=FIRST, refused_at__isnull=False).exists()


async def test_an_answer_takes_the_mark_off(back):
    await back.bounce(FIRST, SOON)
    duty = await back.office.duty()
    await acts.submit(duty.id, SOON + timedelta(hours=1))
    assert (await back.office.duty()).undeliverable_at is None


async def test_a_letter_to_nobody_else_is_told_to_those_above(back):
    """The managers' own mailbox dies: what they were told reaches whoever stands above them."""
    await back.bounce(FIRST, SOON)
    told = await tables.Mail.get(side="company")
    await back.come(shapes.report(address=MANAGERS), SOON + timedelta(minutes=9), mail=told)
    assert len(back.office.to("pi@impress.example")) == 1


OFFICE, PI = "privacy-office@group.example", "pi@impress.example"


async def _told_together(back, at):
    """One letter to the managers, to the manager for personal information and to the privacy office."""
    await tell([about_duty(await back.office.duty(), "undeliverable", COMPANY, at, mark="x", level=3)])
    await back.office.work(at)
    mail = await tables.Mail.filter(side="company").order_by("-sent_at").first()
    assert {MANAGERS, PI, OFFICE} <= set(mail.to)
    return mail


async def _dead():
    return set(await tables.Person.filter(refused_at__isnull=False).values_list("email", flat=True))


async def test_a_report_that_any_of_several_readers_can_have_made_silences_nobody_and_is_shown_to_whom_it_names(place):
    mail = await _told_together(place, SOON)
    for number in range(3):
        await place.come(shapes.report(address=OFFICE) + b"%d" % number, SOON + timedelta(minutes=number), mail=mail)
    assert await _dead() == set()
    assert (await tables.Mail.get(id=mail.id)).state == "sent"
    asked = await tables.Mail.filter(side="person")
    assert [one.to for one in asked] == [[OFFICE]], "once, and alone"
    assert len(place.office.to(MANAGERS)) == 1


async def test_a_mailbox_is_dead_when_a_letter_that_it_alone_got_comes_back_and_the_others_are_told(place):
    mail = await _told_together(place, SOON)
    await place.come(shapes.report(address=PI), SOON, mail=mail)
    at = SOON + timedelta(minutes=1)
    await place.come(shapes.report(address=PI), at, mail=await tables.Mail.get(side="person"))
    assert await _dead() == {PI}
    for reader in (MANAGERS, OFFICE):
        assert PI in place.office.to(reader)[-1].text
    assert [PI in one.says async for one in _mailboxes(at)] == [True], "the doctor names it"
    directory = await Directory.of([], await roster(), at + timedelta(hours=23))
    later = await Directory.of([], await roster(), at + timedelta(hours=25))
    assert (PI in directory.silent, PI in later.silent) == (True, False), "it is tried again after a day"


async def test_once_all_readers_of_a_letter_are_dead_those_above_are_told_what_it_said(place):
    toml = registry(USUAL).replace(f'managers = ["{MANAGERS}"]', f'managers = ["{MANAGERS}", "second@impress.example"]')
    await place.office.declare(toml, SOON)
    await place.bounce(FIRST, SOON)
    mail = await tables.Mail.get(side="company")
    assert len(mail.to) == 2
    for number, address in enumerate(mail.to):
        at = SOON + timedelta(minutes=5 * number + 5)
        await place.come(shapes.report(address=address), at, mail=mail)
        alone = await tables.Mail.filter(side="person").order_by("-sent_at").first()
        await place.come(shapes.report(address=address), at + timedelta(minutes=1), mail=alone)
    assert (await tables.Mail.get(id=mail.id)).state == "bounced"
    assert any("gone" in one.text or FIRST in one.text for one in place.office.to(PI))


async def test_what_comes_back_after_a_month_or_a_second_time_is_kept_and_nothing_follows(place):
    mail = await tables.Mail.get(side="vendor")
    late = SOON + timedelta(days=31)
    assert (await place.come(shapes.report(address=FIRST), late, mail=mail)).kind == "bounce"
    assert await _dead() == set()
    await place.come(shapes.report(address=FIRST) + b"1", SOON, mail=mail)
    assert await _dead() == {FIRST}
    await tables.Person.filter(email=FIRST).update(refused_at=None)
    await place.come(shapes.report(address=FIRST) + b"2", SOON, mail=mail)
    assert await _dead() == set()


async def test_a_loop_ends(back):
    for number in range(MOST_PER_MAIL):
        await back.come(shapes.ABSENT + str(number).encode(), SOON)
    with pytest.raises(NotOurs):
        await back.come(shapes.ABSENT + b"one more", SOON)


async def test_a_script_lets_a_mail_come_back(world):
    toml = registry(
        engagement(attestation=last_accepted("2025-10-01")),
        engagement("other", company="sister", attestation=last_accepted("2025-10-01")),
    )
    told = await world(toml, "2026-09-01T00:00", "2026-09-16T00:00",
                       event("2026-09-03T10:00", "bounce", None, to=SECOND), event("2026-09-03T11:00", "bounce", None, to=FIRST))  # fmt: skip
    assert [line["reason"] for line in told.of("refused")] == ["nothing-sent"]
    again = [line for line in told.of("mail", notice="rung", rung="T-30") if line["to"] == [SECOND]]
    assert {(line["engagement"], line["due_on"], line["at"][:16]) for line in again} == {
        ("dm", "2026-10-01", "2026-09-03T11:00"), ("other", "2026-10-01", "2026-09-03T11:00")}  # fmt: skip
    assert sorted(line["to"][0] for line in told.notices("undeliverable")) == [
        "managers@impress.example",
        "managers@sister.example",
    ]
    assert not told.of("due_moved")
