"""Reading a certificate: the few facts that verdicts rest on. Pure, and remembered by content, because the same
certificate is seen many thousand times before it changes.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from checks.detail import plain

if TYPE_CHECKING:
    from datetime import datetime

WEAK_HASHES = frozenset({"md5", "sha1"})
SHORTEST = {"RSA": 2048, "DSA": 1 << 30, "EC": 256}  # DSA keys are out of use at any length
LONGEST_KNOWN = 8192
LONGEST_SERIAL = 64  # hexadecimal digits; RFC 5280 allows 40
UNREADABLE = (ValueError, x509.DuplicateExtension, x509.InvalidVersion, UnsupportedAlgorithm)


@dataclass(frozen=True, slots=True)
class Facts:
    subject: str
    issuer: str
    authority: str  #: the issuer's organisation, which stays where its intermediates take turns
    serial: str  #: hexadecimal, as people read it in browsers
    begins_at: datetime
    ends_at: datetime
    names: tuple[str, ...]  #: of the SAN: DNS names in lower case, then addresses
    key: str
    bits: int
    signature: str  #: the hash that was signed
    self_issued: bool
    points_to_issuer: bool  #: says where its issuer's certificate is to be had, as those below intermediates do

    @property
    def weak_key(self) -> bool:
        return self.bits < SHORTEST.get(self.key, 0)

    @property
    def weak_signature(self) -> bool:
        """A self-issued certificate's own signature protects nothing, so its hash does not matter."""
        return self.signature in WEAK_HASHES and not self.self_issued

    def as_seen(self) -> dict[str, Any]:
        """What is worth keeping of it as evidence."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial,
            "names": list(self.names[:20]),
            "not_before": self.begins_at.isoformat(),
            "not_after": self.ends_at.isoformat(),
            "key": f"{self.key} {self.bits}".removesuffix(" 0"),
            "signature": self.signature,
        }

    def covers(self, host: str) -> bool:
        """Whether the SAN holds the host: by name, by a wildcard for the whole left-most label, or by address."""
        if _address(host):
            return _address(host) in map(_address, self.names)
        wild = "*." + host.partition(".")[2]
        return host in self.names or wild in self.names


def _address(text: str) -> str:
    try:
        return ip_address(text).compressed
    except ValueError:
        return ""


def read(der: bytes) -> Facts | None:
    """The facts of one certificate, or none if it cannot be read. One of unheard-of length is not remembered."""
    return _read(der) if len(der) <= LONGEST_KNOWN else _read.__wrapped__(der)


@lru_cache(maxsize=4096)
def _read(der: bytes) -> Facts | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # odd serials and names are the issuer's affair
            return _facts(x509.load_der_x509_certificate(der))
    except UNREADABLE:
        return None


def _facts(certificate: x509.Certificate) -> Facts:
    key, bits = _key(certificate)
    return Facts(
        subject=plain(certificate.subject.rfc4514_string()),
        issuer=plain(certificate.issuer.rfc4514_string()),
        authority=_authority(certificate.issuer),
        serial=plain(f"{certificate.serial_number:x}", LONGEST_SERIAL),
        begins_at=certificate.not_valid_before_utc,
        ends_at=certificate.not_valid_after_utc,
        names=_names(certificate),
        key=key,
        bits=bits,
        signature=_signature(certificate),
        self_issued=certificate.subject == certificate.issuer,
        points_to_issuer=_points_to_issuer(certificate),
    )


def _authority(issuer: x509.Name) -> str:
    organisation = issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return plain(str(organisation[0].value) if organisation else issuer.rfc4514_string())


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    return type(key).__name__.removesuffix("PublicKey").lstrip("_"), 0


def _signature(certificate: x509.Certificate) -> str:
    try:
        hashed = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return "unknown"
    return hashed.name if hashed else "none"


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.UnsupportedGeneralNameType):
        return ()
    names = [plain(name.lower()) for name in san.get_values_for_type(x509.DNSName)]
    return (*names, *map(str, san.get_values_for_type(x509.IPAddress)))


def _points_to_issuer(certificate: x509.Certificate) -> bool:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, x509.UnsupportedGeneralNameType):
        return False
    return any(entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS for entry in access)
