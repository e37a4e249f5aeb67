"""What was answered against what is seen, on both databases: found once, shown as high, and over when it is over."""

from __future__ import annotations

import attested
import pytest
from attested import AT, HOUR, TABLE, answer, begin, decide, duty_of, live, look, told, weighed
from stage import engagement
from tortoise.exceptions import OperationalError

from checks.contract import Severity
from monitor import tables
from monitor.contradiction import weigh
from monitor.obligations import acts
from monitor.obligations.authority import Authority
from monitor.registry.apply import set_fields

TLS = ("web.tls", "tls.old-protocol")


@pytest.fixture
async def party(store, tmp_path):
    await begin(tmp_path)


async def case() -> tables.Case:
    return await tables.Case.get(company_id="impress", closed_at=None)


async def test_a_finding_that_comes_after_the_answer_contradicts_it(party):
    await answer(AT, web_tls="yes")
    await look(AT + HOUR, "tls.old-protocol")
    assert await weighed(AT + 2 * HOUR) == [TLS]


async def test_an_answer_that_comes_after_the_finding_is_contradicted_by_it(party):
    await look(AT, "tls.old-protocol")
    assert await weighed(AT) == []
    await answer(AT + HOUR, web_tls="yes")
    assert await weighed(AT + 2 * HOUR) == [TLS]


@pytest.mark.parametrize("said", [{"web_tls": "no"}, {"web_hsts": "yes"}, {}])
async def test_what_claims_nothing_of_the_kind_is_not_contradicted(party, said):
    await look(AT, "tls.old-protocol")
    await answer(AT + HOUR, **said)
    assert await weighed(AT + 2 * HOUR) == []


async def test_it_enters_the_ledger_once_under_the_request_and_its_company(party):
    handed_in = await answer(AT, web_tls="yes")
    await look(AT + HOUR, "tls.old-protocol")
    for hours in (2, 3, 4):
        await weighed(AT + hours * HOUR)
    (line,) = await told("answer.contradicted")
    duty = await duty_of()
    assert (line["subject"], line["company"]) == (f"obligation/{duty.id}", "impress")
    assert (line["submission"], line["question"], line["rule"]) == (handed_in, *TLS)
    assert line["url"] == "https://www.acme.example/"


async def test_the_case_of_a_small_finding_becomes_high_and_is_told_as_such(party):
    await look(AT, "headers.hsts-missing")
    assert (await case()).severity == Severity.MEDIUM
    await answer(AT + HOUR, web_hsts="yes")
    await weighed(AT + 2 * HOUR)
    raised = await case()
    assert (raised.severity, raised.next_at) == (Severity.HIGH, AT + 2 * HOUR)
    (line,) = await told("case.worsened")
    assert (line["subject"], line["severity"], line["reason"]) == (f"case/{raised.id}", "high", "contradicted")


async def test_a_case_that_is_higher_already_stays_as_it_is(party):
    attested.SEVERITIES["tls.old-protocol"] = Severity.CRITICAL
    try:
        await look(AT, "tls.old-protocol")
    finally:
        del attested.SEVERITIES["tls.old-protocol"]
    await answer(AT + HOUR, web_tls="yes")
    await weighed(AT + 2 * HOUR)
    assert (await case()).severity == Severity.CRITICAL
    assert await told("case.worsened") == []


async def test_a_case_that_opens_only_later_is_raised_then(party):
    await look(AT, "security-txt.missing")
    opened = await case()
    await tables.Case.filter(id=opened.id).update(closed_at=AT)
    await answer(AT + HOUR, **{"web_security-contact": "yes"})
    assert await weighed(AT + 2 * HOUR)
    await look(AT + 3 * HOUR, "security-txt.missing")
    assert (await case()).severity == Severity.LOW
    await weighed(AT + 4 * HOUR)
    assert (await case()).severity == Severity.HIGH


async def test_it_is_over_when_the_finding_is(party):
    await answer(AT, web_tls="yes")
    await look(AT, "tls.old-protocol")
    await weighed(AT + HOUR)
    await look(AT + 2 * HOUR, kind="tls")
    assert await weighed(AT + 3 * HOUR) == []
    assert [line["reason"] for line in await told("answer.uncontradicted")] == ["not-seen-any-more"]


async def test_the_same_again_is_a_contradiction_of_its_own(party):
    await answer(AT, web_tls="yes")
    for day in (0, 1):
        await look(AT + day * 24 * HOUR, "tls.old-protocol")
        assert await weighed(AT + (day * 24 + 1) * HOUR) == [TLS]
        await look(AT + (day * 24 + 2) * HOUR, kind="tls")
        assert await weighed(AT + (day * 24 + 3) * HOUR) == []
    assert len(await told("answer.contradicted")) == 2


