"""Letters that are queued -> claimed, written, sent, recorded."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from monitor import tables
from monitor.finishing import finished
from monitor.guard import Guard
from monitor.outbox.claim import claim
from monitor.outbox.record import Rest, Taken, close, put_off, refused, split, taken, taken_in_part
from monitor.registry.roster import Roster, roster
from monitor.tables.store import AWAY, answers
from notifiers.contract import Letter, Notifier, Permanent, Receipt, Temporary, TooLarge

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from tortoise.queryset import QuerySet

    from monitor.outbox.claim import Claimed
    from monitor.tables import Mail

_T = TypeVar("_T")
log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)  #: renewed while a letter is in hand; after it, the letters of a dead process are free
RENEWALS = 3  #: in the time of one lease
DEADLINE = 240.0  #: seconds for one letter: some relays scan for minutes before they answer, and a cut then sends twice
AT_ONCE = 4  #: letters on their way at the same time; the notifier shares its connections among them
_BACK_OFF = (1, 5, 30, 120, 360)  #: minutes; the last one for ever, because a letter is never given up


class Writing(Protocol):
    """Letters that were begun together."""

    async def write(self, claimed: Claimed) -> Letter: ...


class Writer(Protocol):
    """Puts letters into words. Called outside every transaction; it may issue links."""

    async def begin(self, claimed: Sequence[Claimed], present: Roster, at: datetime) -> Writing: ...


@dataclass(frozen=True)
class OneByOne:
    """The writing of whoever needs nothing for several letters together."""

    wording: Callable[[Claimed, Roster, datetime], Awaitable[Letter]]
    present: Roster
    at: datetime

    async def write(self, claimed: Claimed) -> Letter:
        return await self.wording(claimed, self.present, self.at)


@dataclass(frozen=True)
class _Desk:
    writer: Writer
    notifier: Notifier
    present: Roster
    at: datetime
    lease: timedelta
    slots: asyncio.Semaphore


@dataclass(frozen=True)
class _Ending:
    """How a try ended: the letter was taken, or something stood against it."""

    letter: Taken
    trouble: Exception | None = None


async def deliver(
    at: datetime, writer: Writer, notifier: Notifier, lease: timedelta = LEASE, at_once: int = AT_ONCE
) -> int:
    """Send one batch of letters that are due; how many were in hand. One `at_once` keeps them in their order."""
    desk = _Desk(writer, notifier, await roster(), at, lease, asyncio.Semaphore(at_once))
    claimed, dropped = await claim(desk.present, at, lease)
    hand = _Hand(claimed, desk)
    try:
        await hand.send()
    finally:
        await finished(hand.put_down())
    return len(claimed) + dropped


class _Hand:
    """The letters of one batch, each on its way in a task of its own.

    They are recorded as they are taken, several at a time when several were: what a crash repeats is what was on its
    way, and not the batch. When the batch is cut short (a stop, a database that went away), what was taken until then
    is recorded, and the rest is free for whoever comes next.
    """

    def __init__(self, claimed: Sequence[Claimed], desk: _Desk) -> None:
        self._claimed, self._desk = claimed, desk
        self._tasks: dict[asyncio.Task[_Ending], str] = {}
        self._unsent = {one.mail.id for one in claimed}
        self._ended: list[_Ending] = []

    async def send(self) -> None:
        desk, loop = self._desk, asyncio.get_running_loop()
        writing = await _begun(self._claimed, desk)
        for one in self._claimed:
            self._tasks[asyncio.create_task(_send(one, desk, writing), name=f"mail {one.mail.id}")] = one.mail.id
        pause = desk.lease.total_seconds() / RENEWALS
        began = renewed = loop.time()
        while self._tasks:
            done, _ = await asyncio.wait(self._tasks, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            await finished(self._record(done))
            for task in done:
                task.result()  # raises only what a database that is away has raised
            if loop.time() - renewed >= pause:
                renewed = loop.time()
                until = desk.at + timedelta(seconds=renewed - began) + desk.lease
                await self._ours().update(lease_until=until)

    async def put_down(self) -> None:
        """Leave nothing behind; of a batch that came to its end, nothing is left."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._record({task for task in tasks if not task.cancelled()})
        if self._unsent:
            await self._ours().update(lease=None, lease_until=None)

    async def _record(self, done: Collection[asyncio.Task[_Ending]]) -> None:
        """Enter how letters ended. What could not be entered is kept for the next call."""
        for task in sorted(done, key=list(self._tasks).index):
            mail = self._tasks.pop(task, None)
            if mail and task.exception() is None:
                self._unsent.discard(mail)
                self._ended.append(task.result())
        sent = [ending.letter for ending in self._ended if ending.trouble is None]
        await _enter(sent, self._desk)
        self._ended = [ending for ending in self._ended if ending.trouble]
        while self._ended:
            await _not_taken(self._ended[0], self._desk)
            self._ended.pop(0)

    def _ours(self) -> QuerySet[Mail]:
        leases = {one.mail.lease for one in self._claimed}
        return tables.Mail.filter(id__in=list(self._unsent), lease__in=list(leases), state="queued")


