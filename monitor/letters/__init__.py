"""Letters in words: what a notice is about, and the subject, text and HTML that its readers get, in their language."""

from __future__ import annotations

from monitor.letters.texts import subject
from monitor.letters.topic import Topic, gather
from monitor.letters.writing import Letters

__all__ = ["Letters", "Topic", "gather", "subject"]
