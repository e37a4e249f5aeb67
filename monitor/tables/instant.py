"""The column type of every instant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tortoise.fields import DateField, DatetimeField


class InstantField(DatetimeField):  # type: ignore[type-arg]
    """An aware instant, kept in UTC.

    SQLite compares instants as text, so all must be written in one zone; a naive one is a bug and is refused here.
    """

    def to_db_value(self, value: Any, instance: Any) -> Any:  # noqa: ARG002 - Tortoise's shape
        return in_utc(value)

    def to_python_value(self, value: Any) -> datetime | None:
        if value is None or (isinstance(value, datetime) and value.tzinfo is UTC):
            return value
        return as_instant(value)


def in_utc(value: Any) -> Any:
    """A value as it is written: an instant in UTC, anything else as it is."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"an aware instant is needed, got {value}")
    return value.astimezone(UTC)


def as_instant(value: Any) -> datetime:
    """An instant as either database hands it out."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise TypeError(f"an instant is needed, got {value!r}")
    return value.astimezone(UTC)


class DayField(DateField):  # type: ignore[type-arg]
    """A day. SQLite hands it out as text, and Tortoise's own reading of that takes longer than fetching the row."""

    def to_python_value(self, value: Any) -> date | None:
        if isinstance(value, str) and len(value) == len("2026-04-01"):
            return date.fromisoformat(value)
        found: date | None = super().to_python_value(value)
        return found
