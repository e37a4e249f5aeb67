"""Names that pages and letters share."""

from __future__ import annotations

from monitor.letters.words import CHECKS, DUTIES, named, said

__all__ = ["named", "topic_name"]


def topic_name(kind: str, language: str) -> str:
    """What a kind of duty or of check is called."""
    return said({**DUTIES, **CHECKS}, kind, language)
