"""Refusals of mail: entered, acknowledged by whoever sends it, and tested with addresses of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web
from tortoise.expressions import Q

from monitor import tables
from monitor.language import Message, say_day
from monitor.obligations.opt_out_ack import OPT_OUT_ACK
from monitor.obligations.vouching import vouch
from monitor.promises.earlier_refusals import ALL, of
from monitor.promises.opt_outs import refuse_mail, seed_mailed, senders
from monitor.refusal import Refused
from monitor.schedule import overdue
from monitor.web.console.act import LONGEST, act_of
from monitor.web.console.entries import companies, refused, shown, unsaid
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.session import Reader, reader
from monitor.web.fields import fields, whole_number
from monitor.web.pages import language_of, moment, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.tables import Obligation, OptOut

MOST = 500  #: entries that the list shows, the latest first
_PLACES = {"ref": "ref", "my": "ref", "company": "company"}
_NO_COMPANY = Message("Choose the company.")


async def refusals_page(request: web.Request) -> web.StreamResponse:
    return await _refusals(request, await reader(request))


async def _refusals(request: web.Request, who: Reader, wrong: Wrong | None = None) -> web.Response:
    wrong, language = wrong or Wrong(), language_of(request)
    seen = tables.OptOut.all() if who.everywhere else tables.OptOut.filter(company_id__in=who.companies)
    found = await seen.order_by("-id").limit(MOST)
    of_these = Q(subject__in=[str(one.ref) for one in found]) | Q(subject__startswith=ALL)
    acks = await tables.Obligation.filter(of_these, kind=OPT_OUT_ACK).order_by("id")
    return console_page(
        request, who, "opt-outs.html", status=wrong.status, errors=wrong.errors, said=wrong.said,
        rows=[await _refusal(one, [ack for ack in acks if of(ack, one)], who, language) for one in found],
        firms=companies(who, wrong.said.get("record_company", ""), language),
        senders=await _senders(who, language, wrong.said.get("seed_engagement", "")),
    )  # fmt: skip


async def _refusal(one: OptOut, acks: Sequence[Obligation], who: Reader, language: str) -> dict[str, Any]:
    parties = await who.present.parties({ack.party_id for ack in acks})
    return {
        "ref": one.ref,
        "company": named(who.present.companies.get(one.company_id) or who.present.group, language),
        "arrived": say_day(one.arrived_on, language),
        "due": say_day(one.due_on, language),
        "acks": [
            {
                "id": ack.id,
                "party": named(parties[ack.party_id], language),
                "state": "overdue" if overdue(ack, who.present.calendar, moment()) else ack.state,
            }
            for ack in acks
        ],
    }


async def _senders(who: Reader, language: str, chosen: str) -> list[dict[str, Any]]:
    """Whoever sends mail for the companies that the reader sees, with the proof that its readers agreed to it."""
    today, found = who.present.calendar.day_of(moment()), []
    for company in who.companies:
        for key in await senders(company, today, who.present):
            entry = await who.present.engagement(key)
            proof = entry.consent
            found.append(
                {
                    "value": key,
                    "text": f"{named(await who.present.party(entry.party), language)}: {entry.title or key}",
                    "selected": key == chosen,
                    "proof": proof.proof if proof else "",
                    "checked": say_day(proof.checked_on, language) if proof and proof.checked_on else "",
                }
            )
    return found


async def on_refusal(request: web.Request) -> web.StreamResponse:
    """A refusal is entered; an address of ours was mailed; or a party has said that it has applied one."""
    who, deed, language = await reader(request), request.match_info["deed"], language_of(request)
    sent = {name: value[:LONGEST] for name, value in await fields(request)}
    needs = {"record": {"company": _NO_COMPANY}, "seed": {"engagement": Message("Choose the work.")}}
    mistakes = unsaid(deed, sent, needs.get(deed, {}), {})
    if mistakes:
        return await _refusals(request, who, shown(mistakes, deed, sent, language))
    try:
        await _refuse(who, deed, sent)
    except Refused as no:
        places = {**_PLACES, "no": "engagement" if deed == "seed" else "company"}
        return await _refusals(request, who, refused(no, deed, sent, language, places))
    return see_other("/opt-outs")


async def _refuse(who: Reader, deed: str, sent: Mapping[str, str]) -> None:
    company, key = sent.get("record_company", ""), sent.get("seed_engagement", "")
    if deed == "record":
        _seen(who, company)
        act = await act_of(who, deed, sent)
        channel = "post" if sent.get("record_channel") == "post" else "mail"
        await refuse_mail(company, act.at, act.actor, sent.get("record_ref", "").strip(), channel)
    elif deed == "seed":
        row = await tables.Engagement.get_or_none(key=key)
        _seen(who, row.company_id if row else None)
        act = await act_of(who, deed, sent)
        await seed_mailed(key, act.at, act.actor)
    else:
        found = await tables.Obligation.get_or_none(id=whole_number(sent.get("ack_id", "")) or 0, kind=OPT_OUT_ACK)
        _seen(who, found.company_id if found else None)
        act = await act_of(who, deed, sent)
        await vouch(found.id if found else 0, act.at, act.actor)


def _seen(who: Reader, company: str | None) -> None:
    """To whoever may not see it, it does not exist."""
    if company is None or not who.sees(company):
        raise web.HTTPNotFound
