"""A small cast, and a way to ask what would happen: a responsible company, its sister, a trustee, its sub-trustee."""

from __future__ import annotations

import json
import tomllib
from contextlib import aclosing
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor import plugins
from monitor.registry.read import read
from monitor.simulation.run import simulate
from monitor.simulation.script import read_script
from monitor.tables.store import MEMORY

TOKYO = ZoneInfo("Asia/Tokyo")

GROUP = """
[group]
name = "Impress Group"
timezone = "Asia/Tokyo"
closed_days = "JP"
privacy_office = ["privacy-office@group.example"]
"""
COMPANY = """
[[company]]
key = "impress"
name = "Impress"
managers = ["managers@impress.example"]
pi_manager = ["pi@impress.example"]
reviewers = ["reviewers@impress.example"]
executive = ["executive@impress.example"]
"""
SISTER = """
[[company]]
key = "sister"
name = "Sister"
managers = ["managers@sister.example"]
pi_manager = ["pi@sister.example"]
executive = ["executive@sister.example"]
"""
PURPOSE = """
[[purpose]]
key = "p03"
text = "Delivering products"
"""
PARTY = """
[[party]]
key = "acme"
name = "Acme Printing"
contacts = ["privacy@acme.example", "second@acme.example"]
  [[party.endpoint]]
  url = "https://www.acme.example/"
"""

#: What stands before anything is entrusted.
WHOLE = """  [engagement.selection]
  accepted_on = 2020-09-01
  [engagement.contract]
  signed_on = 2020-09-15
  clauses = [1, 2, 3, 4, 5, 6, 7, 8]
"""


def engagement(key: str = "dm", company: str = "impress", party: str = "acme", *, attestation: str = "", more: str = "",
               starts_on: str = "2020-10-01", whole: bool = True, **fields: Any) -> str:  # fmt: skip
    """One engagement as TOML; `fields` are written as they stand (dates bare, text quoted by the caller's type). `whole`:
    nothing is missing that the company would owe itself, so that a story is of what it is about.
    """
    kind = fields.pop("kind", "trustee")
    if whole and kind == "trustee":
        fields, more = {"class": "trustee"} | fields, WHOLE + more
    lines = [f'{name} = "{value}"' if isinstance(value, str) and not value[:4].isdigit() else f"{name} = {str(value).lower() if isinstance(value, bool) else value}"
             for name, value in fields.items()]  # fmt: skip
    return "\n".join([
        "[[engagement]]", f'key = "{key}"', f'company = "{company}"', f'party = "{party}"', f'kind = "{kind}"', 'purposes = ["p03"]',
        f"starts_on = {starts_on}", *lines, f"  [engagement.attestation]\n{attestation}" if attestation else "", more, ""])  # fmt: skip


def registry(*engagements: str, group: str = GROUP, companies: str = COMPANY + SISTER, parties: str = PARTY) -> str:
    return "\n".join([group, companies, PURPOSE, parties, *engagements])


def last_accepted(day: str) -> str:
    return f"last_accepted_on = {day}"


class Told(list[dict[str, Any]]):
    """What a simulation printed, with the questions that tests ask of it."""

    def of(self, what: str, **said: Any) -> list[dict[str, Any]]:
        return [
            line
            for line in self
            if line["what"] == what and all(line.get(name) == value for name, value in said.items())
        ]

    def rungs(self, role: str, **said: Any) -> list[tuple[str, str]]:
        """Rung and local minute of every ladder mail that a role got, in order."""
        return [
            (line["rung"], line["at"][:16])
            for line in self.of("mail", notice="rung", **said)
            if role in line["audience"]
        ]

    def days(self, role: str, **said: Any) -> list[tuple[str, str]]:
        return [(rung, at[5:10]) for rung, at in self.rungs(role, **said)]

    def notices(self, notice: str) -> list[dict[str, Any]]:
        return self.of("mail", notice=notice)


def instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=TOKYO)


async def play(
    toml: str, begin: str, end: str, *events: str, tmp: Any, policy: Any = None, database: str = MEMORY
) -> Told:
    """Simulate a registry with a script and collect the lines."""
    tomllib.loads(toml)
    file = tmp / "registry.toml"
    file.write_text(toml, encoding="utf-8")
    script = tmp / "script.toml"
    script.write_text("\n".join(f"[[event]]\n{event}" for event in events), encoding="utf-8")
    tools = plugins.equipment() if policy is None else replace(plugins.equipment(), policy=policy)
    span = (instant(begin), instant(end))
    lines = simulate(read([file], plugins.known()), span, read_script(script), tools, database)
    async with aclosing(lines):
        return Told([line async for line in lines])


def event(at: str, do: str, engagement: str | None = "dm", **fields: Any) -> str:
    """An event of a script; instants are local where they name no offset."""
    said = {"at": at, "do": do, "engagement": engagement, **fields}
    return "\n".join(f"{name} = {_toml(name, value)}" for name, value in said.items() if value is not None)


def _toml(name: str, value: Any) -> str:
    if name in {"at", "until"}:
        return instant(str(value)).isoformat()
    if name in {"day", "on", "price_consulted_on"}:
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, list) else f'"{value}"'
