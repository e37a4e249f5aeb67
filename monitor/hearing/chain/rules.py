"""By when somebody decides on a sub-entrustment, what silence means, and what a name is taken for. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from checks.spelling import normal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from monitor.calendar import Calendar
    from monitor.registry.format import Engagement

GENERAL, PRIOR = "general", "prior"
#: What is in the tree, or asked to be let in.
KNOWN = ("requested", "approved", "active")
IN = ("approved", "active")
KINDS_OF_COMPANY = ("株式会社", "有限会社", "合同会社", "(株)", "(有)", "co.,ltd.", "co.,ltd", "inc.", "ltd.")
_PARTS = re.compile(r"[／/,、，\t]")
_LEAST = 3  #: parts that a line has which names somebody as the form asks: name, address, work


def due_on(authorisation: str, requested_on: date, entry: Engagement, calendar: Calendar, today: date) -> date:
    """T of the decision. A time to object that was over before anybody could read the request counts from today."""
    terms = entry.sub_entrustment
    if authorisation == PRIOR:
        return calendar.shift(requested_on, terms.decide_days)
    due = calendar.roll(requested_on + timedelta(days=terms.object_days), entry.roll)
    return due if due >= today else calendar.roll(today + timedelta(days=terms.object_days), entry.roll)


def consented(entry: Engagement, own: date | None, today: date) -> bool:
    """Whether the law lets work with individual numbers go further: the first entruster has agreed, for this party or
    for the work. Other work needs nobody's leave but ours.

    What stands at a party below is the consent to that party. It goes no further: each one after it needs its own (My
    Number Act 10(2)).
    """
    given = own or (entry.sub_entrustment.first_entruster_consent_on if entry.under is None else None)
    return not entry.my_number or (given is not None and given <= today)


def silent(authorisation: str, entry: Engagement, own: date | None, today: date, *, stopped: bool) -> bool:
    """Whether silence is consent: only where all were authorised in general, never against the law, and not while no
    data is to go to the party above at all (`stopped`).
    """
    return authorisation == GENERAL and not stopped and consented(entry, own, today)


def spelled(name: str) -> str:
    """A name as it is compared: one width, one case, no blanks."""
    return "".join(normal("NFKC", name).casefold().split())


def bare(name: str) -> str:
    """A name as two who write it differently mean it: one width, one case, without the kind of company."""
    found = spelled(name)
    for word in KINDS_OF_COMPANY:
        found = found.replace(word, "")
    return found or spelled(name)


def names_in(text: str) -> list[str]:
    """The names in a list of subcontractors, one a line, as the form asks for it: name, address, work, country. What is
    written otherwise ("see attachment") names nobody.
    """
    lines = [_PARTS.split(line) for line in text.splitlines()]
    return list(dict.fromkeys(parts[0].strip() for parts in lines if len(parts) >= _LEAST and parts[0].strip()))


def unknown(said: Iterable[str], known: Iterable[str]) -> list[str]:
    """What was named and is not known, each once."""
    have = {bare(name) for name in known}
    return list({bare(name): name for name in said if name.strip() and bare(name) not in have}.values())
