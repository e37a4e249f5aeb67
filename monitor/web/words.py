"""Names that pages and letters share."""

from __future__ import annotations

from monitor.letters.words import DUTIES, OWN_DUTIES, check_name, named, said

__all__ = ["named", "topic_name"]


def topic_name(kind: str, language: str) -> str:
    """What a kind of duty or of check is called."""
    for table in (DUTIES, OWN_DUTIES):
        if kind in table:
            return said(table, kind, language)
    return check_name(kind, language)
