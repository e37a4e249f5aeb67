"""Certificates that run out: who is warned, at which minute, how often, and what a renewal takes back."""

from __future__ import annotations

import pytest
from stage import COMPANY, GROUP, SISTER, engagement, event, last_accepted, registry

PARTY = """
[[party]]
key = "acme"
name = "Acme Printing"
name_ja = "月見坂印刷"
contacts = ["privacy@acme.example", "second@acme.example"]
language = "LANGUAGE"
"""
QUIET = last_accepted("2026-08-01")  #: no attestation of its own comes up in these worlds
ALL = [("T-90", "09-01"), ("T-60", "10-01"), ("T-30", "10-30"), ("T-7", "11-20")]  # 31 October and 23 November rest


def certificate(expires_on="2026-11-30", kind="PMARK", number="10000000(01)", more=""):
    return f'  [[party.certificate]]\n  kind = "{kind}"\n  number = "{number}"\n  expires_on = {expires_on}\n  {more}\n'


def party(*certificates, language="ja"):
    return PARTY.replace("LANGUAGE", language) + "".join(certificates or (certificate(),))


def one(*certificates, **fields):
    """A company, a party, an engagement of long ago."""
    return registry(engagement(attestation=QUIET, **fields), parties=party(*certificates))


def told(lines, role="vendor", **said):
    return lines.days(role, obligation="certificate", **said)


async def test_party_and_managers_are_warned_90_60_30_and_7_days_before(world):
    lines = await world(one(), "2026-08-10T00:00", "2027-01-31T00:00")
    assert told(lines) == ALL
    assert told(lines, "managers") == ALL
    assert {line["at"][11:16] for line in lines.notices("rung")} == {"09:00"}
    assert len(lines.of("mail")) == 8


async def test_each_side_gets_a_mail_of_its_own_and_nobody_above_the_managers_hears_it(world):
    lines = await world(one(), "2026-08-10T00:00", "2027-01-31T00:00")
    found = {(tuple(line["audience"]), tuple(line["to"])) for line in lines.of("mail")}
    assert found == {(("vendor",), ("privacy@acme.example",)), (("managers",), ("managers@impress.example",))}


async def test_a_warning_says_which_certificate_of_whom_until_when(world):
    lines = await world(one(), "2026-08-10T00:00", "2026-09-02T00:00")
    said = [{name: line[name] for name in ("at", "rung", "obligation", "certificate", "company", "party", "due_on")}
            for line in lines.of("mail")]  # fmt: skip
    assert said == 2 * [{"at": "2026-09-01T09:00:00+09:00", "rung": "T-90", "obligation": "certificate", "certificate": "PMARK",
                         "company": "impress", "party": "acme", "due_on": "2026-11-30"}]  # fmt: skip
    assert {line["subject"] for line in lines.of("mail")} == {
        "【更新のご連絡のお願い・11/30(月)期限】プライバシーマーク（Impress）",
        "【有効期限11/30(月)】月見坂印刷：プライバシーマーク",
    }


async def test_the_last_day_never_rolls_although_it_is_closed(world):
    """Sunday, 29 November; the last warning 7 days before would be on a Sunday too, and leaves on Friday."""
    lines = await world(one(certificate("2026-11-29")), "2026-11-10T00:00", "2026-11-30T00:00")
    assert told(lines)[-1] == ("T-7", "11-20")
    assert {line["due_on"] for line in lines.of("mail")} == {"2026-11-29"}


async def test_a_day_that_is_closed_later_moves_the_warning_to_the_open_day_before(world):
    closing = [event(f"2026-11-{day}T12:00", "close_day", None, day="2026-11-20") for day in ("18",)]
    lines = await world(one(), "2026-08-10T00:00", "2026-12-31T00:00", *closing)
    assert told(lines) == [*ALL[:3], ("T-7", "11-19")]


async def test_a_day_that_is_closed_when_its_open_day_before_is_past_is_warned_of_at_once(world):
    closing = event("2026-11-19T10:30", "close_day", None, day="2026-11-20")
    lines = await world(one(), "2026-08-10T00:00", "2026-12-31T00:00", closing)
    assert lines.rungs("vendor", obligation="certificate")[-1] == ("T-7", "2026-11-19T10:30")


async def test_each_company_with_an_engagement_in_force_warns_the_party_and_its_own_managers(world):
    toml = registry(
        engagement("dm", "impress", attestation=QUIET),
        engagement("survey", "impress", attestation=QUIET),
        engagement("prize", "sister", attestation=QUIET),
        parties=party(),
    )
    lines = await world(toml, "2026-08-10T00:00", "2027-01-31T00:00")
    for company in ("impress", "sister"):
        assert told(lines, company=company) == ALL
        assert told(lines, "managers", company=company) == ALL
        to = {address for line in lines.of("mail", company=company) for address in line["to"]}
        assert to == {"privacy@acme.example", f"managers@{company}.example"}
    assert len({line["mail"] for line in lines.of("mail")}) == 16


@pytest.mark.parametrize(
    "fields", [{"ends_on": "2026-08-31", "deletion": True}, {"state": "closed"}, {"starts_on": "2026-12-01"}]
)
async def test_without_an_engagement_in_force_nobody_is_warned(world, fields):
    done = "  [engagement.deletion]\n  accepted_on = 2026-08-05" if fields.pop("deletion", None) else ""
    toml = registry(engagement(more=done, **fields), parties=party())
    assert not told(await world(toml, "2026-08-10T00:00", "2026-12-31T00:00"))


