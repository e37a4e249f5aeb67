"""What a party says beside its answers is taken down and told on: to its company, and back to itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.books import Step, enter
from monitor.notices import COMPANY, VENDOR, about_duty, tell, withdraw
from monitor.obligations.holding import held_open
from monitor.obligations.retelling import retell
from monitor.reasons import harmless
from monitor.schedule import duty_event, edit, refresh
from monitor.tables.duty import WRONG_PERSON
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from monitor.tables import Obligation, Plea

DAY = timedelta(days=1)  #: no calendar day: what is counted in it was said in the last 24 hours
NOTICES_A_DAY = 3  #: of one kind of plea about one duty; what is more waits, and only its latest words are told
LONGEST = 2000  #: signs of a plea that are kept


async def plead(duty_id: int, kind: str, text: str, at: datetime, actor: str, **more: Any) -> None:
    """What the party says. The company is told; nothing else changes, but that the wrong person is left alone.

    Of each kind one waits to be decided; of objections, one about each question. Other words take its place, under a
    number of their own: whoever decides names the number that was on the page, and so decides on nothing unread. The
    same words again change nothing.
    """
    harmless(text, _name(more))
    text = text[:LONGEST]
    async with transaction():
        duty, calendar = await held_open(duty_id)
        alike = tables.Plea.filter(obligation_id=duty_id, kind=kind, question=more.get("question", ""), decision=None)
        if any(_says(plea, text, more) for plea in await alike):
            return
        await alike.delete()
        plea = await tables.Plea.create(obligation_id=duty.id, kind=kind, text=text, made_at=at, **more)
        await retell(plea, duty, at, await _tell_of(plea, duty, at))
        said = {"plea": plea.id, "plea_kind": kind, "proposed_on": _iso(plea.proposed_on), "question": plea.question}
        await ledger.write([duty_event("plea", duty, actor, **said)], at)
        if kind == WRONG_PERSON and duty.hushed_at is None:
            fields = edit(duty, hushed_at=at, vendor_queued=None)
            await withdraw(at, obligation_id=duty.id, side=VENDOR, kind="rung")
            await enter([Step(duty, fields | refresh(duty, calendar, at))], at)


def _name(more: Mapping[str, Any]) -> str:
    """The name of whoever should be asked instead, which was written too."""
    return str((more.get("about") or {}).get("name", ""))


def _says(plea: Plea, text: str, more: Mapping[str, Any]) -> bool:
    return plea.text == text and all(getattr(plea, name) == value for name, value in more.items())


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


async def _tell_of(plea: Plea, duty: Obligation, at: datetime) -> datetime:
    """Tell the company; from when on. Where a notice of this kind still waits, it says the new words instead; where the
    day's are used up, a new one waits until a day after the first of them.
    """
    person = " ".join(str(plea.about[name]) for name in ("name", "email") if plea.about.get(name))
    text = "\n".join(filter(None, (person, plea.text)))
    said = {"kind": plea.kind, "text": text, "proposed_on": _iso(plea.proposed_on)}
    found = tables.Notice.filter(obligation_id=duty.id, kind="plea").exclude(state="dropped")
    alike = [notice for notice in await found if notice.data.get("kind") == plea.kind]
    waiting = {notice.key: notice.send_at for notice in alike if notice.state == "waiting"}
    if waiting:
        await tables.Notice.filter(key__in=list(waiting)).update(data=said)
        latest: datetime = max(waiting.values())
        return max(at, latest)
    recent = sorted((notice.send_at for notice in alike), reverse=True)[:NOTICES_A_DAY]
    leaves = max(at, recent[-1] + DAY) if len(recent) == NOTICES_A_DAY else at
    await tell(
        [about_duty(duty, "plea", COMPANY, at, mark=str(plea.id), roles=["managers"], send_at=leaves, data=said)]
    )
    return leaves
