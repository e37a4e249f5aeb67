"""The cast of joint use: three companies, of which two use customers' data jointly, and a work of each kind."""

from __future__ import annotations

from typing import Any

from tests.stage import COMPANY, SISTER, engagement, event, last_accepted, registry

USE = """
[[joint_use]]
key = "customers"
items = ["name", "address"]
scope = "companies of the group"
purposes = ["p03"]
responsible = "impress"
members = ["impress", "sister"]
"""
NEWCO = SISTER.replace("sister", "newco").replace("Sister", "Newco")
COMPANIES = COMPANY + SISTER + NEWCO
CONFIRMED = last_accepted("2026-08-01")


def work(key: str, company: str = "sister", kind: str = "trustee", **fields: Any) -> str:
    said = engagement(key, company, attestation=CONFIRMED, **fields)
    return said.replace('kind = "trustee"', f'kind = "{kind}"')


def group(*works: str, use: str = USE) -> str:
    return registry(engagement(attestation=CONFIRMED), *works, use, companies=COMPANIES)


def said(at: str, do: str, **fields: Any) -> str:
    return event(at, do, None, **fields)
