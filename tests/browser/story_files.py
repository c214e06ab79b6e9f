"""Vendor files for the story: a living list sent again with two restated cells, a month whose total is wrong, a list nobody knows."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import openpyxl

QUANTITY, AMOUNT = 6, 7  # columns of BOXNOX's list


def restated(source: Path, target: Path) -> Path:
    """The same list, where of two lines of one store and month one sold a piece more and the other a piece less: every total stays met."""
    book = openpyxl.load_workbook(source)
    sheet = book.worksheets[0]
    first, second = _pair(sheet)
    for row, sign in ((first, 1), (second, -1)):
        sheet.cell(row, QUANTITY).value += sign
        sheet.cell(row, AMOUNT).value = round(sheet.cell(row, AMOUNT).value + 25 * sign, 2)
    path = target / source.name
    book.save(path)
    return path


def _pair(sheet: openpyxl.worksheet.worksheet.Worksheet) -> tuple[int, int]:
    """Two ordinary lines of the same month, channel and store, of different products."""
    seen: dict[tuple[object, ...], int] = {}
    for row in range(2, sheet.max_row + 1):
        units, amount = sheet.cell(row, QUANTITY).value, sheet.cell(row, AMOUNT).value
        if not isinstance(units, int) or units < 1 or not isinstance(amount, int | float) or amount < 30:
            continue
        key = tuple(sheet.cell(row, column).value for column in range(1, 5))
        other = seen.setdefault(key, row)
        if other != row and sheet.cell(other, 9).value != sheet.cell(row, 9).value:
            return other, row
    raise AssertionError("the list has no two lines of one store and month")


def wrong_total(source: Path, target: Path) -> Path:
    """A store matrix whose grand total is a piece too much."""
    book = openpyxl.load_workbook(source)
    sheet = book.worksheets[0]
    row = max(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 2).value == "Total")
    column = max(c for c in range(1, sheet.max_column + 1) if sheet.cell(row, c).value is not None)
    sheet.cell(row, column).value += 150
    path = target / source.name
    book.save(path)
    return path


def unknown_list(target: Path) -> Path:
    """A list of a layout that no vendor sends."""
    path = target / "q4 sales.csv"
    path.write_text("day;article;pieces;turnover\n2026-10-01;A;1;10.00\n2026-10-02;B;2;20.00\n", encoding="utf-8")
    return path


def week_of(path: Path) -> str:
    """The week that a Liberty file's name ends, as the address of a page writes it."""
    day, month, year = map(int, re.findall(r"\d+", path.stem)[-3:])
    sunday = date(year, month, day)
    return f"{sunday - timedelta(days=6)}/{sunday}"


def printed(path: Path, sheet: str, place: str) -> float:
    """The number in one cell of a workbook."""
    return float(openpyxl.load_workbook(path, data_only=True)[sheet][place].value)
