"""Is this a file that we take? By its ending and by its content: both must say the same, and neither is believed alone.

The list of what is taken is short and closed. Signatures are an own table and not a library's: what matters here is ten
kinds, that each is whole and passive, and which reason a refusal names; a library of a thousand signatures knows none
of that. Judging is linear in the size of the file (and in a limited multiple of it for what is compressed), keeps a
window of it in memory, unpacks nothing to disk, and raises nothing but `RefusedFile`, whatever the bytes are.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from monitor.evidence.directory import ZIP
from monitor.evidence.mail import examine_mail
from monitor.evidence.names import ending_of
from monitor.evidence.offered import Offered
from monitor.evidence.office import OLE2, examine_office
from monitor.evidence.pdf import PDF, examine_pdf
from monitor.evidence.pictures import JPEG, PNG, examine_jpeg, examine_png
from monitor.evidence.plain import examine_text
from monitor.evidence.refusal import RefusedFile, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Kind:
    """`begins`: how its content begins; text has nothing of its own to begin with."""

    media_type: str
    examine: Callable[[Offered], None]
    begins: tuple[bytes, ...] = ()


def _office(name: str) -> Kind:
    # A password puts a document into the container of the old format; which of the two it is, its examination says.
    return Kind(f"application/vnd.openxmlformats-officedocument.{name}", examine_office, (ZIP, OLE2))


_JPEG = Kind("image/jpeg", examine_jpeg, (JPEG,))
KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", examine_pdf, (PDF,)),
    "png": Kind("image/png", examine_png, (PNG,)),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "xlsx": _office("spreadsheetml.sheet"),
    "docx": _office("wordprocessingml.document"),
    "pptx": _office("presentationml.presentation"),
    "csv": Kind("text/csv", examine_text),
    "txt": Kind("text/plain", examine_text),
    "eml": Kind("message/rfc822", examine_mail),
}
ALLOWED = tuple(KINDS)  #: the endings, for the form's hint and its `accept`

_REFUSED_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "archive": ("zip", "7z", "rar", "lzh", "tar", "gz", "tgz", "bz2", "xz", "cab", "iso"),
    "old-office": ("doc", "xls", "ppt", "dot", "xlt", "pot", "pps"),
    "macros": ("docm", "xlsm", "pptm", "dotm", "xltm", "potm", "ppsm", "xlam", "ppam"),
}
# How contents begin, in lower case, to name what is found: the name in capitals is understood in every language.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (PDF.lower(), "PDF"),
    (PNG.lower(), "PNG"),
    (JPEG, "JPEG"),
    (b"gif8", "GIF"),
    (b"ii*\0", "TIFF"),
    (b"mm\0*", "TIFF"),
    (b"rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b\x08", "GZIP"),
    (b"mz", "EXE"),
    (b"\x7felf", "ELF"),
    (b"{\\rtf", "RTF"),
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<svg", "SVG"),
)
_TEXTS = frozenset({"RTF", "HTML", "SVG", "XML", "EXE"})  # what a text may begin with too, if it then goes on as one
_PROGRAMS = frozenset({"EXE", "ELF"})
_RIGHT = {"PDF": "pdf", "PNG": "png", "JPEG": "jpg"}
_HEAD = 1024
_BOM = b"\xef\xbb\xbf"
_LEADING = 64  # PDFs made by web servers begin with a mark or blank lines; anything more than that is a disguise


def expect(name: str) -> Kind:
    """The kind that a cleaned name promises. Known before the first byte has come."""
    ending = ending_of(name)
    for reason in ("archive", "old-office", "macros"):
        if ending in _REFUSED_ENDINGS[reason]:
            raise refused(reason, name)
    if ending not in KINDS:
        allowed = ", ".join(ending for ending in KINDS if ending != "jpeg")
        raise refused("type-not-allowed", name, allowed=allowed)
    return KINDS[ending]


def judge(file: BinaryIO, name: str) -> str:
    """The media type of a file that is taken; `RefusedFile` says why it is not. `name` is cleaned already."""
    kind = expect(name)
    offered = Offered(file, name, ending_of(name), file.seek(0, os.SEEK_END))
    if not offered.size:
        raise offered.refused("empty")
    head = offered.at(0, _HEAD)
    if not _begins(head, kind):
        raise _disguised(offered, head)
    kind.examine(offered)
    return kind.media_type


def _begins(head: bytes, kind: Kind) -> bool:
    if not kind.begins:
        found = _found(head)
        return not found or (found in _TEXTS and b"\0" not in head)
    start = head.removeprefix(_BOM)[:_LEADING].lstrip() if kind.begins == (PDF,) else head
    return start.startswith(kind.begins)


def _disguised(offered: Offered, head: bytes) -> RefusedFile:
    found = _found(head)
    if right := _RIGHT.get(found):
        return offered.refused("disguised-known", found=found, right=right)
    if found in _PROGRAMS:
        return offered.refused("program", found=found)
    pdf = offered.ending == "pdf"
    if found:
        return offered.refused("not-pdf-as" if pdf else "disguised-as", found=found)
    return offered.refused("not-pdf" if pdf else "disguised")


def _found(head: bytes) -> str:
    """What a content is, in capitals; empty where it is nothing that we know."""
    if head[4:8] == b"ftyp":
        return "HEIC" if head[8:12] in {b"heic", b"heix", b"mif1", b"msf1"} else "MP4"
    if head[:4] == b"RIFF":
        return head[8:12].decode("ascii", "replace").strip()
    if head.startswith((ZIP, OLE2)):
        return "ZIP" if head.startswith(ZIP) else "Office 97-2003"
    start = head.removeprefix(_BOM).lstrip().lower()
    if start.startswith(b"<?xml"):
        return "SVG" if b"<svg" in start else "XML"
    return next((name for mark, name in _MARKS if start.startswith(mark)), "")
