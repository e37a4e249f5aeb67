"""What a duty of the company itself, or a case of conduct, is about: in words, and with the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from monitor.language import Message
from monitor.own_duties import own_kind
from monitor.tables import OwnDuty
from monitor.web.console.registers import place_of
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.registry.roster import Roster
    from monitor.tables import Case

#: Outcomes that have a label of their own beside the words of their button.
LABELLED = frozenset({"acceptable", "needs-action"})
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
    found.append((Message("Entry of the register"), _entry(row.ref)))
    found.append((Message("What has to be done"), row.about.get("what", "") if isinstance(row, OwnDuty) else ""))
    facts = [(term.in_(language), value) for term, value in found if value]
    return Matter(party or row.ref or owner, facts)


async def _work(engagement: str | None, present: Roster) -> str:
    return (await present.engagement(engagement)).title or engagement if engagement else ""


def _entry(ref: str) -> str:
    """The reference, as the way to its entry where a page shows it."""
    place = place_of(ref)
    return LINK.format(place, ref) if place else ref


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
