"""What proves a promise, when it is too old, and what is red."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import COMPANY, SISTER, engagement, event, last_accepted, play, registry

from checks import CHECKS
from monitor import plugins, tables
from monitor.conduct import RULES
from monitor.obligations import KINDS
from monitor.own_duties import OWN_DUTIES
from monitor.promises.improving.yearly import first_reviews
from monitor.promises.matrix.besides import named
from monitor.promises.matrix.clauses import CLAUSES
from monitor.promises.matrix.judging import State, judge
from monitor.promises.matrix.reading import Books, Row
from monitor.promises.matrix.table import matrix
from monitor.promises.matrix.works import DAYS, Sort
from monitor.questionnaire import extended
from monitor.registry.apply import apply
from monitor.registry.format.proving import Promises
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.tables.store import connection, opened

TODAY = date(2026, 9, 1)
AT = datetime(2026, 9, 1, 1, tzinfo=UTC)
BY_CODE = {clause.code: clause for clause in CLAUSES}


def cell(code, *, shelf=None, trouble=None, works=(), company="impress", **more):
    def by_company(rows):
        return {name: {row.company: [row]} for name, row in (rows or {}).items()}

    books = Books(
        TODAY, {one: {"impress"} for one in works}, shelf=by_company(shelf), trouble=by_company(trouble), **more
    )
    return judge(BY_CODE[code], [company], books, Promises())[0]


def work(*purposes):
    return Sort("trustee", frozenset(purposes))


def row(on, sort=None, company="impress"):
    return Row(company, on, "/duty/1", sort)


def test_without_evidence_a_promise_is_red_and_without_such_work_there_is_nothing_to_show():
    assert cell("A6c", works=[work()]).state is State.MISSING
    nothing = cell("A6c")
    assert (nothing.state, str(nothing.why)) == (State.NOTHING, "No trustee at work.")
    assert cell("P12", works=[work()]).state is State.NOTHING
    assert cell("P12", works=[work("p12")]).state is State.MISSING
    assert cell("A8a").state is State.NOTHING
    assert cell("A3", joint=frozenset({"impress"})).state is State.MISSING
    assert cell("A3").state is State.NOTHING
    assert cell("B29").state is State.MISSING


@given(st.dates(date(2020, 1, 1), TODAY))
def test_what_is_done_yearly_proves_for_twelve_months_to_the_day(on):
    found = cell("A6c", works=[work()], shelf={"answer:attestation": row(on, work())})
    assert found.state is (State.PROVED if on >= date(2025, 9, 1) else State.STALE)
    assert found.age == (TODAY - on).days


def test_what_is_looked_at_all_the_time_is_stale_after_a_week_and_what_happened_once_never():
    looked = {days: cell("AC", shelf={"contact": row(TODAY - timedelta(days), company="")}).state for days in (7, 8)}
    assert looked == {7: State.PROVED, 8: State.STALE}
    assert cell("A6b", works=[work()], shelf={"answer:selection": row(date(2001, 1, 1), work())}).state is State.PROVED


def test_fresh_evidence_comes_before_newer_that_is_too_old():
    shelf = {"look:tls": row(date(2026, 8, 1)), "answer:attestation": row(date(2026, 7, 1), work())}
    found = cell("A5b", works=[work()], shelf=shelf)
    assert [one.source.keys[0] for one in found.seen] == ["answer:attestation", "look:tls"]
    assert (found.state, found.age) == (State.PROVED, 62)


def test_a_purpose_is_proved_by_works_of_that_purpose_alone():
    works = delivering, mailing = [work("p03"), work("p12")]
    shelf = {"hand-over": row(TODAY, mailing)}
    assert cell("P03", works=works, shelf=shelf).state is State.MISSING
    assert cell("P03", works=works, shelf={"hand-over": row(TODAY, delivering)}).state is State.PROVED
    assert cell("P03", works=works, trouble={"answer:attestation": row(TODAY, mailing)}).state is State.MISSING
    assert cell("P03", works=works, trouble={"answer:attestation": row(TODAY, delivering)}).state is State.TROUBLE


OWN = {
    "P01": ["asked:identity"],
    "P02": ["duty:handler-list", "asked:orders"],
    "P03": ["hand-over"],
    "P05": ["duty:hold-review"],
    "P06": ["asked:notices"],
    "P07": ["answer:deletion", "entry:child_data_decided_on"],
    "P08": ["end"],
    "P09": ["asked:statistics", "statistics"],
    "P11": ["flag:special_care"],
    "B15": ["asked:statistics", "statistics"],
}


@pytest.mark.parametrize("code", OWN)
def test_a_purpose_with_a_duty_of_its_own_is_proved_by_that_and_never_by_an_attestation_alone(code):
    sort = work("p09" if code == "B15" else code.lower())
    attested = {"answer:attestation": row(TODAY, sort)}
    alone = cell(code, works=[sort], shelf=attested)
    assert alone.state is State.MISSING
    assert alone.lacks
    whole = attested | {name: row(TODAY, sort) for name in OWN[code]}
    proved = cell(code, works=[sort], shelf=whole)
    assert (proved.state, proved.lacks) == (State.PROVED, ())
    for name in OWN[code]:
        short = cell(code, works=[sort], shelf={key: rows for key, rows in whole.items() if key != name})
        assert short.state is State.MISSING
        ((*wanted,),) = short.lacks
        assert any(name in source.keys for source in wanted)
    unburdened = cell(code, works=[sort], shelf=attested, brings={})
    assert unburdened.state is State.PROVED


def test_care_of_children_is_proved_by_answers_on_children_alone():
    sort = Sort("trustee", flags=frozenset({"child_data"}))
    attested = {"answer:attestation": row(TODAY, sort)}
    alone = cell("A4", works=[sort], shelf=attested)
    assert (alone.state, [one.keys for need in alone.lacks for one in need]) == (State.MISSING, [("asked:children",)])
    assert cell("A4", works=[sort], shelf=attested | {"asked:children": row(TODAY, sort)}).state is State.PROVED
    shelf = plugins.shelf()
    assert named(extended(shelf["light"], [shelf["children"]])) == ["children"]


def test_what_is_needed_and_too_old_is_too_old_however_young_the_rest_is():
    sort = work("p02")
    shelf = {"duty:handler-list": row(date(2025, 8, 31), sort), "asked:orders": row(TODAY, sort)}
    found = cell("P02", works=[sort], shelf=shelf)
    assert (found.state, [one.keys[0] for need in found.lacks for one in need]) == (State.STALE, ["duty:handler-list"])


def test_a_yearly_summary_is_owed_by_everybody_and_findings_put_right_are_none():
    assert cell("A10").state is State.MISSING
    assert cell("A10", shelf={"remediation": row(TODAY)}).state is State.MISSING
    assert cell("A10", shelf={"duty:management-review": row(TODAY)}).state is State.PROVED


def test_a_first_year_that_still_runs_is_neither_proved_nor_missing():
    def summed(first_on, **more):
        return cell("A10", first_years={"impress": first_on}, **more)

    early = summed(TODAY, shelf={"remediation": row(TODAY)})
    assert (early.state, early.lacks) == (State.NOTHING, ())
    assert str(early.why) == "The first review of a whole year is not due before Tue 1 Sep 2026."
    assert summed(TODAY - timedelta(1)).state is State.MISSING
    assert summed(TODAY, trouble={"answer:remediation": row(TODAY)}).state is State.TROUBLE
    assert summed(TODAY, shelf={"duty:management-review": row(TODAY)}).state is State.PROVED


async def test_the_first_year_is_the_one_that_was_named_or_that_the_books_hold_whole_for_each_company(house):
    await house()
    await tables.Engagement.all().update(first_seen_at=datetime(2026, 4, 1, 3, tzinfo=UTC))
    late = (await roster()).companies["sister"].model_copy(update={"member_from": date(2027, 5, 1)})

    async def first(**terms):
        present = await roster()
        improvement = present.group.improvement.model_copy(update=terms)
        group = present.group.model_copy(update={"improvement": improvement})
        companies = {**present.companies, "sister": late}
        return await first_reviews(replace(present, group=group, companies=companies), TODAY)

    assert await first() == {"impress": date(2027, 5, 31), "sister": date(2028, 5, 30)}  # day 60 is Sunday
    assert (await first(reviews_from=2020))["impress"] == date(2021, 5, 31)
    await tables.Engagement.all().update(first_seen_at=datetime(2026, 4, 2, 3, tzinfo=UTC))
    assert (await first())["impress"] == date(2028, 5, 30)


def test_cards_without_a_certificate_are_trouble_for_both_purposes_of_paying():
    for purpose in ("p04", "p05"):
        sort = work(purpose)
        found = cell(purpose.upper(), works=[sort], trouble={"rule:pci_certificate_missing": row(TODAY, sort)})
        assert found.state is State.TROUBLE


def test_what_is_overdue_or_to_be_corrected_is_trouble_whatever_else_is_proved():
    shelf = {"answer:attestation": row(TODAY, work())}
    for name in ("answer:attestation", "rule:unauthorised_subentrust", "duty:transfer-check"):
        found = cell("A6c", works=[work()], shelf=shelf, trouble={name: row(TODAY, work())})
        assert found.state is State.TROUBLE
    other = cell("A6c", works=[work()], shelf=shelf, trouble={"answer:attestation": row(TODAY, work(), "sister")})
    assert other.state is State.PROVED


def test_texts_that_do_not_agree_are_trouble_for_what_they_are_about_and_for_every_company():
    trouble = {"text:contacts-differ": row(TODAY, company="")}
    states = {code: cell(code, trouble=trouble).state for code in ("B28", "B27", "AB")}
    assert states == {"B28": State.TROUBLE, "B27": State.MISSING, "AB": State.MISSING}


def test_each_clause_stands_once_and_every_name_in_it_is_one_that_something_has():
    codes = [clause.code for clause in CLAUSES]
    assert len(codes) == len(set(codes))
    assert {f"P{number:02}" for number in range(1, 13)} | {f"B{number}" for number in range(13, 30)} <= set(codes)
    known = {f"answer:{kind}" for kind in KINDS} | {f"duty:{kind}" for kind in OWN_DUTIES}
    known |= {f"rule:{rule}" for rule in RULES} | {f"look:{kind}" for kind in CHECKS}
    known |= {f"entry:{name}" for name in DAYS}
    named = {key for clause in CLAUSES for source in clause.sources for key in source.keys}
    named |= {key for clause in CLAUSES for key in clause.also}
    assert {key for key in named if key.partition(":")[0] in {"answer", "duty", "rule", "look", "entry"}} <= known


def group(count):
    works = [
        engagement(f"w{number}", company, attestation=last_accepted("2026-08-01"))
        for number in range(count)
        for company in ("impress", "sister")
        if (number % 2 == 0) == (company == "impress")
    ]
    return registry(*works, companies=COMPANY + SISTER)


@pytest.fixture
async def house(database, tmp_path):
    async def begun(count=1):
        file = tmp_path / "registry.toml"
        file.write_text(group(count), encoding="utf-8")
        await apply(read([file], plugins.known()), AT, {})

    async with opened(await database()):
        yield begun


async def test_the_freshest_of_each_register_is_found_with_the_way_to_it(house):
    await house()
    people = {"entered_at": AT, "entered_by": "person/1", "company_id": "impress"}
    for ref, on in (("R-1", date(2026, 8, 3)), ("R-2", date(2026, 8, 1))):
        await tables.OwnerRequest.create(
            ref=ref, request="erase", arrived_on=on, due_on=on, answered_on=on, state="answered", **people
        )
    await tables.Complaint.create(party_id="acme", arrived_on=TODAY, acknowledged_on=TODAY, **people)
    await tables.TransferCheck.create(engagement_id="w0", on=TODAY, result="ok", entered_at=AT, entered_by="person/1")
    common = {"kind": "necessity-review", "company_id": "impress", "engagement_id": "w0", "due_on": TODAY}
    common |= {"ladder": "", "since": AT, "opened_at": AT}
    done = await tables.OwnDuty.create(**common, state="done", done_at=AT)
    late = await tables.OwnDuty.create(**common | {"kind": "spot-check", "due_on": date(2026, 8, 1)}, state="open")
    found = {one.clause.code: one for one in (await matrix(AT))["impress"]}
    first = await tables.OwnerRequest.get(ref="R-1")
    asked = found["A8a"].freshest
    assert (asked.row.href, asked.row.on, asked.count) == (f"/owner-request/{first.id}", first.answered_on, 2)
    assert found["A6a"].freshest.row.href == f"/own-duty/{done.id}"
    assert (found["A6c"].state, found["A6c"].troubles[0][1].href) == (State.TROUBLE, f"/own-duty/{late.id}")
    assert {one.row.href for one in found["A6c"].seen} == {"/engagement/w0", "/transfers"}
    assert found["A9"].state is State.PROVED
    sister = {one.clause.code: one.state for one in (await matrix(AT, ["sister"]))["sister"]}
    assert (sister["A8a"], sister["A6c"]) == (State.NOTHING, State.NOTHING)


async def test_a_look_at_the_groups_own_text_shows_for_every_company_that_its_revisions_are_noticed(house):
    await house()
    text = {"key": "page", "url": "https://group.example/privacy", "effective_from": "2006-01-31"}
    await tables.Policy.create(key="page", spec=text, first_seen_at=AT, changed_at=AT)
    seen = {"every": 43200, "first_seen_at": AT, "last_at": AT, "last_verdict": "pass"}
    await tables.Watch.create(url=text["url"], check_kind="policy-page", **seen)
    for company in ("impress", "sister"):
        found = {one.clause.code: one for one in (await matrix(AT, [company]))[company]}
        assert "Policy pages looked at" in {one.source.title.in_("en") for one in found["B24"].seen}


async def test_ten_times_the_works_take_no_query_more(house, monkeypatch):
    asked = []
    client = type(connection())
    for name in ("execute_query", "execute_query_dict"):
        real = getattr(client, name)

        async def counting(self, query, values=None, real=real):
            asked.append(query)
            return await real(self, query, values)

        monkeypatch.setattr(client, name, counting)
    numbers = []
    for count in (2, 20):
        await house(count)
        await matrix(AT)
        asked.clear()
        await matrix(AT)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 32


async def test_a_purpose_brings_its_questions_into_the_form_of_a_work_below_too_and_their_acceptance_shows_it(
    database, tmp_path
):
    """The work below names no purpose and serves that of the work above."""
    made = await database()
    url = f"sqlite:///{tmp_path}/played.sqlite3" if made.startswith("sqlite") else made
    above = engagement("top", attestation=last_accepted("2026-08-01"))
    below = engagement("low", under="top", tier="C", attestation=last_accepted("2025-09-15"))
    toml = registry(above, below.replace('purposes = ["p03"]\n', "")).replace('"p03"', '"p01"')
    said = [event(f"2026-09-01T1{hour}:00", do, "low", obligation="attestation")
            for hour, do in enumerate(("submit", "accept"))]  # fmt: skip
    await play(toml, "2026-08-10", "2026-09-02", *said, tmp=tmp_path, database=url)
    async with opened(url):
        found = {one.clause.code: one for one in (await matrix(datetime(2026, 9, 2, tzinfo=UTC)))["impress"]}
        shown, duty = found["P01"].freshest, await tables.Obligation.get(engagement_id="low", state="accepted")
        assert (found["P01"].state, shown.source.keys) == (State.PROVED, ("asked:identity",))
        assert (shown.row.href, shown.row.on) == (f"/duty/{duty.id}", date(2026, 9, 1))
