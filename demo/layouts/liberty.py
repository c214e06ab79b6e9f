"""Liberty's weekly size report: three rows an item, Actual and YTD for Flagship, Internet and all channels, group totals."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from demo.brand import BY_CODE, UNMAPPED_AT_LIBERTY, Product, liberty_items
from demo.market import Line, Span, demand, sell, weeks_of

CHANNELS = ("Flagship", "Internet")
SPELLINGS = ("{d:%d-%m-%Y}", "{d:%d_%m_%Y}", "{d.day}_{d.month}_{d.year}")
HEADERS = ("Retail Group", "Brand", "Colour Phase", "Product Group", "Item ID | Colour", "Item", "Supplier Reference", "Size", "Style",
           "Cost Price ", "Original Price", "Retail Price ")  # fmt: skip
Figures = tuple[int, Decimal]
Totals = dict[tuple[str, str], Figures]  # (product code, channel) → units, £


def files(folder: Path, span: Span, seed: int, extra_weeks: int = 0) -> list[tuple[Path, list[Line]]]:
    """One workbook a week, with the lines it states; `extra_weeks` more after the span."""
    rng, written = random.Random(f"liberty {seed}"), []
    sundays = weeks_of(span)
    sundays += [sundays[-1] + timedelta(weeks=n + 1) for n in range(extra_weeks)]
    year_to_date: Totals = defaultdict(lambda: (0, Decimal(0)))
    for number, sunday in enumerate(sundays):
        if sunday.month == 2 and sunday.day <= 7:  # the reseller's fiscal year begins
            year_to_date.clear()
        lines = week(rng, sunday, span)
        for line in lines:
            units, money = year_to_date[line.product.code, line.store]
            year_to_date[line.product.code, line.store] = (units + line.units, money + line.amount)
        spelling = SPELLINGS[number % 7 // 3]
        path = folder / f"Continuity Supplier Size Report {spelling.format(d=sunday)}.xlsx"
        write(path, lines, dict(year_to_date), sunday)
        written.append((path, lines))
    return written


def week(rng: random.Random, sunday: date, span: Span) -> list[Line]:
    monday = sunday - timedelta(days=6)
    lines: list[Line] = []
    for code in liberty_items():
        product = BY_CODE[code]
        if code == UNMAPPED_AT_LIBERTY and sunday < span.end - timedelta(weeks=6):
            continue
        for channel, level in (("Flagship", 0.42), ("Internet", 0.5)):
            mean = demand(product, sunday, span) * level
            lines += sell(rng, product, channel, monday, sunday, mean, product.price("GBP", sunday))
    return lines


def write(path: Path, lines: list[Line], year_to_date: Totals, sunday: date) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    actual: Totals = {(line.product.code, line.store): (line.units, line.amount) for line in lines}
    items = {code: item for code, item in liberty_items().items() if any((BY_CODE[code].code, c) in year_to_date for c in CHANNELS)}
    book = xlsxwriter.Workbook(str(path))
    _sales_by_size(book.add_worksheet("Sales By Size"), items, actual, year_to_date, sunday)
    _size_analysis(book.add_worksheet("Size Analysis"), year_to_date)
    _group_analysis(book.add_worksheet("Product Group Analysis"), actual, year_to_date)
    book.close()


def _heads(sheet: Any, first: int) -> None:
    """The merged channel and Actual/YTD heads over the number columns."""
    for step, channel in enumerate((*CHANNELS, "All Sales Channels")):
        left = first + 4 * step
        sheet.merge_range(0, left, 0, left + 3, channel)
        for pair, word in ((0, "Actual"), (2, "YTD")):
            sheet.merge_range(1, left + pair, 1, left + pair + 1, word)
            sheet.write(2, left + pair, "Sales Qty Un")
            sheet.write(2, left + pair + 1, "Sales Inc VAT £ ")


def _numbers(codes: list[str], actual: Totals, year_to_date: Totals) -> list[float | int | None]:
    """Twelve cells: units and £, Actual and YTD, of Flagship, Internet and both."""
    cells: list[float | int | None] = []
    for channels in (CHANNELS[:1], CHANNELS[1:], CHANNELS):
        for source in (actual, year_to_date):
            found = [source[code, channel] for code in codes for channel in channels if (code, channel) in source]
            cells += [sum(units for units, _ in found), float(sum(money for _, money in found))] if found else [None, None]
    return cells


def _sales_by_size(sheet: Any, items: dict[str, str], actual: Totals, year_to_date: Totals, sunday: date) -> None:
    _heads(sheet, 12)
    sheet.merge_range(0, 24, 0, 25, "All Warehouse")
    sheet.merge_range(1, 24, 1, 25, "Actual")
    for column, text in enumerate(HEADERS):
        sheet.write(2, column, text)
    sheet.write_row(2, 24, ("Stock Qty Un", "Stock Current", "Commit Unit", "Commit Val"))
    row, stocked = 3, 0
    for number, (code, item) in enumerate(items.items()):
        product = BY_CODE[code]
        stock = in_stock(product, sunday)
        _item(sheet, row, product, item, number == 0, sunday, _numbers([product.code], actual, year_to_date), stock)
        stocked += stock
        row += 3
    everything = _numbers([BY_CODE[code].code for code in items], actual, year_to_date)
    for column, text in ((1, "407LG FRAGRANCE Total"), (0, "Grand Total")):
        sheet.write(row, column, text)
        _cells(sheet, row, 12, everything)
        sheet.write_number(row, 24, stocked)
        row += 1
    sheet.set_column("E:E", 28)
    sheet.set_column("F:F", 55)
    sheet.set_column("G:T", 14, None, {"hidden": True})


def in_stock(product: Product, sunday: date) -> int:
    """Units in the warehouse that Sunday: filled up every six weeks or so, each product on a Sunday of its own, and sold down since."""
    weeks, own = sunday.toordinal() // 7, sum(map(ord, product.code))
    return max(0, 26 + own % 22 - (4 + own % 4) * ((weeks + own) % 6))


def _item(
    sheet: Any, row: int, product: Product, item: str, first: bool, sunday: date, numbers: list[float | int | None], stock: int
) -> None:
    group = "CANDLES" if product.category == "candle" else "FRAGRANCE"
    if first:
        sheet.write_row(row, 0, ("407LG FRAGRANCE", "NORDLYS", "CURRENT"))
    sheet.write(row, 3, group)
    sheet.merge_range(row, 4, row + 2, 4, f"{item} | 98-NO COLOUR")
    sheet.write_row(row, 5, (product.name.upper(), f"{product.code.upper()}(NO COLOUR"))
    price = float(product.price("GBP", sunday))
    sheet.write_row(row + 1, 5, ("", "", "ONE", "(n/a)", round(price * 0.42, 2), price, price))
    sheet.write(row + 2, 5, f"{item} | 98-NO COLOUR Total")
    for line in (row + 1, row + 2):
        _cells(sheet, line, 12, numbers)
        sheet.write_row(line, 24, (stock, stock * price))


def _cells(sheet: Any, row: int, column: int, numbers: list[float | int | None]) -> None:
    for step, number in enumerate(numbers):
        if number is not None:
            sheet.write_number(row, column + step, number)


def _groups(totals: Totals) -> dict[str, list[str]]:
    codes = sorted({code for code, _ in totals})
    return {
        name: [c for c in codes if (BY_CODE[c.upper()].category == "candle") == (name == "CANDLES")] for name in ("CANDLES", "FRAGRANCE")
    }


def _group_analysis(sheet: Any, actual: Totals, year_to_date: Totals) -> None:
    _heads(sheet, 3)
    sheet.write_row(2, 0, ("Retail Group", "Brand", "Product Group"))
    sheet.write(3, 0, "407LG FRAGRANCE")
    row, everything = 4, []
    for name, codes in _groups(year_to_date).items():
        sheet.write_row(row, 1, ("NORDLYS", name))
        _cells(sheet, row, 3, _numbers(codes, actual, year_to_date))
        everything += codes
        row += 1
    for text in ("407LG FRAGRANCE Total", "Grand Total"):
        sheet.write(row, 0, text)
        _cells(sheet, row, 3, _numbers(everything, actual, year_to_date))
        row += 1


def _size_analysis(sheet: Any, year_to_date: Totals) -> None:
    sheet.merge_range(0, 5, 0, 6, "YTD")
    sheet.write_row(2, 0, ("Retail Group", "Brand", "Product Group", "Size", "Style", "Sales Qty Un", "Sales Mix"))
    for row, (name, codes) in enumerate(_groups(year_to_date).items()):
        units = sum(u for (code, _), (u, _) in year_to_date.items() if code in codes)
        sheet.write_row(3 + row, 0, (f"{name} Total", None, None, None, None, units, 1.0))
