"""Who handles data below without leave: named by the party itself, or found out because data went there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.detail import Detail
from monitor import ledger, tables
from monitor.cases.conduct import breach
from monitor.conduct import HANDED_SUSPENDED, UNAUTHORISED, UNREPORTED
from monitor.hearing.chain.asking import entered, entries_of, event, latest, reference
from monitor.hearing.chain.rules import IN, KNOWN, unknown
from monitor.hearing.chain.tree import below
from monitor.reasons import harmless
from monitor.refusal import need
from monitor.registry.format import OWING
from monitor.registry.roster import roster
from monitor.registry.suspension import stopped
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.registry.suspension import Stop
    from monitor.tables import SubEntrustment

_STOPPED = "Data went to {name} on {on}; “{work}” was suspended on {since}."


async def handed(engagement: str, party: str, on: date, at: datetime, actor: str) -> None:
    """Data went to a party below on that day. Before it was approved, that is a case; and so it is, approved or not,
    while the work was suspended or the one above it. It is told as what has happened, so it is never refused.
    """
    harmless(party)
    async with transaction():
        present = await roster()
        need(await tables.Engagement.exists(key=engagement), "no-such-engagement", "There is no such engagement.")
        need(on <= present.calendar.day_of(at), "on-ahead", "The day lies ahead.")
        rows, going = await entries_of(engagement, party, present), await _going(engagement, party, present)
        stop = await _stop(going or [engagement], on, present)
        row = next((one for one in rows if let_in(one, on)), None) or next(iter(rows), None)
        if row or not going:
            row = row or await entered(engagement, party, present, at)
            await _went(row, on, at, actor, present)
        if stop:
            known = row or await entered(engagement, party, present, at)
            detail = Detail(_STOPPED, name=known.name, on=on, work=stop.work.title or stop.work.key, since=stop.since)
            await _open(HANDED_SUSPENDED, detail, known, at, present)


async def _went(row: SubEntrustment, on: date, at: datetime, actor: str, present: Roster) -> None:
    """The register knows that data went there."""
    approved = let_in(row, on)
    row.state = row.state or "undisclosed"
    row.handed_on = min(row.handed_on or on, on)
    if approved and row.state == "approved":
        row.state, row.turns_at = "active", None
    await row.save()
    await ledger.write([event("data-handed", row, actor, on=on.isoformat())], at)
    if not approved:
        await _breach(UNAUTHORISED, row, at, present)


def let_in(row: SubEntrustment, day: date) -> bool:
    """Whether the party was approved on that day, also where its work has ended since. Pure."""
    if row.decided_on is None or day < row.decided_on:
        return False
    return row.state in IN or (row.state == "ended" and row.ended_on is not None and day <= row.ended_on)


async def _going(engagement: str, party: str, present: Roster) -> list[str]:
    """The works of that party right below. Where there is one that nobody asked for, an old ledger has it."""
    below_ = tables.Engagement.filter(under=engagement, party_id=party, retired_at=None).order_by("key")
    entries = await present.engagements([str(key) for key in await below_.values_list("key", flat=True)])
    return [key for key, entry in sorted(entries.items()) if entry.state in OWING]


async def _stop(works: list[str], on: date, present: Roster) -> Stop | None:
    """What kept data from going there on that day; nothing, if it could go to one of these works."""
    found = [await stopped(key, on, present) for key in works]
    return found[0] if all(found) else None


async def named(engagement: str, parties: Iterable[str], at: datetime, actor: str) -> None:
    """The party names who works below it. Whoever is not in the tree is a case of the contracting company's alone."""
    said = list(parties)
    harmless(*said)
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
    texts = {
        UNAUTHORISED: "Data went to {name} on {day}, before anybody had approved it.",
        UNREPORTED: "{name} was named as working below, and was never reported.",
    }
    said = {"name": row.name, "day": row.handed_on.isoformat() if row.handed_on else ""}
    await _open(rule, Detail(texts[rule], **said), row, at, present)


async def _open(rule: str, detail: Detail, row: SubEntrustment, at: datetime, present: Roster) -> None:
    """A case of the contracting company's. `row`: what is known of the party, also where no request of it is kept."""
    entry = await present.engagement(row.engagement_id)
    registered = row.party in await present.parties([row.party])
    await breach(
        rule, detail, at, present, company_id=row.company_id, engagement_id=row.engagement_id,
        party_id=row.party if registered else entry.party, ref=reference(row) if row.id else "",
    )  # fmt: skip
