"""A due date for the calendar of whoever has to keep it (RFC 5545).

The same due date is the same entry wherever it comes from: the letter that opens it, one that moves it, the receipt
that foresees it a year ahead. `SEQUENCE` rises with every change of the row, so that a calendar takes the later word.
An entry names the company that asks, the matter and its reference, and no person. It does not hold the link: calendars
are shared with whole departments and copied to other services, and whoever has the link can answer.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from icalendar import Alarm, Calendar, Event

from monitor.language import Message
from monitor.letters.layout import one_line
from monitor.letters.words import duty_name, duty_reference
from monitor.tables import Obligation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

FILE_NAME, MEDIA_TYPE = "due.ics", "text/calendar"
_DAY = timedelta(days=1)
_AT_NINE = (timedelta(days=-7, hours=9), timedelta(days=-1, hours=9))  #: from 00:00 of the day: a week and a day before


@dataclass(frozen=True)
class Appointment:
    """One due date. `number` counts the duties of that kind for that work; one that is foreseen has no `reference`."""

    engagement: str
    kind: str
    number: int
    due_on: date
    asker: str
    sequence: int = 0
    reference: str = ""

    @property
    def uid(self) -> str:
        work = hashlib.sha256(self.engagement.encode()).hexdigest()[:16]
        return f"{self.kind}-{work}-{self.number}"


async def numbers(duties: Sequence[Obligation]) -> dict[int, int]:
    """How many duties of its kind for its work each of these has before it, by id."""
    works, kinds = {duty.engagement_id for duty in duties}, {duty.kind for duty in duties}
    rows = Obligation.filter(engagement_id__in=works, kind__in=kinds).order_by("id") if duties else None
    alike: defaultdict[tuple[object, object], list[object]] = defaultdict(list)
    for key, work, kind in await rows.values_list("id", "engagement_id", "kind") if rows else []:
        alike[work, kind].append(key)
    return {duty.id: alike[duty.engagement_id, duty.kind].index(duty.id) for duty in duties}


def of_duty(duty: Obligation, number: Mapping[int, int], asker: str) -> Appointment:
    """The entry of a duty that there is."""
    reference, sequence = duty_reference(duty.id), duty.version + 1
    return Appointment(duty.engagement_id, duty.kind, number[duty.id], duty.due_on, asker, sequence, reference)


async def foreseen(duty: Obligation, due_on: date, asker: str) -> Appointment:
    """The entry of the one that will follow a duty, before there is one."""
    alike = Obligation.filter(engagement_id=duty.engagement_id, kind=duty.kind)
    return Appointment(duty.engagement_id, duty.kind, await alike.count(), due_on, asker)


def calendar(found: Sequence[Appointment], language: str, domain: str, at: datetime) -> str:
    """A calendar file with these entries. `at`: when it was written; the same one is the same to the last octet."""
    made = Calendar()
    made.add("PRODID", "-//itaku//itaku//EN")
    made.add("VERSION", "2.0")
    made.add("METHOD", "PUBLISH")
    for one in found:
        made.add_component(_event(one, language, domain, at))
    text: bytes = made.to_ical()
    return text.decode()


def _event(one: Appointment, language: str, domain: str, at: datetime) -> Event:
    event, title = Event(), _title(one, language)
    event.add("UID", f"{one.uid}@{domain}")
    event.add("DTSTAMP", at)
    event.add("SEQUENCE", one.sequence)
    event.add("DTSTART", one.due_on)
    event.add("DTEND", one.due_on + _DAY)
    event.add("SUMMARY", title)
    event.add("DESCRIPTION", _description(one, language))
    event.add("TRANSP", "TRANSPARENT")
    event.add("STATUS", "CONFIRMED" if one.reference else "TENTATIVE")
    for before in _AT_NINE:
        event.add_component(_alarm(title, before))
    return event


def _alarm(title: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", title)
    alarm.add("TRIGGER", before)
    return alarm


def _title(one: Appointment, language: str) -> str:
    values = {"what": duty_name(one.kind, language), "asker": one_line(one.asker)}
    return Message("Due: {what} ({asker})", values).in_(language)


def _description(one: Appointment, language: str) -> str:
    if not one.reference:
        return Message("The day that is foreseen today. You will get a mail with a link in good time.").in_(language)
    text = Message("Reference {ref}. Please answer by the link in our latest mail.", {"ref": one.reference})
    return text.in_(language)
