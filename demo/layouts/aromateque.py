"""Aromateque's 1C export: store × month and product × month of the running year, units only, one euro total over the whole span."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from demo.brand import SCENTS
from demo.market import Line, Span, assortment, demand, draw_units, month_end

STORES = {"Sky Mall": 0.3, "Online": 0.35, "Lviv Forum": 0.2, "Odesa": 0.15}
CODES = " ".join(f"NL{letters}{size}" for _, letters in SCENTS[:10] for size in ("100", "30")) + " NLFD5X2 NLAW7X2"


def files(folder: Path, span: Span, seed: int) -> list[tuple[Path, list[Line]]]:
    """The December exports of past years and the last two of the running one."""
    rng = random.Random(f"aromateque {seed}")
    lines = [line for first in span.months for line in month(rng, first, span)]
    past = [first for first in span.months if first.month == 12 and first.year < span.end.year]
    written = []
    for last in [*past, *span.months[-2:]]:
        edition = [line for line in lines if line.start.year == last.year and line.start <= last]
        path = folder / f"nordlys sales {last:%B}'{last:%y}.xlsx".replace(f"{last:%B}", f"{last:%B}".lower())
        write(path, edition)
        written.append((path, edition))
    return written


def month(rng: random.Random, first: date, span: Span) -> list[Line]:
    """Units by store and product; the file shows either cut but never both together, and no money by month."""
    return [
        Line(store, product, first, month_end(first), units, product.price("EUR", first) * units)
        for product in assortment(CODES)
        for store, level in STORES.items()
        if (units := draw_units(rng, demand(product, first, span) * level * 0.8))
    ]


def write(path: Path, lines: list[Line]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("TDSheet")
    months = sorted({line.start for line in lines})
    sheet.write_row(0, 0, ("", "Store", *(f"{first:%d.%m.%Y}" for first in months), "total"))
    row = 1
    for store in STORES:
        sheet.write(row, 1, store)
        _units(sheet, row, months, lines, lambda line, store=store: line.store == store)
        row += 1
    sheet.write(row, 1, "total")
    _units(sheet, row, months, lines, lambda line: True)
    row += 2
    sheet.write_row(row, 0, ("", "", *(f"{first:%d.%m.%Y}" for first in months), "total", "Total in euro"))
    for product in dict.fromkeys(line.product for line in lines):
        row += 1
        sheet.write_row(row, 0, (f"NORDLYS PARFUM {product.name.upper()}".ljust(180), product.code))
        _units(sheet, row, months, lines, lambda line, product=product: line.product == product)
        sheet.write(row, len(months) + 3, float(sum((line.amount for line in lines if line.product == product), Decimal(0))))
    sheet.write(row + 1, 1, "total")
    _units(sheet, row + 1, months, lines, lambda line: True)
    sheet.write(row + 1, len(months) + 3, float(sum((line.amount for line in lines), Decimal(0))))
    book.close()


def _units(sheet: Any, row: int, months: list[date], lines: list[Line], mine: Callable[[Line], bool]) -> None:
    own = [line for line in lines if mine(line)]
    for column, first in enumerate(months, start=2):
        if units := sum(line.units for line in own if line.start == first):
            sheet.write_number(row, column, units)
    sheet.write_number(row, len(months) + 2, sum(line.units for line in own))