async def _begun(claimed: Sequence[Claimed], desk: _Desk) -> Writing | None:
    """A whole batch begun at once; none where one of its letters stands against it: then each begins by itself."""
    with Guard(log, "%s letters cannot be begun together", len(claimed), let=AWAY):
        return await _blamed(desk.writer.begin(claimed, desk.present, desk.at))
    return None


async def _send(one: Claimed, desk: _Desk, writing: Writing | None) -> _Ending:
    """One letter, written and sent. What goes wrong with it is its own trouble, and the others go on."""
    async with desk.slots:
        with Guard(log, "mail %s cannot be written or sent and is parked", one.mail.id, let=AWAY) as guard:
            return await _blamed(_write_and_send(one, desk, writing))
    return _Ending(Taken(one.mail, one.items), guard.error)


async def _blamed(work: Awaitable[_T]) -> _T:
    """Work on letters, whose own troubles (a template that is missing) look like those of a database that is away."""
    try:
        return await work
    except OSError as error:
        if not isinstance(error, ConnectionError | TimeoutError) and await answers():
            raise RuntimeError("the database is there, so it is the letter") from error
        raise


async def _write_and_send(one: Claimed, desk: _Desk, writing: Writing | None) -> _Ending:
    writing = writing or await desk.writer.begin([one], desk.present, desk.at)
    letter = await writing.write(one)
    one.mail.subject = letter.subject
    try:
        async with asyncio.timeout(DEADLINE):
            receipt = await desk.notifier.send(letter)
    except Permanent as trouble:
        return _Ending(Taken(one.mail, one.items, refused=trouble.refused), trouble)
    except Temporary as trouble:
        part = trouble.part.receipt if trouble.part else Receipt("")
        return _Ending(Taken(one.mail, one.items, part.reply, part.refused, one.named), trouble)
    except TimeoutError as trouble:
        return _Ending(Taken(one.mail, one.items), trouble)
    return _Ending(Taken(one.mail, one.items, receipt.reply, receipt.refused, one.named))


async def _enter(letters: Sequence[Taken], desk: _Desk) -> None:
    """Record what was taken. A letter that cannot be recorded is parked, or it would be sent again and again."""
    if not letters:
        return
    with Guard(log, "%s letters cannot be recorded together", len(letters), let=AWAY):
        await taken(letters, desk.present.calendar, desk.at)
        return
    for letter in letters:
        with Guard(log, "mail %s was taken and cannot be recorded: it is parked", letter.mail.id, let=AWAY) as guard:
            await taken([letter], desk.present.calendar, desk.at)
        if guard.error:
            await close(letter.mail, "parked", letter.reply, desk.at)


async def _not_taken(ending: _Ending, desk: _Desk) -> None:
    letter, trouble = ending.letter, ending.trouble
    if isinstance(trouble, TooLarge) and len(letter.items) > 1:
        await split(letter, trouble.reason, desk.at)
    elif isinstance(trouble, Permanent):
        await refused(letter, trouble.reason, desk.present.calendar, desk.at)
    elif isinstance(trouble, Temporary | TimeoutError):
        await _later(letter, trouble, desk)
    else:
        await close(letter.mail, "parked", type((trouble and trouble.__cause__) or trouble).__name__, desk.at)


async def _later(letter: Taken, trouble: Temporary | TimeoutError, desk: _Desk) -> None:
    """Not now: again after a while, for as long as it takes, under the same Message-ID."""
    mail, at = letter.mail, desk.at
    reason, asked, to, ours = "no answer in time", None, mail.to, False
    if isinstance(trouble, Temporary):
        reason, asked, ours = trouble.reason, trouble.delay, trouble.fault
        to = list(trouble.part.left) if trouble.part else to
    wait = max(timedelta(minutes=_BACK_OFF[min(mail.attempts, len(_BACK_OFF)) - 1]), asked or timedelta())
    log.log(logging.ERROR if ours else logging.WARNING, "mail %s waits %s: %s", mail.id, wait, reason)
    if letter.reply:
        await taken_in_part(letter, Rest(to, at + wait, reason), desk.present.calendar, at)
    else:
        await put_off(letter, Rest(to, at + wait, reason), at)
