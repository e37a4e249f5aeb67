"""Reading what a domain publishes about its mail beside SPF: DMARC, MTA-STS and reports of TLS.

All three write `name=value` between semicolons, the version first; who writes something else has published nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.answers import RecordType
from checks.detail import Detail

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from checks.answers import Records

POLICIES = ("none", "quarantine", "reject")
IDENTIFIER = re.compile(r"[A-Za-z0-9]{1,32}")
LONGEST_AGE = 31_557_600  # seconds; RFC 8461 section 3.2
MODES = frozenset({"enforce", "testing", "none"})
LINES = 200


def tags(text: str) -> dict[str, str]:
    """The pairs of a record, names in lower case; of a name that is repeated the first one counts."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, mark, value = part.partition("=")
        if mark:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def versioned(texts: Iterable[str], version: str) -> list[str]:
    """Those that begin with `v=` that version. A record of another version is as good as none."""
    return [text for text in texts if re.match(rf"v\s*=\s*{version}\s*(?:;|$)", text)]


@dataclass(frozen=True, slots=True)
class Dmarc:
    """What holds for mail from the domain. `policy` is empty where the record does not say a usable one."""

    text: str
    at: str  #: the name where it stands; above the domain its `sp` counts
    policy: str
    reports: bool  #: somebody is sent the reports
    testing: bool = False


def places(domain: str, top: str) -> Iterator[str]:
    """The names at which a policy may stand, from the domain upward to the one that somebody registered."""
    here = domain
    while here:
        yield here
        here = "" if here == top else here.partition(".")[2]


def dmarc_texts(domain: str, top: str, known: Mapping[tuple[str, RecordType], Records]) -> tuple[str, tuple[str, ...]]:
    """The first place that has a record, and what stands there, broken or not; where none has, the domain and
    nothing.
    """
    for place in places(domain, top):
        said = known.get((f"_dmarc.{place}", RecordType.TXT))
        values = said.values if said is not None else ()
        found = versioned(values, "DMARC1") or [text for text in values if text.lower().startswith("v=dmarc")]
        if found:
            return place, tuple(found)
    return domain, ()


def read_dmarc(text: str, domain: str, at: str) -> Dmarc:
    """One record, as it holds for the domain."""
    found = tags(text) if versioned([text], "DMARC1") else {}
    policy = found.get("p", "").lower()
    if policy in POLICIES and domain != at:
        policy = found.get("sp", policy).lower()
    reports = any(part.strip().lower().startswith("mailto:") for part in found.get("rua", "").split(","))
    testing = found.get("t", "").lower() == "y" or found.get("pct", "100").strip() == "0"
    return Dmarc(text, at, policy if policy in POLICIES else "", reports, testing)


@dataclass(frozen=True, slots=True)
class Sts:
    """The policy behind MTA-STS. `wrong` says what keeps senders from following it, if anything does."""

    mode: str = ""
    hosts: tuple[str, ...] = ()
    max_age: int = 0
    wrong: Detail | None = None

    def covers(self, host: str) -> bool:
        """Whether the policy allows that mail host. A star stands for one label."""
        host = host.lower().rstrip(".")
        return any(host == one or (one.startswith("*.") and host.partition(".")[2] == one[2:]) for one in self.hosts)


def wrong_with_sts_record(texts: list[str]) -> Detail | None:
    """What keeps senders from even asking for the policy; none where nothing does."""
    if len(texts) != 1:
        return Detail("There are {count} MTA-STS records; one is needed.", count=len(texts))
    return (
        None if IDENTIFIER.fullmatch(tags(texts[0]).get("id", "")) else Detail("The MTA-STS record has no usable id.")
    )


def read_sts(text: str) -> Sts:
    """The policy file: lines of `name: value`, of which only `mx` may be repeated."""
    lines = [line.partition(":") for line in text.splitlines()[:LINES]]
    pairs = [(name.strip().lower(), value.strip()) for name, mark, value in lines if mark]
    found = dict(reversed(pairs))
    hosts = tuple(value.lower().rstrip(".") for name, value in pairs if name == "mx" and value)
    age = found.get("max_age", "")
    seconds = int(age) if age.isascii() and age.isdecimal() and len(age) <= len(str(LONGEST_AGE)) else -1
    mode = found.get("mode", "").lower()
    return Sts(mode, hosts, seconds, _wrong(found.get("version", ""), mode, hosts, seconds))


def _wrong(version: str, mode: str, hosts: tuple[str, ...], age: int) -> Detail | None:
    if version != "STSv1":
        return Detail("The policy does not say 'version: STSv1'.")
    if mode not in MODES:
        return Detail("The policy names no mode of enforce, testing and none.")
    if not 0 <= age <= LONGEST_AGE:
        return Detail("The policy has no usable max_age.")
    return None if hosts or mode == "none" else Detail("The policy names no mail host.")
