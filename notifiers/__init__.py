"""Channels to people. `contract.py` says what a channel is; each channel has a room of its own and a row here.

The names are public: they stand in configuration files and never follow from a file's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from notifiers.email import Email

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notifiers.contract import Notifier

NOTIFIERS: Final[Mapping[str, type[Notifier]]] = {"email": Email}
