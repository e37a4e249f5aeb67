"""第三者認証: the certificates that parties hold, as warnings speak of them: which are worth one, and who hears it.

A certificate belongs to its party and is answered through no form, so it is no duty: all that is known of it stands in
the registry, and what was told of it in the outbox. A warning is recognised by what it says: which certificate, until
when, which rung, to which side of which company. So a new date makes new warnings, and the old ones are untrue.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Self

from monitor.ladder import CERTIFICATE, Climb
from monitor.notices import COMPANY
from monitor.tables import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.registry.format import Certificate, Engagement, Party
    from monitor.registry.roster import Roster

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Held:
    """One certificate of one party, with the last day of its validity."""

    party: str
    kind: str
    number: str
    expires_on: date

    @classmethod
    def told_of(cls, notice: Notice) -> Self | None:
        """The certificate that a notice is about, if it is about one."""
        said: Any = notice.data.get("certificate")
        if not said:
            return None
        return cls(str(notice.party_id), said["kind"], said["number"], date.fromisoformat(said["expires_on"]))

    @property
    def id(self) -> str:
        """What stands for it where no number may: in keys, in threads, in the ledger. It outlives a renewal."""
        return _hash(self.party, self.kind, self.number)

    def climb(self, told: int | None = None) -> Climb:
        """Its ladder, after that rung. T is the last day itself and never rolls."""
        return Climb(CERTIFICATE, self.expires_on, told, _EPOCH)

    def warning(self, company: str, side: str, rung: int, at: datetime) -> Notice:
        """A rung of its ladder: for the party, or for the company's first level."""
        name = CERTIFICATE.name(rung)
        level = 1 if side == COMPANY else 0
        return self.notice(company, side, "rung", at, mark=name, rung=rung, level=level, data={"rung": name})

    def notice(self, company: str, side: str, kind: str, at: datetime, **more: Any) -> Notice:
        """Something to tell one side about it, until the date that it has now. `mark` tells two of a kind apart."""
        key = f"k{self.id}/{_hash(company)}/{side[0]}/{kind}/{more.pop('mark')}@{self.expires_on.isoformat()}"
        said = {"kind": self.kind, "number": self.number, "expires_on": self.expires_on.isoformat()}
        data = {"certificate": said} | more.pop("data", {})
        about = {"company_id": company, "party_id": self.party, "certificate_id": self.id}
        return Notice(key=key, kind=kind, side=side, roles=[], data=data, send_at=at, made_at=at, **about, **more)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def held(party: Party, day: date) -> list[Held]:
    """The certificates of a party that are valid on that day, and that no later one stands in for."""
    valid = [found for found in party.certificate if found.expires_on >= day and not _replaced(found, party)]
    return [*dict.fromkeys(Held(party.key, found.kind, found.number, found.expires_on) for found in valid)]


def _replaced(certificate: Certificate, party: Party) -> bool:
    """Whether a certificate was renewed under an entry of its own: the old number, or a new one for the same scope."""
    return any(
        other.kind == certificate.kind
        and other.expires_on > certificate.expires_on
        and (other.number == certificate.number or other.scope == certificate.scope)
        for other in party.certificate
    )


async def untrue(notices: Iterable[Notice], present: Roster, day: date) -> set[str]:
    """Keys of the warnings that are not so any more: the certificate was renewed, has run out or was struck off, or
    the company has no engagement with the party now.
    """
    about = {notice.key: (notice.company_id, found) for notice in notices if (found := Held.told_of(notice))}
    if not about:
        return set()
    keys = {found.party for _, found in about.values()}
    parties, engaged = await present.parties(keys), await present.engaged(keys)
    return {
        key
        for key, (company, found) in about.items()
        if found not in held(parties[found.party], day) or company not in concerned(engaged[found.party], day)
    }


def concerned(engagements: Iterable[Engagement], day: date) -> list[str]:
    """The companies with an engagement in force on that day."""
    return sorted({one.company for one in engagements if one.in_force_on(day)})


def concerning(engagements: Iterable[Engagement], company: str | None, day: date) -> list[Engagement]:
    """One company's engagements in force on that day."""
    return [one for one in engagements if one.company == company and one.in_force_on(day)]
