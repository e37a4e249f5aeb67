"""Registries and watches of any size, for scenarios that need many."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bench.target import DOMAIN
from monitor import clock, plugins, tables
from monitor.patrol import turn_of
from monitor.probe import Override, ProbeSettings
from monitor.registry.apply import apply
from monitor.registry.read import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GROUP = """
[group]
name = "Example Group"
timezone = "Asia/Tokyo"
closed_days = "none"
any_hour = true
privacy_office = ["privacy-office@group.example"]
[[purpose]]
key = "p03"
text = "Delivering products"
"""
COMPANY = """
[[company]]
key = "company-{number}"
name = "Company {number}"
managers = ["managers@company-{number}.example"]
pi_manager = ["pi@company-{number}.example"]
executive = ["executive@company-{number}.example"]
"""
PARTY = """
[[party]]
key = "party-{number}"
name = "Party {number}"
contacts = ["privacy@party-{number}.example"]
language = "{language}"
"""
ENGAGEMENT = """
[[engagement]]
key = "engagement-{number}"
company = "company-{company}"
party = "party-{number}"
kind = "trustee"
title = "Work no. {number}"
purposes = ["p03"]
tier = "{tier}"
starts_on = {starts_on}
  [engagement.attestation]
  last_accepted_on = {accepted_on}
"""
AT_ONCE = 1000  #: rows in one statement


def registry(engagements: int, companies: int, today: datetime, *, spread_days: int = 1, group: str = GROUP) -> str:
    """TOML of a group with so many engagements, each with a party of its own; their attestations fall due one after the
    other, from two weeks on from now and over so many days.
    """
    parts = [group, *(COMPANY.format(number=number) for number in range(companies))]
    for number in range(engagements):
        accepted = today - timedelta(days=350 - spread_days * number // engagements)
        parts.append(PARTY.format(number=number, language="en" if number % 4 == 0 else "ja"))
        parts.append(
            ENGAGEMENT.format(
                number=number,
                company=number % companies,
                tier="ABC"[number % 3],
                starts_on="2020-10-01",
                accepted_on=accepted.date().isoformat(),
            )
        )
    return "\n".join(parts)


async def register(home: Path, toml: str, at: datetime) -> None:
    file = home / "registry.toml"
    file.write_text(toml, encoding="utf-8")
    await apply(read([file], plugins.known()), at, plugins.looks())


def way_to(port: int, ca_file: str, concurrency: int = 20) -> ProbeSettings:
    """The product's own settings, with every name leading to the server that stands in for all parties."""
    from pathlib import Path

    return ProbeSettings(
        allow_all_private=True,
        ca_file=Path(ca_file),
        resolve=(Override("*", port, ("127.0.0.1",)),),
        concurrency=concurrency,
        per_domain=concurrency,
    )


async def watch(endpoints: int, port: int, kinds: tuple[str, ...], every: int, due: datetime | None) -> None:
    """So many endpoints, each of a party of its own, settled as good; next due at one instant, or each at its turn."""
    now, endpoint = clock.now(), {"checks": list(kinds), "every": f"{every}s"}
    await tables.Party.bulk_create(
        [tables.Party(key=f"party-{number}", spec=_party(number, port, endpoint), first_seen_at=now, changed_at=now)
         for number in range(endpoints)], batch_size=AT_ONCE
    )  # fmt: skip
    rows = [_watch(number, port, kind, every, now) for number in range(endpoints) for kind in kinds]
    for row in rows:
        row.next_at = due or turn_of(row, now)
    await tables.Watch.bulk_create(rows, batch_size=AT_ONCE)


def _party(number: int, port: int, endpoint: Mapping[str, object]) -> dict[str, object]:
    """As the registry would keep it, so that a daemon that reads it anew finds the same watches."""
    return {
        "key": f"party-{number}",
        "name": f"Party {number}",
        "contacts": [f"privacy@party-{number}.example"],
        "endpoint": [{"url": url_of(number, port), **endpoint}],
    }


def url_of(number: int, port: int) -> str:
    return f"https://w{number}.{DOMAIN}:{port}/"


def _watch(number: int, port: int, kind: str, every: int, now: datetime) -> tables.Watch:
    return tables.Watch(
        party_id=f"party-{number}",
        url=url_of(number, port),
        check_kind=kind,
        every=every,
        settled="pass",
        last_verdict="pass",
        passes=9,
        first_round=False,
        first_seen_at=now,
        last_at=now,
    )
