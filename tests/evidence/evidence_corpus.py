"""Files, made here: good ones of every kind, and the parts of bad ones. Nothing binary is kept in the repository."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from email.message import EmailMessage
from email.policy import SMTP

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROGRAM = b"MZ\x90\0" + bytes(60) + b"This program cannot be run in DOS mode." + bytes(400)
MAIN = {
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet"),
    "docx": ("word/document.xml", "wordprocessingml.document"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation"),
}


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


# pictures


def png(pixels: int = 40, *, end: bool = True) -> bytes:
    rows = b"".join(b"\0" + noise(pixels, row) for row in range(pixels))
    chunks = [(b"IHDR", struct.pack(">2I5B", pixels, pixels, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in [*chunks, (b"IEND", b"")][: None if end else -1])


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg(scan: int = 3000, *, end: bool = True) -> bytes:
    """With a thumbnail whose own end must not be taken for the end of the picture."""
    thumbnail = b"\xff\xd8\xff\xdb\0\x04\0\0\xff\xda\0\x02\xff\xd9"
    segments = [
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xE1, b"Exif\0\0" + thumbnail),
        (0xDB, bytes(65)),
        (0xC0, bytes(15)),
    ]
    packed = b"".join(b"\xff" + bytes([kind]) + struct.pack(">H", len(data) + 2) + data for kind, data in segments)
    picture = noise(scan).replace(b"\xff", b"\xff\0")
    return b"\xff\xd8" + packed + b"\xff\xda\0\x08" + bytes(6) + picture + (b"\xff\xd9" if end else b"")


# PDF


def pdf(*objects: bytes, trailer: bytes = b"", text: bytes = b"") -> bytes:
    """A PDF of one page; `objects` are added as they stand, `trailer` goes into its last dictionary."""
    content = b"BT /F1 12 Tf 72 720 Td (" + (text or b"certificate") + b") Tj ET"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [] >> >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        *objects,
    ]
    body, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, trailer, len(body))
    )


def objects_stream(content: bytes, mark: bytes = b"/Type /ObjStm", packing: bytes = b"/Filter /FlateDecode") -> bytes:
    packed = zlib.compress(content)
    return b"<< %b /N 1 /First 4 %b /Length %d >>\nstream\r\n%b\r\nendstream" % (
        mark,
        packing,
        len(packed),
        packed,
    )


# Office


def office(kind: str, parts: dict[str, bytes] | None = None, types: str = "", *, stored: bool = False) -> bytes:
    """A package with its main part; `parts` are added or replace, `types` go into the list of types."""
    main = MAIN[kind][0]
    listed = (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{main_type(kind)}{types}</Types>"
    )
    links = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
    files = {
        "[Content_Types].xml": listed.encode(),
        "_rels/.rels": links.encode(),
        main: b'<?xml version="1.0"?><document>' + "委託先の安全管理".encode() * 200 + b"</document>",
        "docProps/thumbnail.jpeg": jpeg(),
        **(parts or {}),
    }
    return archive(files, stored=stored)


def main_type(kind: str) -> str:
    main, name = MAIN[kind]
    return f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{name}.main+xml"/>'


def archive(files: dict[str, bytes], *, stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return out.getvalue()


def container(*streams: str) -> bytes:
    """The container of Office 97-2003 with the names of streams, as its directory spells them."""
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))
    return OLE2 + bytes(504) + noise(2048) + directory


class Zip:
    """A zip laid bare, to be told lies: its local part, the lines of its directory, its end."""

    def __init__(self, content: bytes) -> None:
        end = content.rfind(b"PK\x05\x06")
        count, length, start = struct.unpack_from("<HLL", content, end + 10)
        self.files = content[:start]
        self.comment = content[end + 22 :]
        self.lines = []
        directory = content[start : start + length]
        for _ in range(count):
            size = 46 + sum(struct.unpack_from("<3H", directory, 28))
            self.lines.append(bytearray(directory[:size]))
            directory = directory[size:]

    def line(self, name: str) -> bytearray:
        return next(line for line in self.lines if line[46 : 46 + len(name)] == name.encode())

    def put(self, name: str, at: int, form: str, value: int) -> Zip:
        """Write a number into a line: flags at 8, method at 10, checksum at 16, packed at 20, unpacked at 24, start at 42."""
        struct.pack_into(form, self.line(name), at, value)
        return self

    def bytes(self, *, count: int | None = None, start: int | None = None) -> bytes:
        directory = b"".join(self.lines)
        many = len(self.lines) if count is None else count
        where = len(self.files) if start is None else start
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, many, many, len(directory), where, len(self.comment))
        return self.files + directory + end + self.comment


# text and mail

SENTENCE = "委託先の個人データの取扱状況を、髙橋・﨑山・①・㈱ともに確認しました。〜\r\n"


def text(encoding: str = "utf-8", times: int = 50) -> bytes:
    sentence = SENTENCE.replace("〜", "～") if encoding == "cp932" else SENTENCE
    return (sentence * times).encode(encoding)


def table(encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(["番号,氏名,電話", '1,"髙橋, 一郎",+81-3-0000-0000', "2,﨑山,=1+1"] * 50).encode(encoding)


def mail(attachment: tuple[str, bytes] | None = None, picture: bytes | None = None) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "担当 <privacy@acme.example>"
    message["To"] = "office@group.example"
    message["Subject"] = "委託先点検のご回答について"
    message["Date"] = "Thu, 31 Dec 2026 10:00:00 +0900"
    message.set_content(SENTENCE * 20)
    message.add_alternative(f"<p>{SENTENCE}</p>", subtype="html")
    if picture:
        message.add_attachment(picture, maintype="image", subtype="png", filename="logo.png", disposition="inline")
    if attachment:
        kind, content = attachment
        message.add_attachment(content, maintype="application", subtype=kind, filename="資料.bin")
    return message.as_bytes()


CHART = office("xlsx", {"xl/worksheets/sheet1.xml": b"<worksheet/>"})

GOOD: dict[str, tuple[str, bytes]] = {
    "pdf": ("認定証.pdf", pdf()),
    "pdf with object streams": ("modern.pdf", pdf(objects_stream(b"1 0 << /Type /Font /BaseFont /#82l#82r >>"))),
    "pdf behind blank lines": ("web.pdf", b"\xef\xbb\xbf\r\n\r\n" + pdf()),
    "pdf with junk behind": ("gateway.pdf", pdf() + b"\r\n<!-- sent by gateway -->\0\0\n"),
    "png": ("画面.png", png()),
    "png with something behind": ("shot.png", png() + b"leftover pixels" * 10),
    "jpeg": ("写真.jpg", jpeg()),
    "jpeg, the long way": ("写真.JPEG", jpeg()),
    "jpeg with a film behind": ("motion.jpg", jpeg() + b"\0\0\0\x18ftypmp42" + noise(2000)),
    "xlsx": ("管理台帳.xlsx", office("xlsx")),
    "xlsx, not compressed": ("管理台帳.XLSX", office("xlsx", stored=True)),
    "docx": ("規程.docx", office("docx")),
    "pptx with a chart": ("研修.pptx", office("pptx", {"ppt/embeddings/Microsoft_Excel_Sheet1.xlsx": CHART})),
    "docx with an old drawing": (
        "図.docx",
        office("docx", {"word/embeddings/oleObject1.bin": container("VisioDocument")}),
    ),
    "csv from Excel": ("一覧.csv", table()),
    "csv in CP932": ("一覧.csv", table("cp932")),
    "txt": ("手順.txt", text()),
    "txt in CP932": ("手順.txt", text("cp932")),
    "txt in UTF-16": ("手順.txt", text("utf-16")),
    "txt that begins like a program": ("mz.txt", b"MZ-80K owner's manual\r\n"),
    "txt that begins like a page": ("snippet.txt", b"<html> is the first tag\r\n"),
    "eml": ("連絡.eml", mail()),
    "eml with a logo": ("連絡.eml", mail(picture=png())),
}
