"""Letters about certificates that run out: what they say, what they announce, how they hang together."""

from __future__ import annotations

import re

import pytest
from post import DOMAIN, engagement, office, registry
from stage import last_accepted

HELD = """
  [[party.certificate]]
  kind = "PMARK"
  number = "10000000(01)"
  expires_on = 2026-11-30
"""
RESTS = last_accepted("2026-08-01") + '\nrests_on = "PMARK"'


def world(*engagements, **more):
    found = engagements or (engagement(attestation=RESTS),)
    return registry(*found, **more).replace("[[engagement]]", HELD + "[[engagement]]", 1)


@pytest.fixture
async def sent(tmp_path):
    """All letters of a certificate's ladder, in the order in which they went."""
    async with office(world(), "2026-08-10T00:00", "2026-12-31T00:00", tmp=tmp_path) as place:
        yield place.of("certificate")


async def test_each_letter_announces_the_warnings_that_then_come(sent):
    went = {side: [kept.at.isoformat()[:16] for kept in sent if kept.side == side] for side in ("vendor", "company")}
    for side, instants in went.items():
        letters = [kept for kept in sent if kept.side == side]
        local = [kept.at.strftime("%Y-%m-%d") for kept in letters]
        assert len(instants) == 4
        for number, kept in enumerate(letters):
            [announced] = kept.announced
            assert [(at[:10], party, roles) for at, party, roles in announced] == [
                (day, True, ("managers",)) for day in local[number + 1 : number + 3]
            ]
            assert {at[11:] for at, _, _ in announced} <= {"09:00"}
        assert "今回が最後です" in letters[-1].letter.text
        assert "今回が最後です" not in letters[0].letter.text


async def test_both_sides_learn_which_certificate_until_when_and_what_rests_on_it(sent):
    for kept in sent:
        text = kept.letter.text
        assert "プライバシーマーク" in kept.letter.subject
        assert "11/30(月)" in kept.letter.subject
        assert "10000000(01)" in text
        assert "2026年11月30日(月)" in text
        assert "・DM印刷・発送業務" in text
        assert "簡易版" in text


async def test_a_letter_does_not_say_that_something_rests_on_a_certificate_where_nothing_does(tmp_path):
    toml = world(engagement(attestation=last_accepted("2026-08-01")))
    async with office(toml, "2026-08-10T00:00", "2026-09-02T00:00", tmp=tmp_path) as place:
        by_side = {kept.side: kept.letter.text for kept in place.of("certificate")}
    assert "簡易版" not in by_side["vendor"]
    assert "前提としているものはない" in by_side["company"]
    assert "DM印刷" not in by_side["vendor"] + by_side["company"]


async def test_what_rests_on_it_for_another_company_is_not_said(tmp_path):
    toml = world(
        engagement(attestation=last_accepted("2026-08-01")),
        engagement("other", company="sister", title="姉妹会社の業務", attestation=RESTS),
    ).replace('key = "left"', 'key = "sister"').replace("member_until = 2026-03-31", "")  # fmt: skip
    async with office(toml, "2026-08-10T00:00", "2026-09-02T00:00", tmp=tmp_path) as place:
        letters = [
            kept.letter.text for kept in place.of("certificate") if kept.topics[0].notice.company_id == "impress"
        ]
    assert len(letters) == 2
    assert not [text for text in letters if "姉妹会社の業務" in text or "簡易版で" in text]


async def test_warnings_beyond_the_end_of_the_engagement_are_not_announced(tmp_path):
    toml = world(engagement(attestation=RESTS, ends_on="2026-10-15"))
    async with office(toml, "2026-08-10T00:00", "2026-12-31T00:00", tmp=tmp_path) as place:
        letters = place.of("certificate", side="vendor")
    assert [len(kept.announced[0]) for kept in letters] == [1, 0]


async def test_all_letters_of_a_certificate_are_one_thread_through_its_renewal(sent):
    roots = {kept.letter.references for kept in sent}
    assert len(roots) == 1
    assert re.fullmatch(rf"<k[0-9a-f]{{16}}@{re.escape(DOMAIN)}>", roots.pop()[0])
    assert {kept.letter.headers["List-Id"] for kept in sent} == {f"<certificate.impress.{DOMAIN}>"}
    assert {kept.letter.headers["X-Itaku-Reason"] for kept in sent} == {"certificate"}


async def test_a_reply_reaches_the_managers(sent):
    assert {kept.letter.reply_to for kept in sent if kept.side == "vendor"} == {"managers@impress.example"}


async def test_a_foreign_party_reads_it_in_english(tmp_path):
    toml = world(language="en")
    async with office(toml, "2026-08-10T00:00", "2026-09-02T00:00", tmp=tmp_path) as place:
        [letter] = [kept.letter for kept in place.of("certificate", side="vendor")]
    assert letter.subject == "[Valid until Mon 30 Nov, please tell us the new term] PrivacyMark (Impress Corporation)"
    assert "by our register it is valid until Mon 30 Nov (90 days left)." in letter.text.replace("\n", " ")
