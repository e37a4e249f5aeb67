"""Workbooks (.xlsx) that we write. A text stays the text that it is: what somebody typed becomes no formula, link or
number in the hands of whoever opens the file.

The writer is loaded when the first workbook is made. It takes 19 MB, which most days of a daemon never need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

_INERT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def new_workbook(out: str | BinaryIO, **options: Any) -> Workbook:
    """`out`: where it goes when it is closed; in memory unless the options say otherwise."""
    import xlsxwriter

    return xlsxwriter.Workbook(out, {"in_memory": True, **_INERT, **options})


def column_name(column: int) -> str:
    """Of a column counted from 0, as a formula names it wherever it is copied to: `$A`."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column, True))
