"""代理入力: an answer that came on paper, by mail or on site, entered by the company for the party that gave it.

Whoever copies a sheet can miscopy it, or wish it said something else. Therefore: the sheet itself is kept under its
hash before the first answer is typed; who entered it is named in the ledger; the party gets the receipt, and can read
there what was entered in its name; and another person decides on it, by comparing both, than any who began, typed or
handed it in. That holds for every tier and is no setting, for an answer that one person wrote and accepted would prove
nothing to an auditor. An answer by telephone is none of the ways: nobody has signed it.

What the party has begun on the web is its own: who enters sees only what they entered, and where both have answered a
question, both are shown and one is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.obligations import acts
from monitor.obligations.holding import held_open
from monitor.obligations.offline import SCAN, receive
from monitor.reasons import harmless
from monitor.refusal import need, together
from monitor.registry.roster import roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from monitor.evidence import Stored
    from monitor.tables import PaperEntry

PAPER, MAIL, ON_SITE = "paper", "mail", "on-site"
SHEET = "Hand in the sheet as a PDF, JPEG or PNG, or the mail as .eml: it is the evidence of what was entered."
CHANNELS = (PAPER, MAIL, ON_SITE)
SCANS = frozenset({"application/pdf", "image/jpeg", "image/png", "message/rfc822"})


@dataclass(frozen=True)
class Came:
    """How an answer came: by which way, on which day, who signed it, and on site also where."""

    channel: str
    received_on: date
    signer_name: str
    signer_title: str = ""
    place: str = ""


async def begin(duty_id: int, came: Came, scan: Stored, at: datetime, actor: str) -> PaperEntry:
    """Somebody begins to enter an answer; what came is kept first. One at a time for one request."""
    plausible(came, (await roster()).calendar.day_of(at))
    readable(scan)
    async with transaction():
        duty, _ = await held_open(duty_id)
        need(
            await under_way(duty_id) is None,
            "entry-begun",
            "Somebody is entering an answer to this request already. Go on with that one, or give it up first.",
        )
        file = await receive(duty_id, SCAN, scan, at, actor)
        by = int(actor.removeprefix("person/"))
        made = await tables.PaperEntry.create(
            obligation_id=duty_id, channel=came.channel, received_on=came.received_on, place=came.place,
            signer_name=came.signer_name, signer_title=came.signer_title, scan_id=file.id, begun_at=at,
            entered_by_id=by, hands=[by], questions=[],
        )  # fmt: skip
        told = {"entry": made.id, "channel": came.channel, "received_on": came.received_on.isoformat()}
        await ledger.note("entry.begun", duty, at, actor, sha256=file.sha256, **told)
    return made


def plausible(came: Came, today: date) -> None:
    """Whether what is said of a sheet can be; all that is wrong with it, if not."""
    on_site, day = came.channel == ON_SITE, came.received_on
    together(
        lambda: need(came.channel in CHANNELS, "channel-missing", "Choose the way on which the answer came."),
        lambda: need(day <= today, "received-ahead", "The day on which it was received does not lie ahead."),
        lambda: need(came.signer_name, "signer-missing", "Enter the name of the person who signed the answer."),
        lambda: need(not on_site or came.place, "place-missing", "Enter where it was taken down."),
        lambda: harmless(came.signer_name, came.signer_title, reason="signer-my-number"),
        lambda: harmless(came.place, reason="place-my-number"),
    )


def readable(scan: Stored) -> None:
    need(scan.media_type in SCANS, "scan-type", SHEET)


async def under_way(duty_id: int) -> PaperEntry | None:
    """What is being entered now."""
    return await tables.PaperEntry.filter(obligation_id=duty_id, submission_id=None, dropped_at=None).first()


async def note(entry: PaperEntry, questions: Collection[str], actor: str) -> None:
    """These questions belong to the entry: they were answered there, or shown there beside another answer. Several may
    enter at once, and whoever does has a hand in it.
    """
    if questions:
        async with transaction():
            held = await tables.PaperEntry.filter(id=entry.id).select_for_update().get()
            entry.questions = sorted({*held.questions, *questions})
            more = {"questions": entry.questions, "hands": _hands(held, actor)}
            await tables.PaperEntry.filter(id=entry.id).update(**more)


def _hands(entry: PaperEntry, actor: str) -> list[int]:
    return sorted({*entry.hands, int(actor.removeprefix("person/"))})


async def drop(entry: PaperEntry, at: datetime, actor: str) -> None:
    """Give it up. What was entered stays in the draft, where the party finds it; the sheet stays kept."""
    async with transaction():
        left = tables.PaperEntry.filter(id=entry.id, submission_id=None, dropped_at=None)
        need(await left.update(dropped_at=at), "entry-over", "This entry has ended already.")
        duty = await tables.Obligation.get(id=entry.obligation_id)
        await ledger.note("entry.dropped", duty, at, actor, entry=entry.id)


async def submit(entry: PaperEntry, answers: str, sha256: str, at: datetime, actor: str) -> int:
    """Hand in what was entered, in the name of whoever signed the sheet; the ledger says who typed it."""
    said = acts.Declaration(answers, sha256, entry.signer_name, entry.signer_title, confirmed=entry.channel)
    async with transaction():
        number = await acts.submit(entry.obligation_id, at, said, actor)
        held = await tables.PaperEntry.filter(id=entry.id).select_for_update().get()
        left = tables.PaperEntry.filter(id=entry.id, submission_id=None, dropped_at=None)
        done = await left.update(submission_id=number, hands=_hands(held, actor))
        need(done, "entry-over", "This entry has ended already.")
        duty = await tables.Obligation.get(id=entry.obligation_id)
        scan = await tables.OfflineFile.get(id=entry.scan_id)
        told = {"entry": entry.id, "submission": number, "channel": entry.channel, "sha256": scan.sha256}
        await ledger.note("entry.submitted", duty, at, actor, **told)
    return number
