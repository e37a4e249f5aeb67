"""個人番号 (My Number): a text that seems to hold one is refused before anything is stored (Number Act, Art. 20).

Twelve digits of which the last checks the others, whole or in groups of four. One in eleven other twelve-digit
numbers passes the check as well; such a text is refused too, since keeping one number too many is the graver error.
"""

from __future__ import annotations

import re

from checks.spelling import normal

_GAP = r"[\s\-\u2010-\u2015\u2212\u30fc\uff70._・/]{0,3}"
# Signs that cannot be seen, which stand between digits that are copied from a PDF, or are put there.
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_CANDIDATE = re.compile(rf"(?<![0-9])(?=([0-9]{{4}}{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}})(?![0-9]))")
# The form itself asks for SHA-256 values, in which twelve digits in a row are nothing rare.
_DIGEST = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[a-fA-F])[0-9a-fA-F]{32,}(?![0-9A-Za-z])")
_DIGITS = 12
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def holds_my_number(text: str) -> bool:
    """Whether twelve digits in the text, of any width, pass the check digit of a My Number."""
    if len(text) < _DIGITS and text.isascii():
        return False
    plain = _DIGEST.sub(" ", _UNSEEN.sub("", normal("NFKC", text)))
    return any(_checks(re.sub(r"[^0-9]", "", found[1])) for found in _CANDIDATE.finditer(plain))


def _checks(digits: str) -> bool:
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)
