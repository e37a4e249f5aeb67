"""The demonstration's list of mails."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from monitor.demo.mailbox import written
from monitor.demo.sink import ReceivedMail

RAW = b"Date: Sun, 22 Nov 2026 15:41:07 +0000\r\nSubject: a\r\n\r\ntext\r\n"


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "2026年11月23日(月) 00:41"), ("en", "Mon 23 Nov 2026 00:41 (JST)")]
)
def test_a_mail_has_the_time_that_the_board_has_for_what_it_tells(language, said):
    mail = ReceivedMail.of(1, "a@a.example", ("b@b.example",), RAW)
    assert written(mail, ZoneInfo("Asia/Tokyo"), language) == said
