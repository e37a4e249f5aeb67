"""Any kind of letter, put into words without being sent: of a sample that is made up here, or of what is in a database.

A kind is a text in `templates/mail`, so a new one can be looked at the day it is written. What a letter is about is
brought into the state in which such a letter is usual, on a copy that is never saved: a reminder of a request that is
overdue is shown as it would have been read a week before its date. Links and codes only look like those in earnest.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor import tables
from monitor.assets import EXAMPLES, TEMPLATES
from monitor.language import Message
from monitor.letters.issuing import Shown
from monitor.notices import COMPANY, PERSON, VENDOR
from monitor.obligations.planning import plan
from monitor.outbox.claim import Claimed
from monitor.plugins import known, looks
from monitor.refusal import Refused
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.simulation.staging import Text, ask, set_up
from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from monitor.letters import Letters
    from monitor.registry.roster import Roster
    from monitor.simulation.staging import Stage
    from notifiers.contract import Letter

SAMPLE = EXAMPLES / "letters.toml"
SIDES = (VENDOR, COMPANY, PERSON)


@dataclass(frozen=True)
class Kind:
    """A text for one side."""

    side: str
    stage: str

    @property
    def name(self) -> str:
        return f"{self.side}/{self.stage}"


@dataclass(frozen=True)
class Wanted:
    """What to show. `duty`: its number; `party`, `company`: of theirs, the latest. All empty: the sample."""

    kind: Kind
    language: str = ""
    duty: int | None = None
    party: str = ""
    company: str = ""


def kinds() -> list[Kind]:
    """All that there are."""
    return [Kind(side, path.stem) for side in SIDES for path in sorted((TEMPLATES / "mail" / side).glob("*.jinja"))]


def find(name: str) -> list[Kind]:
    """The kinds that a name may mean: `vendor/overdue`, or `overdue` for either side, the party's first."""
    return [kind for kind in kinds() if name in {kind.name, kind.stage}]


@asynccontextmanager
async def sample(at: datetime) -> AsyncIterator[None]:
    """A database in memory with an example of a registry, its requests worked out, and something that was found."""
    async with opened(MEMORY, create=True):
        await apply(read([SAMPLE], known()), at, looks())
        await plan(at)
        watch = await tables.Watch.filter(check_kind="tls").first()
        if watch:
            await tables.FindingRow.create(
                watch_id=watch.id, rule="tls.expires-soon", severity=3, detail="2027-01-01",
                first_seen_at=at, last_seen_at=at,
            )  # fmt: skip
        await ask(await tables.Obligation.all().order_by("id").get(), at)
        yield


async def preview(wanted: Wanted, letters: Letters, at: datetime) -> Letter:
    """The letter in words, from whatever database is open. Nothing is written to it."""
    present = await roster()
    duty = await _duty(wanted)
    if duty is None:
        raise Refused("no-duty", Message("There is no such request. Leave the option out to see a sample."))
    party = await present.party(duty.party_id)
    language = wanted.language or (party.language if wanted.kind.side == VENDOR else present.group.language)
    stage = await set_up(Text(wanted.kind.side, wanted.kind.stage, language), duty, present, at)
    mail = tables.Mail(
        id=f"preview-{wanted.kind.side}-{wanted.kind.stage}",
        side=wanted.kind.side,
        company_id=stage.notice.company_id,
        party_id=stage.notice.party_id,
        to=_readers(stage, present, party.contacts, at),
        language=language,
        made_at=at,
    )
    return await letters.write(Claimed(mail, [(stage.notice, stage.roles)], stage.subjects), present, at)


def _readers(stage: Stage, present: Roster, contacts: Sequence[str], at: datetime) -> list[str]:
    if stage.notice.side == VENDOR:
        return list(contacts[:1])
    people = present.audience(stage.notice.company_id, stage.roles, present.calendar.day_of(at))
    return list(dict.fromkeys(address for found in people.values() for address in found)) or list(
        present.group.privacy_office
    )


def shown(letters: Letters) -> Letters:
    """A writer that records nothing."""
    return replace(letters, issues=Shown(letters.keyring))


async def _duty(wanted: Wanted) -> tables.Obligation | None:
    if wanted.duty is not None:
        return await tables.Obligation.get_or_none(id=wanted.duty)
    only = {name: key for name, key in (("party_id", wanted.party), ("company_id", wanted.company)) if key}
    return await tables.Obligation.filter(**only).order_by("-id").first()
