from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter

from monitor.offline.sheets import grids
from monitor.refusal import Refused
from monitor.sheets import MAX_ROWS, Unreadable, column_name, read_workbook


def workbook(fill, *names):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book, *(book.add_worksheet(name) for name in names or ("一枚目",)))
    book.close()
    return out.getvalue()


def tampered(content, part, old, new, *, compressed=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", compressed) as target:
        for name in source.namelist():
            whole = source.read(name)
            assert name != part or old in whole
            target.writestr(name, whole.replace(old, new) if name == part else whole)
    return out.getvalue()


def small(book, sheet):
    sheet.write_string(0, 0, "設問")
    sheet.write_number(1, 0, 7)


def reason(content):
    with pytest.raises(Unreadable) as refused:
        read_workbook(content)
    return str(refused.value)


def test_every_cell_has_its_row_column_and_value_as_it_was_saved():
    def fill(book, sheet, other):
        sheet.write_string(2, 3, "=1+1")
        sheet.write_string(3, 3, "上\n下 _x000D_ 「髙𠮷」")
        sheet.write_number(4, 0, 10**15 - 1)
        sheet.write_boolean(4, 1, boolean=False)
        sheet.write_number(4, 2, 0)
        sheet.write_datetime(5, 0, date(2026, 11, 24), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_formula(6, 0, "=1+1", value=2)
        sheet.write_formula(6, 1, "=NA()", value="#N/A")
        sheet.merge_range(8, 0, 9, 1, "大項目")
        other.hide()

    first, second = read_workbook(workbook(fill, "一枚目", "裏"))
    assert (first.name, first.hidden, second.name, second.hidden) == ("一枚目", False, "裏", True)
    assert {cell: first.cells[cell] for cell in [(3, 4), (4, 4), (5, 1), (5, 2), (5, 3), (6, 1)]} == {
        (3, 4): "=1+1",
        (4, 4): "上\n下 _x000D_ 「髙𠮷」",
        (5, 1): 10**15 - 1,
        (5, 2): False,
        (5, 3): 0,
        (6, 1): date(2026, 11, 24),
    }
    assert first.formulas == {(7, 1), (7, 2)}
    assert first.errors == {(7, 2)}
    assert first.merged == {(9, 2): (9, 1), (10, 1): (9, 1), (10, 2): (9, 1)}
    assert [row for row, _ in first.rows] == [3, 4, 5, 6, 7, 9]
    assert [column_name(column) for column in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]


def test_colours_down_to_the_last_row_do_no_harm_but_a_cell_there_is_refused():
    def coloured(book, sheet):
        colour = book.add_format({"bg_color": "#ffff00"})
        for row in range(0, MAX_ROWS * 2, 50):
            sheet.write_blank(row, 0, None, colour)
        small(book, sheet)

    assert len(read_workbook(workbook(coloured))[0].cells) == 2
    assert f"beyond row {MAX_ROWS}" in reason(workbook(lambda _, sheet: sheet.write(1_048_575, 16_383, "x")))


def test_corners_that_leave_out_where_they_are_are_counted_all_the_same():
    content = workbook(small)
    content = tampered(content, "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="1048576"')
    assert "beyond row" in reason(tampered(content, "xl/worksheets/sheet1.xml", b' r="A2"', b""))


def test_what_unpacks_to_too_much_is_refused_before_it_does():
    content = tampered(workbook(small), "xl/workbook.xml", b"<sheets>", b" " * (65 << 20) + b"<sheets>")
    assert "unpacks to more than 64 MB" in reason(content)
    assert "more than 10 MB" in reason(bytes(11 << 20))


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/workbook.xml", b"<workbook", b'<!DOCTYPE a [<!ENTITY b "bb">]><workbook'),
        ("xl/sharedStrings.xml", b'uniqueCount="1"', b'uniqueCount="99999999999"'),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b""),
        ("xl/styles.xml", b"UTF-8", b"UTF-9"),
        ("xl/worksheets/sheet1.xml", b"UTF-8", b"ISO-2022-JP"),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"worksheets/sheet9.xml"),
    ],
)
def test_what_is_broken_or_a_trap_is_said_to_be_and_not_read(part, old, new):
    assert "save" in reason(tampered(workbook(small), part, old, new))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"number,question\n", bytes(100), b"\xd0\xcf\x11\xe0" + bytes(600)]
)
def test_what_is_no_workbook_is_said_to_be_none(content):
    assert "as .xlsx" in reason(content)


def test_a_sheet_merged_all_over_is_refused():
    merged = b'<mergeCells count="1"><mergeCell ref="A1:XFD9999"/></mergeCells></worksheet>'
    assert "merged" in reason(tampered(workbook(small), "xl/worksheets/sheet1.xml", b"</worksheet>", merged))


def test_another_reader_of_cells_is_given_what_cannot_take_the_process_with_it():
    assert grids(workbook(small))[0].name == "一枚目"
    promising = tampered(workbook(small), "xl/sharedStrings.xml", b'uniqueCount="1"', b'uniqueCount="99999999999"')
    with pytest.raises(Refused):
        grids(promising)
