"""A name that is not there is refused with the nearest one that is, and never taken for one that has nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Collection


def registered(kind: str, key: str | None, keys: Collection[str]) -> None:
    """A misspelt key must not look like a company or party of which there is nothing to tell."""
    if key is not None and key not in keys:
        raise unknown(f"{kind} {key} in the registry", key, keys, "itaku export registry shows them all.", f"--{kind}")


def unknown(
    what: str, name: str, among: Collection[str], otherwise: str, where: str | None = None
) -> click.BadParameter:
    """`otherwise`: where to look, if nothing is near."""
    import difflib

    near = difflib.get_close_matches(name, among, 1)
    return click.BadParameter(
        f"there is no {what}; {f'did you mean {near[0]}?' if near else otherwise}", param_hint=where
    )
