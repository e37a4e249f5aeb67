"""Regular expressions that a registry holds and a stranger's page is searched with.

Python's own engine goes back over what it has read, and a page can be written so that this takes for ever: no bound on
the body helps, since sixty letters are enough. RE2 reads every letter once, whatever the expression; what it cannot do
at that price (references back, looking ahead) it refuses when the registry is read.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

LONGEST = 500


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """The expression, ready to search; `ValueError` says why it is none. Loaded late, as few registries hold one."""
    import re2

    if len(pattern) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    options = re2.Options()
    options.log_errors = False  # the engine would write to stderr by itself
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else error
        raise ValueError(f"it is no regular expression of RE2: {why}") from None


def fits(pattern: str, text: str) -> bool:
    """Whether it fits anywhere in the text."""
    return compiled(pattern).search(text) is not None
