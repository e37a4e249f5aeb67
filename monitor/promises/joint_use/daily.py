"""Stage: once a day the group's own notices are looked at, as those of others are: they are kept under their hash, with
what they lack of the five items; what published texts say is held against each other; and the patrol is told at which
addresses texts of the group stand on that day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.cases.conduct import breach, mended
from monitor.conduct import TEXTS_DISAGREE
from monitor.promises.joint_use.changes import notice_seen
from monitor.promises.joint_use.notice import Cast, kept, notice
from monitor.promises.joint_use.register import joint_uses, lacking
from monitor.promises.policies import RULES, Published, gaps
from monitor.registry.apply import ONE_AT_A_TIME
from monitor.registry.format import LinkedSite, Policy
from monitor.registry.roster import roster
from monitor.registry.texts import in_effect, policies
from monitor.registry.watches import sync_own
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.promises.policies import Gap
    from monitor.registry.format import JointUse
    from monitor.registry.roster import Roster

_STAMP = "published"  #: the pulse that says when this was done last
LANGUAGE = "ja"  #: in which a notice is kept: the group's owners are told in Japanese


async def look(at: datetime) -> int:
    """Look at all of them, if that was not done on this day yet, or the registry has changed since."""
    present = await roster()
    stamp = f"{_STAMP}/{present.calendar.day_of(at)}/{present.revision}"
    if await tables.Pulse.exists(name=stamp):
        return 0
    for use in (await joint_uses()).values():
        await _see(use, present, at)
    async with transaction():
        await alone(ONE_AT_A_TIME)
        await sync_own(in_effect((await policies()).values(), present.calendar.day_of(at)), at)
        await _agree(await gaps_now(present, at), present, at)
        await tables.Pulse.filter(name__startswith=f"{_STAMP}/").delete()
        await tables.Pulse.update_or_create({"at": at}, name=stamp)
    return 1


async def _see(use: JointUse, present: Roster, at: datetime) -> None:
    day = present.calendar.day_of(at)
    text, sha256 = kept(notice(use, await cast_of(use, present), day, LANGUAGE))
    await tables.NoticeText.get_or_create({"text": text, "first_seen_on": day}, sha256=sha256)
    await notice_seen(use.key, day, lacking(use, present.companies, day), at, sha256=sha256)


async def cast_of(use: JointUse, present: Roster) -> Cast:
    parties = await present.parties(one.party for one in use.members if one.party)
    return Cast(present.companies, parties, present.purposes)


async def gaps_now(present: Roster, at: datetime) -> list[Gap]:
    rows = tables.LinkedSite.filter(retired_at=None)
    sites = {key: LinkedSite.model_validate(spec) for key, spec in await rows.values_list("key", "spec")}
    watched: dict[str, list[str]] = await _registered() if sites else {}
    theirs = tables.Watch.filter(retired_at=None, party_id__not_isnull=True).distinct()
    for party, url in await theirs.values_list("party_id", "url"):
        watched.setdefault(str(party), []).append(str(url))
    found: dict[str, Policy] = await policies()
    return gaps(Published(found, await joint_uses(), present.companies, sites, watched), present.calendar.day_of(at))


async def _registered() -> dict[str, list[str]]:
    """The addresses of all parties, since nobody looks at those that are out of scope."""
    rows = await tables.Party.filter(retired_at=None).values_list("key", "spec")
    return {key: [one["url"] for one in spec.get("endpoint", ())] for key, spec in rows}


async def _agree(found: list[Gap], present: Roster, at: datetime) -> None:
    """What does not agree is a case of the privacy office while it lasts."""
    open_ones = await tables.Case.filter(rule=TEXTS_DISAGREE, closed_at=None).values_list("ref", flat=True)
    for gap in found:
        held_to = RULES[gap.rule]
        dated = {"rule_version": held_to.version, "rule_since": held_to.since}
        await breach(TEXTS_DISAGREE, gap.detail, at, present, ref=gap.ref, **dated)
    for ref in set(open_ones) - {gap.ref for gap in found}:
        await mended(TEXTS_DISAGREE, at, ref=ref)
