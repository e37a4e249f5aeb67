"""What the site consists of: the settings and tools that its handlers need, typed, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from monitor.reviewing import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from ipaddress import IPv4Network, IPv6Network

    from checks.contract import Rule
    from monitor.contradiction import Claims
    from monitor.evidence import EvidenceStore
    from monitor.links import Keyring
    from monitor.questionnaire import Questionnaire
    from monitor.receipt import Signing


class Health(Protocol):
    """What the daemon knows of itself."""

    async def ready(self, at: datetime) -> Mapping[str, tuple[bool, str]]: ...


@dataclass(frozen=True)
class Site:
    """The site's settings and tools. `secure`: it is served over HTTPS, so cookies are locked to it."""

    base_url: str
    keyring: Keyring
    signing: Signing
    evidence: EvidenceStore
    shelf: Mapping[str, Questionnaire]
    file_limit: int = 20 * 1024 * 1024
    form_limit: int = 50 * 1024 * 1024
    trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()
    health: Health | None = None
    demo: bool = False
    contact: str = ""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    rhythms: Mapping[str, int] = field(default_factory=dict)
    claims: Claims | None = None
    review: Policy = field(default_factory=Policy)

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")


SITE = web.AppKey("site", Site)
LANGUAGE = web.RequestKey("language", str)
