"""Skins SA's till list of the current year: US dates, net money as padded text, identical lines, returns as +1 with negative money."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import xlsxwriter

from demo.brand import SCENTS
from demo.market import CENT, Line, Span, assortment, demand, draw_units, month_end

BRANCHES = {"SKINS WATERFRONT": 0.3, "SKINS MENLYN": 0.2, "SKINS HYDE PARK": 0.3, "ONLINE STORE": 0.2}
CODES = " ".join(f"NL{letters}{size}" for _, letters in SCENTS[:9] for size in ("100", "30")) + " NLWSC3 NLFD5X2"
HEADERS = ("Branch", "OrderDate", "StockCode", "OrderQty", "StockDescription", "NetSalesValue", " ExVatNetsales", "MONTH", "YEAR", "STATUS",
           "SUPPLIER", "CATEGORY", "BRAND", "ABC MAP")  # fmt: skip


def files(folder: Path, span: Span, seed: int) -> list[tuple[Path, list[Line]]]:
    """The December editions of past years and the last two editions of the running one."""
    rng = random.Random(f"skins sa {seed}")
    lines = [line for first in span.months for line in month(rng, first, span)]
    last_of_year = [first for first in span.months if first.month == 12 and first.year < span.end.year]
    written = []
    for last in [*last_of_year, *span.months[-2:]]:
        edition = [line for line in lines if line.start.year == last.year and line.start <= month_end(last)]
        path = folder / f"Skins SA NORDLYS CY {last:%Y %B}.xlsx"
        write(path, edition)
        written.append((path, edition))
    return written


def month(rng: random.Random, first: date, span: Span) -> list[Line]:
    """One line per till receipt: always one piece; `start` is the day, `amount` is net of 15 % VAT."""
    lines = []
    for branch, level in BRANCHES.items():
        for product in assortment(CODES):
            for _ in range(draw_units(rng, demand(product, first, span) * level)):
                day = first + timedelta(days=rng.randrange(month_end(first).day))
                gross = product.price("ZAR", day) * (Decimal("0.9") if rng.random() < 0.1 else 1)
                net = (gross / Decimal("1.15")).quantize(CENT, ROUND_HALF_UP)
                sign = -1 if rng.random() < 0.015 else 1
                lines.append(Line(branch, product, day, day, sign, sign * net))
    return lines


def padded(money: Decimal) -> str:
    """`   4 478,26` with a no-break space as thousands sign."""
    whole, cents = divmod(abs(int(money * 100)), 100)
    digits = f"{whole:,}".replace(",", "\u00a0")
    return f"   {'-' if money < 0 else ''}{digits},{cents:02d}"


def write(path: Path, lines: list[Line]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    sheet, us_date = book.add_worksheet("NORDLYS"), book.add_format({"num_format": "m/d/yyyy"})
    sheet.write_row(0, 0, HEADERS)
    row = 1
    for branch in BRANCHES:
        own = [line for line in lines if line.store == branch]
        for line in own:
            gross = float((line.amount * Decimal("1.15")).quantize(CENT, ROUND_HALF_UP))
            text = f"Nordlys {line.product.name.replace('Eau de Parfum', 'EDP').replace(' ml', 'ml')}"
            sheet.write_row(row, 0, (branch, None, line.product.ean, 1, text, gross, padded(line.amount), line.start.month, line.start.year, "ACTIVE",
                                     "SKINS NETHERLANDS", "FRAGRANCE", "NORDLYS", "ABCD"[row % 4]))  # fmt: skip
            if row % 2:
                sheet.write_string(row, 1, f"{line.start.month}/{line.start.day}/{line.start.year}")
            else:
                sheet.write_datetime(row, 1, line.start, us_date)
            row += 1
        total = float(sum((line.amount * Decimal("1.15")).quantize(CENT, ROUND_HALF_UP) for line in own)) if own else 0
        sheet.write_row(row, 0, (f"{branch} Total", None, None, len(own), None, total))
        row += 1
    _summary(book, lines)
    book.close()


def _summary(book: xlsxwriter.Workbook, lines: list[Line]) -> None:
    sheet = book.add_worksheet("sales summary")
    sheet.write(0, 0, "Sales summary")
    sheet.write_row(2, 0, ("YEAR", "MONTH", "Lines", "NetSalesValue", "ExVatNetsales"))
    months = sorted({(line.start.year, line.start.month) for line in lines})
    for row, key in enumerate([*months, None], start=3):
        own = [line for line in lines if key is None or (line.start.year, line.start.month) == key]
        gross = sum(((line.amount * Decimal("1.15")).quantize(CENT, ROUND_HALF_UP) for line in own), Decimal(0))
        net = sum((line.amount for line in own), Decimal(0))
        sheet.write_row(row, 0, (*(key or ("Grand Total", None)), len(own) if key else None, float(gross), float(net)))
