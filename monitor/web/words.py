"""Names that pages and letters share."""

from __future__ import annotations

from monitor.letters.words import DUTIES, check_name, named, said

__all__ = ["named", "topic_name"]


def topic_name(kind: str, language: str) -> str:
    """What a kind of duty or of check is called."""
    return said(DUTIES, kind, language) if kind in DUTIES else check_name(kind, language)