async def test_an_answer_that_is_returned_stands_no_more_and_a_true_one_heals_it(party):
    await look(AT, "tls.old-protocol")
    await answer(AT, web_tls="yes")
    assert await weighed(AT + HOUR) == [TLS]
    await decide(AT + 2 * HOUR, "return")
    assert await weighed(AT + 2 * HOUR) == []
    await answer(AT + 3 * HOUR, web_tls="no")
    assert await weighed(AT + 4 * HOUR) == []
    assert [line["reason"] for line in await told("answer.uncontradicted")] == ["answer-returned"]


async def test_an_accepted_answer_stands_until_another_is_accepted(party):
    await look(AT, "tls.old-protocol")
    await answer(AT, web_tls="yes")
    await decide(AT + HOUR)
    assert await weighed(AT + HOUR) == [TLS]
    next_year = AT + 360 * 24 * HOUR
    await live(next_year)
    await answer(next_year, web_tls="no")
    assert await weighed(next_year) == [TLS]
    await decide(next_year + HOUR)
    assert await weighed(next_year + HOUR) == []
    assert [line["reason"] for line in await told("answer.uncontradicted")] == ["answer-stands-no-more"]


async def test_what_was_attested_of_work_that_is_over_is_not_held_against_anybody(party):
    await look(AT, "tls.old-protocol")
    await answer(AT, web_tls="yes")
    await decide(AT + HOUR)
    assert await weighed(AT + HOUR) == [TLS]
    await set_fields("engagement", "dm", {"ends_on": AT.date()}, AT + 2 * HOUR)
    assert await weighed(AT + 3 * HOUR) == [TLS]
    assert await weighed(AT + 24 * HOUR) == []


async def test_what_was_handed_in_and_is_waived_stands_no_more(party):
    await look(AT, "tls.old-protocol")
    await answer(AT, web_tls="yes")
    assert await weighed(AT + HOUR) == [TLS]
    actor = await acts.person("reviewers@impress.example", AT)
    duty = await duty_of()
    await acts.waive(duty.id, AT + 2 * HOUR, actor, "A pause.", AT + 200 * HOUR, authority=Authority.SCRIPT)
    assert await weighed(AT + 3 * HOUR) == []


async def test_an_answer_to_one_company_is_held_against_its_cases_only(store, tmp_path):
    both = [
        engagement(key, company=company, attestation="last_accepted_on = 2025-09-20")
        for key, company in (("dm", "impress"), ("ours", "sister"))
    ]
    await begin(tmp_path, *both)
    await look(AT, "headers.hsts-missing")
    await answer(AT, "dm", web_hsts="yes")
    await weighed(AT + HOUR)
    severities = dict(await tables.Case.filter(closed_at=None).values_list("company_id", "severity"))
    assert severities == {"impress": Severity.HIGH, "sister": Severity.MEDIUM}


async def test_a_new_table_of_claims_has_everything_weighed_anew(party):
    await look(AT, "tls.old-protocol")
    await answer(AT, web_tls="yes")
    silent = TABLE.model_copy(update={"claim": ()})
    await weigh(AT, silent)
    assert await tables.Contradiction.all().count() == 0
    await weigh(AT, TABLE)
    raised = TABLE.model_copy(update={"version": TABLE.version + 1})
    assert await weigh(AT, raised) == 1
    assert await tables.Contradiction.all().count() == 1
    assert await weigh(AT, raised) == 0


@pytest.mark.logs_errors
async def test_a_party_whose_answers_cannot_be_read_keeps_no_other_waiting(party, caplog):
    handed_in = await answer(AT, web_tls="yes")
    await look(AT, "tls.old-protocol")
    await tables.Submission.filter(id=handed_in).update(answers="[broken")
    assert await weigh(AT, TABLE) == 0
    assert "acme" in caplog.text
    caplog.clear()
    await weigh(AT, TABLE)
    assert not caplog.records


async def test_a_database_that_stumbles_puts_no_party_away(party, monkeypatch):
    await answer(AT, web_tls="yes")
    await look(AT, "tls.old-protocol")

    async def stumbles(*_rest):
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as patched:
        patched.setattr("monitor.contradiction.stage._found", stumbles)
        with pytest.raises(OperationalError):
            await weigh(AT, TABLE)
    assert await weighed(AT) == [TLS]
