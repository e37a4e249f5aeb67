"""Who handles data below without leave: named by the party itself, or found out because data went there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.detail import Detail
from monitor import ledger, tables
from monitor.cases.conduct import breach
from monitor.conduct import UNAUTHORISED, UNREPORTED
from monitor.hearing.chain.asking import entered, entries_of, event, latest, reference
from monitor.hearing.chain.rules import IN, KNOWN, unknown
from monitor.hearing.chain.tree import below
from monitor.questionnaire import holds_my_number
from monitor.refusal import need
from monitor.registry.format import OWING
from monitor.registry.roster import roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import SubEntrustment

_MY_NUMBER = "This text seems to hold an individual number (My Number). Take it out: it may not be kept here."


async def handed(engagement: str, party: str, on: date, at: datetime, actor: str) -> None:
    """Data went to a party below on that day. Before it was approved, that is a case."""
    need(not holds_my_number(party), "my-number", _MY_NUMBER)
    async with transaction():
        present = await roster()
        need(await tables.Engagement.exists(key=engagement), "no-such-engagement", "There is no such engagement.")
        need(on <= present.calendar.day_of(at), "on-ahead", "The day lies ahead.")
        rows = await entries_of(engagement, party, present)
        if not rows and await _stands(engagement, party, present):
            return
        approved = next((one for one in rows if let_in(one, on)), None)
        let, row = (
            approved is not None,
            approved or next(iter(rows), None) or await entered(engagement, party, present, at),
        )
        row.state = row.state or "undisclosed"
        row.handed_on = min(row.handed_on or on, on)
        if let and row.state == "approved":
            row.state, row.turns_at = "active", None
        await row.save()
        await ledger.write([event("data-handed", row, actor, on=on.isoformat())], at)
        if not let:
            await _breach(UNAUTHORISED, row, at, present)


def let_in(row: SubEntrustment, day: date) -> bool:
    """Whether the party was approved on that day, also where its work has ended since. Pure."""
    if row.decided_on is None or day < row.decided_on:
        return False
    return row.state in IN or (row.state == "ended" and row.ended_on is not None and day <= row.ended_on)


async def _stands(engagement: str, party: str, present: Roster) -> bool:
    """Whether an old ledger has that party in the tree already, without a request that would tell."""
    keys = await tables.Engagement.filter(under=engagement, party_id=party, retired_at=None).values_list(
        "key", flat=True
    )
    entries = await present.engagements(str(key) for key in keys)
    return any(entry.state in OWING for entry in entries.values())


async def named(engagement: str, parties: Iterable[str], at: datetime, actor: str) -> None:
    """The party names who works below it. Whoever is not in the tree is a case of the contracting company's alone."""
    said = list(parties)
    need(not any(holds_my_number(one) for one in said), "my-number", _MY_NUMBER)
    async with transaction():
        await naming(engagement, said, at, await roster(), actor)


async def naming(engagement: str, said: list[str], at: datetime, present: Roster, actor: str) -> None:
    """The same within the caller's transaction."""
    for name in unknown(said, await known_below(engagement, present)):
        row = await latest(engagement, name, present)
        if row is None:
            row = await entered(engagement, name.strip(), present, at)
            row.state = "undisclosed"
            await row.save()
            await ledger.write([event("named", row, actor)], at)
        await _breach(UNREPORTED, row, at, present)


async def known_below(engagement: str, present: Roster) -> list[str]:
    """All by which a party in the tree below may be called: keys and names, however deep, and what is asked for."""
    keys = [engagement, *await below(engagement)]
    entries = await present.engagements(keys[1:])
    asked = tables.SubEntrustment.filter(engagement_id__in=keys, state__in=KNOWN)
    pairs = [(str(party), str(name)) for party, name in await asked.values_list("party", "name")]
    parties = await present.parties({entry.party for entry in entries.values()} | {party for party, _ in pairs})
    registered = (name for key, one in parties.items() for name in (key, one.name, one.name_ja))
    return [name for name in (*registered, *(name for pair in pairs for name in pair)) if name]


async def _breach(rule: str, row: SubEntrustment, at: datetime, present: Roster) -> None:
    entry = await present.engagement(row.engagement_id)
    registered = row.party in await present.parties([row.party])
    texts = {
        UNAUTHORISED: "Data went to {name} on {day}, before anybody had approved it.",
        UNREPORTED: "{name} was named as working below, and was never reported.",
    }
    said = {"name": row.name, "day": row.handed_on.isoformat() if row.handed_on else ""}
    await breach(
        rule, Detail(texts[rule], **said), at, present, company_id=row.company_id, engagement_id=row.engagement_id,
        party_id=row.party if registered else entry.party, ref=reference(row),
    )  # fmt: skip
