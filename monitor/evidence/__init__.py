"""証跡: files that strangers hand in. Judged by content, kept under their hash, their names treated as data."""

from monitor.evidence.names import clean, content_disposition

__all__ = ["clean", "content_disposition"]
