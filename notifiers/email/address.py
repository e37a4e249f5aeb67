"""Addresses as a mail server can be told them: ASCII, punycode domains, quoted where the grammar wants it.

SMTPUTF8 is not used, because large relays refuse it; an address whose local part is not ASCII can therefore not be
reached. Odd local parts are not repaired: `taro..y.@docomo.ne.jp` is against the grammar and was handed out by a
Japanese carrier for years. In quotes it is the same mailbox and within the grammar.
"""

from __future__ import annotations

import re

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_DOMAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Za-z.:]+\]")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_SPECIAL = re.compile(r'(["\\])')


class NotSendable(ValueError):  # noqa: N818 - it says what the address is
    """No mail server could be told this address. The words say why and do not repeat it: it may be a person's."""


def sendable(address: str) -> str:
    """The form for the wire. What holds a line break or another control character is refused, not cleaned: an address
    with something cut out of it is somebody else's.
    """
    local, at, domain = address.strip(" ").rpartition("@")
    if not (local and at and domain):
        raise NotSendable("not an e-mail address")
    if not _PRINTABLE.fullmatch(local):
        raise NotSendable("the part before the @ holds characters that mail servers do not take")
    return f"{_quoted(local)}@{_ascii(domain)}"


def _quoted(local: str) -> str:
    if _ATOM.fullmatch(local) or _QUOTED.fullmatch(local):
        return local
    return '"{}"'.format(_SPECIAL.sub(r"\\\1", local))


def _ascii(domain: str) -> str:
    try:
        plain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise NotSendable("the domain cannot be written in ASCII (punycode)") from None
    if not _DOMAIN.fullmatch(plain) or ".." in plain:
        raise NotSendable("not a domain after the @")
    return plain
