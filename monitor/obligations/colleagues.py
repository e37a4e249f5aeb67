"""Handing a request over to colleagues, or a part of it: naming them, letting a stranger's domain in, taking it back.

What a colleague's link may do stands in their row and not in the link, so that it can be changed and withdrawn while
the link goes on lying in their mailbox. Who is named by an address of the party's own domains gets a link at once; an
address elsewhere waits for the responsible company, because a request tells what is kept of whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.notices import COMPANY, VENDOR, about_duty, tell
from monitor.notices import withdraw as drop
from monitor.obligations.acts import person
from monitor.obligations.adding import held_to_write, may_add
from monitor.obligations.holding import held
from monitor.obligations.signing import contact_of, masked
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.tables.duty import ASKED, HANDED_IN
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.registry.format import Party
    from monitor.tables import Colleague, Link, Obligation

VIEW, DRAFT, SUBMIT = "view", "draft", "submit"
GRADES = (VIEW, DRAFT, SUBMIT)
WAITS, GIVEN, REFUSED, WITHDRAWN = "asked", "given", "refused", "withdrawn"
DAY = timedelta(days=1)  #: no calendar day: what is counted in it was said in the last 24 hours
A_DAY, IN_ALL = 3, 10  #: colleagues of one request: a link in the wrong hands must not write to a whole company


@dataclass(frozen=True)
class Named:
    """A colleague as the form names them. No `sections`: all of them."""

    email: str
    name: str = ""
    grade: str = DRAFT
    sections: Sequence[str] = ()

    def fields(self) -> dict[str, Any]:
        return {"name": self.name, "grade": self.grade, "sections": list(self.sections)}


def domains(party: Party) -> set[str]:
    """The domains at which a party has told us to reach it."""
    return {address.rpartition("@")[2].lower() for address in party.contacts}


async def hand_over(link: Link, named: Named, at: datetime, *, own: bool) -> tuple[str, bool]:
    """A colleague gets a link, or the company is asked whether they may (`own` is false); the state that follows, and
    whether a letter leaves for it.

    To the same colleague again, what the link may do is changed, and within a day nothing more is sent. The company's
    word on a stranger holds for what it was asked: for more than that it is asked again, and until then the link opens
    nothing.
    """
    async with transaction():
        duty, _ = await held_to_write(link.obligation_id)
        contact = int((await person(named.email, at)).removeprefix("person/"))
        known = await tables.Colleague.get_or_none(obligation_id=duty.id, contact_id=contact)
        await _not_too_many(duty, contact, at)
        approved = known and known.state == GIVEN and not wider(known, named)
        state = GIVEN if own or approved else WAITS
        fields = {"named_by": link.id, "state": state, "changed_at": at} | named.fields()
        row = await _put(known, tables.Colleague(obligation_id=duty.id, contact_id=contact, made_at=at, **fields))
        if state == WAITS:
            await _ask_company(row, duty, named, at, f"link/{link.id}", anew=known is None or known.state != WAITS)
            return state, False
        await _record("colleague.named", duty, row, at, f"link/{link.id}", grade=named.grade)
        return state, await _send(row, duty, named.email, at)


def wider(known: Colleague, named: Named) -> bool:
    """Whether a colleague would do or see more than they may now. Pure."""
    if GRADES.index(named.grade) > GRADES.index(known.grade):
        return True
    seen, wished = (set(one.sections) if one.grade == DRAFT else set() for one in (known, named))
    return bool(seen) and not (wished and wished <= seen)


async def _not_too_many(duty: Obligation, contact: int, at: datetime) -> None:
    others = tables.Colleague.filter(obligation_id=duty.id).exclude(contact_id=contact)
    need(
        await others.filter(made_at__gt=at - DAY).count() < A_DAY and await others.count() < IN_ALL,
        "too-many-colleagues",
        "No more colleagues can be asked for now. Speak to those who were asked already, or try again another day.",
    )


async def _put(known: Colleague | None, row: Colleague) -> Colleague:
    """The row of a colleague, who keeps the one that they have."""
    if known:
        row.id, row.made_at = known.id, known.made_at
    await row.save(force_update=known is not None)
    return row


async def _send(row: Colleague, duty: Obligation, email: str, at: datetime) -> bool:
    """The colleague's letter, and word of it to the company; neither if one has left within a day. Whether it does."""
    letters = tables.Notice.filter(obligation_id=duty.id, kind="hand-over", address=email, made_at__gt=at - DAY)
    if await letters.exclude(state__in=("dropped", "failed")).exists():
        return False
    leaves = (await roster()).calendar.next_sending(at)
    said = {"grade": row.grade, "name": row.name, "from": await _named_by(row, duty)}
    data = {"contact": row.contact_id, **said} | ({"adding": True} if duty.state in HANDED_IN else {})
    mark = f"{row.id}-{at.isoformat()}"
    more = {"mark": mark, "address": email, "data": data, "send_at": leaves}
    told = {"kind": "hand-over", "text": "", "proposed_on": ""}
    await tell(
        [
            about_duty(duty, "hand-over", VENDOR, at, **more),
            about_duty(duty, "plea", COMPANY, at, mark=f"colleague-{mark}", roles=["managers"], data=told),
        ]
    )
    return True


