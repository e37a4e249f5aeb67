"""Whether a certificate was replaced, and whether that was to be expected. Pure.

A renewal is the good end of every certificate, so that one was made is a note. What nobody expects is another
authority, or a new certificate while the old one has most of its life ahead: then somebody should say that it was
them. Renewals that run by themselves come in the last third of a certificate's life and may begin a little earlier, so
half of it is the bound; a certificate of a few days has no month left to count, so the month is one as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from checks.detail import Detail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.certificate import Facts

TOLD_FOR = timedelta(days=7)
LAST_MONTH = timedelta(days=30)
KNOWN = 6  #: machines behind one name may each have a certificate of their own, and answer by turns


def followed(before: Mapping[str, Any], leaf: Facts, sha256: str, at: datetime) -> dict[str, Any]:
    """What to keep about the certificate that is shown now, given what was kept: itself, those known, the change."""
    now = {
        "sha256": sha256,
        "serial": leaf.serial,
        "authority": leaf.authority,
        "begins": leaf.begins_at.isoformat(),
        "ends": leaf.ends_at.isoformat(),
    }
    last, known = before.get("certificate"), before.get("known", [])
    change = before.get("change")
    if last and sha256 not in known:
        why = _why(last, leaf, at)
        change = {"at": at.isoformat(), "from": last["serial"], "to": leaf.serial, "why": why.parts if why else None}
    elif change and at - datetime.fromisoformat(change["at"]) >= TOLD_FOR:
        change = None
    return {
        "certificate": now,
        "known": [sha256, *(one for one in known if one != sha256)][:KNOWN],
    } | ({"change": change} if change else {})


def _why(last: Mapping[str, Any], leaf: Facts, at: datetime) -> Detail | None:
    """Why the change is a surprise; none if it is none."""
    if last["authority"] != leaf.authority:
        return Detail("The authority was {was} and is now {now}.", was=last["authority"], now=leaf.authority)
    begins, ends = datetime.fromisoformat(last["begins"]), datetime.fromisoformat(last["ends"])
    if ends - at > LAST_MONTH and ends - at > (ends - begins) / 2:
        words = "The certificate was replaced {days} days before its end, in the first half of its life."
        return Detail(words, days=(ends - at).days)
    return None
