"""A sheet as a sparse grid that can be written as any file, and the ways in which people send the same grid differently."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import openpyxl
import xlsxwriter
import xlwt

Place = tuple[int, int]
Range = tuple[int, int, int, int]  # top, left, bottom, right; 0-based, inside


@dataclass(frozen=True)
class Formula:
    """A formula with its cached value, as Excel saves it."""

    text: str
    value: Any


@dataclass(frozen=True)
class Grid:
    """Cells by (row, column), 0-based, and what is merged."""

    cells: Mapping[Place, Any]
    merges: tuple[Range, ...] = ()

    @property
    def height(self) -> int:
        return 1 + max(row for row, _ in self.cells)

    @property
    def width(self) -> int:
        return 1 + max(column for _, column in self.cells)

    def moved(self, down: int, right: int) -> Grid:
        """The same further down and to the right."""
        return self.placed(lambda row: row + down, lambda column: column + right)

    def placed(self, rows: Callable[[int], int], columns: Callable[[int], int]) -> Grid:
        """Every cell where `rows` and `columns` say; a merge is kept while its columns stay side by side."""
        merges = []
        for top, left, bottom, right in self.merges:
            across = sorted(columns(column) for column in range(left, right + 1))
            down = [rows(row) for row in range(top, bottom + 1)]
            merges.append((down[0], across[0], down[-1], across[-1]))
        return Grid({(rows(r), columns(c)): value for (r, c), value in self.cells.items()}, tuple(merges))

    def with_column(self, before: int, header_row: int, header: Any, below: Any, first: int | None = None) -> Grid:
        """A column nobody knows in front of column `before`: `header` in the header row, `below` in every written row under it."""
        opened = self.placed(lambda row: row, lambda column: column + (column >= before))
        rows = {row for row, _ in self.cells if row > header_row}
        new = {(row, before): below(row) if callable(below) else below for row in rows if row >= (first or 0)}
        return replace(opened, cells={**opened.cells, **new, **({(header_row, before): header} if header is not None else {})})

    def changed(self, change: Callable[[Place, Any], Any]) -> Grid:
        """Each value passed through `change`."""
        return replace(self, cells={place: change(place, value) for place, value in self.cells.items()})

    def with_cells(self, cells: Mapping[Place, Any]) -> Grid:
        return replace(self, cells={**self.cells, **cells})

    def unmerged(self) -> Grid:
        return replace(self, merges=())

    def rows(self, text: Callable[[Any], Any] = lambda value: value) -> list[list[Any]]:
        """As lists, None where nothing stands."""
        return [[text(plain(self.cells.get((row, column)))) for column in range(self.width)] for row in range(self.height)]


@dataclass(frozen=True)
class Book:
    """Sheets in order, and which of them, and of their rows and columns, are hidden."""

    sheets: Mapping[str, Grid]
    hidden: frozenset[str] = frozenset()
    hidden_rows: Sequence[int] = field(default_factory=tuple)
    hidden_columns: Sequence[int] = field(default_factory=tuple)

    def main(self, change: Callable[[Grid], Grid]) -> Book:
        """With the first sheet changed."""
        (name, grid), *rest = self.sheets.items()
        return replace(self, sheets={name: change(grid), **dict(rest)})


def plain(value: Any) -> Any:
    return value.value if isinstance(value, Formula) else value


def xlsx(book: Book, day_format: str = "dd.mm.yyyy") -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as written:
        day = written.add_format({"num_format": day_format})
        for name, grid in book.sheets.items():
            sheet = written.add_worksheet(name)
            for top, left, bottom, right in grid.merges:
                sheet.merge_range(top, left, bottom, right, "")
            for (row, column), value in grid.cells.items():
                _write(sheet, row, column, value, day)
            sheet.hide() if name in book.hidden else sheet.activate()
            sheet.set_first_sheet() if name not in book.hidden else None
            for row in book.hidden_rows:
                sheet.set_row(row, None, None, {"hidden": True})
            for column in book.hidden_columns:
                sheet.set_column(column, column, None, None, {"hidden": True})
    return target.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, Formula):
        sheet.write_formula(row, column, value.text, None, value.value)
    elif isinstance(value, date | datetime):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write(row, column, value)


def uncalculated(book: Book) -> bytes:
    """As programs save it that calculate nothing: formulas without a value."""
    written, target = openpyxl.Workbook(), io.BytesIO()
    written.remove(written.active)
    for name, grid in book.sheets.items():
        sheet = written.create_sheet(name)
        for (row, column), value in grid.cells.items():
            sheet.cell(row + 1, column + 1, value.text if isinstance(value, Formula) else value)
    written.save(target)
    return target.getvalue()


def xls(book: Book) -> bytes:
    written, target, day = xlwt.Workbook(), io.BytesIO(), xlwt.easyxf(num_format_str="DD.MM.YYYY")
    for name, grid in book.sheets.items():
        sheet = written.add_sheet(name)
        inside = {}
        for top, left, bottom, right in grid.merges:
            inside[top, left] = (top, bottom, left, right)
        for (row, column), value in grid.cells.items():
            cell, style = plain(value), day if isinstance(plain(value), date) else xlwt.Style.default_style
            if (row, column) in inside:
                sheet.write_merge(*inside[row, column], cell, style)
            elif cell is not None:
                sheet.write(row, column, cell, style)
        if name in book.hidden:
            sheet.visibility = 1
    written.save(target)
    return target.getvalue()


def csv(book: Book, delimiter: str = ",", encoding: str = "utf-8-sig", decimal: str = ".", day: str = "%d.%m.%Y") -> bytes:
    """The first sheet as text, as a person's Excel would save it in a country with that decimal sign."""

    def text(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, date):
            return value.strftime(day)
        shown = repr(value) if isinstance(value, float) else str(value)
        shown = shown.replace(".", decimal) if isinstance(value, float) else shown
        return f'"{shown}"' if delimiter in shown or '"' in shown or "\n" in shown else shown

    grid = next(iter(book.sheets.values()))
    return "\r\n".join(delimiter.join(row) for row in grid.rows(text)).encode(encoding)
