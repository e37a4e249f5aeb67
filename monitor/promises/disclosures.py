"""What was disclosed because a law required it, or in an emergency (B16, B17 of the published promises; APPI 27(1)):
entered, reviewed within days, and a case where something of it is missing or nobody was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal

from checks.detail import Detail
from monitor import ledger, tables
from monitor.cases.conduct import breach, mended
from monitor.conduct import DISCLOSURE_INCOMPLETE, DISCLOSURE_UNJUSTIFIED, DISCLOSURE_UNREPORTED
from monitor.duties import owing
from monitor.duties.owing import due_in
from monitor.own_duties import DISCLOSURE_REVIEW
from monitor.promises.entries import known_company, work_and_party
from monitor.reasons import harmless
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.schedule import edit
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Disclosure, OwnDuty

Basis = Literal["emergency", "law"]
JUSTIFIED, NOT_JUSTIFIED = "justified", "not-justified"
#: What has to be known of a disclosure, by its basis.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "emergency": ("by", "why", "what", "to"),
    "law": ("by", "why", "what", "to", "authority", "statute"),
}
_WORDS: Mapping[str, Detail] = {
    "by": Detail("who decided"),
    "why": Detail("why no consent could be had"),
    "what": Detail("what was disclosed"),
    "to": Detail("to whom"),
    "authority": Detail("which authority"),
    "statute": Detail("which statute"),
}


@dataclass(frozen=True, slots=True)
class Disclosed:
    """`engagement`, where a party disclosed, or a `company` that did itself. `said`: by the names in `FIELDS`."""

    basis: Basis
    said: Mapping[str, str]
    engagement: str = ""
    company: str = ""
    reported_on: date | None = None


def lacking(basis: str, said: Mapping[str, str]) -> list[str]:
    """What has to be known of it and is not. Pure."""
    return [name for name in FIELDS[basis] if not said.get(name, "").strip()]


async def enter_disclosure(told: Disclosed, at: datetime, actor: str) -> Disclosure:
    """It is known now: its review is owed, and what is wrong with it is a case."""
    texts: dict[str, Any] = {name: told.said.get(name, "").strip() for name in _WORDS}
    harmless(*texts.values())
    need(told.basis in FIELDS, "basis-missing", "Choose on what the disclosure rests.")
    async with transaction():
        present = await roster()
        _not_ahead(told.reported_on, present, at)
        company, party = await _whose(told, present)
        row = await tables.Disclosure.create(
            basis=told.basis, company_id=company, engagement_id=told.engagement or None, party_id=party,
            reported_on=told.reported_on, entered_at=at, entered_by=actor, **texts,
        )  # fmt: skip
        row.ref = f"disclosure/{row.id}"
        await tables.Disclosure.filter(id=row.id).update(ref=row.ref)
        await ledger.write([_event("entered", row, actor, basis=row.basis)], at)
        due = due_in(present.group.disclosures.review_days, present.calendar.day_of(at), present.calendar)
        await owing.owe(DISCLOSURE_REVIEW, due, at, present, **_about(row))
        await _judge(row, at, present)
    return row


async def _whose(told: Disclosed, present: Roster) -> tuple[str, str | None]:
    if told.engagement:
        entry, _ = await work_and_party(told.engagement, present)
        return entry.company, entry.party
    return known_company(told.company, present), None


def _not_ahead(reported_on: date | None, present: Roster, at: datetime) -> None:
    """What has not been reported yet is unreported: a day to come would hide that."""
    today = present.calendar.day_of(at)
    need(reported_on is None or reported_on <= today, "on-future", "Name today or a day before it.")


async def _judge(row: Disclosure, at: datetime, present: Roster) -> None:
    missing = lacking(row.basis, {name: getattr(row, name) for name in _WORDS})
    if missing:
        detail = Detail("Not known of the disclosure: {fields}.", fields=_listed(missing))
        await breach(DISCLOSURE_INCOMPLETE, detail, at, present, **_about(row))
    if row.reported_on is None:
        detail = Detail("Nobody reported the disclosure to the company.")
        await breach(DISCLOSURE_UNREPORTED, detail, at, present, **_about(row))


def _listed(names: Sequence[str]) -> Detail:
    """The fields in words, one after the other."""
    first, *others = (_WORDS[name] for name in names)
    return reduce(lambda before, word: Detail("{before}, {word}", before=before, word=word), others, first)


async def complete(
    disclosure_id: int, said: Mapping[str, str], reported_on: date | None, at: datetime, actor: str
) -> None:
    """Add what is known meanwhile; what was entered stays. The cases of what was missing close with it."""
    async with transaction():
        present = await roster()
        row = await tables.Disclosure.filter(id=disclosure_id).select_for_update().get()
        fresh: dict[str, Any] = {
            name: said[name].strip() for name in _WORDS if said.get(name, "").strip() and not getattr(row, name)
        }
        harmless(*fresh.values())
        if reported_on and row.reported_on is None:
            _not_ahead(reported_on, present, at)
            fresh["reported_on"] = reported_on
        need(fresh, "nothing-new", "Fill in at least one of the fields that are still empty.")
        await tables.Disclosure.filter(id=row.id).update(**edit(row, **fresh))
        await ledger.write([_event("completed", row, actor, fields=sorted(fresh))], at)
        if not lacking(row.basis, {name: getattr(row, name) for name in _WORDS}):
            await mended(DISCLOSURE_INCOMPLETE, at, ref=row.ref)
        if row.reported_on:
            await mended(DISCLOSURE_UNREPORTED, at, ref=row.ref)


async def review(duty: OwnDuty, at: datetime, actor: str, outcome: str, reason: str, on: date | None) -> None:
    """A named person says whether it was justified; what was not is a case."""
    owing.explain(duty.kind, outcome, reason)
    async with transaction():
        held = await owing.held(duty.id, lambda of: tables.Disclosure.filter(ref=of.ref))
        row, present = await tables.Disclosure.get(ref=held.ref), await roster()
        await owing.done(held, at, actor, outcome, reason, on)
        await tables.Disclosure.filter(id=row.id).update(**edit(row, state=outcome))
        await ledger.write([_event(outcome, row, actor)], at)
        if outcome == NOT_JUSTIFIED:
            detail = Detail("The review found that the disclosure was not justified.")
            await breach(DISCLOSURE_UNJUSTIFIED, detail, at, present, **_about(row))


def _about(row: Disclosure) -> dict[str, Any]:
    return {
        "company_id": row.company_id, "party_id": row.party_id, "engagement_id": row.engagement_id, "ref": row.ref,
    }  # fmt: skip


def _event(kind: str, row: Disclosure, actor: str, **data: Any) -> ledger.Event:
    facts = {"ref": row.ref, "engagement": row.engagement_id, "party": row.party_id}
    said = {name: value for name, value in facts.items() if value}
    return ledger.Event(f"disclosure.{kind}", f"disclosure/{row.id}", said | data, row.company_id, actor)
