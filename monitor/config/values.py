"""What single values of the configuration have to look like. A mistake is a token here; its words stand in
`monitor.mistakes`.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) < 65536:  # noqa: PLR2004 - ports
        raise ValueError("listen")
    return value


def _door(value: str) -> str:
    return _listen(value) if value else value


def _domain(value: str) -> str:
    try:
        labels = value.encode("idna").decode().split(".") if value else []
    except UnicodeError as error:
        raise ValueError("domain") from error
    if value and (len(labels) < 2 or not all(label.replace("-", "").isalnum() for label in labels)):  # noqa: PLR2004
        raise ValueError("domain")
    return ".".join(labels).lower()


def _base_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"http", "https"} and parts.hostname and not parts.query and not parts.fragment
        sound = sound and (parts.port or 0) >= 0 and "@" not in parts.netloc
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("url")
    return value.rstrip("/")


def _network(value: str) -> str:
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise ValueError("network") from error
    return value


def _database(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"postgres", "postgresql"} and (parts.port or 0) >= 0
    except ValueError:
        sound = False
    if not sound and not value.startswith("sqlite://"):
        raise ValueError("database-url")
    return value


def _address(value: str) -> str:
    try:
        ipaddress.ip_address(value)
    except ValueError as error:
        raise ValueError("address") from error
    return value


def _evidence(value: str) -> str:
    if not value.startswith(("file://", "s3://", "gs://", "az://", "memory://")):
        raise ValueError("evidence-url")
    return value


def _scanner(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = (parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/")) or (
            parts.scheme == "tcp" and bool(parts.hostname and parts.port)
        )
    except ValueError:
        sound = False
    if value and not sound:
        raise ValueError("scanner-url")
    return value


def _listed(value: Any) -> Any:
    """A list that came through the environment as text: `14,7,3,1`."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Listen = Annotated[str, AfterValidator(_listen)]
Door = Annotated[str, AfterValidator(_door)]
Domain = Annotated[str, AfterValidator(_domain)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
EvidenceUrl = Annotated[str, AfterValidator(_evidence)]
ScannerUrl = Annotated[str, AfterValidator(_scanner)]
Listed = BeforeValidator(_listed)
Days = Annotated[tuple[Annotated[int, Field(ge=0, le=3660)], ...], Listed]
Addresses = Annotated[tuple[Annotated[str, AfterValidator(_address)], ...], Listed]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], Listed]
