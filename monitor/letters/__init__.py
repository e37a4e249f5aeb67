"""Letters in words: what a notice is about, and the subject, text and HTML that its readers get, in their language."""

from __future__ import annotations

from monitor.letters.topic import Topic, gather, subject

__all__ = ["Topic", "gather", "subject"]
