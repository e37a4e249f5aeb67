"""申し出: what the party says beside its answers, and what a named person of the company decides on it.

The party may want more time, decline, say that this is not its business, name the person who should be asked, or
object to what we saw. Saying so changes no date and stops nothing within the company: the ladder that tells its people
goes on, or silence could be bought with a sentence. Two things do change at once, because they spare people and cost
nothing. Whoever says that it is another person who should be asked is not reminded until that is decided. And a party
that declines is not pressed (monitor/obligations/declining).

Each is decided once, by a named person, in one of a few words; the party is told the decision and what the company says
about it. The ledger has the words as hashes alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from monitor import tables
from monitor.books import Step, enter
from monitor.calendar import DAY
from monitor.language import Message
from monitor.notices import VENDOR, about_duty, tell, withdraw
from monitor.obligations import acts
from monitor.obligations.closing import close
from monitor.obligations.declining import ask_again
from monitor.obligations.holding import held
from monitor.obligations.signing import masked
from monitor.refusal import Refused, need, together
from monitor.registry.roster import roster
from monitor.schedule import edit, refresh, vendor_climb
from monitor.tables.duty import ASKED, DECLINE, DECLINED, LIVE, MORE_TIME, NOT_OURS, OBJECTION, WRONG_PERSON
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date, datetime

    from tortoise.queryset import QuerySet

    from monitor.obligations.authority import Authority
    from monitor.tables import Obligation, Plea


#: What can be decided on each kind, as it stands in row and ledger.
DECISIONS: Mapping[str, tuple[str, ...]] = {
    MORE_TIME: ("granted", "other-date", "refused"),
    DECLINE: ("agreed", "asked-again"),
    NOT_OURS: ("agreed", "refused"),
    WRONG_PERSON: ("confirmed", "refused"),
    OBJECTION: ("corrected", "noted"),
}


def decidable(state: str) -> frozenset[str]:
    """The kinds that can be decided on now. While all of it is declined, that comes first; what was overtaken
    (submitted, waived, ended) waits no more. An objection can be decided at any time.
    """
    if state == DECLINED:
        return frozenset({DECLINE, OBJECTION})
    return frozenset({MORE_TIME, NOT_OURS, WRONG_PERSON, OBJECTION} if state in ASKED else {OBJECTION})


def undecided() -> QuerySet[Plea]:
    """All that waits for a decision: the party has spoken, and it is the company's turn."""
    by_state = [Q(obligation__state=state, kind__in=sorted(decidable(state))) for state in LIVE]
    return tables.Plea.filter(Q(*by_state, join_type="OR"), decision=None)


async def waiting(company: str | None = None) -> dict[int, Plea]:
    """By request, the first plea that waits for a decision."""
    found = undecided().filter(obligation__company_id=company) if company else undecided()
    rows = await found.order_by("-made_at", "-id").select_related("obligation")
    return {row.obligation_id: row for row in rows}


@dataclass(frozen=True)
class Decision:
    """What is decided: one of `DECISIONS`, what the party is told of it, and a day where one belongs to it."""

    verdict: str
    words: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Deciding:
    """Everything that carrying out a decision needs."""

    duty: Obligation
    plea: Plea
    made: Decision
    at: datetime
    actor: str
    authority: Authority

    @property
    def words(self) -> str:
        """What the party and the auditors read; a decision that gives what was wished for needs no other reason."""
        return self.made.words or self.plea.text


async def decide(duty_id: int, plea_id: int, at: datetime, actor: str, made: Decision, *, authority: Authority) -> None:
    """A named person of the company decides, and the party is told. All of it or nothing."""
    async with transaction():
        duty, _ = await held(duty_id)
        plea = await tables.Plea.get_or_none(id=plea_id, obligation_id=duty_id, decision=None)
        if plea is None:
            raise Refused("decided-already", _DECIDED)
        complete(plea.kind, made)
        deciding = Deciding(duty, plea, made, at, actor, authority)
        await _DEEDS.get((plea.kind, made.verdict), _nothing)(deciding)
        await _close(deciding)


def complete(kind: str, made: Decision) -> None:
    """Whether a decision says all that it has to; all that is missing, if not."""
    word = _DATED.get((kind, made.verdict))
    together(
        lambda: need(made.verdict in DECISIONS.get(kind, ()), "decision-missing", "Choose what you decide."),
        lambda: need(made.verdict in ALONE or made.words.strip(), "reason-missing", _WORDS),
        lambda: need(word is None or made.day, "day-missing", word or ""),
    )


