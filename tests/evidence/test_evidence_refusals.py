"""Every kind of file that is taken, and every reason for which one is not."""

from __future__ import annotations

import io
import zipfile

import pytest

from monitor.evidence import ALLOWED, RefusedFile, judge
from monitor.evidence.refusal import SENTENCES
from tests.evidence import evidence_corpus as made
from tests.evidence.evidence_corpus import CHART, GOOD, PROGRAM, Zip, archive, container, jpeg, office, pdf, png


def judged(name, content):
    return judge(io.BytesIO(content), name)


def refusal(name, content):
    with pytest.raises(RefusedFile) as caught:
        judged(name, content)
    return caught.value


@pytest.mark.parametrize("what", GOOD)
def test_a_good_file_of_every_kind_is_taken(what):
    assert judged(*GOOD[what])


def test_the_media_type_follows_the_kind():
    found = {judged(*each) for each in GOOD.values()}
    office = "application/vnd.openxmlformats-officedocument."
    assert found == {
        "application/pdf", "image/png", "image/jpeg", "text/csv", "text/plain", "message/rfc822",
        office + "spreadsheetml.sheet", office + "wordprocessingml.document", office + "presentationml.presentation",
    }  # fmt: skip


def test_every_allowed_ending_is_in_the_corpus():
    assert {name.rpartition(".")[2].lower() for name, _ in GOOD.values()} == set(ALLOWED)


# What a name alone says


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.exe", "type-not-allowed"),
        ("a.html", "type-not-allowed"),
        ("a.svg", "type-not-allowed"),
        ("report.pdf.lnk", "type-not-allowed"),
        ("no ending", "type-not-allowed"),
        ("photo.heic", "type-not-allowed"),
        ("全部.zip", "archive"),
        ("全部.LZH", "archive"),
        ("台帳.xls", "old-office"),
        ("台帳.xlsm", "macros"),
    ],
)
def test_what_cannot_be_taken_is_known_by_its_name(name, code):
    assert refusal(name, pdf()).code == code


def test_a_refused_type_names_those_that_are_taken():
    assert "pdf, png, jpg, xlsx, docx, pptx, csv, txt, eml" in str(refusal("a.exe", b"MZ").message)


def test_an_empty_file_is_refused():
    assert refusal("a.pdf", b"").code == "empty"


# Disguises


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.pdf", PROGRAM, "EXE"),
        ("a.pdf", b"<!DOCTYPE html><script>alert(1)</script>", "HTML"),
        ("a.pdf", b"  \r\n<HTML><body>", "HTML"),
        ("a.pdf", b'<?xml version="1.0"?><svg onload="alert(1)"/>', "SVG"),
        ("a.pdf", archive({"a.txt": b"a"}), "ZIP"),
        ("a.png", b"<svg onload='alert(1)'/>", "SVG"),
        ("a.png", jpeg(), "JPEG"),
        ("a.jpg", png(), "PNG"),
        ("a.jpg", b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
        ("a.jpg", b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        ("a.jpg", b"GIF89a", "GIF"),
        ("a.xlsx", pdf(), "PDF"),
        ("a.xlsx", archive({"cmd.bat": b"format c:"}), "ZIP"),
        ("a.xlsx", PROGRAM + office("xlsx"), "EXE"),
        ("a.xlsx", office("docx"), "DOCX"),
        ("a.docx", office("pptx"), "PPTX"),
        ("a.txt", PROGRAM, "EXE"),
        ("a.txt", pdf(), "PDF"),
        ("a.csv", office("xlsx"), "ZIP"),
        ("a.csv", b"Rar!\x1a\x07\x01\0", "RAR"),
        ("a.eml", container("__nameid_version1.0"), "Office 97-2003"),
    ],
)
def test_a_content_that_is_not_what_the_name_says_is_refused_and_named(name, content, found):
    refused = refusal(name, content)
    assert refused.code == "disguised"
    assert refused.message.values["found"] == found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"just a text that calls itself a certificate"),
        ("a.pdf", b"A" * 100 + pdf()),
        ("a.png", bytes(100)),
        ("a.eml", b"<html>\r\n<body>From: Subject:"),
        ("a.eml", b"Dear all,\r\n\r\nFrom: me\r\nSubject: you\r\n"),
        ("a.eml", made.mail() + b"\0"),
        ("a.xlsx", office("xlsx", {"[Content_Types].xml": b"<Types/>"})),
        ("a.xlsx", office("xlsx", types=made.main_type("docx"))),
    ],
)
def test_a_content_of_no_known_kind_is_refused(name, content):
    assert refusal(name, content).code == "disguised"


