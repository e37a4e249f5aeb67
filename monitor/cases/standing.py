"""What a case rests on: the check that it speaks of, and those that joined it; and its lines in the ledger.

An open case speaks of one check that fails (`watch`). Where a whole host does not answer, the other addresses of it
join, and when the first recovers, the case speaks of the next one that has not. So its letters and its page are true at
any time, and it closes with the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tortoise.expressions import Q

from checks.contract import Severity
from monitor import ledger, tables
from monitor.notices import COMPANY
from monitor.registry.places import GONE, gone
from monitor.schedule import edit

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from checks.contract import Look
    from monitor.registry.roster import Roster
    from monitor.tables import Case, Watch

#: What is wrong with the host then, and not with one page of it. All are rules of one check.
HOST_DOWN = frozenset({"availability.no-such-name", "availability.no-connection", "availability.timeout"})
SERVER_ERROR = "availability.server-error"
#: Said by whoever stands before a server that does not answer: gateways (RFC 9110), and a large network of them.
BEHIND = frozenset({502, 503, 504, *range(520, 528), 530})


def host_down(watch: Watch, look: Look) -> str:
    """The host of which a failed look says that it does not answer; empty where only the address fails."""
    down = any(found.rule in HOST_DOWN or _behind(found.rule, look) for found in look.findings)
    return urlsplit(watch.url).hostname or "" if down else ""


def _behind(rule: str, look: Look) -> bool:
    """Whether somebody answers for a host that is down. One page that breaks (500) says nothing of the others."""
    return rule == SERVER_ERROR and look.observed.get("status") in BEHIND


async def cases_of(watch: Watch) -> list[Case]:
    """The open cases that rest on a watch: those that speak of it, and those that it joined and did not leave. Locked,
    as time may close one at this moment.
    """
    joined = tables.Joined.filter(watch_id=watch.id, well_at=None, case__closed_at=None)
    ids = await joined.values_list("case_id", flat=True)
    going = tables.Case.filter(Q(watch_id=watch.id) | Q(id__in=ids), closed_at=None).order_by("id")
    return await going.select_for_update()


async def speak_of(case: Case, watch: Watch, at: datetime) -> dict[str, Any]:
    """Let a case speak of another check; the one that it spoke of is well. Gives the fields to write."""
    before = case.watch_id
    if before == watch.id:
        return {}
    await tables.Joined.filter(case_id=case.id, watch_id=watch.id).delete()
    facts = {"joined_at": case.opened_at, "well_at": at}
    await tables.Joined.update_or_create(facts, case_id=case.id, watch_id=before)
    return edit(case, watch_id=watch.id, url=watch.url)


async def heir_of(case: Case) -> Watch | None:
    """The next check that still fails in a case."""
    failing = tables.Joined.filter(case_id=case.id, well_at=None, watch__retired_at=None).order_by("joined_at", "id")
    first = await failing.prefetch_related("watch").first()
    return first.watch if first else None


def about(case: Case) -> tuple[str | None, str]:
    """What decides who is concerned: the party, and where it is a place of somebody's data, the address."""
    return case.party_id, case.url if case.check_kind == GONE else ""


async def concerned(watch: Watch, present: Roster, at: datetime) -> list[str | None]:
    """Who answers for an address; none is the group's privacy office, as for the group's own. Of a party's place that
    must stay gone, those whose data lay there; of its others, who has an engagement in force that day.
    """
    return (await all_concerned([watch], present, at))[watch.id]


async def all_concerned(watches: Collection[Watch], present: Roster, at: datetime) -> dict[int, list[str | None]]:
    """Who answers for each of these watches, with as many questions to the database as for one."""
    today = present.calendar.day_of(at)
    erased = {party for watch in watches if watch.check_kind == GONE and (party := watch.party_id)}
    places = await gone(erased, present, at) if erased else {}
    entries = await present.engagements(key for keys in places.values() for key in keys)
    parties = {party for watch in watches if (party := watch.party_id)}
    engaged = await present.engaged(parties) if parties else {}
    found: dict[int, list[str | None]] = {}
    for watch in watches:
        party = watch.party_id or ""
        keys = places.get((party, watch.url), ()) if watch.check_kind == GONE else ()
        whose = [entries[key] for key in keys] or [one for one in engaged.get(party, ()) if one.in_force_on(today)]
        found[watch.id] = [*sorted({one.company for one in whose})] or [None]
    return found


async def announced(case: Case) -> int:
    """The severity with which the company was really told `C+0`: what waited when the check passed was withdrawn."""
    heard = tables.Notice.filter(case_id=case.id, side=COMPANY, kind="rung", rung__isnull=False)
    keys = (
        await heard.filter(key__contains="/C+0/")
        .exclude(state__in=["waiting", "dropped"])
        .values_list("key", flat=True)
    )
    return max((Severity.of(str(key).rpartition("/")[2]) for key in keys), default=0)


def event(kind: str, case: Case, actor: str = ledger.SYSTEM, **data: Any) -> ledger.Event:
    facts: dict[str, Any] = {"severity": Severity(case.severity).word, "party": case.party_id}
    if case.rule:
        facts |= {"rule": case.rule, "engagement": case.engagement_id, "ref": case.ref, "version": case.rule_version}
    else:
        facts |= {"url": case.url, "check": case.check_kind}
    told = {name: value for name, value in facts.items() if value}
    return ledger.Event(f"case.{kind}", f"case/{case.id}", told | data, case.company_id, actor)
