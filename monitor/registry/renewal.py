"""A release that looks or asks otherwise than the one before: the registry is worked out anew, once.

Watches are made when a party changes, and what an engagement owes is worked out when it changes. So a new kind of
check, another rhythm or another rule of what is owed would reach nothing that is in the registry already. The daemon
is who looks and plans; at its start it compares what it knows with what the registry was last worked out with.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.registry.apply import ONE_AT_A_TIME
from monitor.registry.format import Party
from monitor.registry.watches import sync
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from checks.contract import Check

    Looks = Mapping[str, Check[Any]]

CHUNK = 500  #: parties whose watches are brought into line at a time
_STAMP = "rules/"  #: a pulse of this name says with what the registry was worked out, and when


def fingerprint(looks: Looks, kinds: Mapping[str, int]) -> str:
    """What stands for all kinds of look, with their rhythm and their rules, and all kinds of duty with theirs."""
    seen = {kind: [look.every.total_seconds(), look.ruleset] for kind, look in looks.items()}
    said = json.dumps({"looks": seen, "duties": dict(kinds)}, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


async def renew(looks: Looks, kinds: Mapping[str, int], at: datetime) -> bool:
    """Mark every engagement and bring every watch into line, if that was not done yet with these looks and duties
    (`kinds`: each with the version of its rules). Of several replicas that start at once one does it.
    """
    mark = fingerprint(looks, kinds)
    async with transaction():
        await alone(ONE_AT_A_TIME)
        known = tables.Pulse.filter(name__startswith=_STAMP)
        if await known.filter(name=_STAMP + mark).exists():
            return False
        await known.delete()
        await tables.Pulse.create(name=_STAMP + mark, at=at)
        engagements = await tables.Engagement.filter(retired_at=None).update(plan_at=at)
        parties = await _watch_anew(looks, at)
        if engagements or parties:
            data = {"rules": mark, "engagements": engagements, "parties": parties}
            await ledger.write([ledger.Event("registry.replanned", "group/group", data)], at)
    return bool(engagements or parties)


async def _watch_anew(looks: Looks, at: datetime) -> int:
    keys = await tables.Party.filter(retired_at=None).order_by("key").values_list("key", flat=True)
    for begin in range(0, len(keys), CHUNK):
        specs = tables.Party.filter(key__in=keys[begin : begin + CHUNK]).values_list("spec", flat=True)
        await sync([Party.model_validate(spec) for spec in await specs], looks, at)
    return len(keys)
