"""Every kind of file that is taken, and every reason for which one is not."""

from __future__ import annotations

import io
import zipfile

import pytest

from monitor.evidence import ALLOWED
from monitor.evidence.refusal import SENTENCES
from tests.evidence import evidence_corpus as made
from tests.evidence.evidence_corpus import GOOD, PROGRAM, Zip, archive, container, jpeg, office, pdf, png
from tests.evidence.evidence_verdicts import judged, refusal


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
        pdf(made.objects_stream(b"1 0 << /S /JavaScript >>", mark=b"/Type /Obj#53tm")),
        pdf(b"<< /Type /ObjStm >>\nstream\nno deflate\nendstream", made.objects_stream(b"1 0 << /S /Launch >>")),
    ],
)
def test_a_pdf_that_starts_something_is_refused(content):
    assert refusal("a.pdf", content).code == "active"


@pytest.mark.parametrize("action", [b"GoToE", b"GoToR", b"SubmitForm", b"ImportData", b"Rendition", b"L#61unch"])
def test_a_pdf_that_opens_or_sends_something_is_refused(action):
    assert refusal("a.pdf", pdf(b"<< /S /%b /F (\\\\\\\\host\\\\a) /JS (a) >>" % action)).code == "active"
    assert refusal("a.pdf", pdf(b"/%b\0" % action)).code == "active"


SCRIPT = b"1 0 << /S /JavaScript /JS (app.alert(1)) >>"


@pytest.mark.parametrize(
    ("mark", "packing"),
    [
        (b"/Type /ObjStm", b"/Pad (%b) /Filter /FlateDecode" % (b"x" * 300_000)),
        (b"/Type /ObjStm", b"/Filter [/ASCIIHexDecode /FlateDecode]"),
        (b"/Type /ObjStm", b"/Filter [/FlateDecode /Fl]"),
        (b"/Type /ObjStm", b"/Filter 9 0 R"),
        (b"/Type /ObjStm", b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >>"),
        (b"/Type /ObjStm", b"/Filter /FlateDecode /DecodeParms 9 0 R"),
        (b"/Type /ObjStm", b"/Pad (endobj) /Filter /FlateDecode"),
        (b"/Type 9 0 R", b"/Filter /FlateDecode"),
        (b"", b"/Filter /FlateDecode"),
        (b"", b"/Filter /F#6cateDecode"),
        (b"", b"/Filter /LZWDecode"),
    ],
)
def test_a_script_is_found_or_refused_however_its_stream_is_described(mark, packing):
    assert refusal("a.pdf", pdf(made.objects_stream(SCRIPT, mark, packing))).code == "active"


def test_a_script_whose_name_is_the_last_thing_in_its_stream_is_found():
    assert refusal("a.pdf", pdf(made.objects_stream(b"1 0 /JavaScript"))).code == "active"


def test_streams_that_are_no_objects_may_be_packed_as_they_like():
    outline = b"<< /First 5 0 R /Last 6 0 R >>"
    picture = b"<< /N 3 /Filter [/ASCII85Decode /DCTDecode] /Length 4 >>\nstream\nabcd\nendstream"
    assert judged("a.pdf", pdf(outline, picture))


@pytest.mark.parametrize(
    "content",
    [
        pdf(b"<< /Type /Filespec /EF 9 0 R >>"),
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


@pytest.mark.parametrize("kind", ["attachedTemplate", "image", "oleObject", "externalLinkPath"])
@pytest.mark.parametrize(
    "target",
    [
        "\\\\host\\t.dotm",
        "file://host/t",
        "file:///\\\\host\\t",
        "//host/t",
        "/\\host/t",
        "file:////host/t",
        "%5c%5chost/t",
    ],
)
def test_a_document_that_fetches_something_over_the_network_is_refused(kind, target):
    assert refusal("a.docx", office("docx", {"word/_rels/document.xml.rels": link(kind, target)})).code == "active"


def test_a_link_is_judged_under_any_prefix():
    longer = link("image", "//host/t").replace(b"<Relationship ", b"<" + b"p" * 50 + b":Relationship ")
    assert refusal("a.docx", office("docx", {"word/_rels/document.xml.rels": longer})).code == "active"


def test_a_page_that_becomes_part_of_a_document_is_refused():
    assert refusal("a.docx", office("docx", {"word/_rels/a.rels": link("aFChunk", "a.mht")})).code == "nested"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("word/a.xml", b'<w:p><w:instrText xml:space="preserve"> DDEAUTO c:\\cmd </w:instrText></w:p>'),
        ("word/a.xml", b"<w:instrText>DD</w:instrText><w:r/>" * 1 + b"<w:instrText>E cmd</w:instrText>"),
        ("word/a.xml", b'<w:fldSimple w:instr="dde cmd"/>'),
        ("word/a.dat", b"<a/>" * 70_000 + b'<w:fldSimple w:instr="D&#68;E cmd"/>'),
        ("xl/externalLinks/a.xml", b'<externalLink><x:ddeLink ddeService="cmd"/></externalLink>'),
    ],
)
def test_a_field_that_starts_another_program_is_refused(part, content):
    assert refusal("a.docx", office("docx", {part: content})).code == "active"


def test_a_text_that_speaks_of_dde_is_taken():
    said = b"<w:t>DDE and DDEAUTO</w:t><w:instrText> PAGE </w:instrText>"
    assert judged("a.docx", office("docx", {"word/a.xml": said}))


@pytest.mark.parametrize(
    "header",
    [
        b'Content-Type: text/plain; name="a.exe"',
        b"Content-Type: text/plain;\r\n\tname=a.exe",
        b'Content-Disposition: attachment;\r\n filename*0="a.e";\r\n filename*1="xe"',
        b"Content-Disposition: attachment; filename*=UTF-8''a%2Eexe",
        b'Content-Disposition: attachment; filename="=?UTF-8?B?YS5leGU=?="',
        b"Content-Disposition: attachment; " + b" " * 5000 + b"filename=a.exe",
        b"Content-Type:\r\n \r\n application/zip",
        b"Content-Type: image/svg+xml",
        b"begin 644 a.exe",
    ],
)
def test_a_mail_that_brings_a_program_is_refused_however_it_is_named(header):
    assert refusal("a.eml", made.mail() + b"\r\n--x\r\n" + header + b"\r\n\r\nMZ").code == "nested"


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("image", "../media/image1.png"),
        ("externalLinkPath", "file:///C:\\a\\b.xlsx"),
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
