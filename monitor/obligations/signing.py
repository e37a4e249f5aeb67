"""Signing with a code: what was declared waits until whoever reads a registered mailbox has confirmed it.

Nobody can know who sits before a page that a link has opened. What can be known is who reads a mailbox. So a code goes
to a registered contact of the party, and never to an address that was typed into the form: always for a certificate of
deletion, and where whoever declares says that they are not the reader of the mail with the link. Who lies about that
declares falsely under a name, and the receipt goes to the registered contact all the same.

A colleague's code goes to the contact who has named them, and a link that was opened from another one's pages asks for
one as well: neither has been mailed to a registered address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F, Q

from checks.spelling import normal
from monitor import ledger, links, tables
from monitor.language import Message
from monitor.notices import VENDOR, about_duty, tell
from monitor.obligations import KINDS
from monitor.obligations.acts import Declaration, submit
from monitor.obligations.adding import held_to_write
from monitor.obligations.holding import held
from monitor.refusal import Refused, need
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.links import Keyring
    from monitor.registry.format import Party
    from monitor.tables import Link, Obligation, SigningCode

TRIES = 5  #: for one code
AGAIN_AFTER = timedelta(minutes=1)  #: a second press of the same button sends nothing more
A_DAY = 10  #: codes of one request in 24 hours: fifty guesses at one of a hundred million
DAY = timedelta(days=1)


def masked(address: str) -> str:
    """As much of an address as its owner needs to recognise it, and nobody to write to it: `p…y@acme.example`."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}@{domain}"  # noqa: PLR2004 - of two signs one is shown


class Standing(Enum):
    """What the registered contact behind a link is today."""

    PARTY = "a contact of the party, whatever it is asked"
    REQUEST = "whom the company has confirmed for this request alone"
    GONE = "registered no more: another one stands in their place"


async def contact_of(duty: Obligation, link: Link, party: Party) -> str:
    """The address of the registered contact behind a link."""
    return (await behind(duty, link, party))[0]


async def behind(duty: Obligation, link: Link, party: Party) -> tuple[str, Standing]:
    """The registered contact behind a link: to whom it was mailed, or who has named its reader. Whoever is not
    registered any more is no contact; then it is the first of today, or who is asked in place of them, and the link
    counts as nobody's: what the present contact may, its reader may not.
    """
    for _ in range(3):
        source = await _source(link)
        if source is None:
            break
        link = source
    mail = await tables.Mail.get_or_none(id=link.mail) if link.mail else None
    asked = [*filter(None, [duty.asks]), *party.contacts]
    known = {address.lower(): address for address in asked}
    found = next((known[to.lower()] for to in (mail.to if mail else ()) if to.lower() in known), None)
    if found is None:
        return asked[0], Standing.GONE
    own = {address.lower() for address in party.contacts}
    return found, Standing.PARTY if found.lower() in own else Standing.REQUEST


async def _source(link: Link) -> Link | None:
    """The link from which another one comes."""
    if link.via:
        return await tables.Link.get_or_none(id=link.via)
    if link.contact_id is None:
        return None
    found = await tables.Colleague.get_or_none(obligation_id=link.obligation_id, contact_id=link.contact_id)
    return await tables.Link.get_or_none(id=found.named_by) if found else None


async def reader_of(duty: Obligation, link: Link, party: Party) -> str:
    """To whom a link was mailed: a colleague, or a registered contact."""
    if link.contact_id is not None:
        return (await tables.Person.get(id=link.contact_id)).email
    return await contact_of(duty, link, party)


def needs_code(duty: Obligation, link: Link, reader: str, email: str, standing: Standing = Standing.PARTY) -> bool:
    """Whether a signature has to be confirmed. `email`: what whoever declares gave as their own, empty for that of the
    link's reader. Nobody knows who reads a link whose contact is gone, unless it is a colleague's. Pure.
    """
    unknown = bool(link.via) or (standing is Standing.GONE and link.contact_id is None)
    return KINDS[duty.kind].needs_code or unknown or email.lower() not in ("", reader.lower())


async def declare(link: Link, said: Declaration, contact: str, at: datetime) -> None:
    """Keep what was declared and mail a code to the contact. The same declared again at once, the code on its way
    serves.

    A code confirms the declaration that it was mailed for and no other: what the reader of the mailbox was told is
    what they pass it on for. So another name, or other answers, make the codes on their way void.
    """
    signer = {"signer_name": said.name, "signer_title": said.title, "signer_email": said.email, "sha256": said.sha256}
    async with transaction():
        duty, _ = await held_to_write(link.obligation_id)
        others = tables.SigningCode.filter(~Q(**signer), link_id=link.id, used_at=None, expires_at__gt=at)
        await others.update(expires_at=at)
        waiting = await _alive(link, at)
        if waiting and at - waiting[0].made_at < AGAIN_AFTER:
            return
        await _send(duty, link, signer, contact, at)


