"""Settings from the environment: `ITAKU_MAIL__HOST` is `[mail] host`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.config.settings import Settings
from monitor.language import Message
from monitor.mistakes import Mistake

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT = "ITAKU_"
SECTIONS = frozenset(Settings.model_fields) - {"home"}
_NOT_SETTINGS = frozenset({"ITAKU_CONFIG", "ITAKU_DEBUG", "ITAKU_TEST_POSTGRES", "ITAKU_LETTERS_TO", "ITAKU_AXE"})


def overrides(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[Mistake]]:
    """`ITAKU_SECTION__KEY` (and `ITAKU_SECTION__TABLE__KEY`) as nested values."""
    found: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, value in sorted(environ.items()):
        if not name.startswith(ENVIRONMENT) or name in _NOT_SETTINGS:
            continue
        steps = name.removeprefix(ENVIRONMENT).lower().split("__")
        if len(steps) < 2 or steps[0] not in SECTIONS:  # noqa: PLR2004 - section and key
            what, remedy = Message("is no setting."), Message("Write ITAKU_SECTION__KEY, like ITAKU_MAIL__HOST.")
            mistakes.append(Mistake("environment", name, what, remedy))
            continue
        if not _put(found, steps, value):
            what, remedy = Message("is a key and a table at once."), Message("Unset one of the two variables.")
            mistakes.append(Mistake("environment", name, what, remedy))
    return found, mistakes


def _put(found: dict[str, Any], steps: list[str], value: str) -> bool:
    inner = found
    for step in steps[:-1]:
        inner = inner.setdefault(step, {})
        if not isinstance(inner, dict):
            return False
    return inner.setdefault(steps[-1], value) is value


def merged(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    """Values and those that go before them, table by table."""
    found = dict(low)
    for name, value in high.items():
        both = isinstance(value, dict) and isinstance(found.get(name), dict)
        found[name] = merged(found[name], value) if both else value
    return found
