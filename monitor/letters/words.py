"""What tokens of the product are called in a letter. English here; the Japanese stands in the catalogue."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from checks import CHECKS
from checks.contract import Severity
from monitor.assets import TEMPLATES
from monitor.language import Message, translate
from monitor.letters.layout import one_line
from monitor.rendering import environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.registry.format import Company, Group, Party

#: Kinds of duty that letters have words for, one file for each.
DUTIES = frozenset(file.stem for file in (TEMPLATES / "mail/kinds").glob("*.jinja"))
CERTIFICATES: Mapping[str, str] = {
    "PMARK": "PrivacyMark",
    "ISO27001": "ISO/IEC 27001 certification",
    "ISO27017": "ISO/IEC 27017 certification",
    "ISO27018": "ISO/IEC 27018 certification",
    "ISO27701": "ISO/IEC 27701 certification",
    "ISMAP": "ISMAP registration",
    "SOC1": "SOC 1 report",
    "SOC2": "SOC 2 report",
    "PCI": "PCI DSS attestation of compliance",
    "JAPHIC": "JAPHIC Mark",
    "CBPR": "CBPR certification",
}
STATISTICS = "statistics"  #: waits for its sign-off
#: What waits for a company without being a duty of a day.
WAITING: Mapping[str, Message] = {STATISTICS: Message("Sign-off of statistics before they are published")}
SEVERITIES: Mapping[str, str] = {"low": "low", "medium": "medium", "high": "high", "critical": "critical"}
ROLES: Mapping[str, str] = {
    "vendor": "the contact of the party",
    "reviewer": "the reviewers",
    "managers": "the managers of trustees",
    "pi_manager": "the manager for personal information",
    "privacy_office": "the group's privacy office",
    "executive": "the executive in charge",
    "assignee": "the person responsible",
}


def duty_reference(number: int) -> str:
    """What people quote of a request on the telephone: `ITK-000123`."""
    return f"ITK-{number:06d}"


def case_reference(number: int) -> str:
    """The same of a failing check: `ITK-C00012`."""
    return f"ITK-C{number:05d}"


def own_reference(number: int) -> str:
    """The same of what a company owes itself: `ITK-D00012`."""
    return f"ITK-D{number:05d}"


def said(table: Mapping[str, str], token: str, language: str) -> str:
    """The word for a token. One that has none yet (a new kind of check, say) stands for itself."""
    return translate(table.get(token, token), language)


def duty_name(kind: str, language: str) -> str:
    """What a kind of duty is called; one that has left the table since stands for itself."""
    return _of_kind(kind, "title", language) if kind in DUTIES else kind


def article(kind: str, language: str, *, joint: bool) -> str:
    """The article that a request rests on; `joint`: of work in which data is used jointly."""
    return _of_kind(kind, "article", language, joint=joint)


@lru_cache
def _of_kind(kind: str, part: str, language: str, *, joint: bool = False) -> str:
    """What the file of a kind says in that place."""
    found = environment(language, html=False).get_template(f"mail/kinds/{kind}.jinja")
    return found.render(kind=kind, part=part, joint=joint).strip()


def check_name(kind: str, language: str) -> str:
    """What a check is called; one that has left the table since stands for itself."""
    return CHECKS[kind].title.said(language) if kind in CHECKS else kind


def severity(value: int, language: str) -> str:
    return said(SEVERITIES, Severity(value).word, language)


def named(entity: Party | Company | Group | None, language: str) -> str:
    """The name that readers of that language know it by."""
    if entity is None:
        return ""
    return one_line((entity.name_ja or entity.name) if language == "ja" else entity.name)
