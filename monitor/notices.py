"""Making notices: one thing to tell one audience, written in the transaction of the change that it tells of.

The key of a notice is its identity. Making one again that was dropped before it left revives it; making one again that
waits or was sent does nothing. So a stage that runs twice tells once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.tables import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.tables import Case, Obligation, OwnDuty

VENDOR, COMPANY, PERSON = "vendor", "company", "person"
ASSIGNEE = "assignee"  #: who sees to something at a company, as the ledger knows them (`person/12`); a role in letters
NAMED = "named"  #: a notice to that person alone, that they have been named


def about_duty(duty: Obligation, kind: str, side: str, at: datetime, **more: Any) -> Notice:
    """A notice of a duty. `mark` tells two of the same kind apart (a rung, a count, an instant). To a party it goes to
    the person whom the company has confirmed for this duty, where there is one.
    """
    mark = more.pop("mark", "")
    asked = duty.asks if side == VENDOR else ""
    fields = {"roles": [], "data": {}, "send_at": at, "made_at": at, "address": asked} | more
    return Notice(
        key=f"o{duty.id}/{side[0]}/{kind}/{mark}",
        kind=kind,
        side=side,
        company_id=duty.company_id,
        party_id=duty.party_id,
        obligation_id=duty.id,
        **fields,
    )


def about_case(case: Case, kind: str, side: str, at: datetime, **more: Any) -> Notice:
    mark = more.pop("mark", "")
    fields = {"roles": [], "data": {}, "send_at": at, "made_at": at} | more
    return Notice(
        key=f"c{case.id}/{side[0]}/{kind}/{mark}",
        kind=kind,
        side=side,
        company_id=case.company_id,
        party_id=case.party_id,
        case_id=case.id,
        **fields,
    )


def about_own(duty: OwnDuty, kind: str, at: datetime, **more: Any) -> Notice:
    """A notice of what a company owes itself; only its own people hear of it. Where one of them was named to see to it,
    that person does as well, whatever their role.
    """
    mark = more.pop("mark", "")
    data = more.pop("data", {}) | {name: who for name, who in duty.about.items() if name == ASSIGNEE}
    fields = {"roles": [], "data": data, "send_at": at, "made_at": at} | more
    return Notice(
        key=f"w{duty.id}/{COMPANY[0]}/{kind}/{mark}",
        kind=kind,
        side=COMPANY,
        company_id=duty.company_id,
        party_id=duty.party_id,
        own_duty_id=duty.id,
        **fields,
    )


def to_person(address: str, kind: str, mark: str, at: datetime, **data: Any) -> Notice:
    """A notice to one address that belongs to no company's letters, such as a sign-in link; it leaves at once."""
    return Notice(
        key=f"p/{kind}/{mark}",
        kind=kind,
        side=PERSON,
        address=address,
        urgent=True,
        roles=[],
        data=data,
        send_at=at,
        made_at=at,
    )


async def tell(notices: Sequence[Notice]) -> None:
    """Put notices into the outbox."""
    if not notices:
        return
    fresh = {notice.key: notice for notice in notices}
    for known in await Notice.filter(key__in=list(fresh)).values("key", "state"):
        notice = fresh.pop(known["key"])
        if known["state"] in {"dropped", "failed"}:
            await Notice.filter(key=notice.key, state=known["state"]).update(
                state="waiting",
                letters=0,
                send_at=notice.send_at,
                made_at=notice.made_at,
                level=notice.level,
                data=notice.data,
            )
    await Notice.bulk_create([fresh[key] for key in sorted(fresh)], ignore_conflicts=True)  # another may make it now


async def withdraw(at: datetime, **which: Any) -> None:
    """Drop what waits and is no longer true."""
    await Notice.filter(state="waiting", **which).update(state="dropped", done_at=at)