def test_an_honest_mistake_of_the_ending_is_told_the_right_one():
    assert "change the end of its name to .jpg" in str(refusal("IMG_0001.png", jpeg()).message)
    assert "change the end of its name to .docx" in str(refusal("a.xlsx", office("docx")).message)


@pytest.mark.parametrize("company", [archive({"a.exe": PROGRAM}), b"Rar!\x1a\x07\x01\0" + bytes(50)])
@pytest.mark.parametrize(("name", "content"), [("a.png", png()), ("a.jpg", jpeg()), ("a.pdf", pdf() + b"\r\n")])
def test_an_archive_behind_a_picture_or_document_is_refused(name, content, company):
    assert refusal(name, content + company).code == "disguised"


def test_a_document_that_is_a_zip_as_well_is_refused():
    zipped = archive({"a.exe": PROGRAM})
    inside = pdf(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(zipped), zipped))
    lies = Zip(zipped)
    lies.comment = inside[inside.rfind(b"\nendstream") :]
    both = inside[: inside.find(b"PK\x03\x04")] + lies.bytes()
    assert zipfile.is_zipfile(io.BytesIO(both))
    assert refusal("a.pdf", both).code == "disguised"


# Passwords: scanners cannot look inside


def test_a_password_on_a_pdf_is_refused_with_the_reason():
    refused = refusal("a.pdf", pdf(trailer=b"/Encrypt 9 0 R"))
    assert refused.code == "password"
    assert "scanners cannot look inside" in str(refused.message)
    assert "no password is needed" in str(refused.message)


def test_a_password_is_seen_in_every_spelling_of_the_trailer():
    assert refusal("a.pdf", pdf(trailer=b"/Encrypt<</Filter/Standard>>")).code == "password"
    assert refusal("a.pdf", pdf(trailer=b"/#45ncryp#74 9 0 R")).code == "password"
    assert judged("a.pdf", pdf(trailer=b"/EncryptMetadata false"))


@pytest.mark.parametrize("ending", ["xlsx", "docx", "pptx"])
def test_a_password_on_an_office_document_is_refused(ending):
    assert refusal(f"a.{ending}", container("EncryptionInfo", "EncryptedPackage")).code == "password"


def test_a_password_on_the_zip_itself_is_refused():
    assert refusal("a.xlsx", Zip(office("xlsx")).put("xl/workbook.xml", 8, "<H", 1).bytes()).code == "password"


# Programs


def test_an_old_office_file_under_a_new_ending_is_told_to_be_saved_anew():
    assert refusal("a.xlsx", container("Workbook")).code == "old-office"


@pytest.mark.parametrize(
    "content",
    [
        office("xlsx", {"xl/vbaProject.bin": container("VBA", "_VBA_PROJECT")}),
        office("xlsx", {"xl/harmless.bin": container("VBA", "_VBA_PROJECT")}),
        office("xlsx", types='<Override PartName="/a" ContentType="application/vnd.ms-office.vbaProject"/>'),
        office("xlsx", types='<Override PartName="/a" ContentType="application/vnd.ms-excel.intlmacrosheet+xml"/>'),
        office(
            "xlsx", types='<Override PartName="/a" ContentType="application/vnd.ms-excel.sheet.MacroEnabled.main+xml"/>'
        ),
        office("xlsx", {"xl/embeddings/a.xlsx": office("xlsx", {"xl/vbaProject.bin": b"x"})}),
    ],
)
def test_macros_are_refused_however_they_are_called(content):
    assert refusal("a.xlsx", content).code == "macros"