async def _named_by(row: Colleague, duty: Obligation) -> str:
    """Who named a colleague, so that these know their colleague, and nobody else learns an address to write to."""
    link, party = await tables.Link.get(id=row.named_by), await (await roster()).party(duty.party_id)
    return masked(await contact_of(duty, link, party))


async def _ask_company(row: Colleague, duty: Obligation, named: Named, at: datetime, actor: str, *, anew: bool) -> None:
    if anew:
        said = {"kind": "stranger", "text": named.name, "proposed_on": ""}  # the address is for the page alone
        mark = f"stranger-{row.id}-{at.isoformat()}"
        await tell([about_duty(duty, "plea", COMPANY, at, mark=mark, roles=["managers"], data=said)])
        await _record("colleague.waits", duty, row, at, actor, grade=named.grade)


async def withdraw(duty_id: int, colleague_id: int, at: datetime, actor: str) -> None:
    """The party takes a colleague's link back: it opens nothing any more, and a letter that waits does not leave."""
    async with transaction():
        duty, _ = await held(duty_id)
        row = await tables.Colleague.get_or_none(id=colleague_id, obligation_id=duty_id, state__in=(GIVEN, WAITS))
        if row is None:
            return
        await tables.Colleague.filter(id=row.id).update(state=WITHDRAWN, changed_at=at)
        email = (await tables.Person.get(id=row.contact_id)).email
        await drop(at, obligation_id=duty_id, kind="hand-over", address=email)
        await _record("colleague.withdrawn", duty, row, at, actor)


async def decide(
    duty_id: int, colleague_id: int, at: datetime, actor: str, *, approve: bool, seen: str | None = None
) -> None:
    """The responsible company lets an address of another domain in, or does not. `seen`: the wish (`wish_of`) that
    they had before them. One that the party changed meanwhile is not decided on unread.
    """
    async with transaction():
        duty, _ = await held(duty_id)
        row = await tables.Colleague.get_or_none(id=colleague_id, obligation_id=duty_id, state=WAITS)
        need(row, "decided-already", "Somebody has decided on this already.")
        assert row is not None  # noqa: S101 - for the type checker
        need(
            seen in (None, wish_of(row)),
            "id-changed",
            "The party has changed what this person may do since you opened this page. Look at it, and decide then.",
        )
        state = GIVEN if approve else REFUSED
        await tables.Colleague.filter(id=row.id).update(state=state, changed_at=at)
        await _record("colleague.approved" if approve else "colleague.refused", duty, row, at, actor)
        if approve and (duty.state in ASKED or await may_add(duty)):
            await _send(row, duty, (await tables.Person.get(id=row.contact_id)).email, at)


def wish_of(row: Colleague) -> str:
    """What a party wishes for a colleague, told from what it wished before: the page of the decision carries it."""
    return f"{row.changed_at:%Y%m%d%H%M%S%f}"


async def of(duty_id: int) -> list[Colleague]:
    """Everybody who was named for a request, with their mailboxes, in the order in which they came."""
    return await tables.Colleague.filter(obligation_id=duty_id).select_related("contact").order_by("id")


async def _record(kind: str, duty: Obligation, row: Colleague, at: datetime, actor: str, **more: str) -> None:
    await ledger.note(kind, duty, at, actor, contact=f"person/{row.contact_id}", **more)
