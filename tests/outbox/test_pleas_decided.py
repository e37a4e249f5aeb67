"""What a party says beside its answers is decided by a named person, told back to it, and bound in the ledger."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from postal import OPENS

from monitor import tables
from monitor.board import board
from monitor.digest import of_group
from monitor.obligations import acts, pleading, pleas
from monitor.obligations.acts import person
from monitor.obligations.authority import Authority
from monitor.obligations.declining import Declining, decline, take_back
from monitor.refusal import Refused
from monitor.registry.roster import roster

PARTY, ALTERNATE, MANAGERS = "privacy@acme.example", "second@acme.example", "managers@impress.example"
LATER = OPENS + timedelta(hours=2)
WORDS = "髙﨑 speaks for us"


def to_party(post):
    """Its mails, but for those that only give back what it said itself."""
    return [mail for mail in post.to(PARTY) if not mail.subject.startswith("【受付：")]


def flat(mail):
    """What a mail says, without its line ends."""
    return "".join(mail.text.split())


async def said(post, kind, text=WORDS, **more):
    await pleading.plead((await post.duty()).id, kind, text, OPENS, "link/x", **more)
    return await tables.Plea.filter(kind=kind).order_by("-id").first()


async def decided(post, plea, verdict, words="", day=None, authority=Authority.COMPANY):
    actor = await person(MANAGERS, LATER, "M. Manager")
    made = pleas.Decision(verdict, words, day)
    await pleas.decide((await post.duty()).id, plea.id, LATER, actor, made, authority=authority)
    await post.work(LATER)


async def asked(post):
    await post.work(OPENS)
    return await post.duty()


@pytest.mark.parametrize(
    ("verdict", "day", "due", "subject"),
    [
        ("granted", None, date(2026, 10, 13), "【期限変更・10/13(火)まで】"),
        ("other-date", date(2026, 10, 6), date(2026, 10, 6), "【期限変更・10/6(火)まで】"),
        ("refused", None, date(2026, 10, 1), "【期限は10/1(木)のまま】"),
    ],
)
async def test_a_wish_for_time_is_given_moved_or_refused_and_told_in_one_mail(post, verdict, day, due, subject):
    await asked(post)
    plea = await said(post, "more-time", proposed_on=date(2026, 10, 13))
    before = len(to_party(post))
    await decided(post, plea, verdict, "We have to report by then.", day)
    assert (await post.duty()).due_on == due
    [mail] = to_party(post)[before:]
    assert mail.subject.startswith(subject)
    assert "We have to report by then." in mail.text
    assert "/f/itk_" in mail.text
    row = await tables.Plea.get()
    assert (row.decision, row.decided_by, row.due_on) == (verdict, "person/1", due if verdict != "refused" else None)
    assert not await tables.Notice.filter(kind="due-moved", state="sent").exists()


@pytest.mark.parametrize(
    ("day", "decision"),
    [(date(2026, 10, 9), "other-date"), (date(2026, 10, 13), "granted"), (date(2026, 10, 20), "granted")],
)
async def test_more_time_that_is_given_unasked_grants_a_wish_only_if_it_reaches_the_day_that_was_wished(
    post, day, decision
):
    duty = await asked(post)
    plea = await said(post, "more-time", proposed_on=date(2026, 10, 13))
    await acts.extend(duty.id, LATER, "person/1", day, "We have time.", authority=Authority.OFFICE)
    row, [line] = await tables.Plea.get(), await post.lines("obligation.plea_decided")
    assert (row.decision, row.due_on, row.decided_by) == (decision, day, line["actor"])
    assert (line["data"]["plea"], line["data"]["decision"]) == (plea.id, decision)


async def test_the_ladder_goes_on_while_a_wish_waits(post):
    await asked(post)
    await said(post, "more-time", proposed_on=date(2026, 10, 13))
    await said(post, "not-ours")
    await post.live(LATER, OPENS + timedelta(days=17))
    assert [mail.subject for mail in to_party(post)][1].startswith("【要回答")


async def test_whoever_is_the_wrong_person_is_not_reminded_and_the_company_is_told_of_silence_all_the_same(post):
    await asked(post)
    await said(post, "wrong-person", about={"name": "Sato", "email": "new@acme.example", "from": PARTY})
    await post.live(LATER, OPENS + timedelta(days=33))
    assert len(to_party(post)) == 1
    assert any("期限超過" in mail.subject for mail in post.to(MANAGERS))


async def test_a_person_who_was_confirmed_gets_the_link_and_all_that_follows_and_the_other_one_no_link(post):
    await asked(post)
    plea = await said(post, "wrong-person", about={"name": "Sato", "email": "new@acme.example", "from": PARTY})
    await post.work(LATER)
    assert "new@acme.example" in post.to(MANAGERS)[-1].text
    await decided(post, plea, "confirmed")
    [link] = post.to("new@acme.example")
    assert "/f/itk_" in link.text
    assert link.subject.startswith("【要回答・10/1(木)期限】")
    assert "貴社（p…y@acme.example）から、本件のご担当はSato様と伺い" in flat(link)
    assert not any(words in flat(link) for words in ("お心当たりがない場合、必要なお手続きはありません", "台帳"))
    thanks = to_party(post)[-1]
    assert "以降は、お知らせいただいた方にお願いします" in flat(thanks)
    assert "/f/" not in thanks.text
    await post.live(LATER, OPENS + timedelta(days=17))
    assert (len(post.to("new@acme.example")), len(to_party(post))) == (2, 2)


async def test_a_person_who_stays_the_right_one_is_reminded_again(post):
    await asked(post)
    plea = await said(post, "wrong-person", about={"name": "Sato", "email": "new@acme.example", "from": PARTY})
    await decided(post, plea, "refused", "You are named in the contract.")
    assert "You are named in the contract." in to_party(post)[-1].text
    assert "/f/itk_" in to_party(post)[-1].text
    await post.live(LATER, OPENS + timedelta(days=17))
    assert len(to_party(post)) == 3


async def test_what_does_not_concern_a_party_rests_until_the_registry_is_put_right(post):
    await asked(post)
    plea = await said(post, "not-ours")
    with pytest.raises(Refused, match="day-missing"):
        await decided(post, plea, "agreed", "Sorry.")
    await decided(post, plea, "agreed", "Sorry.", date(2026, 9, 20))
    assert (await post.duty()).state == "waived"
    assert "2026年9月20日(日)まで、本件についてご回答いただく必要はありません" in flat(to_party(post)[-1])


async def test_a_refusal_is_answered_by_accepting_what_is_offered(post):
    duty = await asked(post)
    number = await decline(duty.id, OPENS, "link/x", Declining("Too costly.", "Our SOC 2 report.", date(2026, 8, 20)))
    await post.work(LATER)
    told = post.to(MANAGERS)[-1]
    assert told.subject.startswith("【回答辞退・要判断】")
    for words in ("Toocostly.", "OurSOC2report.", "費用については、2026年8月20日(木)に協議した"):
        assert words in flat(told)
    await decided(post, await tables.Plea.get(id=number), "agreed", "The report will do.", date(2026, 9, 25))
    duty = await post.duty()
    assert (duty.state, duty.declined) == ("waived", {})
    assert "The report will do." in to_party(post)[-1].text


async def test_a_party_that_is_asked_again_has_a_week_at_least_and_a_ladder_of_its_own(post):
    duty = await asked(post)
    number = await decline(duty.id, OPENS + timedelta(days=28), "link/x", Declining("Too costly."))
    actor = await person(MANAGERS, LATER, "M. Manager")
    at = OPENS + timedelta(days=29)
    made = pleas.Decision("asked-again", "We pay for the hours.")
    await pleas.decide(duty.id, number, at, actor, made, authority=Authority.COMPANY)
    await post.work(at)
    duty = await post.duty()
    assert (duty.state, duty.due_on, duty.told, duty.declined) == ("open", date(2026, 10, 7), 0, {})
    mail = to_party(post)[-1]
    assert mail.subject.startswith("【ご回答をお願いします・10/7(水)まで】")
    assert "We pay for the hours." in mail.text
    assert "/f/itk_" in mail.text


async def test_who_declined_may_answer_after_all(post):
    duty = await asked(post)
    await decline(duty.id, OPENS, "link/x", Declining("Too costly."))
    with pytest.raises(Refused, match="not-open"):
        await decline(duty.id, OPENS, "link/x", Declining("Too costly."))
    await take_back(duty.id, LATER, "link/x")
    duty = await post.duty()
    assert (duty.state, duty.due_on) == ("open", date(2026, 10, 1))
    row, [line] = await tables.Plea.get(), await post.lines("obligation.plea_decided")
    assert (row.decision, row.decided_by) == ("taken-back", line["actor"]) == ("taken-back", "link/x")
    assert line["data"]["plea"] == row.id
    with pytest.raises(Refused, match="not-declined"):
        await take_back(duty.id, LATER, "link/x")
    await post.live(LATER, OPENS + timedelta(days=17))
    assert len(to_party(post)) == 2


async def test_each_is_decided_once_by_a_choice_that_exists_and_with_words_where_something_is_refused(post):
    await asked(post)
    plea = await said(post, "not-ours")
    for verdict, words, reason in (("granted", "x", "decision-missing"), ("refused", " ", "reason-missing")):
        with pytest.raises(Refused, match=reason):
            await decided(post, plea, verdict, words)
    await decided(post, plea, "refused", "The contract names you.")
    with pytest.raises(Refused, match="decided-already"):
        await decided(post, plea, "refused", "Once more.")
    assert len(await post.lines("obligation.plea_decided")) == 1


async def test_nothing_that_anybody_wrote_stands_in_the_ledger(post):
    duty = await asked(post)
    plea = await said(post, "wrong-person", about={"name": "Sato Hana", "email": "new@acme.example", "from": PARTY})
    await decided(post, plea, "confirmed", "Thank you, Sato.")
    number = await decline(duty.id, LATER, "link/x", Declining("Sato is too busy.", "Ask Sato.", date(2026, 8, 20)))
    await decided(post, await tables.Plea.get(id=number), "asked-again", "Dear Sato, please.")
    lines = json.dumps([line.data for line in await tables.LedgerLine.all()], ensure_ascii=False)
    for words in ("Sato", "new@acme", WORDS):
        assert words not in lines
    assert lines.count("reason_sha256") == 3
    assert lines.count("offered_sha256") == 1


async def test_what_is_waived_is_not_declined_any_more_and_keeps_nothing_of_the_refusal(post):
    duty = await asked(post)
    await decline(duty.id, OPENS, "link/x", Declining("Too costly."))
    until = LATER + timedelta(days=40)
    await acts.waive(duty.id, LATER, "person/1", "It will do.", until, authority=Authority.OFFICE)
    duty = await post.duty()
    assert (duty.state, duty.declined) == ("waived", {})


@pytest.mark.parametrize("kind", ["more-time", "not-ours", "wrong-person", "decline"])
async def test_what_a_party_waits_for_stands_on_the_board_and_in_the_weekly_report_until_it_is_decided(post, kind):
    duty = await asked(post)
    [row] = await board(LATER)
    assert not row["plea"]
    if kind == "decline":
        await decline(duty.id, OPENS, "link/x", Declining("Too costly."))
    else:
        await said(post, kind, proposed_on=date(2026, 10, 13) if kind == "more-time" else None)
    [row] = await board(LATER)
    assert row["plea"]
    week = (await of_group(await roster(), date(2026, 9, 7), LATER)).data
    assert [line["id"] for line in week["pleas"]] == [duty.id]
    plea = await tables.Plea.get()
    verdict = {"decline": "asked-again"}.get(kind, "refused")
    await decided(post, plea, verdict, "We have to ask.")
    assert not any(row["plea"] for row in await board(LATER))
    assert not (await of_group(await roster(), date(2026, 9, 7), LATER)).data["pleas"]
