"""A world that runs by itself: the stages, a clock that jumps from one thing due to the next, and deeds from a
script.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from checks.contract import Severity
from monitor import cases, contradiction, escalation, expiry, ledger, tables
from monitor.duties import changes, owing
from monitor.hearing import asking_on
from monitor.inbound.mending import mend
from monitor.language import Message
from monitor.letters import Topic, gather, subject
from monitor.obligations import KINDS, planning, turning
from monitor.outbox.compose import compose
from monitor.outbox.deliver import OneByOne, Writer, deliver
from monitor.promises import disposal, keeping, provision, sub_entrustment
from monitor.promises.improving import yearly
from monitor.promises.supervision import supervise
from monitor.refusal import Refused
from monitor.registry.roster import roster
from monitor.remediation.turning import turn as reopen
from monitor.simulation.ahead import next_instant
from monitor.simulation.deeds import DEEDS, LINES
from monitor.simulation.deeds.registry import Down
from monitor.simulation.event import ThroughUs
from notifiers.contract import Letter, Notifier, Receipt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from monitor.outbox.claim import Claimed
    from monitor.outbox.deliver import Writing
    from monitor.plugins import Equipment
    from monitor.registry.roster import Roster
    from monitor.simulation.event import Event

Line = dict[str, Any]
_ROUNDS = 10_000  #: more rounds at one instant mean that two stages feed each other for ever
_SAID = (
    *("engagement", "obligation", "party", "due_on", "state", "reason", "rule", "ref"),
    *("url", "check", "severity", "unconfirmed_since", "tier"),
)


class Stuck(Exception):  # noqa: N818 - the state of the world
    """The stages do not come to rest at an instant: a bug, said rather than looped over."""


class Post(Writer, Notifier, Protocol):
    """Writes and carries letters, and knows afterwards what each of them told."""

    def told(self, mail: str) -> list[Line]: ...


class Recorder:
    """Writer and notifier in one: puts subjects into words, sends nothing, remembers who would have got what."""

    def __init__(self) -> None:
        self.lines: dict[str, list[Line]] = {}

    async def begin(self, claimed: Sequence[Claimed], present: Roster, at: datetime) -> Writing:  # noqa: ARG002 - the protocol's shape
        return OneByOne(self.write, present, at)

    async def write(self, claimed: Claimed, present: Roster, at: datetime) -> Letter:
        mail = claimed.mail
        topics = await gather(claimed, present)
        said = subject(topics, mail.language, present, at)
        self.lines[mail.id] = [
            {**_topic_line(topic), "to": list(mail.to), "subject": said, "mail": mail.id} for topic in topics
        ]
        return Letter(f"<{mail.id}@simulation.example>", tuple(mail.to), said, "", "", mail.language, written_at=at)

    async def send(self, letter: Letter) -> Receipt:  # noqa: ARG002 - the protocol's shape
        return Receipt("simulated")

    async def check(self) -> None: ...

    async def aclose(self) -> None: ...

    def told(self, mail: str) -> list[Line]:
        return self.lines.pop(mail)


def _topic_line(topic: Topic) -> Line:
    notice, duty, case, certificate = topic.notice, topic.duty, topic.case, topic.certificate
    said: Line = {
        "notice": notice.kind,
        "audience": list(topic.roles),
        "company": notice.company_id,
        "party": notice.party_id,
    }
    if notice.kind == "rung":
        said["rung"] = notice.data["rung"]
    if duty:
        said |= {"engagement": duty.engagement_id, "obligation": duty.kind, "due_on": duty.due_on.isoformat()}
        said["ref"] = duty.subject or None
    if topic.own:
        said |= {
            "obligation": topic.own.kind,
            "engagement": topic.own.engagement_id,
            "ref": topic.own.ref or None,
            "due_on": topic.own.due_on.isoformat(),
            "url": topic.own.url or None,
        }
    if certificate:
        said |= {
            "obligation": "certificate",
            "certificate": certificate.kind,
            "due_on": certificate.expires_on.isoformat(),
        }
    if case:
        said |= {
            "case": str(case.id),
            "engagement": case.engagement_id,
            "rule": case.rule or None,
            "ref": case.ref or None,
            "url": case.url or None,
            "check": case.check_kind or None,
            "severity": Severity(case.severity).word,
        }
    return {name: value for name, value in said.items() if value is not None}


class World:
    """Runs the stages at chosen instants over whatever database is open."""

    def __init__(self, tools: Equipment, post: Post | None = None) -> None:
        self.post = post or Recorder()
        self.tools = tools
        self.down_until: datetime | None = None
        self._seen = 0

    async def run(self, begin: datetime, end: datetime, events: Sequence[Event] = ()) -> AsyncIterator[Line]:
        """What happens from `begin` to `end`, both included, in order."""
        waiting = deque(events)
        at: datetime | None = begin
        self._stirred = begin
        while at is not None and at <= end:
            refusals: list[Line] = []
            await self._go_down(waiting, at)
            if not self._is_down(at):
                await self.settle(at)
            while waiting and waiting[0].at <= at:
                self._stirred = at
                refusals += await self._deed(waiting.popleft(), at)
                if not self._is_down(at):
                    await self.settle(at)
            async for line in self._news(at):
                yield line
            for line in refusals:
                yield line
            at = await self._next(at, waiting)

    def _is_down(self, at: datetime) -> bool:
        return self.down_until is not None and at < self.down_until

    async def _go_down(self, waiting: deque[Event], at: datetime) -> None:
        """A daemon that goes down at an instant does nothing more at it."""
        for event in [event for event in waiting if event.at <= at and isinstance(event, Down)]:
            waiting.remove(event)
            self.down_until = max(event.until, self.down_until or event.until)
            await tables.Outage.create(began_at=event.at, ended_at=event.until)

    async def settle(self, at: datetime) -> None:
        """Run the stages until none has anything to do."""
        for _ in range(_ROUNDS):
            done = await planning.plan(at, self.tools.policy) + await turning.turn(
                at, self.tools.shelf, self.tools.policy
            )
            done += (
                await cases.tend(at)
                + await changes.review(at)
                + await sub_entrustment.turn(at)
                + await disposal.turn(at)
                + await provision.turn(at)
                + await asking_on.turn(at)
                + await keeping.turn(at)
                + await supervise(at)
                + await yearly.begin(at)
                + await owing.turn(at)
                + await reopen(at)
                + await contradiction.weigh(at, self.tools.claims)
                + await contradiction.see(at, self.tools.claims)
                + await escalation.advance(at)
                + await expiry.warn(at)
                + await mend(at)
                + await compose(at)
                + await deliver(at, self.post, self.post, at_once=1)
            )
            if not done:
                return
        raise Stuck(f"the stages do not come to rest at {at.isoformat()}")

    async def _next(self, at: datetime, waiting: deque[Event]) -> datetime | None:
        """The next instant at which anything can happen."""
        if self._is_down(at):
            deeds = [waiting[0].at] if waiting else []
            return min([*deeds, self.down_until or at])
        found = await next_instant(at, self._stirred)
        return min(found, max(waiting[0].at, at)) if waiting else found

    async def _news(self, at: datetime) -> AsyncIterator[Line]:
        """What the ledger recorded since the last look, in the words of a simulation."""
        zone = (await roster()).calendar.zone
        stamp = at.astimezone(zone).isoformat()
        async for line in ledger.lines(self._seen + 1):
            self._seen = line["seq"]
            if line["type"] == "mail.sent":
                for found in self.post.told(line["subject"].removeprefix("mail/")):
                    yield {"at": stamp, "what": "mail", **found}
            elif line["type"] in LINES:
                yield _event_line(stamp, line) | await _lacks(line["data"])

    async def _while_up(self, event: Event, at: datetime) -> None:
        if self._is_down(at) and isinstance(event, ThroughUs):
            raise Refused("down", Message("The service does not run."))
        await DEEDS[type(event)](event, at)

    async def _deed(self, event: Event, at: datetime) -> list[Line]:
        try:
            await self._while_up(event, at)
        except Refused as refusal:
            said = await _about(event)
            stamp = at.astimezone((await roster()).calendar.zone).isoformat()
            return [{"at": stamp, "what": "refused", **said, "reason": refusal.reason}]
        return []


async def _about(event: Event) -> Line:
    """What an event concerns: what it names, and whose work that is."""
    names = ("engagement", "obligation", "company", "party", "ref", "url", "check")
    said = {name: getattr(event, name) for name in names if getattr(event, name, None)}
    work = await tables.Engagement.get_or_none(key=said.get("engagement", ""))
    return ({"company": work.company_id, "party": work.party_id} if work else {}) | said


async def _lacks(data: Line) -> Line:
    """What was missing in an answer that went back by itself: the ledger has only its hash."""
    found = await tables.Reason.get_or_none(sha256=data["reason_sha256"]) if data.get("lacks") else None
    return {"reason": found.text} if found else {}


def _event_line(stamp: str, line: Line) -> Line:
    data = line["data"]
    said = {name: data[name] for name in _SAID if data.get(name)}
    what = _what(line["type"], data)
    if what != "state":
        said.pop("state", None)
    if line["company"]:
        said["company"] = line["company"]
    if line["subject"].startswith("case/"):
        said["case"] = line["subject"].removeprefix("case/")
    return {"at": stamp, "what": what, **said}


def _what(kind: str, data: Line) -> str:
    """What an event asked for is a deadline from the first; what the calendar brings about opens."""
    if kind == "obligation.opened" and KINDS[data["obligation"]].demanded:
        return "deadline"
    return LINES[kind]
