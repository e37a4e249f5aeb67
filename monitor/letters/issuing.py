"""What a letter carries that must be on record before it leaves: the link to a form, and the code to verify it by.

Writing a letter in earnest records them. Whoever only wants to see a letter gets ones that look the same and open
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from monitor import links, shortcodes
from monitor.tables import SigningCode

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.tables import Mail, Obligation


class Issuing(Protocol):
    async def link(self, duty: Obligation, mail: Mail, grade: str, contact: int | None, at: datetime) -> str: ...

    async def code(self, mail: Mail, at: datetime) -> str: ...

    async def signature(self, number: str) -> tuple[str, str]:
        """The digits that confirm a declaration, and who declared."""
        ...


@dataclass(frozen=True)
class Recorded:
    """In earnest."""

    keyring: links.Keyring

    async def link(self, duty: Obligation, mail: Mail, grade: str, contact: int | None, at: datetime) -> str:
        return await links.issue(self.keyring, duty, at, mail=mail.id, grade=grade, contact=contact)

    async def code(self, mail: Mail, at: datetime) -> str:
        return await shortcodes.issue(self.keyring, shortcodes.MAIL, mail.id, at)

    async def signature(self, number: str) -> tuple[str, str]:
        asked = await SigningCode.get(id=number)
        return links.code(self.keyring, number), f"{asked.signer_title} {asked.signer_name}".strip()


@dataclass(frozen=True)
class Shown:
    """For the eye: nothing is recorded, so nothing opens and no code is known."""

    keyring: links.Keyring

    async def link(self, duty: Obligation, mail: Mail, grade: str, contact: int | None, at: datetime) -> str:  # noqa: ARG002 - the protocol's shape
        return links.spell(self.keyring, bytes(12), "sample")

    async def code(self, mail: Mail, at: datetime) -> str:  # noqa: ARG002 - the protocol's shape
        return shortcodes.derive(self.keyring, "sample", mail.id)

    async def signature(self, number: str) -> tuple[str, str]:
        return links.code(self.keyring, number), "–"
