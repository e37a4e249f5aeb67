"""Every address that changes something writes a line of the ledger; an address that nobody thought of here fails."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from monitor import clock, tables
from monitor.cases.conduct import breach
from monitor.duties.changes import begin_reviews
from monitor.obligations.colleagues import wish_of
from monitor.registry.roster import roster
from monitor.tables.store import transaction
from monitor.web import ROUTES
from tests.evidence.evidence_corpus import png
from tests.journey.engagement_acts import ENGAGEMENT
from tests.journey.exposures_acts import EXPOSURES
from tests.journey.improving_acts import IMPROVING
from tests.journey.joint_use_acts import JOINT_USE
from tests.journey.keeping_acts import KEEPING
from tests.journey.machine_acts import MACHINE
from tests.journey.manager import failing_case, overdue, signed_in
from tests.journey.offline_acts import OFFLINE
from tests.journey.owners_acts import OWNERS
from tests.journey.passing_acts import PASSING
from tests.journey.policies_acts import POLICIES
from tests.journey.purposes_acts import PURPOSES
from tests.journey.statistics_acts import STATISTICS
from tests.journey.sub_entrustment_acts import SUB_ENTRUSTMENT
from tests.journey.vendor import answered, first_section, hands_in, path_of, posts
from tests.remediation.remedied import answered as answered_weakly
from tests.web.running import Ground

MANAGERS = "managers@impress.example"
READING = frozenset({"GET", "HEAD"})
#: What changes nothing of ours.
UNRECORDED = {
    "/settings": "the reader's language and appearance, kept by their browser in two cookies",
    "/verify": "a receipt, examined in memory and kept nowhere",
    "/verify/{language}": "the same",
}


def addresses():
    """Every address that takes more than reading, an address with several acts once for each of them."""
    found = []
    for route in ROUTES:
        if route.method not in READING:
            deeds = re.search(r"\{deed:([a-z|-]+)\}", route.path)
            plain = re.sub(r"\{(\w+):[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", r"{\1}", route.path)
            found += [plain.replace("{deed}", deed) for deed in deeds[1].split("|")] if deeds else [plain]
    return sorted(found)


async def on_the_form(house, client, tail, fields):
    return await posts(client, path_of(house.link()) + tail, fields)


async def fresh(house, client):
    return await on_the_form(house, client, "/fresh", {})


async def saves(house, client):
    return await posts(client, await first_section(client, house), {"policy": "yes", "policy_version": "0"})


async def attaches(house, client):
    section = await first_section(client, house)
    return await posts(client, section, {"rules_file": ("図.png", png()), "upload": "rules_file"})


async def withdraws(house, client):
    await attaches(house, client)
    row = await tables.Evidence.get()
    return await posts(client, await first_section(client, house), {"remove": row.id})


async def declares(house, client):
    return await hands_in(house, client)


async def sends_a_copy(house, client):
    await hands_in(house, client)
    return await on_the_form(house, client, "/en/copy", {"email": "boss@acme.example"})


async def wants_time(house, client):
    later = (await tables.Obligation.get()).due_on + timedelta(days=9)
    return await on_the_form(
        house, client, "/en/help", {"kind": "more-time", "reason": "audit", **day("wished", later)}
    )


async def is_another(house, client):
    return await on_the_form(house, client, "/en/help", {"kind": "not-ours", "why": "ask our affiliate"})


async def names_another(house, client):
    said = {"kind": "wrong-person", "person_name": "Sato", "person_email": "new@elsewhere.example"}
    return await on_the_form(house, client, "/en/help", said)


async def declines(house, client):
    return await on_the_form(house, client, "/en/help", {"kind": "decline", "decline_reason": "too small for this"})


async def answers_after_all(house, client):
    await declines(house, client)
    return await on_the_form(house, client, "/en/resume", {"willing": "yes"})


async def hands_over(house, client):
    return await on_the_form(house, client, "/en/colleagues", {"email": "colleague@acme.example"})


async def confirms_by_code(house, client):
    """Declares as somebody else than the reader of the mail, and types the code that the reader was mailed."""
    await answered((await tables.Obligation.get()).id)
    said = {"name": "A", "title": "B", "declared": "agreed", "email": "other@acme.example"}
    await on_the_form(house, client, "/en/declare", said)
    await house.work()
    return await on_the_form(house, client, "/en/sign", {"code": house.code()})


async def opens_another(house, client):
    return await on_the_form(house, client, "/en/mine", {"open": str((await another(house)).id)})


async def another(house):
    """A second request to the same contact: the same work once more, as if a sister company had asked."""
    first = await tables.Obligation.get()
    rest = {name: value for name, value in dict(first).items() if name != "id"}
    return await tables.Obligation.create(**rest)


async def lets_a_stranger_in(house, client):
    await on_the_form(house, client, "/en/colleagues", {"email": "expert@elsewhere.example"})
    row = await tables.Colleague.get()
    return await on_the_duty(house, client, "colleague", {"id": f"{row.id}-{wish_of(row)}", "decision": "approve"})


def day(name, which):
    return {f"{name}_year": str(which.year), f"{name}_month": str(which.month), f"{name}_day": str(which.day)}


def soon():
    return day("until", clock.now().date() + timedelta(days=9))


async def on_the_duty(house, client, deed, fields):
    await signed_in(house, client, MANAGERS)
    duty = await tables.Obligation.get()
    return await posts(client, f"/duty/{duty.id}/{deed}", {"by": "M. Manager", **fields})


async def accepts(house, client):
    await hands_in(house, client)
    return await on_the_duty(house, client, "accept", {})


async def returns(house, client):
    await hands_in(house, client)
    return await on_the_duty(house, client, "return", {"reason": "国名をお書きください。"})


async def reviews(house, client):
    await hands_in(house, client)
    return await on_the_duty(house, client, "review", {"review_by": "M. Manager", "policy_verdict": "accepted"})


async def waives(house, client):
    return await on_the_duty(house, client, "waive", {"reason": "merger", **soon()})


async def acknowledges(house, client):
    await overdue(house)
    return await on_the_duty(house, client, "acknowledge", soon())


async def extends(house, client):
    later = (await tables.Obligation.get()).due_on + timedelta(days=9)
    return await on_the_duty(house, client, "extend", {"reason": "audit", **day("until", later)})


async def reads_a_plea(house, client):
    await wants_time(house, client)
    plea = (await tables.Plea.get()).id
    said = {"decision": "refused", "reason": "The audit is fixed.", "by": "M. Manager"}
    return await on_the_duty(
        house, client, "plea", {"plea": str(plea), **{f"plea{plea}_{name}": words for name, words in said.items()}}
    )


async def makes_links_void(house, client):
    return await on_the_duty(house, client, "revoke", {"fresh": "yes"})


async def takes_a_case(house, client):
    case = await failing_case()
    await signed_in(house, client, MANAGERS)
    return await posts(client, f"/case/{case.id}/acknowledge", {"by": "M. Manager", **soon()})


async def on_own_duty(house, client, deed, fields):
    at, watch = clock.now(), await tables.Watch.first()
    async with transaction():
        key = " ".join((64 * mark)[:32] for mark in "ab")
        (duty,) = await begin_reviews(watch, key, at.date(), at, await roster())
    await signed_in(house, client, MANAGERS)
    return await posts(client, f"/own-duty/{duty.id}/{deed}", {"by": "M. Manager", **fields})


async def takes_a_change(house, client):
    return await on_own_duty(house, client, "acceptable", {})


async def wants_action_on_a_change(house, client):
    return await on_own_duty(house, client, "needs-action", {"reason": "advertisers"})


async def takes_a_decision(house, client):
    return await on_own_duty(house, client, "acknowledge", soon())


async def puts_conduct_right(house, client):
    async with transaction():
        at = clock.now()
        case = await breach("kept-in-no-table", "", at, await roster(), company_id="impress", party_id="acme")
    await signed_in(house, client, MANAGERS)
    return await posts(client, f"/case/{case.id}/mend", {"by": "M. Manager", "reason": "asked for and got it"})


async def mutes_a_case(house, client):
    case = await failing_case()
    await signed_in(house, client, MANAGERS)
    return await posts(client, f"/case/{case.id}/mute", {"by": "M. Manager", "reason": "known", **soon()})


async def unmutes_a_case(house, client):
    await mutes_a_case(house, client)
    case = await tables.Case.get(muted_until__not_isnull=True)
    return await posts(client, f"/case/{case.id}/unmute", {"by": "M. Manager"})


async def on_a_finding(house, client, deed, fields):
    await answered_weakly(clock.now(), {"rules": "no"})
    finding = await tables.Remediation.get()
    await signed_in(house, client, MANAGERS)
    return await posts(client, f"/finding/{finding.id}/{deed}", {"by": "M. Manager", **fields})


async def owns_a_finding(house, client):
    return await on_a_finding(house, client, "own", {"owner": MANAGERS, "name": "M. Manager"})


async def lives_with_a_finding(house, client):
    return await on_a_finding(house, client, "risk", {"reason": "moving out", **soon()})


async def lives_with_it_no_longer(house, client):
    await lives_with_a_finding(house, client)
    finding = await tables.Remediation.get()
    return await posts(client, f"/finding/{finding.id}/end-risk", {"by": "M. Manager"})


async def verifies_a_finding(house, client):
    return await on_a_finding(house, client, "verify", {"reason": "seen there"})


async def doubts_a_finding(house, client):
    await verifies_a_finding(house, client)
    finding = await tables.Remediation.get()
    return await posts(client, f"/finding/{finding.id}/reopen", {"by": "M. Manager", "reason": "gone again"})


async def asks_to_sign_in(house, client):
    return await posts(client, "/sign-in", {"email": MANAGERS})


async def signs_in(house, client):
    return await signed_in(house, client, MANAGERS)


async def signs_out(house, client):
    await signed_in(house, client, MANAGERS)
    return await posts(client, "/sign-out", {})


FORM_AT, HELP_AT = "/f/{token}/{language}/s/{section}", "/f/{token}/{language}/help"
#: Address, what somebody does there, the line that stands in the ledger afterwards, and who stands in it.
ACTS = [
    *ENGAGEMENT,
    *JOINT_USE,
    *OFFLINE,
    *EXPOSURES,
    *OWNERS,
    *PASSING,
    *POLICIES,
    *PURPOSES,
    *STATISTICS,
    *IMPROVING,
    *KEEPING,
    *MACHINE,
    *SUB_ENTRUSTMENT,
    ("/f/{token}/fresh", fresh, "link.asked", "vendor"),
    (FORM_AT, saves, "answer.saved", "link/"),
    (FORM_AT, attaches, "evidence.stored", "link/"),
    (FORM_AT, withdraws, "evidence.withdrawn", "link/"),
    ("/f/{token}/{language}/copy", sends_a_copy, "receipt.copied", "link/"),
    ("/f/{token}/{language}/declare", declares, "obligation.submitted", "link/"),
    (HELP_AT, wants_time, "obligation.plea", "link/"),
    (HELP_AT, is_another, "obligation.plea", "link/"),
    (HELP_AT, names_another, "obligation.plea", "link/"),
    (HELP_AT, declines, "obligation.declined", "link/"),
    ("/f/{token}/{language}/resume", answers_after_all, "obligation.resumed", "link/"),
    ("/f/{token}/{language}/colleagues", hands_over, "colleague.named", "link/"),
    ("/f/{token}/{language}/sign", confirms_by_code, "obligation.submitted", "link/"),
    ("/f/{token}/{language}/mine", opens_another, "link.issued", "system"),
    ("/duty/{id}/colleague", lets_a_stranger_in, "colleague.approved", "person/"),
    ("/duty/{id}/accept", accepts, "obligation.accepted", "person/"),
    ("/duty/{id}/return", returns, "obligation.returned", "person/"),
    ("/duty/{id}/review", reviews, "answer.marked", "person/"),
    ("/duty/{id}/waive", waives, "obligation.waived", "person/"),
    ("/duty/{id}/acknowledge", acknowledges, "obligation.acknowledged", "person/"),
    ("/duty/{id}/extend", extends, "obligation.due_moved", "person/"),
    ("/duty/{id}/plea", reads_a_plea, "obligation.plea_decided", "person/"),
    ("/duty/{id}/revoke", makes_links_void, "link.revoked", "person/"),
    ("/case/{id}/acknowledge", takes_a_case, "case.acknowledged", "person/"),
    ("/own-duty/{id}/{deed}", takes_a_change, "own-duty.done", "person/"),
    ("/own-duty/{id}/{deed}", wants_action_on_a_change, "own-duty.done", "person/"),
    ("/own-duty/{id}/{deed}", takes_a_decision, "own-duty.acknowledged", "person/"),
    ("/case/{id}/mend", puts_conduct_right, "case.closed", "person/"),
    ("/case/{id}/mute", mutes_a_case, "case.muted", "person/"),
    ("/case/{id}/unmute", unmutes_a_case, "case.unmuted", "person/"),
    ("/finding/{id}/own", owns_a_finding, "remediation.owner_set", "person/"),
    ("/finding/{id}/risk", lives_with_a_finding, "remediation.risk_accepted", "person/"),
    ("/finding/{id}/end-risk", lives_with_it_no_longer, "remediation.reopened", "person/"),
    ("/finding/{id}/verify", verifies_a_finding, "remediation.verified", "person/"),
    ("/finding/{id}/reopen", doubts_a_finding, "remediation.reopened", "person/"),
    ("/sign-in", asks_to_sign_in, "sign-in.asked", "person/"),
    ("/sign-in/{token}", signs_in, "session.opened", "person/"),
    ("/sign-out", signs_out, "session.closed", "person/"),
]


def test_no_address_changes_something_that_nobody_looks_at_here():
    assert addresses() == sorted({address for address, *_ in ACTS} | set(UNRECORDED))


@pytest.mark.parametrize(("act", "kind", "actor"), [pytest.param(*rest, id=rest[0].__name__) for _, *rest in ACTS])
async def test_an_act_stands_in_the_ledger_with_who_did_it(tmp_path, database, act, kind, actor):
    async with Ground(tmp_path, await database()) as house, house.client() as client:
        status, told = await act(house, client)
        assert status in {200, 303}, told
        line = await tables.LedgerLine.filter(type=kind).order_by("-seq").first()
        assert line is not None, await tables.LedgerLine.all().values_list("type", flat=True)
        assert line.actor.startswith(actor), line.actor
