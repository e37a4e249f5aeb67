"""The cast of those to whom data goes: a trustee at home, others abroad, and the events that speak of them."""

from __future__ import annotations

from typing import Any

from tests.stage import GROUP, PARTY, engagement, instant, last_accepted, registry

ABROAD = (
    PARTY
    + """
[[party]]
key = "us-co"
name = "Overseas Hosting"
country = "US"
contacts = ["privacy@us.example"]
[[party]]
key = "ie-co"
name = "Irish Hosting"
country = "IE"
contacts = ["privacy@ie.example"]
"""
)
CONFIRMED = last_accepted("2026-04-01")


def house(*more: str, group: str = "") -> str:
    """A registry with one work at home that goes on."""
    return registry(engagement(attestation=CONFIRMED), *more, parties=ABROAD, group=GROUP + group)


def abroad(basis: str = "", checked: str = "", key: str = "us", party: str = "us-co", **fields: Any) -> str:
    said = [f'  basis = "{basis}"'] * bool(basis) + [f"  last_checked_on = {checked}"] * bool(checked)
    table = "\n".join(["  [engagement.transfer]", *said]) if said else ""
    return engagement(key, party=party, attestation=CONFIRMED, more=table, **fields)


def event(at: str, do: str, **fields: Any) -> str:
    """Days stand bare, every other text quoted."""
    said = {"at": instant(at).isoformat(), "do": f'"{do}"'}
    said |= {name: value if str(value)[:2] == "20" else f'"{value}"' for name, value in fields.items()}
    return "\n".join(f"{name} = {value}" for name, value in said.items())


def provides(at: str, ref: str = "P-1", record: str = "single", **fields: Any) -> str:
    who = {} if "engagement" in fields else {"company": "impress", "to": "Data Brokers"}
    return event(at, "provision", ref=ref, record=record, **(who | fields))


def erases(at: str, ref: str = "P-1", **fields: Any) -> str:
    return event(at, "delete_record", ref=ref, **fields)


def discloses(at: str, basis: str = "law", **fields: Any) -> str:
    known = {"by": "The manager on duty", "why": "A warrant.", "what": "One order", "to": "The police"}
    known |= (
        {"authority": "Tokyo District Court", "statute": "Code of Criminal Procedure 218"} if basis == "law" else {}
    )
    said = {"engagement": "dm", "basis": basis, "reported_on": at[:10]} | known | fields
    return event(at, "disclosure", **{name: value for name, value in said.items() if value is not None})


def complains(at: str, party: str = "acme", company: str = "impress", **fields: Any) -> str:
    return event(at, "complaint", party=party, company=company, **fields)
