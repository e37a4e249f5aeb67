"""What was found in a case, in words: what fails now, or what it was about where it passes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from monitor import tables
from monitor.cases import NOT_ASSESSED
from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.contract import Rule
    from monitor.tables import Case, FindingRow


async def findings_of(case: Case, rules: Mapping[str, Rule], language: str) -> list[dict[str, Any]]:
    rows = tables.FindingRow.filter(watch_id=case.watch_id).order_by("closed_at", "-severity")
    return [_finding(found, rules, language) for found in await rows if _of_case(found, case)]


def _of_case(found: FindingRow, case: Case) -> bool:
    """Whether a finding of the watch belongs to this case of it. While the case fails, what is over is left out; when
    it passes again, what it was about is shown as seen no more.
    """
    if found.closed_at is None:
        return case.closed_at is None
    over = case.closed_at or case.closes_at
    return over is not None and case.opened_at <= found.closed_at and found.first_seen_at <= over


def _finding(found: FindingRow, rules: Mapping[str, Rule], language: str) -> dict[str, Any]:
    rule = rules.get(found.rule)
    words = {
        "title": rule.title.said(language),
        "explanation": rule.explanation.said(language),
        "remedy": rule.remedy.said(language),
        "reference": rule.reference,
    } if rule else {"title": _untold(found, language), "explanation": "", "remedy": "", "reference": ""}  # fmt: skip
    return {
        "word": Severity(found.severity).word,
        "rule": found.rule,
        "detail": Message.of(found.said).in_(language) if found.said else found.detail,
        "first_seen_at": found.first_seen_at,
        "closed_at": found.closed_at,
        **words,
    }


def _untold(found: FindingRow, language: str) -> str:
    """What a finding is called that no rulebook tells of: a rule of another release, or our own."""
    ours = found.rule.endswith(f".{NOT_ASSESSED}")
    return Message("Not assessed for a week or longer").in_(language) if ours else found.rule
