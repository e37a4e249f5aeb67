"""A party asks to pass the work on: the request goes into the register, and somebody owes a decision."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.cases.conduct import mended
from monitor.conduct import UNREPORTED
from monitor.duties.owing import owe
from monitor.hearing.chain.rules import IN, bare, due_on, silent
from monitor.own_duties import SUB_ENTRUSTMENT_DECISION
from monitor.reasons import harmless
from monitor.refusal import need
from monitor.registry.format import OWING
from monitor.registry.format.engagement import BEFORE
from monitor.registry.roster import roster
from monitor.registry.suspension import stopped_now
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster
    from monitor.tables import SubEntrustment


@dataclass(frozen=True, slots=True)
class Asking:
    """What a party wants: to whom (`party`, a key, or a name), what for, where, how it is kept safe. `authorisation`:
    as the contract has it for this work, where it differs from the registry.
    """

    engagement: str
    party: str
    requested_on: date | None = None
    authorisation: str = ""
    address: str = ""
    country: str = ""
    work: str = ""
    items: str = ""
    safety: str = ""
    starts_on: date | None = None
    consent_on: date | None = None
    asked: int | None = None
    more: bool = False  #: other work for a party that is approved already is a request of its own

    def texts(self) -> Iterable[str]:
        said = (getattr(self, one.name) for one in fields(self))
        return (text for text in said if isinstance(text, str))


async def request(said: Asking, at: datetime, actor: str) -> SubEntrustment:
    """In a transaction of its own. What is asked for already stays as it is and is given back."""
    async with transaction():
        return await requesting(said, at, await roster(), actor)


async def requesting(said: Asking, at: datetime, present: Roster, actor: str) -> SubEntrustment:
    """The same within the caller's transaction."""
    harmless(*said.texts())
    need(said.party.strip(), "party-missing", "Say to whom the work is to be passed on.")
    entry, today = await above(said.engagement, present, at), present.calendar.day_of(at)
    need(not await _itself(entry, said.party, present), "same-party", _ITSELF)
    requested_on = said.requested_on or today
    need(requested_on <= today, "on-ahead", "The day of a request is today or a day before it.")
    row = await latest(said.engagement, said.party, present)
    if row is not None and row.state == "requested":
        return row
    fresh = row is None or row.state not in IN or said.more
    need(fresh, "already-approved", "This party is approved for this work already.")
    mine = row if row is not None and row.state == "undisclosed" else await _new(said, entry, present, at)
    mine.authorisation = said.authorisation or entry.sub_entrustment.authorisation
    mine.state, mine.requested_on = "requested", requested_on
    mine.due_on = due_on(mine.authorisation, requested_on, entry, present.calendar, today)
    _tell(mine, said)
    if silent(mine.authorisation, entry, mine.consent_on, today, stopped=await stopped_now(entry.key, present)):
        mine.turns_at = present.calendar.end_of(mine.due_on)
    await mine.save()
    await ledger.write([event("requested", mine, actor, authorisation=mine.authorisation)], at)
    await _decision(mine, at, present)
    await mended(UNREPORTED, at, ref=reference(mine))
    return mine


_ITSELF = "This party does the work itself: name the one to whom it is to be passed on."


async def _itself(entry: Engagement, party: str, present: Roster) -> bool:
    """Whether it is the party above itself, by its key or by one of its names."""
    doer = await present.party(entry.party)
    return bare(party) in {bare(name) for name in (doer.key, doer.name, doer.name_ja) if name}


async def above(key: str, present: Roster, at: datetime) -> Engagement:
    """The engagement below which somebody is to work, if any may."""
    row = await tables.Engagement.filter(key=key).select_for_update().first()
    need(row is not None, "no-such-engagement", "There is no such engagement.")
    entry = await present.engagement(key)
    last_day = await present.last_day(key)
    standing = row is not None and row.retired_at is None and entry.state in OWING | BEFORE
    ended = last_day is not None and present.calendar.day_of(at) > last_day
    need(standing and not ended, "engagement-over", "This work is over: nothing of it can be passed on any more.")
    return entry


async def held(engagement: str) -> list[SubEntrustment]:
    """All entries below that engagement, the last one first, locked within the caller's transaction."""
    return await tables.SubEntrustment.filter(engagement_id=engagement).order_by("-id").select_for_update()


async def latest(engagement: str, party: str, present: Roster) -> SubEntrustment | None:
    """The last entry of that party below that engagement, by its key or by its name."""
    return next(iter(await entries_of(engagement, party, present)), None)


async def entries_of(engagement: str, party: str, present: Roster) -> list[SubEntrustment]:
    """All of them, the last one first."""
    wanted = {bare(one) for one in (party, await _name(party, present))}
    rows = await held(engagement)
    return [row for row in rows if {bare(row.party or row.name), bare(row.name)} & wanted]


async def entered(engagement: str, party: str, present: Roster, at: datetime) -> SubEntrustment:
    """A new entry, not saved yet, with what the registry knows of the party."""
    entry = await present.engagement(engagement)
    registered = await present.parties([party]) if party else {}
    found = registered.get(party)
    return tables.SubEntrustment(
        engagement_id=engagement,
        company_id=entry.company,
        party=party if found or is_key(party) else "",
        name=await _name(party, present),
        country=found.country if found else "",
        address=(found.address or "") if found else "",
        made_at=at,
    )


async def _new(said: Asking, entry: Engagement, present: Roster, at: datetime) -> SubEntrustment:
    return await entered(entry.key, said.party.strip(), present, at)


def _tell(row: SubEntrustment, said: Asking) -> None:
    """What was said of it; what was not said stays as it was known."""
    for name in ("address", "country", "work", "items", "safety", "starts_on", "consent_on"):
        setattr(row, name, getattr(said, name) or getattr(row, name))
    row.asked_id = said.asked or row.asked_id


async def _name(party: str, present: Roster) -> str:
    found = (await present.parties([party])).get(party)
    return (found.name_ja or found.name) if found else party.strip()


def is_key(text: str) -> bool:
    """Whether it is a key as the registry writes them, which names nobody."""
    return bool(text) and text.isascii() and text == text.lower() and not any(sign.isspace() for sign in text)


async def _decision(row: SubEntrustment, at: datetime, present: Roster) -> None:
    """Where silence is consent, the duty ends by itself and is never overdue."""
    assert row.due_on is not None  # noqa: S101 - set by whoever asks
    about = {"sub_entrustment": str(row.id)} | ({"party": row.party} if row.party else {})
    registered = row.party in await present.parties([row.party])
    duty = await owe(
        SUB_ENTRUSTMENT_DECISION, row.due_on, at, present, company_id=row.company_id,
        party_id=row.party if registered else None, engagement_id=row.engagement_id, ref=reference(row), about=about,
    )  # fmt: skip
    if row.turns_at is not None:
        await tables.OwnDuty.filter(id=duty.id).update(turns_at=None)


def reference(row: SubEntrustment) -> str:
    return f"sub-entrustment/{row.id}"


def event(kind: str, row: SubEntrustment, actor: str = ledger.SYSTEM, **data: object) -> ledger.Event:
    facts = {"engagement": row.engagement_id, "party": row.party, "state": row.state, "ref": reference(row)}
    told = {name: value for name, value in facts.items() if value}
    return ledger.Event(f"sub-entrustment.{kind}", reference(row), told | data, row.company_id, actor)
