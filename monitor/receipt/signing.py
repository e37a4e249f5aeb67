"""The signature under a receipt: Ed25519, whose public half anybody may have.

A key's id is the beginning of the hash of its public half, so that it names the key wherever it is written. Keys are
changed by putting a new one in front; the old ones stay, because what they signed has to be told genuine for years.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

if TYPE_CHECKING:
    from collections.abc import Sequence

ALGORITHM = "Ed25519"
_PUBLIC = re.compile(r"[0-9a-f]{64}")
_SIGNED = re.compile(r"[0-9a-f]{128}")
_ID = 16


def key_id(public: str) -> str:
    """What a public key is called: the first 16 digits of the SHA-256 of its 32 octets."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:_ID]


def public_of(seed: bytes) -> str:
    """The public half of a secret key, as 64 hexadecimal digits."""
    return Ed25519PrivateKey.from_private_bytes(seed[:32]).public_key().public_bytes_raw().hex()


def spelled(text: str) -> str | None:
    """A public key as somebody typed or copied it, or none if that can be none."""
    found = re.sub(r"[\s:]", "", text).lower()
    return found if _PUBLIC.fullmatch(found) else None


@dataclass(frozen=True)
class Signing:
    """The secret keys, by age; the first signs."""

    seeds: Sequence[bytes]

    @property
    def publics(self) -> list[str]:
        """The public halves, the one that signs now first."""
        return [public_of(seed) for seed in self.seeds]

    def sign(self, text: bytes) -> dict[str, str]:
        key = Ed25519PrivateKey.from_private_bytes(self.seeds[0][:32])
        public = key.public_key().public_bytes_raw().hex()
        return {"algorithm": ALGORITHM, "key": key_id(public), "public_key": public, "value": key.sign(text).hex()}


def signed(text: bytes, public: object, value: object) -> bool:
    """Whether that signature was made over that text with the secret half of that key. Hexadecimal digits are taken in
    one spelling only, so that no two files say the same.
    """
    if not (isinstance(public, str) and isinstance(value, str)):
        return False
    if not (_PUBLIC.fullmatch(public) and _SIGNED.fullmatch(value)):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(value), text)
    except (InvalidSignature, ValueError):
        return False
    return True
