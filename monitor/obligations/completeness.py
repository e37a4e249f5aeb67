"""What is handed in without something that its kind cannot do without: it goes back at once, and nobody has to read it.

No reviewer has judged, so nothing is given for it: the due date stays, and the ladder goes on with the rungs ahead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import frozen
from monitor.books import Step
from monitor.language import Message
from monitor.notices import VENDOR, about_duty
from monitor.obligations import KINDS
from monitor.obligations.pleading import plead
from monitor.questionnaire import thaw_answers
from monitor.reasons import keep
from monitor.registry.roster import roster
from monitor.schedule import duty_event, edit, refresh
from monitor.tables.duty import MORE_TIME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.tables import Obligation, Submission


async def lacking(duty: Obligation, answers: str) -> Sequence[str]:
    """What is missing in these answers, by name."""
    if not duty.request_id:
        return ()
    return KINDS[duty.kind].lacking(await frozen(duty.request_id), thaw_answers(answers))


async def sent_back(
    duty: Obligation, handed_in: Submission, missing: Sequence[str], calendar: Calendar, at: datetime
) -> Step:
    """The step by which it goes back; the party reads what is missing in its own language."""
    party = await (await roster()).party(duty.party_id)
    said = KINDS[duty.kind].sent_back
    named = [_in_words(duty.kind, one, party.language) for one in missing]
    reason = Message(said.text, {"missing": ", ".join(named)}).in_(party.language)
    verdict = {"verdict": "returned", "reason": reason, "decided_at": at}
    await tables.Submission.filter(id=handed_in.id).update(**verdict)
    fields = edit(duty, state="returned", decided_at=at, since=at, reason=reason)
    why = await keep(", ".join(missing), at)
    placed: dict[str, Any] = {"submission": handed_in.id, "sha256": handed_in.sha256}
    event = duty_event("returned", duty, **placed, **why, lacks=len(missing))
    told = {"reason": reason, "submission": handed_in.id, "was": ""}
    notice = about_duty(duty, "returned", VENDOR, at, mark=at.isoformat(), data=told, urgent=duty.statutory)
    return Step(duty, fields | refresh(duty, calendar, at), [event], [notice], withdraw=True)


def _in_words(kind: str, missing: str, language: str) -> str:
    """What is missing, as the party reads it: a place by its name, and what of it is wanted."""
    place, _, token = missing.rpartition(": ")
    words = KINDS[kind].wanting.get(token) if place else None
    return Message(words.text, {"place": place}).in_(language) if words else missing


async def wished(duty: Obligation, answers: str, at: datetime, actor: str) -> None:
    """What goes back may ask for time beyond the due date: that is a wish for its company to decide on."""
    wish = KINDS[duty.kind].wish(thaw_answers(answers))
    if wish and wish.until > duty.due_on:
        await plead(duty.id, MORE_TIME, wish.why, at, actor, proposed_on=wish.until)