async def test_a_company_whose_engagement_ends_hears_no_more_and_another_goes_on(world):
    toml = registry(
        engagement("dm", attestation=QUIET),
        engagement("prize", "sister", attestation=QUIET, ends_on="2026-10-15"),
        parties=party(),
    )
    lines = await world(toml, "2026-08-10T00:00", "2026-12-31T00:00")
    assert told(lines, company="impress") == ALL
    assert told(lines, company="sister") == ALL[:2]


async def test_an_engagement_that_ends_with_the_one_above_it_is_warned_of_no_longer_than_that(world):
    toml = registry(
        engagement("campaign", party="agency", attestation=QUIET, ends_on="2026-10-15"),
        engagement("print", under="campaign", attestation=QUIET),
        parties=party() + PARTY.replace('"acme"', '"agency"').replace("LANGUAGE", "ja"),
    )
    assert told(await world(toml, "2026-08-10T00:00", "2026-12-31T00:00")) == ALL[:2]


async def test_a_company_that_begins_late_hears_the_highest_rung_that_passed_on_its_first_business_day(world):
    """Its engagement begins on Saturday, 10 October; Monday is a holiday."""
    toml = registry(engagement(attestation="", starts_on="2026-10-10"), parties=party())
    lines = await world(toml, "2026-08-10T00:00", "2026-12-31T00:00")
    assert told(lines) == [("T-60", "10-13"), *ALL[2:]]


async def test_of_warnings_missed_while_the_daemon_was_down_only_the_highest_goes_out(world):
    down = event("2026-09-30T00:00", "down", None, until="2026-11-04T14:20")
    lines = await world(one(), "2026-08-10T00:00", "2026-12-31T00:00", down)
    assert lines.rungs("vendor", obligation="certificate")[1:] == [
        ("T-30", "2026-11-04T14:20"),
        ("T-7", "2026-11-20T09:00"),
    ]
    assert told(lines, "managers") == told(lines)


async def test_a_missed_warning_waits_for_the_hours_in_which_mails_leave(world):
    down = event("2026-10-29T00:00", "down", None, until="2026-10-31T11:00")
    lines = await world(one(), "2026-10-10T00:00", "2026-12-31T00:00", down)
    assert ("T-30", "2026-11-02T09:00") in lines.rungs("managers", obligation="certificate")


async def test_a_certificate_first_seen_late_is_warned_of_at_once_and_once(world):
    lines = await world(one(certificate("2026-11-30")), "2026-11-10T10:15", "2026-12-31T00:00")
    assert lines.rungs("vendor", obligation="certificate") == [
        ("T-30", "2026-11-10T10:15"),
        ("T-7", "2026-11-20T09:00"),
    ]


async def test_on_its_last_day_it_is_still_warned_of_and_after_it_no_more(world):
    on_the_day = await world(one(), "2026-11-30T17:59", "2026-12-31T00:00")
    assert lines_of(on_the_day) == 2 * [("T-7", "2026-11-30T17:59")]
    assert not lines_of(await world(one(), "2026-12-01T09:00", "2026-12-31T00:00"))


async def test_no_warning_leaves_after_the_last_day_because_the_hours_were_over(world):
    assert not lines_of(await world(one(), "2026-11-30T18:00", "2026-12-31T00:00"))


def lines_of(lines):
    return [(line["rung"], line["at"][:16]) for line in lines.of("mail", obligation="certificate")]


async def test_several_certificates_of_a_party_have_ladders_of_their_own_and_share_letters(world):
    lines = await world(
        one(certificate(), certificate(kind="SOC2", number="7"), certificate("2027-01-29", "ISO27001", "IS 1")),
        "2026-08-10T00:00", "2027-01-31T00:00",
    )  # fmt: skip
    for kind in ("PMARK", "SOC2"):
        assert told(lines, certificate=kind) == ALL
    assert [rung for rung, _ in told(lines, certificate="ISO27001")] == ["T-90", "T-60", "T-30", "T-7"]
    assert len({line["mail"] for line in lines.of("mail") if line["certificate"] != "ISO27001"}) == 8


@pytest.mark.parametrize(
    "renewed",
    [
        certificate("2028-11-30"),
        certificate("2028-11-30", number="10000000(02)"),
        certificate("2028-11-30", more='scope = "all"'),
    ],
)
async def test_a_certificate_that_a_later_one_stands_in_for_is_not_warned_of(world, renewed):
    assert not told(await world(one(certificate(), renewed), "2026-08-10T00:00", "2026-12-31T00:00"))


@pytest.mark.parametrize(
    "another",
    [certificate("2028-11-30", "ISO27001"), certificate("2028-11-30", number="2", more='scope = "the other site"')],
)
async def test_another_certificate_does_not_silence_the_warnings(world, another):
    assert told(await world(one(certificate(), another), "2026-08-10T00:00", "2026-12-31T00:00")) == ALL


async def test_a_company_that_left_the_group_is_replaced_by_the_privacy_office(world):
    left = COMPANY + "member_until = 2026-09-30\n"
    toml = registry(engagement(attestation=QUIET), parties=party(), companies=left + SISTER)
    lines = await world(toml, "2026-08-10T00:00", "2026-12-31T00:00")
    assert told(lines, "managers") == ALL[:1]
    assert told(lines, "privacy_office") == ALL[1:]


async def test_the_group_s_own_hours_hold_for_warnings(world):
    toml = one().replace(GROUP, GROUP + 'send_at = "13:30"\n')
    lines = await world(toml, "2026-08-10T00:00", "2026-12-31T00:00")
    assert {line["at"][11:16] for line in lines.of("mail")} == {"13:30"}
    assert told(lines) == ALL
