"""The links that open a party's request without an account: made, opened, revoked.

A token is `itk_` + base64url(link id 12 bytes | HMAC-SHA256 28 bytes) + a 6-character checksum. Two locks: the id is
random and stands only in the database, the key stands only in a file, and neither alone makes a link. The row keeps a
hash of the token, so that each issue can be revoked and audited. The same letter, sent again after a failure, carries
the same link. The prefix and the checksum let garbage be refused without touching the database, and let scanners for
leaked secrets recognise a token.

Links are not used up by being opened: mail gateways open them first.

The code that confirms a signature is made in the same way, of a random id and the key, so that it stands nowhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import ledger
from monitor.refusal import need
from monitor.tables import Link, MailItem
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.tables import Obligation

PREFIX = "itk_"
FORM, SIGN_IN, CODE = "link", "sign-in", "code"
LIVES = timedelta(days=180)
SIGN_IN_LIVES = timedelta(minutes=15)
CODE_LIVES = timedelta(minutes=60)  #: a gateway may hold a mail back for half of it
CODE_DIGITS = 8
KEPT = 3  #: of the links that letters carried, the last so many stay valid
_ID, _MAC, _CRC = 12, 28, 6
_SPELLED = re.compile(r"itk_[A-Za-z0-9_-]{1,200}")
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


@dataclass(frozen=True)
class Wanted:
    """A link to one duty, and what carries it: the letter of that id, or the pages of another link."""

    duty: Obligation
    mail: str = ""
    via: str = ""
    grade: str = "submit"
    contact: int | None = None

    @property
    def key(self) -> tuple[int, str]:
        """What carries it carries one link to a duty, while that is good."""
        return self.duty.id, self.mail or self.via


@dataclass(frozen=True)
class Keyring:
    """The keys that sign links, by id. The first signs; all verify, so that keys can be changed without breaking
    links.
    """

    keys: Mapping[str, bytes]

    def sign(self, text: bytes, purpose: str) -> bytes:
        return self._mac(next(iter(self.keys.values())), text, purpose)

    def signed(self, text: bytes, mac: bytes, purpose: str) -> bool:
        return any(hmac.compare_digest(known, mac) for known in self.macs(text, purpose))

    def macs(self, text: bytes, purpose: str) -> list[bytes]:
        """What each key makes of it; what could have been signed before a new key came."""
        return [self._mac(key, text, purpose) for key in self.keys.values()]

    @staticmethod
    def _mac(key: bytes, text: bytes, purpose: str) -> bytes:
        return hmac.new(key, f"itaku {purpose}\0".encode() + text, hashlib.sha256).digest()[:_MAC]


def checksum(text: str) -> str:
    value = binascii.crc32(text.encode())
    digits = []
    for _ in range(_CRC):
        value, digit = divmod(value, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))


def fresh_id() -> bytes:
    """A random id that a token can carry."""
    return secrets.token_bytes(_ID)


def spell(keyring: Keyring, link_id: bytes, purpose: str = FORM) -> str:
    """The token of a link. One made for one purpose is garbage for any other."""
    payload = base64.urlsafe_b64encode(link_id + keyring.sign(link_id, purpose)).decode().rstrip("=")
    return PREFIX + payload + checksum(payload)


def spelled(token: str) -> bool:
    """Whether something is of a token's letters."""
    return _SPELLED.fullmatch(token) is not None


def parse(keyring: Keyring, token: str, purpose: str = FORM) -> str | None:
    """The id of the link that a token names, or none if it is no token of ours."""
    payload, crc = token[len(PREFIX) : -_CRC], token[-_CRC:]
    if not token.startswith(PREFIX) or not token.isascii() or not hmac.compare_digest(checksum(payload), crc):
        return None
    try:
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _ID + _MAC or not keyring.signed(raw[:_ID], raw[_ID:], purpose):
        return None
    return raw[:_ID].hex()


def code(keyring: Keyring, number: str) -> str:
    """The digits that belong to a random id. Made anew for the same letter, they are the same."""
    return _digits(keyring.sign(number.encode(), CODE))


def is_code(keyring: Keyring, number: str, typed: str) -> bool:
    return any(hmac.compare_digest(_digits(mac), typed) for mac in keyring.macs(number.encode(), CODE))


def _digits(mac: bytes) -> str:
    return f"{int.from_bytes(mac[:16]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def issue(
    keyring: Keyring, duty: Obligation, at: datetime, *, mail: str, grade: str = "submit", contact: int | None = None
) -> str:
    """A link to one duty. Asked for again for the same letter, it is the same link, unless it was revoked since."""
    return (await issue_all(keyring, [Wanted(duty, mail, grade=grade, contact=contact)], at))[duty.id, mail]