async def send_again(link: Link, contact: str, at: datetime) -> None:
    """Mail another code for the same declaration. Those on their way stay good: gateways hold mails back."""
    async with transaction():
        duty, _ = await held(link.obligation_id)
        last = await pending(link, at)
        if at - last.made_at >= AGAIN_AFTER:
            names = ("signer_name", "signer_title", "signer_email", "sha256")
            await _send(duty, link, {name: getattr(last, name) for name in names}, contact, at)


async def _send(duty: Obligation, link: Link, signer: dict[str, Any], contact: str, at: datetime) -> None:
    today = await tables.SigningCode.filter(obligation_id=duty.id, made_at__gt=at - DAY).count()
    need(
        today < A_DAY,
        "too-many-codes",
        "Today no more codes can be mailed for this request. Try again tomorrow, or write to whoever asks you.",
    )
    number = links.fresh_id().hex()
    await tables.SigningCode.create(
        id=number, obligation_id=duty.id, link_id=link.id, made_at=at, expires_at=at + links.CODE_LIVES, **signer
    )
    more = {"mark": number, "address": contact, "data": {"code": number}}
    await tell([about_duty(duty, "code", VENDOR, at, urgent=True, **more)])
    await ledger.note("link.code_asked", duty, at, f"link/{link.id}")


async def _alive(link: Link, at: datetime) -> list[SigningCode]:
    """The codes of a link that may still be used, the latest first."""
    return await tables.SigningCode.filter(link_id=link.id, used_at=None, expires_at__gt=at).order_by("-made_at", "id")


async def pending(link: Link, at: datetime) -> SigningCode:
    """What was declared last and waits for its code. Raises `NothingDeclared`."""
    found = await _alive(link, at)
    if not found:
        raise NothingDeclared
    return found[0]


class NothingDeclared(Exception):  # noqa: N818 - what is the matter
    """Nothing waits for a code: nothing was declared, or the hour is over."""


def typed_code(text: str) -> str:
    """The digits of what was typed or pasted: full-width ones, blanks and hyphens included. Pure."""
    return "".join(sign for sign in normal("NFKC", text) if not (sign.isspace() or sign in "-‐‑–−ー"))


@dataclass(frozen=True)
class Signature:
    """What a code is given for: the answers as they stand now, frozen, and the keys that make codes. `key`: as in a
    declaration.
    """

    keyring: Keyring
    answers: str
    sha256: str
    key: str = ""


async def confirm(link: Link, typed: str, now: Signature, at: datetime, actor: str) -> None:
    """Hand in what was declared, if the code is right. A wrong one uses up a try of each that is on its way."""
    async with transaction():
        duty, _ = await held_to_write(link.obligation_id)
        codes = await _alive(link, at)
        if not codes:
            raise NothingDeclared
        last = codes[0]
        need(
            last.sha256 == now.sha256,
            "answers-changed",
            "Since they were confirmed, the answers were changed. Check them once more and submit them again.",
        )
        left = await _try(duty, link, codes, typed, now.keyring, at)
        if left is None:
            signer = (last.signer_name, last.signer_title, last.signer_email)
            said = Declaration(now.answers, now.sha256, *signer, confirmed="code", key=now.key)
            await submit(duty.id, at, said, actor)
    if left is not None:
        raise _wrong(left)


def _wrong(left: int) -> Refused:
    if left:
        return Refused("code-wrong", Message("This is not the code that we mailed. Please check the digits."))
    return Refused("code-used-up", Message("Wrong codes were entered too often. Please have a new code mailed."))


async def _try(
    duty: Obligation, link: Link, codes: Sequence[SigningCode], typed: str, keyring: Keyring, at: datetime
) -> int | None:
    """Nothing, if it is one of the codes; else how many tries the latest has left. The count is in the rows."""
    usable = [code for code in codes if code.tries < TRIES]
    rows = tables.SigningCode.filter(id__in=[code.id for code in usable])
    if any(links.is_code(keyring, code.id, typed) for code in usable):
        await tables.SigningCode.filter(link_id=link.id, used_at=None).update(used_at=at)
        return None
    if usable:
        await rows.update(tries=F("tries") + 1)
        await ledger.note("link.code_wrong", duty, at, f"link/{link.id}")
    return max(TRIES - codes[0].tries - 1, 0)
