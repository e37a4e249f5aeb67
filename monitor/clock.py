"""The only reader of the wall clock. Every stage takes `at` instead (aware, UTC), so that time can be simulated."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, in UTC with microseconds."""
    return datetime.now(UTC)
