"""Short codes: what somebody reads off a mail or a sheet of paper and types into a page.

A code is derived from what it stands for by a key, so that the same letter, written again after a failure, shows the
same code; and it is stored, because eight characters are too few to carry what they stand for. Two things of one code
would be a lie, so whoever comes second gets the next one of its row.

The alphabet has no vowels, so that no code spells a word, and no two signs that look alike in print. What cannot be in
a code is read as the sign that it looks like, full width and small letters as what they mean, and any dash or blank
between them as none.
"""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from tortoise.exceptions import IntegrityError

from checks.spelling import normal
from monitor.tables import ShortCode
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from monitor.links import Keyring

MAIL, PAPER = "mail", "paper"
ALPHABET = "23456789CDFGHJKMNPQRTVWXY"
LENGTH = 8
_LONGEST = 40  #: characters of what somebody may type, blanks and dashes included
_LOOKS_LIKE = str.maketrans({"B": "8", "S": "5", "Z": "2"})
_BETWEEN = re.compile(r"[\s\-‐‑‒–—―−ー・.·_]+")


def derive(keyring: Keyring, kind: str, reference: str, number: int = 0) -> str:
    """The code that something would have. `number` counts on where another thing has it already."""
    mac = keyring.sign(f"{kind}\0{reference}\0{number}".encode(), "short code")
    value = int.from_bytes(mac, "big")
    signs = []
    for _ in range(LENGTH):
        value, digit = divmod(value, len(ALPHABET))
        signs.append(ALPHABET[digit])
    return "".join(signs)


def grouped(code: str) -> str:
    """As it is printed: `C7DK-94MR`."""
    return f"{code[:4]}-{code[4:]}"


def typed(text: str) -> str | None:
    """The code that somebody meant, or none if that can be none."""
    said = _signs(text)
    return said if len(said) == LENGTH and set(said) <= set(ALPHABET) else None


def long_enough(text: str) -> bool:
    """Whether it has as many signs as a code, be they those of one or not."""
    return len(_signs(text)) == LENGTH


def _signs(text: str) -> str:
    return _BETWEEN.sub("", normal("NFKC", text[:_LONGEST])).upper().translate(_LOOKS_LIKE)


async def issue(keyring: Keyring, kind: str, reference: str, at: datetime) -> str:
    """The code of something; asked for again, it is the same one. Called outside the transaction of another change."""
    for _ in range(2):
        if known := await of(kind, reference):
            return known
        try:
            async with transaction():
                return await _new(keyring, kind, reference, at)
        except IntegrityError:  # a replica was quicker, with this very thing or with this very code
            continue
    found = await of(kind, reference)
    return found or await _new(keyring, kind, reference, at)


async def issue_all(keyring: Keyring, kind: str, references: Collection[str], at: datetime) -> dict[str, str]:
    """The codes of many things, by reference: one statement where nothing is new, one transaction where nothing is
    in the way.
    """
    rows = await ShortCode.filter(kind=kind, reference__in=references) if references else []
    found = {row.reference: row.code for row in rows}
    fresh = {derive(keyring, kind, one): one for one in references if one not in found}
    if fresh and not await ShortCode.exists(code__in=list(fresh)):
        made = [ShortCode(code=code, kind=kind, reference=one, issued_at=at) for code, one in fresh.items()]
        with suppress(IntegrityError):  # a replica was quicker
            async with transaction():
                await ShortCode.bulk_create(made)
            found |= {one: code for code, one in fresh.items()}
    return {one: found.get(one) or await issue(keyring, kind, one, at) for one in references}


async def _new(keyring: Keyring, kind: str, reference: str, at: datetime) -> str:
    for number in count():
        code = derive(keyring, kind, reference, number)
        if not await ShortCode.exists(code=code):
            await ShortCode.create(code=code, kind=kind, reference=reference, issued_at=at)
            return code
    raise AssertionError


async def of(kind: str, reference: str) -> str | None:
    """The code of something, if it has one."""
    row = await ShortCode.get_or_none(kind=kind, reference=reference)
    return row.code if row else None


async def resolve(code: str) -> ShortCode | None:
    """What a code stands for."""
    return await ShortCode.get_or_none(code=code)
