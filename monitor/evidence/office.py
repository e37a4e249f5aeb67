"""Word, Excel and PowerPoint (Office Open XML): readable by anybody, whole, passive, and no bomb.

Every entry is unpacked once, by window, and thrown away: what a zip declares about itself is only a claim. Refused are
macros however they are called, passwords, entries that unpack to too much, document types in the XML (never needed,
and the way to make a kilobyte expand to gigabytes), whatever is fetched over a network without a click, fields that
start another program (DDE), pages of HTML that become part of the text, and
embedded files that could not be offered here by themselves. Workbooks behind a chart are usual; they are judged as if
they had been offered. Form controls and ActiveX boxes stay: without macros they do nothing, and old check sheets are
full of them.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from monitor.evidence.directory import MAX_ENTRIES, ZIP, read_directory, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.evidence.directory import Entry
    from monitor.evidence.offered import Offered
    from monitor.evidence.refusal import Reason, RefusedFile

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_UNPACKED = 256 << 20  # of all entries together
MAX_RATIO, RATIO_COUNTS_FROM = 300, 64 << 20  # real sheets stay below 50, an empty picture may not
MAX_TYPES = 2 << 20
MAX_EMBEDDED = 8 << 20  # it is judged in memory
_HEAD = 512
TYPES = "[content_types].xml"
_MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"
MAIN = {
    "xlsx": _MAIN.format("spreadsheetml.sheet"),
    "docx": _MAIN.format("wordprocessingml.document"),
    "pptx": _MAIN.format("presentationml.presentation"),
}
_MACROS = re.compile("macroenabled|vbaproject|macrosheet")
_EMBEDDED = "/embeddings/"
_XML = (".xml", ".rels", ".vml")
_FOREIGN = (ZIP, b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"%PDF-")
# What the streams of a container are called there. The last is the wrapping of any file at all.
_IN_CONTAINER: Mapping[bytes, Reason] = {
    b"EncryptedPackage": "password",
    b"_VBA_PROJECT": "macros",
    b"\x01Ole10Native": "nested",
}
_DOCTYPE = b"<!DOCTYPE"
# After any prefix of any length. One that is longer than the overlap of two blocks could be read half.
_LINK = re.compile(rb"(?<=[<:])Relationship\s[^<>]{1,4000}>")
_LONG_LINK = re.compile(rb"(?<=[<:])Relationship\s[^<>]{4000}")
_ATTRIBUTE = re.compile(rb"""([^\s"'=<>]{1,100})\s{0,9}=\s{0,9}("[^"]*"|'[^']*')""")
# A drive of the reader's own, or beside the document. Everything else goes over a network, be it a share in Windows.
_NEAR = re.compile(rb"(?i)(?:file:///)?[a-z]:[\\/](?![\\/])|/?(?![\\/%]|[^\\/]{0,40}:)")
_INSTRUCTION = re.compile(
    rb"""instrText(?:\s[^<>]{0,500})?>([^<]{0,65536})|\binstr\s{0,9}=\s{0,9}(?:"([^"<]{0,65536})|'([^'<]{0,65536}))"""
)
_EXCHANGE = re.compile(rb"(?i)DDE(?:AUTO|[\s\"\\&])|&#")
_SHEET_EXCHANGE = re.compile(rb"(?<=[<:])ddeLink[\s/>]")
_UNFINISHED = 1 << 17


@dataclass(slots=True)
class _Budget:
    """What may be unpacked in all, embedded packages included: many small ones are as good a bomb as a large one."""

    unpacked: int = MAX_UNPACKED
    entries: int = 2 * MAX_ENTRIES

    def spend(self, offered: Offered, entries: list[Entry]) -> None:
        total = sum(entry.unpacked for entry in entries)
        self.unpacked -= total
        self.entries -= len(entries)
        swollen = total > RATIO_COUNTS_FROM and total > MAX_RATIO * offered.size
        if self.unpacked < 0 or self.entries < 0 or swollen:
            raise offered.refused("bomb")


def examine_office(offered: Offered) -> None:
    if offered.at(0, len(OLE2)) == OLE2:
        raise _container(offered)
    _examine(offered, _Budget())


def _container(offered: Offered) -> RefusedFile:
    """What Office encrypts, it puts into a container of its old format; so do rights management and labels."""
    locked = offered.find("EncryptedPackage".encode("utf-16-le")) is not None
    return offered.refused("password" if locked else "old-office")


def _examine(offered: Offered, budget: _Budget, *, inner: bool = False) -> None:
    entries = read_directory(offered)
    if any(entry.encrypted for entry in entries):
        raise offered.refused("password")
    budget.spend(offered, entries)
    kinds = _kinds(offered, entries, inner=inner)
    if not inner and kinds != {offered.ending}:
        raise _other_kind(offered, kinds)
    for entry in entries:
        _look_into(offered, entry, budget, inner=inner)


def _kinds(offered: Offered, entries: list[Entry], *, inner: bool) -> set[str]:
    """The list of types says what the package is, and whether it has macros, whatever its parts are called."""
    types = next((entry for entry in entries if entry.label == TYPES), None)
    if types is None:
        raise offered.refused("nested") if inner else offered.refused("disguised-as", found="ZIP")
    if types.unpacked > MAX_TYPES:
        raise offered.refused("bomb")
    listed = b"".join(unpack(offered, types)).decode("latin-1").lower()
    if _MACROS.search(listed) or any("vbaproject" in entry.label for entry in entries):
        raise offered.refused("macros")
    if "\0" in listed or "&#" in listed:  # other spellings, in which a type could hide
        raise offered.refused("broken")
    return {ending for ending, main in MAIN.items() if main in listed}


def _other_kind(offered: Offered, kinds: set[str]) -> RefusedFile:
    if len(kinds) != 1:
        return offered.refused("disguised")
    (right,) = kinds
    return offered.refused("disguised-known", found=right.upper(), right=right)


def _look_into(offered: Offered, entry: Entry, budget: _Budget, *, inner: bool) -> None:
    """Unpack it to its end in any case: there, size and checksum are compared."""
    pieces = unpack(offered, entry)
    head = _head(pieces)
    whole = chain((head,), pieces)
    embedded = _EMBEDDED in f"/{entry.label}" and not entry.label.endswith(_XML)
    if head.startswith(ZIP) and embedded and not inner and entry.unpacked <= MAX_EMBEDDED:
        content = b"".join(whole)
        _examine(replace(offered, file=io.BytesIO(content), size=len(content)), budget, inner=True)
    elif head.startswith(OLE2):
        _search_container(offered, whole)
    elif head.startswith(_FOREIGN) or (head.startswith(b"MZ") and b"This program" in head) or (head and embedded):
        raise offered.refused("nested")
    elif entry.label.endswith(".rels"):
        _search_links(offered, whole)
    elif entry.label.endswith(_XML) or _narrow(head).lstrip(b"\xef\xbb\xbf\xff\xfe\r\n\t ").startswith(b"<"):
        _search_xml(offered, whole, wide=b"\0" in head[:4])
    else:
        for _ in whole:
            pass


def _head(pieces: Iterator[bytes]) -> bytes:
    """Its first bytes. One piece is not enough: compression can be made to deliver the first byte alone."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _HEAD:
            break
    return head


def _search_container(offered: Offered, whole: Iterator[bytes]) -> None:
    for block in _blocks(whole, 64):
        plain = _narrow(block)
        for name, reason in _IN_CONTAINER.items():
            if name in plain:
                raise offered.refused(reason)


def _search_xml(offered: Offered, whole: Iterator[bytes], *, wide: bool) -> None:
    said = b""
    for block in _tags(_narrow(piece) if wide else piece for piece in whole):
        if _DOCTYPE in block:
            raise offered.refused("bomb")
        if b"instr" in block:  # an instruction may be cut into many runs
            said = said[-16:] + b"".join(b"".join(found) for found in _INSTRUCTION.findall(block))
        if _EXCHANGE.search(said) or _SHEET_EXCHANGE.search(block):
            raise offered.refused("remote")


def _tags(whole: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, cut before a tag: so nothing is seen twice, and a tag with what follows it is whole."""
    kept = b""
    for piece in whole:
        block = kept + piece
        cut = block.rfind(b"<")
        cut = len(block) if cut < 0 or len(block) - cut > _UNFINISHED else cut
        yield block[:cut]
        kept = block[cut:]
    yield kept


def _narrow(block: bytes) -> bytes:
    """UTF-16 as ASCII: searching for words full of zeros is slow where much else is zeros."""
    return block.translate(None, b"\0")


def _search_links(offered: Offered, whole: Iterator[bytes]) -> None:
    for block in _blocks(whole, 4096):
        if b"\0" in block or _DOCTYPE in block:  # spellings that no Office program uses, in which a link could hide
            raise offered.refused("broken")
        if _LONG_LINK.search(block):
            raise offered.refused("broken")
        for link in _LINK.findall(block):
            _weigh_link(offered, link)


def _weigh_link(offered: Offered, link: bytes) -> None:
    """Only what a reader must click may lead elsewhere; all else is fetched when the document is opened."""
    said = {name: value[1:-1].strip() for name, value in _ATTRIBUTE.findall(link)}
    kind, target = said.get(b"Type", b""), said.get(b"Target", b"")
    if kind.lower().endswith(b"/afchunk"):  # a page or mail that becomes part of the text
        raise offered.refused("nested")
    if not kind.endswith(b"/hyperlink") and (link.count(b"&#") or not _NEAR.match(target)):
        raise offered.refused("remote")


def _blocks(whole: Iterator[bytes], overlap: int) -> Iterator[bytes]:
    """The pieces, each with the end of what came before it: what is searched for may lie across a border."""
    kept = b""
    for piece in whole:
        block = kept + piece
        yield block
        kept = block[-overlap:]
