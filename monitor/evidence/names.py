"""File names that strangers gave, as data: to be shown and to be sent back, never to be a path.

Japanese stays as it was typed. macOS sends が as two code points, so names are composed (NFC), with one exception:
the compatibility ideographs (神 beside 神), with which people's names are written, would be replaced by their everyday
forms. HFS+ leaves them alone as well.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from checks.spelling import normal

MAX_CHARACTERS = 200
MAX_BYTES = 255  # what a name may take on most disks, on which a reviewer will save it
MAX_ENDING = 16  # a longer one is no ending but a sentence with a full stop in it
NAMELESS = "file"

_IDEOGRAPHS = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
_JOINER = "\u200d"  # holds families of emoji together; the only invisible character that is kept
_BLANKS = " \u00a0\u3000"
_DROPPED = _BLANKS + "."
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NOT_ON_WINDOWS = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)")
_NOT_IN_FALLBACK = re.compile(r"[^A-Za-z0-9 !#$&+,.;=@^_`{}~()\[\]-]")
_ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"  # attr-char of RFC 8187, besides letters and digits


def clean(name: str) -> str:
    """The name to keep: its last part, without what cannot be seen, short enough for a disk. Never empty."""
    last = _composed(_visible(re.split(r"[/\\]", name)[-1])).translate(_NOT_ON_WINDOWS).strip(_BLANKS)
    stem, ending = _parted(last)
    stem = _shortened(stem, ending) or NAMELESS
    if _DEVICE.match(stem + ending):  # `CON.pdf` opens a device on Windows, `_CON.pdf` does not
        stem = _shortened(f"_{stem}", ending)
    return stem + ending


def content_disposition(name: str) -> str:
    """Always an attachment (RFC 6266): an ASCII name for old programs, the real one beside it."""
    name = clean(name)
    fallback = _NOT_IN_FALLBACK.sub("_", name)
    if fallback == name:
        return f'attachment; filename="{name}"'
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE_CHARACTERS)}"


def ending_of(name: str) -> str:
    """`pdf` of `Report.PDF`; empty where there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _visible(name: str) -> str:
    return "".join(sign for sign in name if sign == _JOINER or unicodedata.category(sign) not in _INVISIBLE)


def _composed(name: str) -> str:
    parts = _IDEOGRAPHS.split(name)
    return "".join(part if at % 2 else normal("NFC", part) for at, part in enumerate(parts))


def _parted(name: str) -> tuple[str, str]:
    """Stem, and ending with its dot. `.pdf` has no stem; a dot at the very end, dropped by Windows, is none."""
    stem, dot, ending = name.rstrip(_DROPPED).rpartition(".")
    if not dot or not ending or len(ending) > MAX_ENDING:
        return name.strip(_DROPPED), ""
    return stem.strip(_DROPPED), dot + ending


def _shortened(stem: str, ending: str) -> str:
    """Cut between characters, and so that nothing dangles: no joiner, no half of a composed sign, no blank."""
    stem = stem[: MAX_CHARACTERS - len(ending)]
    while len((stem + ending).encode()) > MAX_BYTES:
        stem = stem[:-1]
    return stem.rstrip(_DROPPED + _JOINER)
