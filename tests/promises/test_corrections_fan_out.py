"""A correction reaches everybody who holds a copy, and is over when all have answered."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import COMPANY, GROUP, SISTER, event, instant, play, registry
from stage import engagement as one

from monitor import ledger, promises, tables
from monitor.assets import TEMPLATES
from monitor.calendar import Calendar
from monitor.promises.keeping.references import forget_references
from monitor.promises.owners.correcting import Made, enter_correction, last_days
from monitor.registry.apply import apply
from monitor.registry.format.clocks import Corrections
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.tables.store import MEMORY, opened

LEG = "correction-leg"
JOINT = """
[[joint_use]]
key = "readers"
purposes = ["p03"]
responsible = "impress"
members = ["impress", "sister"]
"""
THIRD = SISTER.replace("sister", "third").replace('"Sister"', '"Third"')


def engagement(key="dm", company="impress", party="acme", **more):
    return one(key, company, party, attestation="last_accepted_on = 2026-10-01", **more)


def correction(at="2026-11-24T10:00", ref="C-2026-001", *, purposes='["p03"]', **more):
    said = {"ref": ref, "company": "impress"} | more
    return "\n".join([event(at, "correction", None, **said), f"purposes = {purposes}"])


def leg(at, engagement="dm", result="corrected", until="", **more):
    said = event(at, "correction_leg", engagement, ref="C-2026-001", result=result, **more)
    return f"{said}\nuntil = {until}" if until else said


def closing(at, **more):
    return event(at, "done", None, obligation="correction", company="impress", **more)


@pytest.fixture
def told(tmp_path):
    async def run(*events, until="2026-12-20", toml=None, begin="2026-11-20"):
        return await play(toml or registry(engagement()), begin, until, *events, tmp=tmp_path)

    return run


def dues(lines, obligation=LEG):
    return {line["engagement"]: line["due_on"] for line in lines.of("deadline", obligation=obligation)}


async def test_everybody_who_holds_the_purpose_is_asked_at_once_and_has_seven_days(world):
    toml = registry(
        engagement(),
        engagement("sub", under="dm"),
        engagement("joint", kind="joint_user").replace('kind = "trustee"\n', ""),
        engagement("other-purpose").replace('purposes = ["p03"]', 'purposes = ["p04"]'),
        engagement("elsewhere", company="sister"),
        engagement("ended", ends_on="2026-11-22", more="  [engagement.deletion]\n  accepted_on = 2026-11-23\n"),
    ).replace("[[party]]", '[[purpose]]\nkey = "p04"\ntext = "Other"\n[[party]]', 1)
    lines = await world(toml, "2026-11-20", "2026-11-26", correction())
    assert dues(lines) == {"dm": "2026-12-01", "joint": "2026-12-01", "sub": "2026-12-01"}
    [own] = lines.of("deadline", obligation="correction")
    assert (own["at"][:10], own["due_on"], own["ref"]) == ("2026-11-24", "2026-12-08", "C-2026-001")
    assert {at for _, at in lines.rungs("vendor", obligation=LEG)} == {"2026-11-24T10:00"}
    assert lines.of("deadline", obligation="joint-correction") == []


async def test_companies_that_use_the_data_jointly_are_asked_as_members_that_day(told):
    toml = registry(engagement()) + JOINT
    lines = await told(correction(), toml=toml, until="2026-11-25")
    [own] = lines.of("deadline", obligation="joint-correction")
    assert (own["company"], own["due_on"], own["ref"]) == ("sister", "2026-12-01", "C-2026-001")
    past = toml.replace('"sister"]', '{ company = "sister", until = 2026-11-23 }]')
    assert (await told(correction(), toml=past, until="2026-11-25")).of("deadline", obligation="joint-correction") == []
    other = toml.replace('purposes = ["p03"]\nresponsible', "purposes = []\nresponsible")
    assert (await told(correction(), toml=other, until="2026-11-25")).of(
        "deadline", obligation="joint-correction"
    ) == []


async def test_a_joint_user_outside_the_group_is_asked_whichever_company_answers_for_it(told):
    outside = engagement("joint", "sister", kind="joint_user").replace('kind = "trustee"\n', "")
    toml = registry(engagement(), outside) + JOINT.replace('"sister"]', '{ party = "acme" }]')
    lines = await told(correction(), toml=toml, until="2026-11-25")
    assert dues(lines) == {"dm": "2026-12-01", "joint": "2026-12-01"}


async def test_days_count_from_the_day_on_which_the_mails_leave_and_roll_off_closed_days(told):
    lines = await told(correction("2026-11-21T22:00"), until="2026-12-02")  # the Saturday before a holiday on Monday
    assert lines.rungs("vendor", obligation=LEG)[0] == ("T-30", "2026-11-24T09:00")
    assert dues(lines) == {"dm": "2026-12-01"}
    group = GROUP + "[group.corrections]\ncorrection_days = 5\nclose_days = 3\n"
    own = await told(correction(), toml=registry(engagement(), group=group), until="2026-11-25")
    assert dues(own) == {"dm": "2026-11-30"}  # day 5 is a Sunday
    assert [line["due_on"] for line in own.of("deadline", obligation="correction")] == ["2026-11-30"]


def test_whoever_is_told_that_nothing_is_asked_any_more_reads_why():
    """Else they would read that their work has left the register."""
    letter = (TEMPLATES / "mail/vendor/cancelled.jinja").read_text(encoding="utf-8")
    code = "".join(file.read_text(encoding="utf-8") for file in Path(promises.__file__).parent.rglob("*.py"))
    given_reasons = set(re.findall(r'withdraw_demands\(.*?"([a-z-]+)", at\)', code))
    assert {"correction-withdrawn", "round-closed"} <= given_reasons
    assert {reason for reason in given_reasons if f'"{reason}"' not in letter} == set()


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 400), st.integers(1, 60), st.integers(1, 60))
def test_nobody_closes_it_before_the_last_holder_has_had_its_days(asked_on, before, legs, close):
    days, calendar = Corrections(correction_days=legs, close_days=close), Calendar()
    due, closing_day = last_days(asked_on - timedelta(days=before), asked_on, days, calendar)
    assert due - asked_on == timedelta(days=legs)
    assert closing_day >= calendar.following(due)
    assert not calendar.closed(closing_day)


async def test_it_cannot_be_closed_while_a_holder_is_silent(told):
    toml = registry(engagement(), engagement("web")) + JOINT
    lines = await told(
        correction(),
        leg("2026-11-25T10:00"),
        closing("2026-11-25T11:00"),
        leg("2026-11-26T10:00", "web", "holds_none"),
        closing("2026-11-26T11:00"),
        event("2026-11-27T10:00", "done", None, obligation="joint-correction", company="sister"),
        closing("2026-11-27T11:00"),
        toml=toml,
    )
    assert [line["reason"] for line in lines.of("refused")] == ["web, sister", "sister"]
    assert [line["at"][:16] for line in lines.of("accepted", obligation="correction")] == ["2026-11-27T11:00"]
    assert lines.of("overdue") == []


async def test_who_cannot_yet_names_a_day_and_is_asked_on_while_its_company_decides(told):
    later = leg("2026-11-25T10:00", result="not_yet", until="2026-12-10", reason="renewed monthly")
    lines = await told(correction(), later, closing("2026-11-26T10:00"), leg("2026-12-01T10:00"))
    [back] = lines.of("returned")
    assert (back["reason"], back["due_on"]) == ("not_yet", "2026-12-01")  # nobody has granted anything yet
    assert [line["at"][:16] for line in lines.notices("plea")] == ["2026-11-25T10:00"]
    assert [line["reason"] for line in lines.of("refused")] == ["dm"]
    assert ("T-1", "2026-11-30T09:00") in lines.rungs("vendor", obligation=LEG)
    assert [line["at"][:10] for line in lines.of("submitted")] == ["2026-12-01"]


async def test_a_day_before_the_due_date_is_no_wish(told):
    lines = await told(correction(), leg("2026-11-25T10:00", result="not_yet", until="2026-11-30", reason="soon"))
    assert lines.notices("plea") == []
    assert len(lines.of("returned")) == 1


async def test_what_is_not_corrected_needs_a_reason(told):
    lines = await told(
        correction(),
        leg("2026-11-25T10:00", result="refused"),
        leg("2026-11-26T10:00", result="refused", reason="Books"),
    )
    assert [line["reason"] for line in lines.of("refused")] == ["reason-missing"]
    assert [line["at"][:10] for line in lines.of("submitted")] == ["2026-11-26"]


async def test_what_was_no_error_is_called_off_everywhere(told):
    lines = await told(
        correction(),
        closing("2026-11-25T10:00", outcome="withdrawn"),
        closing("2026-11-25T11:00", outcome="withdrawn", reason="the old entry was right"),
        toml=registry(engagement()) + JOINT,
    )
    assert [line["reason"] for line in lines.of("refused")] == ["reason-missing"]
    assert {(line["obligation"], line["reason"]) for line in lines.of("cancelled")} >= {(LEG, "correction-withdrawn")}
    assert lines.of("overdue") == []


async def test_who_has_been_asked_hears_that_it_is_called_off_and_has_to_change_back_what_is_done(told):
    lines = await told(
        correction(),
        leg("2026-11-25T10:00"),
        leg("2026-11-25T10:00", "web", "holds_none"),
        closing("2026-11-25T11:00", outcome="withdrawn", reason="the old entry was right"),
        toml=registry(engagement(), engagement("web"), engagement("silent"), companies=COMPANY + SISTER + THIRD)
        + JOINT.replace('"sister"]', '"sister", { company = "third", until = 2026-11-23 }]'),
    )
    told_of = {(line.get("engagement"), line["company"], line["at"][:16]) for line in lines.notices("cancelled")}
    at = "2026-11-25T11:00"
    assert told_of == {("dm", "impress", at), ("silent", "impress", at), (None, "sister", at)}
    [own] = [line for line in lines.notices("cancelled") if line["company"] == "sister"]
    assert own["audience"] == ["managers"]


async def test_a_work_that_ends_meanwhile_still_holds_the_data(told):
    toml = registry(engagement(ends_on="2026-11-26"))
    gone = closing("2026-11-27T10:00"), leg("2026-11-30T10:00", result="holds_none"), closing("2026-11-30T11:00")
    lines = await told(correction(), *gone, toml=toml)
    assert [line["reason"] for line in lines.of("refused")] == ["dm"]
    assert [line["at"][:10] for line in lines.of("accepted", obligation="correction")] == ["2026-11-30"]


async def test_what_is_told_twice_is_asked_once_and_a_reference_is_of_one_matter(told):
    asked = event("2026-11-24T12:00", "owner_request", None, ref="C-2026-001", request="correct", company="impress")
    lines = await told(
        correction(),
        correction("2026-11-24T11:00"),
        correction("2026-11-24T11:30", company="sister"),
        correction("2026-11-24T11:45", source="told"),
        f"{asked}\narrived_on = 2026-11-24",
        asked.replace("C-2026-001", "R-2026-001") + "\narrived_on = 2026-11-24",
        correction("2026-11-24T13:00", ref="R-2026-001"),
        until="2026-11-25",
    )
    assert len(lines.of("deadline", obligation=LEG)) == 1
    assert [line["reason"] for line in lines.of("refused")] == ["ref-taken"] * 4


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"ref": "Sato"}, "ref-names-somebody"),
        ({"company": "nobody"}, "no-such-company"),
        ({"company": None}, "company-missing"),
        ({"service": "shop"}, "no-such-service"),
        ({"known_on": "2026-11-25"}, "known-future"),
        ({"purposes": '["p99"]'}, "no-such-purpose"),
    ],
)
async def test_what_cannot_be_is_refused(told, more, reason):
    day = more.pop("known_on", "2026-11-24")
    lines = await told(f"{correction(**more)}\nknown_on = {day}", until="2026-11-25")
    assert [line["reason"] for line in lines.of("refused")] == [reason]
    assert lines.of("deadline") == []


async def test_its_reference_leads_nowhere_once_its_years_are_over_and_the_ledger_holds(tmp_path):
    async with opened(MEMORY, create=True):
        file = tmp_path / "registry.toml"
        file.write_text(registry(engagement()) + JOINT, encoding="utf-8")
        await apply(read([file]), instant("2026-11-20T00:00"), {})
        at = instant("2026-11-24T10:00")
        row = await enter_correction(
            Made("C-2026-001", "found", at.date(), "impress", purposes=["p03"]), at, "person/1"
        )
        await tables.Correction.filter(id=row.id).update(state="closed", ended_on=at.date())
        present = await roster()
        for night, left in (("2026-11-25T01:00", True), ("2029-11-25T00:59", True), ("2029-11-25T01:00", False)):
            await forget_references(present, instant(night))
            assert await tables.Correction.filter(ref="C-2026-001").exists() is left
        rows = [*await tables.Obligation.all(), *await tables.OwnDuty.all()]
        assert {getattr(one, "subject", None) or one.ref for one in rows} == {f"erased/{row.id}"}
        [line] = await tables.LedgerLine.filter(type="evidence.erased")
        assert '"due_on":"2029-11-24"' in line.data
        assert (await ledger.verify()).seq == await tables.LedgerLine.all().count()
