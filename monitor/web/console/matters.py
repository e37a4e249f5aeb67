"""What a duty of the company itself, or a case of conduct, is about: in words, and with the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from monitor.language import Message, listed
from monitor.letters.items import items
from monitor.own_duties import CORRECTION, JOINT_CORRECTION, OWNER_ANSWER, OWNER_REQUEST, own_kind
from monitor.promises.owners.requesting import REQUESTS
from monitor.references import called
from monitor.tables import Correction, OwnDuty, OwnerRequest
from monitor.web.console.registers import place_of
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.registry.roster import Roster
    from monitor.tables import Case

#: Outcomes that have a label of their own beside the words of their button.
LABELLED = frozenset({"acceptable", "needs-action"})
#: Registers whose entries are known by the company's own reference, and the page of one; by the kind of duty.
_BY_REF: Mapping[str, tuple[type[OwnerRequest | Correction], str]] = {
    OWNER_REQUEST: (OwnerRequest, "/owner-request/"),
    OWNER_ANSWER: (OwnerRequest, "/owner-request/"),
    CORRECTION: (Correction, "/correction/"),
    JOINT_CORRECTION: (Correction, "/correction/"),
}
LINK = Markup('<a href="{}">{}</a>')


@dataclass(frozen=True)
class Matter:
    """`name`: whom or what it is about, in few words; `facts`: all that is known of it, by term."""

    name: str
    facts: Sequence[tuple[str, str]]


async def matter(row: OwnDuty | Case, present: Roster, language: str) -> Matter:
    """The party first; where it concerns none, the register's entry, or else the company."""
    owner = named(present.companies.get(row.company_id or "") or present.group, language)
    party = named(await present.party(row.party_id), language) if row.party_id else ""
    found = [(Message("Responsible company"), owner), (Message("Party"), party)]
    found.append((Message("Work"), await _work(row.engagement_id, present)))
    found.append((Message("Entry of the register"), await _entry(row)))
    if isinstance(row, OwnDuty):
        corrected_by = present.companies.get(row.about.get("corrected_by", ""))
        found.append((Message("Corrected by"), named(corrected_by, language) if corrected_by else ""))
        asked_by = present.companies.get(row.about.get("asked_by", ""))
        found.append((Message("Asked by"), named(asked_by, language) if asked_by else ""))
        asked = REQUESTS.get(row.about.get("asked", ""))
        found.append((Message("What the owner asks for"), asked.in_(language) if asked else ""))
        found.append((Message("What has to be done"), row.about.get("what", "")))
        missing = listed(items(row.about.get("missing", ""), language), language)
        found.append((Message("Not told by the party yet"), missing))
    facts = [(term.in_(language), value) for term, value in found if value]
    entry = called(row.ref, language, None if isinstance(row, OwnDuty) else row.rule)
    return Matter(party or entry or owner, facts)


async def _work(engagement: str | None, present: Roster) -> str:
    return (await present.engagement(engagement)).title or engagement if engagement else ""


async def _entry(row: OwnDuty | Case) -> str:
    """The reference, as the way to its entry where a page shows it."""
    place = place_of(row.ref)
    if isinstance(row, OwnDuty) and row.kind in _BY_REF:
        table, page = _BY_REF[row.kind]
        entry = await table.get_or_none(ref=row.ref)
        place = f"{page}{entry.id}" if entry else ""
    return LINK.format(place, row.ref) if place else row.ref


@dataclass(frozen=True)
class Label:
    """A label of the kit, and its words where it has none of its own."""

    state: str
    words: str | None = None


def label(duty: OwnDuty, language: str, *, late: bool = False) -> Label:
    """Where a duty of the company itself stands."""
    kind = own_kind(duty.kind)
    if duty.state == "open":
        return Label("overdue" if late else "deciding" if kind.decides else "owed")
    if duty.state != "done" or duty.outcome in LABELLED:
        return Label(duty.outcome if duty.state == "done" else duty.state)
    words = kind.ended(duty.outcome)
    usual = duty.outcome == next(iter(kind.outcomes))
    state = "decided-otherwise" if duty.outcome in kind.explained and not usual else "decided"
    return Label(state, words.in_(language) if words else None)