@pytest.mark.parametrize(
    "content",
    [
        pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"),
        pdf(b"<</S/J#61vaScript/JS(app.alert(1))>>"),
        pdf(b"<< /S /Launch /F (cmd.exe) >>"),
        pdf(trailer=b"/AcroForm << /XFA [(template) 9 0 R] >>"),
        pdf(made.objects_stream(b"1 0 << /S /JavaScript /JS (app.alert(1)) >>")),
        pdf(made.objects_stream(b"1 0 << /Pad (%b) /S /Launch >>" % (b"x" * 300_000))),
        pdf(made.objects_stream(b"1 0 << /S /JavaScript >>", mark=b"/Obj#53tm")),
        pdf(b"<< /Type /ObjStm >>\nstream\nno deflate\nendstream", made.objects_stream(b"1 0 << /S /Launch >>")),
    ],
)
def test_a_pdf_that_starts_something_is_refused(content):
    assert refusal("a.pdf", content).code == "active"


@pytest.mark.parametrize(
    "content",
    [
        pdf(b"<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream"),
        pdf(b"<< /Type /Filespec /F (a.exe) /EF << /F 9 0 R >> >>"),
        pdf(made.objects_stream(b"1 0 << /Type /Filespec /EF<</UF 9 0 R>> >>")),
    ],
)
def test_a_pdf_that_carries_files_is_refused(content):
    assert refusal("a.pdf", content).code == "nested"


@pytest.mark.parametrize("kind", ["attachedTemplate", "oleObject"])
@pytest.mark.parametrize(
    "target", ["https://evil.example/t.dotm", "mhtml:http://evil.example/x!x", "h&#116;tp://evil.example"]
)
def test_a_document_that_fetches_something_from_outside_is_refused(kind, target):
    assert refusal("a.docx", office("docx", {"word/_rels/settings.xml.rels": link(kind, target)})).code == "active"


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("hyperlink", "https://acme.example/"),
        ("attachedTemplate", "file:///C:\\Templates\\Normal.dotm"),
        ("oleObject", "embeddings/a.bin"),
    ],
)
def test_a_document_that_only_points_somewhere_is_taken(kind, target):
    assert judged("a.docx", office("docx", {"word/_rels/settings.xml.rels": link(kind, target)}))


def link(kind, target):
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return f'<Relationships><Relationship Id="r1" Type="{base}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'.encode()


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


# Text


@pytest.mark.parametrize(
    "content",
    [
        b"text\0with a zero",
        b"\xff\xfe\xff\xff" + bytes(20),
        "無印の文字。\r\n".encode("utf-16-le"),
        "文字".encode("utf-32"),
        b"\x85\x40\x85\x40",
        b"caf\xe9 \x80\xa0",
        b"caf\xe9",
        made.text()[:-1] + b"\x80",
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_a_text_that_cannot_be_read_is_refused(name, content):
    assert refusal(name, content).code == "encoding"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16", "utf-8-sig"])
def test_a_sign_across_the_border_of_two_windows_is_read(encoding):
    assert judged("a.txt", ("x" * (1 << 18 | 1) + "髙" * 200_000).encode(encoding))


# The sentences


def test_every_sentence_says_what_is_the_matter_and_what_to_do():
    for sentence in SENTENCES.values():
        assert sentence.startswith("“{name}” ")
        assert sentence.count(".") >= 2


def test_the_name_of_the_file_is_in_the_sentence_and_not_in_the_error():
    refused = refusal("山田太郎.exe", b"MZ")
    assert "山田太郎.exe" in str(refused.message)
    assert "山田" not in str(refused)


def test_braces_in_a_name_are_only_braces():
    assert "“{0}{name}.exe”" in str(refusal("{0}{name}.exe", b"MZ").message)
