"""What an address is to the registers of what the group publishes: a page of its own, of which it is told to whom it
makes visitors' terminals send something, or a site that the group only links to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checks.names import host_of
from monitor import tables
from monitor.registry.format import ExternalTransmission, Party, Service

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tortoise.queryset import QuerySet

    from monitor.registry.differences import Change

TRANSMITS = "cookies"  #: the kind of look that sees to whom a page makes browsers talk
PUBLISHED = "published"  #: its option: the hosts of the published table


@dataclass(frozen=True)
class Sites:
    """`services`: the companies of each host at which owners know a service. `linked`: hosts that are out of scope."""

    transmissions: Sequence[ExternalTransmission] = ()
    services: Mapping[str, frozenset[str]] = field(default_factory=dict)
    linked: frozenset[str] = frozenset()

    def out_of_scope(self, url: str) -> bool:
        """Whether no policy of the group applies there, so that nobody may count it as supervised."""
        return host_of(url) in self.linked

    def told_of(self, one: ExternalTransmission, url: str) -> bool:
        """Whether an entry is of that page: its site is named, or none is, and its company, as far as that is known."""
        host = host_of(url)
        if one.sites:
            return host in {host_of(site) for site in one.sites}
        whose = self.services.get(host, frozenset())
        return not (one.companies and whose) or bool(whose & {*one.companies})

    def published(self, url: str) -> list[str] | None:
        """The hosts that are published for a page; none at all where nothing is known of a table for it."""
        found = [one.host for one in self.transmissions if self.told_of(one, url)]
        return found if found or (self.transmissions and host_of(url) in self.services) else None

    def options(self, kind: str, url: str, given: dict[str, Any]) -> dict[str, Any]:
        """Those of an endpoint, with what the register adds to them."""
        table = self.published(url) if kind == TRANSMITS else None
        return given if table is None else given | {PUBLISHED: sorted({*given.get(PUBLISHED, ()), *table})}


def eyes(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options by which a look sees something else, and not only judges it otherwise: what was kept is of no use
    after another one of them, while the day on which a host was first seen outlives a change of the table.
    """
    return {name: value for name, value in options.items() if (kind, name) != (TRANSMITS, PUBLISHED)}


async def transmissions() -> list[ExternalTransmission]:
    """Those that the registry holds now, by host."""
    rows = tables.ExternalTransmission.filter(retired_at=None).order_by("key").values_list("spec", flat=True)
    return [ExternalTransmission.model_validate(spec) for spec in await rows]


async def sites() -> Sites:
    """The registers as they are now."""
    services: dict[str, frozenset[str]] = {}
    for one in await known_services():
        host = host_of(one.url or "")
        services[host] = services.get(host, frozenset()) | {one.company}
    linked = await _urls(tables.LinkedSite.filter(retired_at=None))
    return Sites(await transmissions(), services, frozenset(map(host_of, linked)))


async def known_services() -> list[Service]:
    """Those of which the registry knows an address, by key."""
    rows = tables.Service.filter(retired_at=None).order_by("key").values_list("spec", flat=True)
    return [one for one in [Service.model_validate(spec) for spec in await rows] if one.url]


async def _urls(rows: QuerySet[Any]) -> list[str]:
    found: list[Any] = await rows.values_list("spec", flat=True)
    return [str(spec["url"]) for spec in found]


async def looked_at_otherwise(changes: Iterable[Change]) -> dict[str, Party]:
    """Parties whose watches may have to be others after these changes, beside those that changed themselves."""
    changed = list(changes)
    table = any(change.kind in {"external_transmission", "service"} for change in changed)
    linked = [change.fields.get("url", ("",))[0] for change in changed if change.kind == "linked_site"]
    if not table and not linked:
        return {}
    hosts = {host_of(url) for url in linked if url}  # as they were; the table has them as they are, and those retired
    if linked:
        hosts |= set(map(host_of, await _urls(tables.LinkedSite.all())))
    rows = await tables.Party.filter(retired_at=None).order_by("key").values_list("key", "spec")
    parties = [(key, spec) for key, spec in rows if any(_touched(spec, hosts, table=table))]
    return {key: Party.model_validate(spec) for key, spec in parties}


def _touched(spec: Mapping[str, Any], hosts: Collection[str], *, table: bool) -> Iterator[bool]:
    for one in spec.get("endpoint", ()):
        transmits = TRANSMITS in (one.get("checks") or ()) or TRANSMITS in one.get("options", {})
        yield (table and transmits) or host_of(one["url"]) in hosts
