"""What every channel keeps to, whatever it carries letters with."""

from __future__ import annotations

import inspect

import pytest

from notifiers import NOTIFIERS
from notifiers.contract import Notifier


@pytest.mark.parametrize("kind", NOTIFIERS)
def test_a_channel_can_send_be_checked_and_be_closed(kind):
    for act in ("send", "check", "aclose"):
        promised, kept = (inspect.signature(getattr(owner, act)) for owner in (Notifier, NOTIFIERS[kind]))
        assert list(kept.parameters) == list(promised.parameters)
        assert inspect.iscoroutinefunction(getattr(NOTIFIERS[kind], act))


@pytest.mark.parametrize("kind", NOTIFIERS)
def test_a_channel_is_named_as_it_is_written_in_a_configuration(kind):
    assert kind == kind.lower()
    assert kind.isidentifier()
