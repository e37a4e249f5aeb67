"""Addresses that say which letter something comes back about, and that nobody but us can have made.

`b.<mail>.<mac>@domain` is where mail servers send a letter back to (the envelope's sender, VERP); `r.<mail>.<mac>` is
where people's replies are kept. Both have 51 octets before the @ where mail servers take 64. Case does not matter, for
some servers change it. Sixteen hexadecimal digits of a MAC are few for a secret and enough here: each guess costs the
guesser a conversation with our mail server, and a right one says no more than that one letter did not arrive.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.links import Keyring

BOUNCE, REPLY = "b", "r"
_DIGITS = 16
_LOCAL = re.compile(rf"([{BOUNCE}{REPLY}])\.([0-9a-f]{{32}})\.([0-9a-f]{{{_DIGITS}}})")


@dataclass(frozen=True)
class ReturnAddresses:
    """Spells and reads such addresses of one domain. Without a domain it spells none and knows none."""

    keyring: Keyring
    domain: str = ""

    def spell(self, kind: str, mail: str) -> str:
        if not self.domain:
            return ""
        mac = self.keyring.sign(*_signed(kind, mail)).hex()[:_DIGITS]
        return f"{kind}.{mail}.{mac}@{self.domain}"

    def read(self, address: str) -> tuple[str, str] | None:
        """Which kind and which letter an address names; none if it is not one that we made."""
        local, _, domain = address.strip().strip("<>").lower().rpartition("@")
        found = _LOCAL.fullmatch(local)
        if found is None or domain != self.domain.lower():
            return None
        kind, mail, mac = found.groups()
        text, purpose = _signed(kind, mail)
        right = [made.hex()[:_DIGITS] for made in self.keyring.macs(text, purpose)]
        return (kind, mail) if any([hmac.compare_digest(mac, one) for one in right]) else None  # noqa: C419 - all of them


def _signed(kind: str, mail: str) -> tuple[bytes, str]:
    return mail.encode(), f"return {kind}"
