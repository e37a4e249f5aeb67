"""What is said of a file: its media type, or why it is refused."""

from __future__ import annotations

import io

import pytest

from monitor.evidence import RefusedFile, judge


def judged(name, content):
    return judge(io.BytesIO(content), name)


def refusal(name, content):
    with pytest.raises(RefusedFile) as caught:
        judged(name, content)
    return caught.value
