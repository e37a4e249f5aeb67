"""The reference by which a request of an owner, or a correction, is known here: it must not say who the owner is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.promises.entries import REFERENCE, not_ours
from monitor.reasons import harmless
from monitor.refusal import need

if TYPE_CHECKING:
    from monitor.tables import Correction, OwnerRequest

REF_LOCK = 0x17A63  #: PostgreSQL's lock of whoever enters something under such a reference


def sound(ref: str) -> str:
    """The reference, as far as it can be told that it is one. A number of the office that took the request has a digit;
    a name or an address has none, or is written otherwise.
    """
    text = ref.strip()
    harmless(text)
    need(
        REFERENCE.fullmatch(text) and any(sign.isdigit() for sign in text),
        "ref-names-somebody",
        "Write a number of your own, such as R-2026-001: up to 60 Latin letters, digits and . _ / -, with a digit among"
        " them. Never a name or an address.",
    )
    not_ours(text)
    return text


async def free(others: type[Correction | OwnerRequest], ref: str) -> None:
    """A reference is of one matter: parties read nothing else of it, and would take one for the other."""
    taken = await others.filter(ref=ref).exists()
    need(not taken, "ref-taken", "An owner's request or a correction has this reference already: choose another one.")
