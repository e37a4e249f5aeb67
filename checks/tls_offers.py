"""Which versions and suites a server really takes, asked with a handful of handshakes once a day.

A server shows one version and one suite in each handshake, the best that both sides know; what else it would take has
to be offered alone. That is somebody else's connection each time, so it is asked rarely, the answers are kept, and the
looks in between rest on them. Most servers need two or three questions, none more than five: whoever takes nothing
below TLS 1.3 is not asked about suites that belong to older versions, and whoever refuses all weak suites at once is
not asked about each.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from checks.answers import Offer, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.answers import Handshake
    from checks.contract import Probe

Answers = dict[str, str]

OLD, TWELVE, BROKEN, TRIPLE_DES, STATIC_RSA = "old-versions", "tls-1.2", "broken-suites", "3des", "static-rsa"
ASKED: Final = {
    Offer.OLD_VERSIONS: OLD,
    Offer.UP_TO_TLS_1_2: TWELVE,
    Offer.BROKEN_SUITES: BROKEN,
    Offer.TRIPLE_DES: TRIPLE_DES,
    Offer.STATIC_RSA: STATIC_RSA,
}
GROUPS: Final = (Offer.BROKEN_SUITES, Offer.TRIPLE_DES, Offer.STATIC_RSA)
REFUSED, NOT_ASSESSED = "refused", "not-assessed"
DAILY = timedelta(hours=23, minutes=30)  # looks come each hour and not to the minute; so it stays once a day
FORGOTTEN = timedelta(days=8)  # an answer that could not be had again for a week is no answer any more


async def asked(url: str, probe: Probe, version: str) -> Answers:
    """The answers of a server that has just agreed on `version`; empty where no current version was agreed on."""
    said = {OLD: told(await probe.shake(url, Offer.OLD_VERSIONS))}
    older = version if version == "TLSv1.2" else told(await probe.shake(url, Offer.UP_TO_TLS_1_2))
    said[TWELVE] = older if older == NOT_ASSESSED or older.startswith("TLSv1.2") else REFUSED
    if {said[OLD], older} == {REFUSED}:
        return said | {ASKED[group]: REFUSED for group in GROUPS}
    return said | await _suites(url, probe)


async def _suites(url: str, probe: Probe) -> Answers:
    """What is taken of the weak suites. One that was picked out of all of them answers for its own group."""
    answer = await probe.shake(url, Offer.WEAK_SUITES)
    if answer.tls is None:
        return {ASKED[group]: told(answer) for group in GROUPS}
    shown = _group(answer.tls.cipher)
    said = {ASKED[group]: told(await probe.shake(url, group)) for group in GROUPS if group is not shown}
    return said | {ASKED[shown]: told(answer)}


def _group(suite: str) -> Offer:
    if any(mark in suite for mark in ("NULL", "anon", "EXPORT", "RC4", "_DES_")):
        return Offer.BROKEN_SUITES
    return Offer.TRIPLE_DES if "3DES" in suite else Offer.STATIC_RSA


def told(answer: Handshake) -> str:
    """One answer in a word: what was taken, a no, or nothing that tells."""
    if answer.tls is not None:
        return answer.tls.version if answer.tls.cipher == "" else f"{answer.tls.version} {answer.tls.cipher}"
    return REFUSED if answer.trouble is Trouble.TLS_FAILED else NOT_ASSESSED


def due(before: Mapping[str, Any], at: datetime) -> bool:
    """Whether the questions have not been asked for a day."""
    last = before.get("offers", {}).get("at")
    return last is None or not timedelta(0) <= at - datetime.fromisoformat(last) < DAILY


def kept(before: Mapping[str, Any], said: Answers | None, at: datetime) -> dict[str, Any]:
    """What to keep of the answers: those of today, and of the earlier ones what could not be had again. Each has its
    instant, because a server that has begun to be silent must not be held to what it once said for ever.
    """
    old = before.get("offers", {})
    answers = {name: row for name, row in old.get("said", {}).items() if _recent(row, at)}
    if said is None:
        return {"at": old.get("at"), "said": answers}
    answers |= {name: [word, at.isoformat()] for name, word in said.items() if word != NOT_ASSESSED}
    return {"at": at.isoformat(), "said": answers}


def _recent(row: list[str], at: datetime) -> bool:
    return at - datetime.fromisoformat(row[1]) < FORGOTTEN


def words(kept_offers: Mapping[str, Any]) -> Answers:
    """The answer that holds for each question; what was not answered is not assessed, and never a pass."""
    said = kept_offers["said"]
    return {name: said[name][0] if name in said else NOT_ASSESSED for name in ASKED.values()}
