"""BOXNOX's living list: one line per month, POS and EAN, all history in every edition, net EUR, and a POS × month summary sheet."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import xlsxwriter

from demo.brand import SCENTS
from demo.market import CENT, Line, Span, assortment, demand, month_end, sell

POS = {"Abedul Online": 0.3, "Perfumería Sol": 0.45, "Galería Norte": 0.3, "Corner Gran Vía": 0.25, "Lavanda Web": 0.2}
HEADERS = ("YEAR", "MONTH", "CHANNEL", "POS", "EAN", "QTY", "AMOUNT", "DESCRIPTION", "SKU")
CODES = " ".join(f"NL{letters}{size}" for _, letters in SCENTS[:8] for size in ("100", "30")) + " NLS47100 NLS4730 NLFD5X2 NLWSC3"


def files(folder: Path, span: Span, seed: int, editions: int = 3) -> list[tuple[Path, list[Line]]]:
    """The last `editions` monthly editions; the newest corrects one line of the month before."""
    rng = random.Random(f"boxnox {seed}")
    lines = [line for first in span.months for line in month(rng, first, span)]
    written = []
    for last in span.months[-editions:]:
        edition = [line for line in lines if line.start <= last]
        if last == span.months[-1]:
            edition = _corrected(edition, span.months[-2])
        path = folder / f"BOXNOX - NORDLYS Monthly Sales Report {last:%b%Y}.xlsx".replace(f"{last:%b}", f"{last:%b}".upper())
        write(path, edition, last.year)
        written.append((path, edition))
    return written


def month(rng: random.Random, first: date, span: Span) -> list[Line]:
    lines: list[Line] = []
    for product in assortment(CODES):
        net = (product.price("EUR", first) / Decimal("1.21")).quantize(CENT, ROUND_HALF_UP)
        for store, level in POS.items():
            lines += sell(rng, product, store, first, month_end(first), demand(product, first, span) * level, net)
    wholesale = [replace(line, units=line.units + 5, amount=(line.amount / line.units * (line.units + 5) * Decimal("0.55")).quantize(CENT),
                         vendor_channel="Wholesale") for line in lines if line.units > 0 and rng.random() < 0.02]  # fmt: skip
    free = [replace(line, units=4, amount=Decimal("0.00")) for line in lines[:1] if rng.random() < 0.3]
    credit = [replace(line, units=0, amount=-abs(line.amount / 2).quantize(CENT)) for line in lines[1:2] if rng.random() < 0.25]
    return lines + wholesale + free + credit


def _corrected(lines: list[Line], first: date) -> list[Line]:
    """The vendor found one more piece sold last month."""
    place = next(n for n, line in enumerate(lines) if line.start == first and line.units > 0 and line.amount > 0)
    line = lines[place]
    changed = replace(line, units=line.units + 1, amount=(line.amount / line.units * (line.units + 1)).quantize(CENT, ROUND_HALF_UP))
    return [*lines[:place], changed, *lines[place + 1 :]]


def write(path: Path, lines: list[Line], year: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("SELL OUT BY EAN")
    sheet.write_row(0, 0, HEADERS)
    for row, line in enumerate(lines, start=1):
        ean = (line.product.ean, int(line.product.ean), f"'{line.product.ean}")[row % 9 // 4]
        amount = f"{line.amount:.2f}".replace(".", ",") if row % 11 == 0 else float(line.amount)
        description = f"EDP {line.product.scent.upper()} "
        values = (
            line.start.year,
            line.start.month,
            line.vendor_channel,
            line.store,
            ean,
            line.units,
            amount,
            description,
            line.product.code,
        )
        sheet.write_row(row, 0, values)
    _summary(book, [line for line in lines if line.start.year == year])
    book.close()


def _summary(book: xlsxwriter.Workbook, lines: list[Line]) -> None:
    sheet = book.add_worksheet("Sales Data")
    months = sorted({line.start for line in lines})
    sheet.write(0, 0, "POS")
    for number, first in enumerate(months):
        sheet.merge_range(0, 1 + 2 * number, 0, 2 + 2 * number, f"{first:%b %Y}".upper())
        sheet.write_row(1, 1 + 2 * number, ("QTY", "AMOUNT"))
    stores = sorted({line.store for line in lines})
    for row, store in enumerate([*stores, "TOTAL"], start=2):
        sheet.write(row, 0, store)
        for number, first in enumerate(months):
            own = [line for line in lines if line.start == first and store in (line.store, "TOTAL")]
            if own:
                sheet.write_row(
                    row, 1 + 2 * number, (sum(line.units for line in own), float(sum((line.amount for line in own), Decimal(0))))
                )
