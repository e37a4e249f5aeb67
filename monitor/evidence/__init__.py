"""証跡: files that strangers hand in. Judged by content, kept under their hash, their names treated as data.

This is no virus scanner and does not replace one: what it promises is that a file is of a known kind, is whole, hides
nothing that could not be looked at, and starts nothing when it is opened.
"""

from monitor.evidence.judgement import ALLOWED, judge
from monitor.evidence.names import clean, content_disposition
from monitor.evidence.refusal import Code, RefusedFile

__all__ = ["ALLOWED", "Code", "RefusedFile", "clean", "content_disposition", "judge"]