async def issue_from(keyring: Keyring, duty: Obligation, at: datetime, source: Link) -> str:
    """A link to another duty than that of `source`, from whose pages it is opened; again, it is the same link. None
    where links to that duty were made void since the source was mailed: what was taken out of wrong hands does not come
    back by another mail that lies in them.
    """
    mailed = await Link.get(id=source.via) if source.via else source
    need(
        not await Link.filter(obligation_id=duty.id, revoked_at__gte=mailed.issued_at).exists(),
        "link-void",
        "Links to this request were made void. Open it by the link in the latest mail about it.",
    )
    wanted = Wanted(duty, via=source.via or source.id, grade=source.grade)
    return (await issue_all(keyring, [wanted], at))[wanted.key]


async def issue_all(keyring: Keyring, wanted: Sequence[Wanted], at: datetime) -> dict[tuple[int, str], str]:
    """Links by their keys. Those that are not on record yet, or were revoked, are recorded in one transaction."""
    if not wanted:
        return {}
    mails, vias = {one.mail for one in wanted}, {one.via for one in wanted}
    known = Link.filter(obligation_id__in={one.duty.id for one in wanted}, mail__in=mails, via__in=vias)
    ids = {
        (link.obligation_id, link.mail or link.via): bytes.fromhex(link.id)
        for link in await known.filter(revoked_at=None).order_by("-issued_at", "-id")
    }
    fresh: dict[tuple[int, str], Wanted] = {}
    for one in wanted:
        if one.key not in ids:
            fresh.setdefault(one.key, one)
    if fresh:
        ids |= {key: fresh_id() for key in fresh}
        await _record(keyring, [(ids[key], one) for key, one in fresh.items()], at)
    return {one.key: spell(keyring, ids[one.key]) for one in wanted}


async def _record(keyring: Keyring, fresh: Sequence[tuple[bytes, Wanted]], at: datetime) -> None:
    async with transaction():
        await Link.bulk_create(
            Link(
                id=key.hex(),
                obligation_id=one.duty.id,
                token_sha256=_fingerprint(spell(keyring, key)),
                grade=one.grade,
                contact_id=one.contact,
                mail=one.mail,
                via=one.via,
                issued_at=at,
                expires_at=at + LIVES,
            )
            for key, one in fresh
        )
        await ledger.write([_issued(key, one) for key, one in fresh], at)


def _issued(key: bytes, one: Wanted) -> ledger.Event:
    said = {"obligation": one.duty.id, "grade": one.grade} | ({"via": one.via} if one.via else {})
    return ledger.Event("link.issued", f"link/{key.hex()}", said, one.duty.company_id)


async def open_(keyring: Keyring, token: str, at: datetime) -> Link | None:
    """The link behind a token if it may be used now; none for an unknown, foreign, revoked, superseded or expired
    one.
    """
    link_id = parse(keyring, token)
    link = await Link.get_or_none(id=link_id) if link_id else None
    if link is None or not hmac.compare_digest(link.token_sha256, _fingerprint(token)):
        return None
    return link if await _in_force(link, at) else None


async def _in_force(link: Link, at: datetime) -> bool:
    """A link that was opened from another one is good for as long as that one is, so that whoever makes that one void
    has made both void.
    """
    if link.revoked_at or link.expires_at <= at:
        return False
    if link.via:
        source = await Link.get_or_none(id=link.via)
        return source is not None and await _in_force(source, at)
    newer = Link.filter(
        obligation_id=link.obligation_id,
        issued_at__gt=link.issued_at,
        grade=link.grade,
        contact_id=link.contact_id,
        via="",
    )
    mails = [str(mail) for mail in await newer.values_list("mail", flat=True)]
    return len(mails) < KEPT or await _to_the_same(link.mail, mails) < KEPT


async def _to_the_same(mail: str, newer: Sequence[str]) -> int:
    """How many of those letters went to whom that letter went. Copies go to one colleague each, whose link is not made
    void by what others get; all other letters of a party are for whoever answers for it, whoever that is by then.
    """
    copies = MailItem.filter(mail_id__in=[mail, *newer], notice__kind="copy")
    readers = dict(await copies.values_list("mail_id", "notice__address"))
    return sum(readers.get(one) == readers.get(mail) for one in newer)


async def named(keyring: Keyring, token: str) -> Link | None:
    """The link that a token names whether it may still be used or not, so that an expired one can be healed."""
    link_id = parse(keyring, token)
    return await Link.get_or_none(id=link_id) if link_id else None


async def revoke(duty: Obligation, at: datetime, actor: str) -> int:
    """Nobody opens anything with a link to that duty that was issued so far; how many of them were still good."""
    async with transaction():
        good = Link.filter(obligation_id=duty.id, revoked_at=None, expires_at__gt=at)
        ids = [str(key) for key in await good.order_by("issued_at", "id").values_list("id", flat=True)]
        if ids:
            await Link.filter(id__in=ids).update(revoked_at=at)
            await ledger.note("link.revoked", duty, at, actor, links=ids)
    return len(ids)


async def valid(duty_id: int, at: datetime) -> bool:
    """Whether somebody holds a link that opens a duty now."""
    return await Link.filter(obligation_id=duty_id, revoked_at=None, expires_at__gt=at).exists()
