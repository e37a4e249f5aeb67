"""A party that hands in answers, as the tests of contradictions have it, and any questionnaire."""

from __future__ import annotations

import sys
from pathlib import Path

for _room in ("contradiction", "questionnaire"):
    sys.path.insert(0, str(Path(__file__).parent.parent / _room))
