"""Small workbooks in a vendor's layout, written cell by cell and read back as the product reads them."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from core.ingest.reading import read_book
from core.ingest.shapes import RawBook

Rows = Sequence[Sequence[Any]]
Range = tuple[int, int, int, int]  # first row, first column, last row, last column, 0-based


def book_of(
    name: str,
    sheets: Mapping[str, Rows],
    merges: Mapping[str, Collection[Range]] | None = None,
    bold: Mapping[str, Collection[int]] | None = None,
    hidden: Collection[str] = (),
    down: int = 0,
    right: int = 0,
) -> RawBook:
    """The sheets as a workbook named `name`, moved `down` and `right`; `bold` names rows whose first cell is bold."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        strong, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            if title in hidden:
                sheet.hide()
            for r, cells in enumerate(rows):
                for c, value in enumerate(cells):
                    style = day if isinstance(value, date) else strong if c == 0 and r in (bold or {}).get(title, ()) else None
                    if value is not None:
                        sheet.write(r + down, c + right, value, style)
            for top, left, bottom, last in (merges or {}).get(title, ()):
                sheet.merge_range(top + down, left + right, bottom + down, last + right, rows[top][left])
    return read_book(target.getvalue(), name)


def with_column(rows: Rows, before: int, header: int) -> list[list[Any]]:
    """The rows with a column nobody knows in front of column `before`, named in row `header` and filled below it."""
    return [
        [*cells[:before], None if r < header else "Foreign" if r == header else "x" if any(cells) else None, *cells[before:]]
        for r, cells in enumerate(rows)
    ]
