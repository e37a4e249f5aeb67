"""Reading a DKIM key (RFC 6376), at the selectors that somebody has named: DNS cannot be asked which there are."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.detail import Detail
from checks.mail_policies import tags

if TYPE_CHECKING:
    from collections.abc import Sequence

SELECTOR = re.compile(r"[a-z0-9]([a-z0-9_-]{0,62})?(\.[a-z0-9]([a-z0-9_-]{0,62})?){0,3}", re.IGNORECASE)
REFUSED = 1024  #: bits below which receivers take no signature (RFC 8301 section 3.2)
ENOUGH = 2048
RAW = 32  #: octets of an Ed25519 key (RFC 8463)


@dataclass(frozen=True, slots=True)
class Key:
    """What stands at one selector. `wrong` says why it verifies nothing, if that is so; `bits` are those of RSA."""

    wrong: Detail | None = None
    kind: str = "rsa"
    bits: int = 0


def read_keys(texts: Sequence[str]) -> Key:
    """The one key of a selector; other texts beside it are none of ours."""
    found = [given for given in map(tags, texts) if "p" in given]
    if len(found) != 1:
        return Key(Detail("There are {count} key records; one is needed.", count=len(found)))
    given = found[0]
    if given.get("v", "DKIM1") != "DKIM1":
        return Key(Detail("Its version is not DKIM1."))
    coded = "".join(given["p"].split())
    if not coded:
        return Key(Detail("The key is withdrawn."))
    return _read(given.get("k", "rsa").lower(), coded)


def _read(kind: str, coded: str) -> Key:
    unreadable = Key(Detail("The key cannot be read."), kind)
    try:
        raw = base64.b64decode(coded, validate=True)
    except ValueError:  # signs that are none of the alphabet, also of no alphabet that the coding knows
        return unreadable
    if kind == "ed25519":
        return Key(None, kind) if len(raw) == RAW else unreadable
    if kind != "rsa":
        return Key(Detail("Receivers do not know its kind."), kind)
    bits = _bits(raw)
    return Key(None, kind, bits) if bits else unreadable


def _bits(raw: bytes) -> int:
    """The length of an RSA key, 0 of what is none. The library is imported late, as for certificates."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(raw)
    except (ValueError, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) else 0
