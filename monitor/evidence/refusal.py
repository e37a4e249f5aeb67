"""Why a file is not taken, in the words of the person who offered it: what is the matter, and what to do instead.

Refusing is half of the work here, and most of those refused are honest: a password that the company's rules demand, a
picture that the phone saved under another ending. So each sentence names the one reason and a way that works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

Code = Literal[
    "empty",
    "too-large",
    "type-not-allowed",
    "archive",
    "old-office",
    "disguised",
    "password",
    "macros",
    "active",
    "nested",
    "bomb",
    "broken",
    "encoding",
    "infected",
]

Reason = Literal[
    Code,
    "disguised-as",
    "disguised-known",
    "not-pdf",
    "not-pdf-as",
    "program",
    "hidden",
    "active-pdf",
    "remote",
    "attachments",
]


class RefusedFile(Exception):  # noqa: N818 - what the file then is
    """`code` is stable, for tests and counters. The file's name is in the message only: it may hold a person's name."""

    def __init__(self, code: Code, message: Message) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def refused(reason: Reason, name: str, **facts: str) -> RefusedFile:
    """`facts` fill the placeholders of the sentence; they are shown and never read as sentences themselves."""
    code = cast("Code", _CODES.get(reason, reason))
    return RefusedFile(code, Message(SENTENCES[reason], {"name": name, **facts}))


# Where one code has several sentences, because the remedies differ.
_CODES: Mapping[Reason, Code] = {
    "disguised-as": "disguised",
    "disguised-known": "disguised",
    "not-pdf": "disguised",
    "not-pdf-as": "disguised",
    "program": "disguised",
    "hidden": "disguised",
    "active-pdf": "active",
    "remote": "active",
    "attachments": "nested",
}

SENTENCES: Mapping[Reason, str] = {
    "empty": "“{name}” is empty (0 bytes). Check the original, and attach it again with its contents.",
    "too-large": (
        "“{name}” is larger than the {limit} MB that one file may have here. Make it smaller, for example by "
        "splitting it or by scanning it at a lower resolution, and attach it again."
    ),
    "type-not-allowed": (
        "“{name}” is of a type that we cannot take. We take {allowed}. Save it as one of these, for example as PDF, "
        "and attach that."
    ),
    "archive": (
        "“{name}” is an archive. We cannot take archives, with or without a password, because scanners cannot look "
        "inside all of them. Attach the files in it one by one. This page is made to receive them safely, so no "
        "password is needed."
    ),
    "old-office": (
        "“{name}” is in the format of Office 97-2003, which we cannot take because it can hide programs. Open it, "
        "save it as .xlsx, .docx, .pptx or PDF, and attach that."
    ),
    "disguised": (
        "“{name}” ends in .{ending}, but its content is not that of a .{ending} file. Open it in the program that "
        "made it, save it as .{ending} or PDF, and attach that."
    ),
    "disguised-as": (
        "“{name}” ends in .{ending}, but its content is {found}. Save the original document as .{ending} or PDF, and "
        "attach that."
    ),
    "disguised-known": (
        "“{name}” ends in .{ending}, but its content is {found}. If it is the file that you meant, change the end of "
        "its name to .{right}, and attach it again."
    ),
    "not-pdf": (
        "“{name}” ends in .pdf, but its content is not that of a PDF. Save the original again as PDF, and attach that."
    ),
    "not-pdf-as": (
        "“{name}” ends in .pdf, but its content is {found}. Save the original again as PDF, and attach that."
    ),
    "program": (
        "“{name}” ends in .{ending}, but its content is a program ({found}), which we cannot take. Save the original "
        "again as PDF, and attach that."
    ),
    "hidden": "“{name}” carries another file behind its own content. Open it, save it anew, and attach that.",
    "password": (
        "“{name}” is protected by a password or by restrictions, so scanners cannot look inside. Take the protection "
        "off, or print it to a new PDF, and attach that. This page is made to receive it safely, so no password is "
        "needed."
    ),
    "macros": (
        "“{name}” contains macros. We take documents without programs in them. Save it without macros (as .xlsx, "
        ".docx or .pptx) or as PDF, and attach that."
    ),
    "active-pdf": (
        "“{name}” is a PDF that can run a script or start a program when it is opened. Print it to a new PDF, and "
        "attach that."
    ),
    "remote": (
        "“{name}” fetches a template or an object from the internet when it is opened. Save it as PDF, and attach that."
    ),
    "nested": (
        "“{name}” contains another file that we cannot look into. Take that file out and attach it beside, or save "
        "the document as PDF, and attach that."
    ),
    "attachments": (
        "“{name}” is an e-mail with attachments. Save the attachments and attach them here one by one; print the "
        "e-mail itself to PDF, and attach that."
    ),
    "bomb": (
        "“{name}” unpacks to far more than such a file should hold, so we cannot open it safely. Save it anew or as "
        "PDF, and attach that."
    ),
    "broken": "“{name}” is damaged or incomplete. Check that it opens on your side, save it anew, and attach that.",
    "encoding": (
        "“{name}” cannot be read as text. Save it with the encoding UTF-8 or Shift_JIS, or as PDF, and attach that."
    ),
    "infected": (
        "“{name}” was not kept: our virus scanner found {found} in it. Have it, and the computer that it comes from, "
        "looked at on your side. If you are sure that it is harmless, make it anew as PDF, and attach that."
    ),
}
