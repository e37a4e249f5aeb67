"""One party's many words cannot sink what else a company has to hear: letters stay short, and too long ones are cut."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from postal import OPENS

from monitor import tables
from monitor.demo.sink import ReceivedMail
from monitor.notices import COMPANY, about_duty, tell
from monitor.obligations import pleading, pleas
from monitor.obligations.authority import Authority
from monitor.outbox.compose import MOST
from monitor.refusal import Refused

MANAGERS = "managers@impress.example"
TOO_LARGE = "552 5.3.4 message size exceeds the limit"
DAY = timedelta(days=1)
WISHED = date(2027, 3, 1)


async def wishes(post, count):
    """The company is to be told of so many wishes for more time, and of nothing else."""
    await post.work(OPENS)
    duty = await post.duty()
    said = [{"kind": "more-time", "text": f"wish number {n}.", "proposed_on": ""} for n in range(count)]
    marked = [
        about_duty(duty, "plea", COMPANY, OPENS, mark=f"{n:04}", roles=["managers"], data=data)
        for n, data in enumerate(said)
    ]
    await tell(marked)


def text_of(envelope):
    return ReceivedMail.of(0, "", (), envelope.content).text


async def states():
    return sorted([mail.state for mail in await tables.Mail.filter(side=COMPANY)])


async def test_much_to_say_goes_in_several_letters_that_are_the_same_whenever_they_are_made(post):
    await wishes(post, 2 * MOST + 5)
    await post.queue(OPENS)
    made = {mail.id: await mail.items.all().count() for mail in await tables.Mail.filter(state="queued")}
    assert sorted(made.values()) == [5, MOST, MOST]
    await tables.Mail.filter(state="queued").delete()
    await tables.Notice.filter(state="waiting").update(letters=0)
    await post.queue(OPENS)
    assert {mail.id for mail in await tables.Mail.filter(state="queued")} == set(made)
    await post.work(OPENS)
    assert len(post.to(MANAGERS)) == 3
    assert not await tables.Notice.exclude(state="sent").exists()


async def test_a_letter_that_is_too_large_goes_as_letters_of_one_notice_each(post):
    await wishes(post, 3)
    post.server.says = lambda _mail, number: TOO_LARGE if number == 2 else "250 OK"
    await post.work(OPENS)
    assert await states() == ["dropped", "sent", "sent", "sent"]
    [large] = await tables.Mail.filter(state="dropped")
    assert "5.3.4" in large.reply
    told = [mail.text for mail in post.to(MANAGERS)]
    assert sorted(n for text in told for n in range(3) if f"wish number {n}." in text) == [0, 1, 2]
    assert len(set(post.server.taken)) == len(post.server.taken) == 4
    assert await tables.Notice.filter(kind="plea", state="sent", letters=1).count() == 3
    [line] = await post.lines("mail.split")
    assert (line["subject"], line["data"]) == (f"mail/{large.id}", {"letters": 3})


@pytest.mark.logs_errors
async def test_of_a_letter_that_is_too_large_only_the_notice_that_is_too_long_fails_and_loudly(post, caplog):
    await wishes(post, 3)
    post.server.says = lambda mail, _n: TOO_LARGE if "number 1." in text_of(mail) else "250 OK"
    await post.work(OPENS)
    assert await states() == ["dropped", "failed", "sent", "sent"]
    assert [notice.data["text"] for notice in await tables.Notice.filter(state="failed")] == ["wish number 1."]
    assert len(await post.lines("mail.refused")) == 1
    assert "refused for good" in caplog.text


@pytest.mark.logs_errors
async def test_a_letter_refused_for_what_it_says_is_not_split(post):
    await wishes(post, 3)
    post.server.says = lambda *_: "554 5.6.0 looks like spam"
    await post.work(OPENS)
    assert await states() == ["failed"]
    assert not await post.lines("mail.split")


@pytest.mark.logs_errors
async def test_for_a_mailbox_that_is_full_no_letter_is_small_enough(post):
    await wishes(post, 3)
    post.server.says = lambda *_: "552 5.2.2 mailbox full"
    await post.work(OPENS)
    assert await states() == ["failed"]


async def plead(post, text, at, kind="more-time"):
    more = {"proposed_on": WISHED} if kind == "more-time" else {}
    await pleading.plead((await post.duty()).id, kind, text, at, "link/x", **more)


async def test_a_plea_that_waits_to_be_decided_is_replaced_and_told_once_in_its_last_words(post):
    await post.work(OPENS)
    for text in ("first words", "second words", "last words", "last words"):
        await plead(post, text, OPENS)
    await plead(post, "not our work", OPENS, "not-ours")
    assert [plea.text for plea in await tables.Plea.all().order_by("id")] == ["last words", "not our work"]
    assert len(await post.lines("obligation.plea")) == 4
    await post.work(OPENS)
    [told] = post.to(MANAGERS)
    assert "last words" in told.text
    assert "not our work" in told.text
    assert "first words" not in told.text
    assert "second words" not in told.text


async def test_words_that_come_while_their_letter_waits_leave_with_it(post):
    await post.work(OPENS)
    post.server.says = lambda *_: "451 4.3.0 later"
    await plead(post, "first words", OPENS)
    await post.work(OPENS)
    await plead(post, "last words", OPENS)
    post.server.says = lambda *_: "250 OK"
    await post.live(OPENS, OPENS + timedelta(hours=2))
    [told] = post.to(MANAGERS)
    assert "last words" in told.text


async def test_who_decides_on_a_plea_decides_on_the_words_that_were_read(post):
    await post.work(OPENS)
    await plead(post, "first words", OPENS)
    read = (await tables.Plea.get()).id
    await plead(post, "last words", OPENS)
    made, duty = pleas.Decision("refused", "No."), await post.duty()
    with pytest.raises(Refused):
        await pleas.decide(duty.id, read, OPENS, "person/1", made, authority=Authority.COMPANY)
    assert (await tables.Plea.get()).decision is None


async def test_the_company_hears_three_times_a_day_of_it_and_the_next_day_in_the_last_words(post):
    await post.work(OPENS)
    for n in range(8):
        await plead(post, f"words of time {n}.", OPENS + timedelta(minutes=n))
        await post.work(OPENS + timedelta(minutes=n))
    assert len(post.to(MANAGERS)) == 3
    await post.work(OPENS + DAY - timedelta(seconds=1))
    assert len(post.to(MANAGERS)) == 3
    await post.work(OPENS + DAY)
    assert len(post.to(MANAGERS)) == 4
    assert "words of time 7." in post.to(MANAGERS)[-1].text


async def test_a_plea_as_long_as_a_book_is_kept_and_mailed_as_far_as_a_person_reads(post):
    await post.work(OPENS)
    await plead(post, "x" * 100_000, OPENS)
    assert len((await tables.Plea.get()).text) == pleading.LONGEST
    duty = await post.duty()
    said = {"kind": "not-ours", "text": "龜" * 5000, "proposed_on": ""}
    await tell([about_duty(duty, "plea", COMPANY, OPENS, mark="long", roles=["managers"], data=said)])
    await post.work(OPENS)
    [told] = post.to(MANAGERS)
    assert told.text.count("龜") == 2000
    assert "…" in told.text
