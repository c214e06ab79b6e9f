"""Galilu's living workbook: a product ranking, a store split that ends a month earlier, store money in PLN, and year-on-year sheets."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from demo.brand import SCENTS, galilu_name
from demo.market import Line, Span, assortment, demand, month_end, sell

STORES = {"Browary (WAW)": 0.35, "Manufaktura LDZ": 0.25, "Poznań": 0.2, "Kraków": 0.25, "www": 0.4}
MONEY_NAMES = {"Manufaktura LDZ": "Manufaktura Łódź", "Poznań": "Poznan", "www": "online"}
CODES = " ".join(f"NL{letters}{size}" for _, letters in SCENTS[:10] for size in ("100", "30")) + " NLFD5X2 NLWSC3"
SHORT = ("jan", "feb", "march", "april", "may", "june", "july", "aug", "sept", "oct", "nov", "dec")
FULL = ("jan", "feb", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
Value = Callable[[Line], Any]
UNITS: Value = lambda line: line.units  # noqa: E731
MONEY: Value = lambda line: line.amount  # noqa: E731


def files(folder: Path, span: Span, seed: int) -> list[tuple[Path, list[Line]]]:
    """The editions of the last two months; every edition sends all history again."""
    rng = random.Random(f"galilu {seed}")
    lines = [line for first in span.months for line in month(rng, first, span)]
    written = []
    for number, last in enumerate(span.months[-2:], start=1):
        edition = [line for line in lines if line.start <= last]
        path = folder / f"Nordlys_sellout_Galilu_{last.year}{'' if number == 1 else ' (1)'}.xlsx"
        write(path, edition, last)
        written.append((path, edition))
    return written


def month(rng: random.Random, first: date, span: Span) -> list[Line]:
    lines: list[Line] = []
    for product in assortment(CODES):
        for store, level in STORES.items():
            lines += sell(rng, product, store, first, month_end(first), demand(product, first, span) * level, product.price("PLN", first))
    return lines


def write(path: Path, lines: list[Line], last: date) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    bold = book.add_format({"bold": True})
    years = sorted({line.start.year for line in lines})
    _year_on_year(book.add_worksheet("YoY"), lines, years)
    _money(book.add_worksheet("monthly sellout"), lines, years)
    this_year = [line for line in lines if line.start.year == last.year]
    _ranking(book.add_worksheet(f"product ranking_{last.year}"), this_year, last)
    _history(
        book.add_worksheet(f"product ranking_{years[0]}-{(last.year - 1) % 100}"), [line for line in lines if line.start.year < last.year]
    )
    split_until = last if last.month == 1 else last.replace(month=last.month - 1)
    _split(book.add_worksheet(f"Split_by_store_{last.year}"), [line for line in this_year if line.start <= split_until], split_until, bold)
    book.close()


def _row(sheet: Any, row: int, column: int, lines: Iterable[Line], months: list[date], value: Value, total: bool = True) -> None:
    """One figure a month, blank where nothing was sold, and their sum."""
    own = list(lines)
    for step, first in enumerate(months):
        found = [value(line) for line in own if line.start == first]
        if found:
            sheet.write_number(row, column + step, float(sum(found)))
    if total:
        sheet.write_number(row, column + len(months), float(sum((Decimal(value(line)) for line in own), Decimal(0))))


def _months(year: int, until: int = 12) -> list[date]:
    return [date(year, number, 1) for number in range(1, until + 1)]


def _ranking(sheet: Any, lines: list[Line], last: date) -> None:
    months = _months(last.year, last.month)
    sheet.write_row(0, 0, (last.year, *(f"{first:%b}" for first in months), "Total"))
    row = 0
    for product in dict.fromkeys(line.product for line in lines):
        row += 1
        sheet.write(row, 0, galilu_name(product))
        _row(sheet, row, 1, [line for line in lines if line.product == product], months, UNITS)
    sheet.write(row + 1, 0, "Total")
    _row(sheet, row + 1, 1, lines, months, UNITS)


def _split(sheet: Any, lines: list[Line], last: date, bold: Any) -> None:
    months = _months(last.year, last.month)
    sheet.write_row(0, 0, (last.year, *(f"{first:%b}" for first in months), "Total"), bold)
    row = 0
    for store in STORES:
        own = [line for line in lines if line.store == store]
        row += 1
        sheet.write(row, 0, store, bold)
        _row(sheet, row, 1, own, months, UNITS)
        for product in dict.fromkeys(line.product for line in own):
            row += 1
            sheet.write(row, 0, galilu_name(product))
            _row(sheet, row, 1, [line for line in own if line.product == product], months, UNITS)
    sheet.write(row + 1, 0, "Total")
    _row(sheet, row + 1, 1, lines, months, UNITS)


def _money(sheet: Any, lines: list[Line], years: list[int]) -> None:
    sheet.write(0, 1, "Galilu sellout ")
    sheet.write(2, 1, "value (PLN)")
    sheet.write(2, 17, "volume")
    row = 4
    for year in reversed(years):
        own, months = [line for line in lines if line.start.year == year], _months(year)
        for column in (1, 17):
            sheet.write_row(row, column, (year, *SHORT, "Total", "share"))
        for store in STORES:
            row += 1
            for column, value in ((1, MONEY), (17, UNITS)):
                sheet.write(row, column, MONEY_NAMES.get(store, store))
                _row(sheet, row, column + 1, [line for line in own if line.store == store], months, value)
        row += 1
        for column, value in ((1, MONEY), (17, UNITS)):
            sheet.write(row, column, "Total")
            _row(sheet, row, column + 1, own, months, value)
            sheet.write(row + 1, column, "MoM")
        row += 3


def _year_on_year(sheet: Any, lines: list[Line], years: list[int]) -> None:
    for left, title, value in ((1, "value in PLN", MONEY), (10, "volume", UNITS)):
        sheet.write(3, left, title)
        sheet.write(4, left, "months")
        for number, year in enumerate(years):
            column = left + 1 + number
            sheet.write(4, column, year)
            for month_number, label in enumerate((*SHORT, "total "), start=1):
                sheet.write(4 + month_number, left, label)
                own = [value(line) for line in lines if line.start.year == year and month_number in (line.start.month, 13)]
                if own:
                    sheet.write_number(4 + month_number, column, float(sum(own)))


def _history(sheet: Any, lines: list[Line]) -> None:
    """Older years side by side: months, then the year's total; blanks are no-break spaces, year labels stand in the row above."""
    firsts = sorted({line.start for line in lines})
    sheet.write(2, 0, "Product")
    column, columns = 1, {}
    for year in sorted({first.year for first in firsts}):
        own = [first for first in firsts if first.year == year]
        sheet.write(1, column, year)
        for first in own:
            columns[first] = column
            sheet.write(2, column, FULL[first.month - 1])
            column += 1
        sheet.write(2, column, f"TOTAL {year}" if year != firsts[-1].year else "TOTAL ")
        column += 1
    for row, product in enumerate(dict.fromkeys(line.product for line in lines), start=3):
        own_lines = [line for line in lines if line.product == product]
        sheet.write(row, 0, galilu_name(product))
        for first, place in columns.items():
            found = [line.units for line in own_lines if line.start == first]
            sheet.write(row, place, sum(found) if found else "\u00a0")
        for year in {first.year for first in firsts}:
            total = sum(line.units for line in own_lines if line.start.year == year)
            sheet.write(row, max(place for first, place in columns.items() if first.year == year) + 1, total or "\u00a0")
