"""What the party has said beside its answers, and what the company has decided on it, in sentences for its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message, say_instant, say_short_day
from monitor.notices import COMPANY
from monitor.tables.duty import DECLINE, MORE_TIME, NOT_OURS, OBJECTION, WRONG_PERSON

if TYPE_CHECKING:
    from monitor.tables import Plea
    from monitor.web.form.opening import Opened

Sentences = list[dict[str, str]]

_WAITS = {
    MORE_TIME: "On {day} you asked for time until {until}. Please wait for our answer; until then the present date "
    "stands.",
    NOT_OURS: "On {day} you told us that this is not for you. Please wait for our answer; until then the request "
    "stands.",
    WRONG_PERSON: "On {day} you named {person} as the person to ask. You are not reminded until we have answered.",
}
_DECIDED = {
    (MORE_TIME, "granted"): "On {decided} you were given the time that you asked for, until {until}.",
    (MORE_TIME, "other-date"): "On {decided} you were given more time, until {until}.",
    (MORE_TIME, "refused"): "On {decided} we answered: the date stays as it is.",
    (DECLINE, "asked-again"): "On {decided} we answered what you wrote on {day}, and ask you again.",
    (NOT_OURS, "refused"): "On {decided} we answered what you wrote on {day}: the request stands.",
    (WRONG_PERSON, "refused"): "On {decided} we answered what you wrote on {day}: we would like you to answer.",
}

#: To somebody whom a contact let in: it was hardly they who said so, and neither whom it named nor what the company
#: wrote to it is theirs to read.
_WAITS_OF_OTHERS = {
    MORE_TIME: "On {day} your company asked for time until {until}. Until that is answered the present date stands.",
    NOT_OURS: "On {day} your company told us that this is not for you. Until that is answered the request stands.",
    WRONG_PERSON: "On {day} your company named another person to ask. Until that is answered nobody is reminded.",
}
_OF_OTHERS = {
    (MORE_TIME, "granted"): "On {decided} your company was given more time, until {until}.",
    (MORE_TIME, "other-date"): "On {decided} your company was given more time, until {until}.",
}


async def told_so_far(found: Opened) -> Sentences:
    """The latest of each kind: `text`, and where it was decided, the company's own `words`. Objections stand beside
    their questions instead.
    """
    rows = tables.Plea.filter(obligation_id=found.duty.id).exclude(kind=OBJECTION).order_by("id")
    latest = {plea.kind: plea for plea in await rows}
    return [said for plea in latest.values() if (said := _said(plea, found))]


async def heard_at(found: Opened) -> str:
    """When the company hears what waits to be told: mail to it leaves at certain hours. Nothing where it is told by
    now, or at once.
    """
    rows = tables.Notice.filter(obligation_id=found.duty.id, kind="plea", side=COMPANY, state="waiting", letters=0)
    calendar, kinds = found.present.calendar, _WAITS.keys()
    waiting = [notice.send_at for notice in await rows if notice.data.get("kind") in kinds]
    leaves = calendar.next_sending(max([found.at, *waiting]))
    return say_instant(leaves, calendar.zone, found.language) if waiting and leaves > found.at else ""


def _said(plea: Plea, found: Opened) -> dict[str, str]:
    calendar, language = found.present.calendar, found.language
    waits, decided = (_WAITS_OF_OTHERS, _OF_OTHERS) if found.colleague else (_WAITS, _DECIDED)
    text = decided.get((plea.kind, plea.decision)) if plea.decision else waits.get(plea.kind)
    if text is None:
        return {}
    until = plea.due_on or plea.proposed_on
    values = {
        "day": say_short_day(calendar.day_of(plea.made_at), language),
        "until": say_short_day(until, language) if until else "",
        "decided": say_short_day(calendar.day_of(plea.decided_at), language) if plea.decided_at else "",
        "person": str(plea.about.get("name", "")),
    }
    words = "" if found.colleague else plea.words
    return {"text": Message(text, values).in_(language), "words": words, "open": "" if plea.decision else "yes"}
