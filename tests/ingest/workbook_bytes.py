"""Small workbooks and texts for tests, written in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl
import xlsxwriter

from core.ingest.reading import read_book
from core.ingest.shapes import RawBook

Rows = Sequence[Sequence[Any]]


def workbook(
    sheets: Mapping[str, Rows],
    hidden: Sequence[str] = (),
    merges: Mapping[str, Sequence[tuple[int, int, int, int]]] | None = None,
    **options: Any,
) -> bytes:
    """An .xlsx with these sheets; a value of None leaves the cell empty. `merges`: first and last cell of merged ranges by sheet."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "dd/mm/yyyy", **options})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write(row, column, value)
        for first_row, first_column, *last in (merges or {}).get(name, ()):
            sheet.merge_range(first_row, first_column, *last, rows[first_row][first_column])
        if name in hidden:
            sheet.hide()
    book.close()
    return target.getvalue()


def uncalculated(rows: Rows) -> bytes:
    """An .xlsx whose formulas have no cached value, as programs write it that do not calculate."""
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def delimited(rows: Rows, delimiter: str = ",", encoding: str = "utf-8", line_end: str = "\r\n") -> bytes:
    """A text file; None is an empty field, fields are quoted only where they must be."""

    def field(value: Any) -> str:
        text = "" if value is None else str(value)
        return f'"{text}"' if delimiter in text else text

    return line_end.join(delimiter.join(map(field, row)) for row in rows).encode(encoding) + line_end.encode(encoding)


def book_of(sheets: Mapping[str, Rows] | bytes, name: str = "report.xlsx", **options: Any) -> RawBook:
    return read_book(sheets if isinstance(sheets, bytes) else workbook(sheets, **options), name)


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The package with each part passed through `change(name, content)`."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name in source.namelist():
            written.writestr(name, change(name, source.read(name)))
    return target.getvalue()
