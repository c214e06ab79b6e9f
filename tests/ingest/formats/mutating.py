"""The same report as another person would save it: moved down and right, with foreign columns, notes, hidden parts and garbage."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True)
class Mutation:
    """What changes: empty rows on top, empty columns on the left, a foreign column in front of
    a column of a sheet, named in its header row (both 1-based), and so on."""

    name: str
    rows: int = 0
    columns: int = 0
    foreign: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    notes_first: bool = False
    reversed_sheets: bool = False
    hidden_sheet: bool = False
    hidden_columns: bool = False
    unmerged: bool = False

    def row(self, row: int) -> int:
        return row + self.rows

    def column(self, sheet: str, column: int) -> int:
        return column + self.columns + (1 if sheet in self.foreign and column >= self.foreign[sheet][0] else 0)


def mutations(sheet: str, before: int, header: int) -> list[Mutation]:
    """The mutations every format stands; a foreign column comes in front of column `before` of `sheet`, whose header row is `header`."""
    return [
        Mutation("moved", rows=3, columns=2),
        Mutation("foreign_column", foreign={sheet: (before, header)}),
        Mutation("notes_first", notes_first=True, hidden_columns=True),
        Mutation("reversed", reversed_sheets=True, hidden_sheet=True),
    ]


def mutate(source: Path, folder: Path, mutation: Mutation) -> Path:
    """A copy of the workbook with values in place of formulas, changed as `mutation` says, under the same name."""
    book = openpyxl.load_workbook(source, data_only=True)
    copied = Workbook()
    copied.remove(copied.active)
    if mutation.notes_first:
        notes = copied.create_sheet("Notes")
        notes["A1"], notes["A2"] = "Please see the figures on the next sheets", "Total 999"
    for sheet in reversed(book.worksheets) if mutation.reversed_sheets else book.worksheets:
        copy_sheet(sheet, copied.create_sheet(sheet.title), mutation)
    if mutation.hidden_sheet:
        hide_copy(copied, book.worksheets[0], mutation)
    target = folder / source.name
    copied.save(target)
    return target


def hide_copy(copied: Workbook, sheet: Worksheet, mutation: Mutation) -> None:
    hidden = copied.create_sheet("old copy", 0)
    copy_sheet(sheet, hidden, mutation)
    hidden.sheet_state = "hidden"


def copy_sheet(sheet: Worksheet, target: Worksheet, mutation: Mutation) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                at = target.cell(mutation.row(cell.row), mutation.column(sheet.title, cell.column), cell.value)
                at.number_format, at.font = cell.number_format, copy(cell.font)
    for merged in [] if mutation.unmerged else sheet.merged_cells.ranges:
        target.merge_cells(
            start_row=mutation.row(merged.min_row),
            end_row=mutation.row(merged.max_row),
            start_column=mutation.column(sheet.title, merged.min_col),
            end_column=mutation.column(sheet.title, merged.max_col),
        )
    if sheet.title in mutation.foreign:
        column, header = mutation.foreign[sheet.title]
        fill_foreign(target, column + mutation.columns, mutation.row(header), mutation.row(sheet.max_row))
    if mutation.hidden_columns:
        for column in range(1, target.max_column + 1):
            target.column_dimensions[get_column_letter(column)].hidden = True


def fill_foreign(sheet: Worksheet, column: int, header: int, last: int) -> None:
    """A column nobody knows, with a text in every row below its header that says anything."""
    for row in range(header, last + 1):
        if any(cell.value is not None for cell in sheet[row]) and not isinstance(sheet.cell(row, column), MergedCell):
            sheet.cell(row, column, "Foreign" if row == header else "x")
