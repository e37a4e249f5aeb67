"""Stage: what is missing in a party's notice of an incident is asked for, before the company's reports are due.

The reports run by a law's clock (a preliminary one in about 3 to 5 days, the final one in 30 or 60: Enforcement Rules
8), and the nine items of both come from the party. So it is reminded some days before each of them, on any day, while
an item is missing and a report is open; never by a second letter for what one says. What was missed while nothing ran
is not replayed: it is asked once, for the report that is due first.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import tables
from monitor.notices import VENDOR, about_duty, tell
from monitor.own_duties import FINAL_REPORT, MARK_REPORT, PRELIMINARY_REPORT
from monitor.registry.roster import roster
from monitor.schedule import edit
from monitor.tables.duty import HANDED_IN
from monitor.tables.plain import any_due
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.registry.roster import Roster
    from monitor.tables import Incident, OwnDuty

MISSING = "still-missing"  #: the notice to the party
ADDING = (MISSING, "fresh-link", "hand-over")  #: what leads a party to adding to its notice
NOTICE = "incident-notice"
AT_WILL = 9  #: of the nine items, what else there may be to say: nobody is asked for it
REPORTED = (PRELIMINARY_REPORT, FINAL_REPORT, MARK_REPORT)
CHUNK = 50


def next_ask(dues: Iterable[date], days: Sequence[int], calendar: Calendar, at: datetime) -> datetime | None:
    """When the party is asked next. Pure."""
    return min((when for due in dues for when in _asks(due, days, calendar) if when > at), default=None)


def _asks(due: date, days: Sequence[int], calendar: Calendar) -> list[datetime]:
    """When the party is asked for a report that is due on that day."""
    return [calendar.sending_on(due - timedelta(days=number)) for number in days]


async def ask_on(incident: Incident, present: Roster, at: datetime) -> None:
    """Work out anew when the party is asked, and let the open reports know what is missing; within the caller's
    transaction.
    """
    reports = await _open(incident)
    for own in reports:
        about = {name: value for name, value in own.about.items() if name != "missing"}
        await tables.OwnDuty.filter(id=own.id).update(
            about=about | ({"missing": incident.missing} if incident.missing else {})
        )
    asking = incident.state == "told" and _asked_for(incident)
    dues = [own.due_on for own in reports if asking]
    when = next_ask(dues, _days(incident, present), present.calendar, at)
    await tables.Incident.filter(id=incident.id).update(**edit(incident, remind_at=when))


def _days(incident: Incident, present: Roster) -> tuple[int, ...]:
    """How many days before a report the party is asked: as it was set when the reports began, with the receipt."""
    at = incident.received_at
    return present.group.incidents.on(present.calendar.day_of(at)).ask_before if at else ()


async def _open(incident: Incident) -> list[OwnDuty]:
    """The reports that are still to be made, the first one first."""
    open_ones = tables.OwnDuty.filter(kind__in=REPORTED, ref=str(incident.ref), state="open")
    return await open_ones.order_by("due_on", "id")


def _asked_for(incident: Incident) -> str:
    """What is missing that somebody can be asked for."""
    numbers = [number for number in incident.missing.split(", ") if number not in {"", str(AT_WILL)}]
    return ", ".join(numbers)


async def turn(at: datetime) -> int:
    """Ask for one chunk of incidents. How many there were."""
    if not await any_due(tables.Incident, "remind_at", at):
        return 0
    async with transaction():
        due = tables.Incident.filter(remind_at__lte=at)
        found = await due.order_by("remind_at", "id").limit(CHUNK).select_for_update(skip_locked=True)
        present = await roster()
        for incident in found:
            await _ask(incident, present, at)
            await ask_on(incident, present, at)
    return len(found)


async def _ask(incident: Incident, present: Roster, at: datetime) -> None:
    """While what was handed in has come back, the party is reminded of that, and not twice."""
    calendar, days = present.calendar, _days(incident, present)
    today, since = calendar.day_of(at), incident.remind_at or at
    ahead = [own for own in await _open(incident) if own.due_on >= today]
    come = (own for own in ahead if any(since <= when <= at for when in _asks(own.due_on, days, calendar)))
    report = next(come, None)
    notice = await tables.Obligation.filter(kind=NOTICE, subject=str(incident.ref)).order_by("-id").first()
    if report is None or notice is None or notice.state not in HANDED_IN or notice.erased_on is not None:
        return
    said = {"missing": _asked_for(incident), "report": report.kind, "by": report.due_on.isoformat(), "adding": True}
    await tell(
        [about_duty(notice, MISSING, VENDOR, at, mark=f"{report.id}@{today.isoformat()}", data=said, urgent=True)]
    )
