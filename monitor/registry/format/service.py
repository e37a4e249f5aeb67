"""What owners of personal data know by name: a magazine, a shop, a site; and who answers for it."""

from __future__ import annotations

from monitor.registry.format.entry import Entry
from monitor.registry.values import Email, Key, Text, Web


class Service(Entry):
    """サービス: a service that owners gave their data to. Their requests (APPI 32-39) go to its company.

    `engagements`: the work that handles its data; none named, all of that company's.
    """

    key: Key
    company: Key
    name: Text | None = None
    url: Web | None = None
    contact: Email | None = None
    engagements: tuple[Key, ...] = ()
