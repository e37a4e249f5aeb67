"""Documents with something else inside, bombs, and damage."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.evidence import evidence_corpus as made
from tests.evidence.evidence_corpus import CHART, PROGRAM, Zip, archive, container, jpeg, office, pdf, png
from tests.evidence.evidence_verdicts import judged, refusal

# Files in files


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/media/image1.png": archive({"a.exe": PROGRAM})},
        {"xl/embeddings/a.bin": archive({"a.exe": PROGRAM})},
        {"xl/embeddings/a.bin": b"@echo off\r\nformat c:"},
        {"xl/embeddings/a.xlsx": office("xlsx", {"xl/embeddings/b.xlsx": CHART})},
        {"xl/media/image1.png": PROGRAM},
        {"xl/media/image1.png": b"Rar!\x1a\x07\x01\0"},
        {"xl/embeddings/oleObject1.bin": container("\x01Ole10Native")},
    ],
)
def test_a_document_with_something_else_inside_is_refused(parts):
    assert refusal("a.xlsx", office("xlsx", parts)).code == "nested"


@pytest.mark.parametrize("kind", ["zip", "octet-stream", "pdf", "ms-tnef"])
def test_a_mail_with_attachments_is_asked_for_them_one_by_one(kind):
    refused = refusal("a.eml", made.mail(attachment=(kind, b"content")))
    assert refused.code == "nested"
    assert "Save the attachments" in str(refused.message)


def test_an_attachment_is_seen_behind_megabytes_of_text():
    long = made.mail(attachment=("zip", b"content")).replace(b"\r\n\r\n", b"\r\n\r\n" + b"padding\r\n" * 200_000, 1)
    assert refusal("a.eml", long).code == "nested"


# Bombs


def lying(**lies):
    zipped = Zip(office("xlsx"))
    for name, (at, form, value) in lies.items():
        zipped.put({"book": "xl/workbook.xml", "types": "[Content_Types].xml"}[name], at, form, value)
    return zipped


@pytest.mark.parametrize(
    "content",
    [
        lying(book=(24, "<L", 2_000_000_000)).bytes(),
        lying(book=(24, "<L", 10)).bytes(),
        lying(types=(24, "<L", 3_000_000)).bytes(),
        office("xlsx", {"xl/sheet.xml": bytes(70 << 20)}),
        Zip(office("xlsx")).bytes(count=10_001),
        office("xlsx", {"xl/sheet.xml": b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'}),
        office("xlsx", {"xl/sheet.xml": '<!DOCTYPE a [<!ENTITY b "b">]>'.encode("utf-16")}),
        office("xlsx", {"xl/sheet.xml": b" " * 300_000 + b"<!DOCTYPE a>"}),
    ],
    ids=[
        "declared",
        "undeclared",
        "list of types",
        "ratio",
        "count",
        "entities",
        "entities in utf-16",
        "entities late",
    ],
)
def test_what_unpacks_to_too_much_is_refused(content):
    assert refusal("a.xlsx", content).code == "bomb"


def test_entries_that_share_their_bytes_are_refused():
    zipped = Zip(office("xlsx", {"xl/sheet.xml": bytes(1 << 20)}))
    again = bytearray(zipped.line("xl/sheet.xml"))
    again[46:58] = b"xl/other.xml"
    zipped.lines.append(again)
    assert refusal("a.xlsx", zipped.bytes()).code == "bomb"


def test_many_small_documents_inside_one_are_one_large_bomb():
    inner = office("xlsx", {"xl/sheet.xml": bytes(30 << 20)})
    parts = {f"xl/embeddings/{number}.xlsx": inner for number in range(9)}
    assert refusal("a.xlsx", office("xlsx", parts)).code == "bomb"


def test_an_object_stream_that_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr("monitor.evidence.pdf.MAX_WORK", 1 << 20)
    assert refusal("a.pdf", pdf(made.objects_stream(bytes(2 << 20)))).code == "bomb"


# Damage


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", pdf()[:-40]),
        ("a.png", png()[:-20]),
        ("a.png", png(end=False)),
        ("a.png", b"\x89PNG\r\n\x1a\n" + made.chunk(b"IEND", b"")),
        ("a.jpg", jpeg(end=False)),
        ("a.jpg", jpeg()[:100]),
        ("a.xlsx", office("xlsx")[:-30]),
        ("a.xlsx", office("xlsx") + b"\0"),
        ("a.xlsx", office("xlsx")[:30]),
        ("a.xlsx", lying(book=(16, "<L", 12345)).bytes()),
        ("a.xlsx", lying(book=(10, "<H", 99)).bytes()),
        ("a.xlsx", lying(book=(42, "<L", 7)).bytes()),
        ("a.xlsx", lying(book=(20, "<L", 0xFFFFFFFF)).bytes()),
        ("a.xlsx", Zip(office("xlsx")).bytes(count=3)),
        ("a.xlsx", Zip(office("xlsx")).bytes(start=10)),
    ],
)
def test_a_damaged_file_is_refused(name, content):
    assert refusal(name, content).code in {"broken", "bomb"}


def test_a_program_that_writes_every_size_in_the_long_form_is_read():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(office("xlsx"))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            with target.open(entry.filename, "w", force_zip64=True) as part:
                part.write(source.read(entry))
    assert judged("a.xlsx", out.getvalue())


def test_sizes_in_the_long_form_are_read_from_the_directory():
    zipped = Zip(office("xlsx"))
    line = zipped.line("xl/workbook.xml")
    sizes = bytes(line[24:28]) + bytes(4) + bytes(line[20:24]) + bytes(4)
    line[20:28] = b"\xff" * 8
    line[30:32] = (20).to_bytes(2, "little")
    line += b"\x01\0\x10\0" + sizes
    assert judged("a.xlsx", zipped.bytes())
