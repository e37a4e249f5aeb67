"""Rules are tried on hundreds of values; how long one of them takes says nothing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", parent=settings(), deadline=None)
settings.load_profile("unhurried")
