"""What a company owes at the end of a work: what is left of the data, and the proof that nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.own_duties.kind import FOUND, OwnKind

if TYPE_CHECKING:
    from collections.abc import Mapping

BACKUP_PURGE = "backup-purge"
HOLD_REVIEW = "hold-review"
COPIES_ERASURE = "copies-erasure"
SPOT_CHECK = "spot-check"

#: What a certificate names as left beside the places of the inventory, by the kind that stands in its books.
BESIDES: Mapping[str, Message] = {
    "elsewhere": Message("Places beside those of the inventory"),
    "below": Message("Parties below that have not confirmed yet"),
    "excepted": Message("What the certificate excepts"),
}


def storage(about: Mapping[str, str], language: str) -> str:
    """The place of storage that a duty is about (its `about`); empty where it is about none."""
    besides = BESIDES.get(about.get("besides", ""))
    return besides.in_(language) if besides else about.get("storage", "")


ENDING: Mapping[str, OwnKind] = {
    BACKUP_PURGE: OwnKind(
        Message("Confirmation that a backup is purged"),
        Message(
            "The party certified that what is left in a backup will be gone by this day (APPI 22, General Guidelines"
            " 10-5-(4)). Have it confirmed; until then the return or deletion is not over."
        ),
        {"done": Message("It is gone: the party has confirmed it")},
    ),
    HOLD_REVIEW: OwnKind(
        Message("Review of data that is kept by law"),
        Message(
            "The party keeps data after the end because a law requires it. See whether the law still does (APPI 22); if"
            " not, have it erased."
        ),
        {
            "keep": Message("The law still requires it: look at it again later"),
            "ended": Message("The law requires it no longer, and it has been erased or returned"),
        },
    ),
    COPIES_ERASURE: OwnKind(
        Message("Erasure of what is left, or disputed"),
        Message(
            "The certificate says that data or copies are still there, or that the party does not agree to erase"
            " something (APPI 22, General Guidelines 10-5-(4)). Settle it, and have it confirmed by this day that"
            " nothing is left; until then the return or deletion is not over."
        ),
        {"done": Message("Nothing is left: the party has confirmed it")},
    ),
    SPOT_CHECK: OwnKind(
        Message("Spot check of a certified deletion"),
        Message(
            "A certificate alone is no proof. Ask for the log of the erasure, look for a seeded record, or see that"
            " nothing answers at the old address, and write down what you found (APPI 25, General Guidelines 3-4-4)."
        ),
        {
            "clean": Message("Nothing was found"),
            FOUND: Message("Data was found, or the erasure cannot be shown"),
        },
        frozenset({FOUND}),
    ),
}
