"""What a change of the registry does to warnings that were made, and what is remembered of those that went."""

from __future__ import annotations

import pytest
from stage import engagement, instant, last_accepted

from monitor import auditor, expiry, plugins, tables
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.simulation.forecast import caused

BOTH = ["managers@impress.example", "privacy@acme.example"]
FIRST, SECOND, THIRD = "2026-09-01T09:00", "2026-10-01T09:00", "2026-10-30T09:00"
RENEWED = ("PMARK", "10000000(01)", "2028-11-30")


def told(rung, day="2026-11-30"):
    return [(rung, day, to) for to in BOTH]


async def test_a_renewal_takes_back_what_waits_and_begins_a_new_ladder(desk, registered):
    await desk.declare("2026-08-10T10:00", registered())
    await desk.warn(FIRST)
    await desk.declare("2026-09-01T09:00:01", registered(RENEWED))
    await desk.warn("2026-09-01T09:00:02")
    assert await desk.states() == [("company", "T-90", "dropped"), ("vendor", "T-90", "dropped")]
    assert await desk.send("2026-09-01T09:00:02") == []
    assert await desk.again_at() == instant("2028-09-01T09:00")
    assert await desk.live("2028-09-01T09:00") == told("T-90", "2028-11-30")


async def test_a_letter_that_waited_for_the_mail_server_is_not_sent_after_a_renewal_although_nobody_looked(
    desk, registered
):
    await desk.declare("2026-08-10T10:00", registered())
    await desk.warn(FIRST)
    desk.post.away = True
    await desk.send(FIRST)
    await desk.declare("2026-09-01T12:00", registered(RENEWED))
    desk.post.away = False
    assert await desk.send("2026-09-01T15:00") == []
    assert {mail.state for mail in await tables.Mail.all()} == {"dropped"}


@pytest.mark.parametrize(
    ("waiting_until", "fields"),
    [("2026-12-01T09:00", {}), ("2026-11-24T09:00", {"ends_on": "2026-11-22", "tier": "C"})],
)
async def test_a_letter_that_waited_past_the_last_day_is_not_sent(desk, registered, waiting_until, fields):
    """The last day of the certificate, and that of the company's engagement."""
    await desk.declare("2026-11-20T08:00", registered(**fields))
    await desk.warn("2026-11-20T09:00")
    desk.post.away = True
    await desk.send("2026-11-20T09:00")
    desk.post.away = False
    assert await desk.send(waiting_until) == []
    assert {state for _, _, state in await desk.states()} == {"dropped"}


async def test_a_higher_rung_takes_the_place_of_a_lower_one_that_waits(desk, registered):
    await desk.declare("2026-08-10T10:00", registered())
    await desk.warn(FIRST)
    await desk.warn(SECOND)
    assert await desk.send(SECOND) == told("T-60")
    assert [state for _, rung, state in await desk.states() if rung == "T-90"] == ["dropped", "dropped"]


async def test_nothing_is_told_twice_however_often_a_party_is_looked_at(desk, registered):
    await desk.declare("2026-08-10T10:00", registered())
    assert await desk.live(FIRST) == told("T-90")
    for at in ("2026-09-01T09:00", "2026-09-02T10:00", "2026-09-30T17:00"):
        await tables.Party.all().update(warn_at=instant(at))
        assert await desk.live(at) == []
    assert await desk.live(SECOND) == told("T-60")
    assert len(await desk.warned()) == 4


async def test_a_renewal_that_was_a_mistake_and_is_put_right_tells_only_what_had_not_been_told(desk, registered):
    await desk.declare("2026-08-10T10:00", registered())
    await desk.live(FIRST)
    await desk.warn(SECOND)
    await desk.declare("2026-10-01T09:00:01", registered(RENEWED))
    assert await desk.live("2026-10-01T09:00:02") == []
    await desk.declare("2026-10-01T10:00", registered())
    assert await desk.live("2026-10-01T10:00") == told("T-60")
    assert await desk.live(THIRD) == told("T-30")


async def test_a_certificate_that_is_struck_off_is_not_spoken_of_any_more(desk, registered):
    await desk.declare("2026-08-10T10:00", registered())
    await desk.warn(FIRST)
    await desk.declare("2026-09-01T09:00:01", registered(("ISO27001", "1", "2029-01-01")))
    assert await desk.live("2026-09-01T09:00:02") == []


async def test_a_certificate_that_is_entered_later_is_warned_of_from_then_on(desk, registered):
    await desk.declare("2026-08-10T10:00", registered(("ISO27001", "1", "2029-01-01")))
    await desk.live("2026-08-10T10:00")
    await desk.declare("2026-10-12T10:00", registered(("ISO27001", "1", "2029-01-01"), ("PMARK", "1", "2026-11-30")))
    assert await desk.live("2026-10-12T10:00") == []  # a holiday
    assert await desk.states() == []
    assert await desk.live("2026-10-13T09:00") == told("T-60")


