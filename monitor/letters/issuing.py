"""What letters carry that must be on record before they leave: links to forms, and the codes to verify letters by.

Writing letters in earnest records them, those of a whole batch at once. Whoever only wants to see a letter gets ones
that look the same and open nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from monitor import links, shortcodes
from monitor.notices import VENDOR
from monitor.tables import SigningCode
from monitor.tables.duty import ASKED, HANDED_IN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from monitor.letters.topic import Topic
    from monitor.links import Wanted
    from monitor.tables import Mail, Notice, Obligation

SECRETS = frozenset({"sign-in", "code"})  #: notices that hold what only the reader of one mailbox may have
_ASKING = frozenset(
    {"rung", "due-moved", "returned", "fresh-link", "hand-over", "use-link", "plea-decided", "still-missing"}
)  #: notices to a party that wait for its answer
_RECEIPTS = frozenset({"receipt", "copy"})  #: notices that lead to what was handed in, and to nothing that changes it


class Issuing(Protocol):
    async def links(self, wanted: Sequence[Wanted], at: datetime) -> Mapping[tuple[int, str], str]:
        """Their tokens, by their keys."""
        ...

    async def codes(self, mails: Collection[str], at: datetime) -> Mapping[str, str]:
        """Of letters, by id."""
        ...

    async def signature(self, number: str) -> tuple[str, str]:
        """The digits that confirm a declaration, and who declared."""
        ...


@dataclass(frozen=True)
class Recorded:
    """In earnest."""

    keyring: links.Keyring

    async def links(self, wanted: Sequence[Wanted], at: datetime) -> Mapping[tuple[int, str], str]:
        return await links.issue_all(self.keyring, wanted, at)

    async def codes(self, mails: Collection[str], at: datetime) -> Mapping[str, str]:
        return await shortcodes.issue_all(self.keyring, shortcodes.MAIL, mails, at)

    async def signature(self, number: str) -> tuple[str, str]:
        asked = await SigningCode.get(id=number)
        return links.code(self.keyring, number), f"{asked.signer_title} {asked.signer_name}".strip()


@dataclass(frozen=True)
class Shown:
    """For the eye: nothing is recorded, so nothing opens and no code is known."""

    keyring: links.Keyring

    async def links(self, wanted: Sequence[Wanted], at: datetime) -> Mapping[tuple[int, str], str]:  # noqa: ARG002 - the protocol's shape
        return dict.fromkeys((one.key for one in wanted), links.spell(self.keyring, bytes(12), "sample"))

    async def codes(self, mails: Collection[str], at: datetime) -> Mapping[str, str]:  # noqa: ARG002 - the protocol's shape
        return {mail: shortcodes.derive(self.keyring, "sample", mail) for mail in mails}

    async def signature(self, number: str) -> tuple[str, str]:
        return links.code(self.keyring, number), "–"


@dataclass(frozen=True)
class Issued:
    """What was issued for some letters: tokens by duty and letter, codes by letter, signatures by their numbers."""

    links: Mapping[tuple[int, str], str]
    codes: Mapping[str, str]
    signatures: Mapping[str, tuple[str, str]]

    @classmethod
    async def of(cls, letters: Sequence[tuple[Mail, Sequence[Topic]]], issuing: Issuing, at: datetime) -> Issued:
        carried = [one for mail, topics in letters for topic in topics if (one := link_of(topic, mail.id))]
        signed = {
            str(topic.notice.data["code"]) for _, topics in letters for topic in topics if topic.notice.kind == "code"
        }
        return cls(
            await issuing.links(carried, at),
            await issuing.codes([mail.id for mail, _ in letters], at),
            {number: await issuing.signature(number) for number in signed},
        )


def link_of(topic: Topic, mail: str) -> Wanted | None:
    """The link to a form that a topic carries, if it is for a party and leads to one."""
    notice, duty = topic.notice, topic.duty
    if duty is None or notice.side != VENDOR or notice.kind in {*SECRETS, "mailbox"} or topic.case or topic.certificate:
        return None
    grade = _grade(notice, duty)
    contact = int(str(notice.data["contact"])) if notice.kind == "hand-over" else None
    return links.Wanted(duty, mail, grade=grade, contact=contact) if grade else None


def _grade(notice: Notice, duty: Obligation) -> str:
    """What the link of a notice to a party may do; nothing: it has none."""
    if notice.kind in _RECEIPTS:
        return "view"
    adds = duty.state in HANDED_IN and notice.data.get("adding")
    if (duty.state not in ASKED and not adds) or notice.kind not in _ASKING:
        return ""
    if notice.data.get("decision") == "confirmed":  # they are thanked: somebody else is asked from now on
        return ""
    return str(notice.data.get("grade", "draft")) if notice.kind == "hand-over" else "submit"
