"""Selfridges' living form of a fiscal year: blocks per store, a pair of columns per week, future weeks empty, totals as formulas."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from demo.brand import SCENTS, Product, selfridges_key
from demo.market import Line, Span, assortment, demand, sell

STORES = {
    "London Oxford Street": 0.26,
    "Manchester Trafford": 0.12,
    "Manchester Exchange Sq": 0.1,
    "Birmingham Bullring": 0.1,
    "Selfridges.com": 0.22,
}
CODES = " ".join(f"NL{letters}{size}" for _, letters in SCENTS[:10] for size in ("100", "30")) + " NLFD5X2"
FUTURE_WEEKS = 4


def files(folder: Path, span: Span, seed: int) -> list[tuple[Path, list[Line]]]:
    """The last form of each past fiscal year and the two newest of the running one."""
    rng, written = random.Random(f"selfridges {seed}"), []
    years: dict[int, list[date]] = {}
    for saturday in saturdays(span):
        years.setdefault(fiscal_year(saturday), []).append(saturday)
    sold = {day: week(rng, day, span) for days in years.values() for day in days}
    for year, days in years.items():
        for filled in [days] if year != max(years) else [days[:-1], days]:
            path = folder / f"Selfridges - NORDLYS Weekly Sell Out FY{year % 100} wk{week_number(filled[-1]):02d}.xlsx"
            lines = [line for day in filled for line in sold[day]]
            write(path, lines, filled)
            written.append((path, lines))
    return written


def saturdays(span: Span) -> list[date]:
    first = span.months[0] + timedelta(days=(5 - span.months[0].weekday()) % 7)
    return [first + timedelta(weeks=n) for n in range(200) if first + timedelta(weeks=n) <= span.end]


def year_start(year: int) -> date:
    """The Saturday that ends week 1: the first one after 1 February, counted like the reseller does."""
    first = date(year, 2, 2)
    return first + timedelta(days=(5 - first.weekday()) % 7)


def fiscal_year(saturday: date) -> int:
    return saturday.year if saturday >= year_start(saturday.year) else saturday.year - 1


def week_number(saturday: date) -> int:
    return (saturday - year_start(fiscal_year(saturday))).days // 7 + 1


def week(rng: random.Random, saturday: date, span: Span) -> list[Line]:
    lines: list[Line] = []
    for store, level in STORES.items():
        for product in assortment(CODES):
            mean = demand(product, saturday, span) * level
            lines += sell(rng, product, store, saturday - timedelta(days=6), saturday, mean, product.price("GBP", saturday))
    return lines


def write(path: Path, lines: list[Line], filled: list[date]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    weeks = filled + [filled[-1] + timedelta(weeks=n + 1) for n in range(FUTURE_WEEKS)]
    cells = {(line.store, line.product, line.end): line for line in lines}
    book = xlsxwriter.Workbook(str(path))
    sheet, day_format = book.add_worksheet("Sell Out"), book.add_format({"num_format": "dd/mm/yyyy"})
    for row, text in enumerate(("SELFRIDGES & CO", "Supplier: NORDLYS Parfum", "Sell out by store and week - sales incl. VAT")):
        sheet.write(row, 0, text)
    _heads(sheet, weeks, day_format)
    row, totals = 7, []
    for store in STORES:
        row = _block(sheet, row, store, weeks, cells)
        totals.append(row - 1)
        row += 1
    _total(sheet, row - 1, "Total Selfridges", weeks, totals, lines)
    book.close()


def _heads(sheet: Any, weeks: list[date], day_format: Any) -> None:
    for column, text in enumerate(("Store", "Product", "RRP £")):
        sheet.merge_range(4, column, 6, column, text)
    for number, saturday in enumerate(weeks):
        left = 3 + 2 * number
        sheet.merge_range(4, left, 4, left + 1, f"Wk {week_number(saturday):02d}")
        sheet.merge_range(5, left, 5, left + 1, "")
        sheet.write_datetime(5, left, saturday, day_format)
        sheet.write_row(6, left, ("Sold", "Sales £"))
    left = 3 + 2 * len(weeks)
    sheet.merge_range(4, left, 5, left + 1, "YTD")
    sheet.write_row(6, left, ("Sold", "Sales £"))


def _block(sheet: Any, row: int, store: str, weeks: list[date], cells: dict[tuple[str, Product, date], Line]) -> int:
    products = assortment(CODES)
    sheet.merge_range(row, 0, row + len(products) - 1, 0, store)
    first = row
    for product in products:
        sheet.write_row(row, 1, (selfridges_key(product), float(product.price("GBP", weeks[0]))))
        own = [cells[key] for saturday in weeks if (key := (store, product, saturday)) in cells]
        for number, saturday in enumerate(weeks):
            if line := cells.get((store, product, saturday)):
                sheet.write_row(row, 3 + 2 * number, (line.units, float(line.amount)))
        _year_to_date(sheet, row, weeks, own)
        row += 1
    own_lines = [line for (name, _, _), line in cells.items() if name == store]
    _total(sheet, row, f"{store} Total", weeks, list(range(first, row)), own_lines)
    return row + 1


def _year_to_date(sheet: Any, row: int, weeks: list[date], own: list[Line]) -> None:
    for side, value in ((0, sum(line.units for line in own)), (1, float(sum((line.amount for line in own), Decimal(0))))):
        parts = ",".join(xl_rowcol_to_cell(row, 3 + side + 2 * number) for number in range(len(weeks)))
        sheet.write_formula(row, 3 + 2 * len(weeks) + side, f"=SUM({parts})", None, value)


def _total(sheet: Any, row: int, text: str, weeks: list[date], rows: list[int], lines: list[Line]) -> None:
    """Formula totals with their cached values; empty future weeks print 0 here."""
    sheet.write(row, 0, text)
    for number, saturday in enumerate(weeks):
        own = [line for line in lines if line.end == saturday]
        for side, value in ((0, sum(line.units for line in own)), (1, float(sum((line.amount for line in own), Decimal(0))))):
            parts = ",".join(xl_rowcol_to_cell(r, 3 + 2 * number + side) for r in rows)
            sheet.write_formula(row, 3 + 2 * number + side, f"=SUM({parts})", None, value)
    _year_to_date(sheet, row, weeks, lines)