async def test_an_engagement_that_leaves_the_registry_takes_its_company_s_warnings_along(desk, registered):
    await desk.declare("2026-08-10T10:00", registered())
    await desk.warn(FIRST)
    await desk.declare("2026-09-01T09:00:01", registered(state="closed"))
    assert await desk.live("2026-09-01T09:00:02") == []
    await desk.declare("2026-09-01T09:30", registered(state="closed").partition("[[party]]")[0], prune=True)
    await desk.warn("2026-09-01T09:30")
    assert await desk.again_at() is None


async def test_the_ledger_has_a_line_for_each_warning_with_ids_and_dates_only(desk, registered):
    await desk.declare("2026-08-10T10:00", registered())
    await desk.warn(FIRST)
    lines = await desk.warned()
    number = {str(line["data"].pop("certificate")) for line in lines}
    assert [(line["subject"], line["company"], line["data"]) for line in lines] == [
        ("party/acme", "impress", {"kind": "PMARK", "due_on": "2026-11-30", "rung": "T-90", "side": side})
        for side in ("vendor", "company")
    ]
    assert len(number) == 1
    assert "10000000" not in number.pop()
    await desk.send(FIRST)
    assert await tables.LedgerLine.filter(type="mail.sent", data__contains='"about":"certificate/').count() == 2


async def test_a_look_and_what_it_tells_are_one_transaction(desk, registered, monkeypatch):
    await desk.declare("2026-08-10T10:00", registered())

    async def broken(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(expiry.ledger, "write", broken)
    with pytest.raises(OSError, match="full"):
        await expiry.warn(instant(FIRST))
    monkeypatch.undo()
    assert await desk.states() == []
    assert await desk.live(FIRST) == told("T-90")


@pytest.mark.logs_errors
async def test_a_party_that_cannot_be_worked_out_goes_an_hour_ahead_and_stops_nobody(desk, registered, monkeypatch):
    other = (
        registered().replace('key = "acme"', 'key = "bad"', 1).partition("[[party]]")[2].partition("[[engagement]]")[0]
    )
    await desk.declare("2026-08-10T10:00", registered() + "[[party]]" + other)
    await tables.Party.all().update(warn_at=instant(FIRST))
    row = await tables.Party.get(key="bad")
    await tables.Party.filter(key="bad").update(spec={**row.spec, "certificate": [{"kind": "PMARK"}]})
    assert await desk.live(FIRST) == told("T-90")
    assert (await tables.Party.get(key="bad")).warn_at == instant("2026-09-01T10:00")


async def test_the_auditor_knows_a_party_that_was_forgotten(desk, registered):
    await desk.declare("2026-08-10T10:00", registered())
    calendar = (await roster()).calendar
    found = await auditor.audit(calendar, instant("2026-08-10T10:16"))
    assert "1 certificates wait to be looked at" in found
    await desk.live("2026-08-10T10:16")
    assert "1 certificates wait to be looked at" not in await auditor.audit(calendar, instant("2026-08-10T10:17"))


@pytest.mark.logs_errors
async def test_managers_hear_that_the_party_could_not_be_told(desk, registered):
    await desk.declare("2026-08-10T10:00", registered())
    await tables.Person.create(email="privacy@acme.example", seen_at=instant(FIRST), refused_at=instant(FIRST))
    await desk.warn(FIRST)
    assert await desk.send(FIRST) == [told("T-90")[0]]
    bounced = await tables.Notice.get(kind="undeliverable")
    assert (bounced.side, bounced.state, bounced.company_id, bounced.level) == ("company", "sent", "impress", 1)
    assert ("vendor", "T-90", "failed") in await desk.states()


async def test_the_rung_after_one_that_could_not_be_told_is_told(desk, registered):
    await desk.declare("2026-08-10T10:00", registered())
    await desk.warn(FIRST)
    await tables.Notice.filter(side="vendor").update(state="failed")
    await desk.send(FIRST)
    assert await desk.live(SECOND) == told("T-60")


async def test_a_plan_foresees_the_warnings_of_the_next_weeks(desk, registered, tmp_path):
    """Of two companies whose letters to the party differ in nothing else, the one that is new is named."""
    await desk.declare("2026-10-20T10:00", registered())
    await desk.live("2026-10-20T10:00")
    more = engagement("prize", "sister", attestation=last_accepted("2026-08-01"))
    (tmp_path / "new.toml").write_text(registered() + more, encoding="utf-8")
    found = read([tmp_path / "new.toml"], plugins.known())
    lines = await caused(found, instant("2026-10-21T10:00"), plugins.equipment())
    assert {line["company"] for line in lines} == {"sister"}
    assert sorted((line["at"][5:16], line["rung"], *line["audience"]) for line in lines) == [
        (at, rung, role)
        for rung, at in (("T-60", "10-21T10:00"), ("T-30", "10-30T09:00"), ("T-7", "11-20T09:00"))
        for role in ("managers", "vendor")
    ]


async def test_a_party_without_certificates_is_not_looked_at_again(desk, registered):
    await desk.declare("2026-08-10T10:00", registered(("PMARK", "1", "2026-08-01")))
    await desk.warn("2026-08-10T10:00")
    assert await desk.again_at() is None
