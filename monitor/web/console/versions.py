"""By which version of a rule something was judged, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message

if TYPE_CHECKING:
    from datetime import date


def version_words(version: int, since: date) -> Message:
    return Message("version {number}, since {day}", {"number": version, "day": since})
