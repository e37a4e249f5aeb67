"""What pages of the group make their visitors' terminals send to others, as everybody is told of it beforehand."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints

from monitor.registry.format.entry import Entry
from monitor.registry.values import Day, Flag, Key, Text, Web

_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+")


def plain_host(value: Any) -> Any:
    """One spelling of what stands for the same: `*.Stats.example.` is `stats.example` and all below it."""
    return value.strip().lower().removeprefix("*").removeprefix(".").rstrip(".") if isinstance(value, str) else value


def _host(value: Any) -> Any:
    text = plain_host(value)
    if isinstance(text, str) and not _NAME.fullmatch(text):
        try:
            ipaddress.ip_address(text)
        except ValueError as error:
            raise ValueError("host") from error
    return text


Host = Annotated[str, BeforeValidator(_host), StringConstraints(max_length=200)]


class ExternalTransmission(Entry):
    """外部送信: to whom pages or apps of the group make a user's terminal send what, and for what.

    Telecommunications Business Act 27-12: notified, or readily accessible, before it is sent. The host is the key, and
    stands for all below it. `personal_related`: the recipient links it to persons that it knows (APPI 31), so that
    their consent has to be confirmed before: `consent` says how that was done, `consent_confirmed_on` when.
    """

    host: Host
    recipient: Text
    recipient_ja: Text | None = None
    information: Text
    information_ja: Text | None = None
    purpose: Text
    purpose_ja: Text | None = None
    party: Key | None = None
    companies: tuple[Key, ...] = ()
    sites: tuple[Web, ...] = ()
    opt_out: Web | None = None
    policy: Web | None = None
    personal_related: Flag = False
    consent: Text | None = None
    consent_confirmed_on: Day | None = None

    @property
    def key(self) -> str:
        return self.host
