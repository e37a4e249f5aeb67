"""外部送信: what the published table and the looks at pages say of each other (Telecommunications Business Act
27-12), and which recipients need a consent that nobody has confirmed (APPI 31).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.registry.sites import TRANSMITS, sites

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from monitor.calendar import Calendar
    from monitor.registry.format import ExternalTransmission
    from monitor.tables import FindingRow, Watch

UNLISTED = "cookies.unlisted-host"  #: the rule of a host that a page uses and the table lacks


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether pages still send something to a published host. `unseen_since`: the day since which none does."""

    unseen_since: date | None = None

    @property
    def seen(self) -> bool:
        return self.unseen_since is None

    def stale(self, day: date, after: int) -> bool:
        """Whether it has to be asked if the host still belongs in the table."""
        return self.unseen_since is not None and (day - self.unseen_since).days >= after


@dataclass(frozen=True, slots=True)
class Published:
    """An entry of the table, and what is seen of it: nothing, as long as one of its pages was not looked at."""

    entry: ExternalTransmission
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A host that a page sends something to, and that the table lacks."""

    finding: FindingRow
    watch: Watch

    @property
    def party(self) -> str:
        """Whose page it is; no other page is looked at for this."""
        return str(self.watch.party_id)


def standing(host: str, memories: Iterable[Mapping[str, Any]], calendar: Calendar) -> Standing | None:
    """What the looks at all pages of an entry have kept of its host, together. Pure."""
    kept = list(memories)
    if any(host in one.get("there", ()) for one in kept):
        return Standing()
    since = [datetime.fromisoformat(one["unseen"][host]) for one in kept if host in one.get("unseen", {})]
    return Standing(calendar.day_of(max(since))) if since and len(since) == len(kept) else None


def unconfirmed(one: ExternalTransmission, day: date) -> bool:
    """Whether the recipient links what it gets to persons, and nobody has confirmed that they agreed (APPI 31)."""
    return one.personal_related and (one.consent_confirmed_on is None or one.consent_confirmed_on > day)


def concerns(one: ExternalTransmission, companies: Collection[str]) -> bool:
    """Whether an entry is about pages of one of these companies."""
    return not one.companies or bool({*one.companies} & {*companies})


async def published(companies: Collection[str], calendar: Calendar) -> list[Published]:
    """The table, as far as it is about these companies, beside what is seen."""
    known = await sites()
    watches = await tables.Watch.filter(check_kind=TRANSMITS, retired_at=None)
    found = []
    for one in (one for one in known.transmissions if concerns(one, companies)):
        memories = [watch.memory for watch in watches if known.told_of(one, watch.url)]
        found.append(Published(one, standing(one.host, memories, calendar)))
    return found


async def unpublished(parties: Collection[str] | None = None) -> list[Unpublished]:
    """Hosts that the table lacks, the longest known first; of these parties' addresses, or of all."""
    found = tables.Watch.filter(check_kind=TRANSMITS, retired_at=None)
    watches = {watch.id: watch for watch in await (found if parties is None else found.filter(party_id__in=parties))}
    rows = tables.FindingRow.filter(watch_id__in=list(watches), rule=UNLISTED, closed_at=None)
    return [Unpublished(row, watches[row.watch_id]) for row in await rows.order_by("first_seen_at", "key")]
