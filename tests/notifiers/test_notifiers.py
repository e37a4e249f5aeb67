"""What every channel keeps to, whatever it carries letters with."""

from __future__ import annotations

import inspect

import pytest

from monitor.building import NOTIFIERS, notifier
from monitor.config import Settings
from notifiers.contract import Notifier

CONFIGURED = {"mail": {"host": "smtp.example", "from": "itaku@group.example"}}


@pytest.mark.parametrize("section", NOTIFIERS)
async def test_a_channel_can_send_be_checked_and_be_closed(section):
    channel = notifier(Settings.model_validate({section: CONFIGURED[section]}))
    for act in ("send", "check", "aclose"):
        promised, kept = (inspect.signature(getattr(owner, act)) for owner in (Notifier, type(channel)))
        assert list(kept.parameters) == list(promised.parameters)
        assert inspect.iscoroutinefunction(getattr(channel, act))
    await channel.aclose()


@pytest.mark.parametrize("section", NOTIFIERS)
def test_a_channel_is_named_by_its_section_of_the_configuration(section):
    assert section in Settings.model_fields


def test_without_a_configured_channel_there_is_none():
    assert notifier(Settings()) is None
