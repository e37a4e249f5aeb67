"""The reference by which a request of an owner, or a correction, is known here: it must not say who the owner is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.promises.entries import not_ours
from monitor.questionnaire.my_number import holds_my_number
from monitor.refusal import need

if TYPE_CHECKING:
    from monitor.tables import Correction, OwnerRequest

REF_LOCK = 0x17A63  #: PostgreSQL's lock of whoever enters something under such a reference
_SOUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}")


def sound(ref: str) -> str:
    """The reference, as far as it can be told that it is one. A number of the office that took the request has a digit;
    a name or an address has none, or is written otherwise.
    """
    text = ref.strip()
    need(not holds_my_number(text), "my-number", "Write no My Number: nothing of this has been kept.")
    need(
        _SOUND.fullmatch(text) and any(sign.isdigit() for sign in text),
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
