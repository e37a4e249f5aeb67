"""The cast of the chain's tests: a trustee, whom it wants to pass work on to, and the events that speak of them."""

from __future__ import annotations

from typing import Any

from tests.stage import PARTY, engagement, instant, last_accepted, registry

SUBS = (
    PARTY
    + """
[[party]]
key = "sub-co"
name = "Sub Works"
name_ja = "サブワークス株式会社"
country = "IE"
contacts = ["privacy@sub.example"]
"""
)
PLACES = """
  [[engagement.place]]
  name = "production database"
  kind = "prod"
  [[engagement.place]]
  name = "backup tapes"
  kind = "backup"
  [[engagement.place]]
  name = "order papers"
  kind = "paper"
  [[engagement.place]]
  name = "access log"
  kind = "log"
"""


def running(more: str = "", **fields: Any) -> str:
    """A registry with one work that goes on, confirmed lately."""
    return registry(engagement(attestation=last_accepted("2026-08-01"), more=more, **fields), parties=SUBS)


def ended(more: str = PLACES, **fields: Any) -> str:
    """One whose last day was 31 August 2026: return or deletion is owed until 30 September."""
    said = {"ends_on": "2026-08-31"} | fields
    return registry(engagement(attestation=last_accepted("2026-03-01"), more=more, **said), parties=SUBS)


def event(at: str, do: str, **fields: Any) -> str:
    said = {"at": instant(at).isoformat(), "do": f'"{do}"', "engagement": '"dm"', **fields}
    return "\n".join(f"{name} = {value}" for name, value in said.items())


def asks(at: str = "2026-09-01T10:00", party: str = "sub-co", **fields: Any) -> str:
    said = {"requested_on": at[:10]} | {
        name: f'"{value}"' if name in {"authorisation", "engagement", "work"} else value
        for name, value in fields.items()
    }
    return event(at, "sub_entrust", party=f'"{party}"', **said)


def certifies(at: str, *places: str, **fields: Any) -> str:
    return event(at, "certificate", places=f"[{', '.join(places)}]", **fields)


def place(name: str, state: str = "deleted", **fields: Any) -> str:
    said = {"on": "2026-09-15"} | fields if state != "legal_hold" else fields
    rest = [f'{key} = "{value}"' if key == "basis" else f"{key} = {value}" for key, value in said.items()]
    return "{ " + ", ".join([f'name = "{name}"', f'state = "{state}"', *rest]) + " }"


THREE = (place("production database"), place("order papers", "returned"), place("access log"))
ALL = (*THREE, place("backup tapes"))
WAITING = (*THREE, place("backup tapes", "backup_pending"))


def accepts(at: str) -> str:
    return event(at, "accept", obligation='"deletion"')


def done(at: str, obligation: str, **fields: Any) -> str:
    said = {name: f'"{value}"' if name != "on" else value for name, value in fields.items()}
    return event(at, "done", obligation=f'"{obligation}"', **said)