ALONE = frozenset({"granted", "confirmed", "corrected"})  #: decisions that need no word: the party gets what it wished
_WORDS = "Say what the party is to know of it: it reads this."
_REST = "Name the day until which nothing is asked."
_DATED = {(MORE_TIME, "other-date"): "Enter the new due date.", (DECLINE, "agreed"): _REST, (NOT_OURS, "agreed"): _REST}


async def _close(found: Deciding) -> None:
    """The row, the ledger line, and the mail to the party."""
    plea, made, at = found.plea, found.made, found.at
    day = plea.proposed_on if made.verdict == "granted" else made.day
    await close(plea, made.verdict, at, found.actor, words=made.words, due_on=day)
    duty = await tables.Obligation.get(id=found.duty.id)
    data = {
        "kind": plea.kind,
        "decision": made.verdict,
        "text": made.words,
        "proposed_on": day.isoformat() if day else "",
    }
    asker = str(plea.about.get("from", ""))
    to = {"address": asker} if asker and plea.kind == WRONG_PERSON else {}
    await tell([about_duty(duty, "plea-decided", VENDOR, at, mark=str(plea.id), data=data, **to)])


async def _nothing(_: Deciding) -> None:
    """The words alone are the decision; the date, and what was seen, stand as they are."""


async def _grant(found: Deciding) -> None:
    """The date moves. What the party is told of it stands in the decision, so no other letter says so."""
    day = found.made.day if found.made.verdict == "other-date" else found.plea.proposed_on
    if day is None:
        raise Refused("day-missing", Message("Enter the new due date."))
    moving = acts.Moving(day, found.words, found.authority)
    await acts.extending(found.duty, (await roster()).calendar, moving, found.at, found.actor)
    await withdraw(found.at, obligation_id=found.duty.id, side=VENDOR, kind="due-moved")


async def _let_rest(found: Deciding) -> None:
    """Nothing is asked until that day: what was offered will do, or the registry is put right until then."""
    if found.made.day is None:
        raise Refused("day-missing", Message("Name the day until which nothing is asked."))
    until = (await roster()).calendar.end_of(found.made.day)
    await acts.waive(found.duty.id, found.at, found.actor, found.words, until, authority=found.authority)


async def _ask_again(found: Deciding) -> None:
    need(found.duty.state == DECLINED, "decided-already", "This is not declined any more.")
    calendar, day = (await roster()).calendar, found.made.day
    if day is not None:
        need(day >= calendar.day_of(found.at) + DAY, "day-past", "A new due date lies ahead.")
        found.authority.may_extend(found.duty, day, calendar)
    await ask_again(found.duty, calendar, found.at, found.actor, day)


async def _confirm(found: Deciding) -> None:
    """The person who was named is asked from now on, by a link of their own; whoever was asked wrongly is thanked."""
    email = str(found.plea.about.get("email", ""))
    need(email, "decision-missing", "No address was named. Ask the party for one, and say so in your answer.")
    await _heard(found, asks=email)
    about = found.plea.about
    named = {"name": str(about.get("name", "")), "from": masked(str(about.get("from", "")))}
    said = {"mark": f"plea-{found.plea.id}", "data": {"reason": "another-person", **named}}
    await tell([about_duty(found.duty, "fresh-link", VENDOR, found.at, **said)])


async def _stay(found: Deciding) -> None:
    """Whoever was asked is the right one: they are reminded again, of what lies ahead."""
    await _heard(found)


async def _heard(found: Deciding, **more: Any) -> None:
    """Reminders go on. The mail that tells the decision stands for those that came up meanwhile."""
    duty, at, calendar = found.duty, found.at, (await roster()).calendar
    missed = vendor_climb(duty).pending(calendar, at) if duty.vendor_sent is not None else None
    fields = edit(duty, hushed_at=None, vendor_sent=duty.vendor_sent if missed is None else missed, **more)
    await enter([Step(duty, fields | refresh(duty, calendar, at))], at)


_DECIDED = Message("Somebody has decided on this already, or the party has written anew since. Read the page again.")
_DEEDS: Mapping[tuple[str, str], Callable[[Deciding], Awaitable[None]]] = {
    (MORE_TIME, "granted"): _grant,
    (MORE_TIME, "other-date"): _grant,
    (DECLINE, "agreed"): _let_rest,
    (DECLINE, "asked-again"): _ask_again,
    (NOT_OURS, "agreed"): _let_rest,
    (WRONG_PERSON, "confirmed"): _confirm,
    (WRONG_PERSON, "refused"): _stay,
}
