"""The number on a sheet of paper: derived from the request by our key, and found again by deriving it once more.

It is stored nowhere, because printing is reading: mail gateways open every page, and opening must change nothing.
Finding means deriving the numbers of all requests that run, some tens of thousands of which take a blink; it is done in
a thread, and strangers are counted. A sheet that was printed before the key was changed is found by the key of then.
Where two requests had the same number, which will not happen, neither is found by it, and the reference helps on.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.links import Keyring
from monitor.shortcodes import PAPER, derive, typed
from monitor.tables.duty import LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence


def number_of(keyring: Keyring, duty_id: int) -> str:
    return derive(keyring, PAPER, f"obligation/{duty_id}")


async def request_of(keyring: Keyring, text: str) -> int | None:
    """The running request whose number somebody has typed, in any width and grouping."""
    code = typed(text)
    if code is None:
        return None
    ids: list[Any] = await tables.Obligation.filter(state__in=LIVE).values_list("id", flat=True)
    found = await asyncio.to_thread(_derived_to, keyring, ids, code)
    return found[0] if len(found) == 1 else None


def _derived_to(keyring: Keyring, ids: Sequence[int], code: str) -> list[int]:
    rings = [Keyring({name: key}) for name, key in keyring.keys.items()]
    return [one for one in ids if any(number_of(ring, one) == code for ring in rings)]
