"""Creme de la Creme's monthly store matrix: regions, store pairs, a Total pair and a Total row; money incl. VAT with four decimals."""

from __future__ import annotations

import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import xlsxwriter

from demo.brand import SCENTS, Product
from demo.market import Line, Span, assortment, demand, month_end, sell

FOUR = Decimal("0.0001")
REGIONS = {
    "E-shop": "E-shop",
    "Vilnius Europa": "Lithuania",
    "Vilnius Ozas": "Lithuania",
    "Kaunas Mega": "Lithuania",
    "LV Riga Alfa CdlC": "Latvia",
}
LEVEL = {"E-shop": 0.5, "Vilnius Europa": 0.7, "Vilnius Ozas": 0.4, "Kaunas Mega": 0.45, "LV Riga Alfa CdlC": 0.5}
OPENED_AFTER = {"Kaunas Mega": 15}  # months from the start of the span
CODES = " ".join(f"NL{letters}{size}" for _, letters in SCENTS for size in ("100", "30", "10")) + " NLFD5X2"


def files(folder: Path, span: Span, seed: int) -> list[tuple[Path, list[Line]]]:
    rng, written = random.Random(f"cdlc {seed}"), []
    for number, first in enumerate(span.months):
        stores = [store for store in REGIONS if number >= OPENED_AFTER.get(store, 0)]
        lines = month(rng, first, span, stores)
        name = (
            f"NORDLYS_Sell_Out_{first:%Y %m}.xlsx",
            f"CDLC NORDLYS_Sell_Out_{first:%Y %m}.xlsx",
            f"Nordlys_Sell_Out_{first:%Y_%m}.xlsx",
        )[number % 3]
        write(folder / name, lines, first, stores)
        written.append((folder / name, lines))
    return written


def rebuilt_gross(product: Product, day: date) -> Decimal:
    """The list price as this vendor states it: net rounded to three places, VAT put on again."""
    net = (product.price("EUR", day) / Decimal("1.21")).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return (net * Decimal("1.21")).quantize(FOUR, ROUND_HALF_UP)


def month(rng: random.Random, first: date, span: Span, stores: list[str]) -> list[Line]:
    lines: list[Line] = []
    for product in assortment(CODES):
        for store in stores:
            mean = demand(product, first, span) * LEVEL[store]
            lines += sell(rng, product, store, first, month_end(first), mean, rebuilt_gross(product, first), FOUR)
    return lines


def write(path: Path, lines: list[Line], first: date, stores: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet(f"{first:%Y %m}")
    sheet.write(1, 1, f"{first:%Y %B}")
    columns = {store: 3 + 2 * number for number, store in enumerate(stores)}
    total = 3 + 2 * len(stores)
    for region in dict.fromkeys(REGIONS[store] for store in stores):
        own = [columns[store] for store in stores if REGIONS[store] == region]
        sheet.merge_range(1, min(own), 1, max(own) + 1, region)
    sheet.merge_range(1, total, 1, total + 1, "Total")
    for store, column in columns.items():
        if store != "E-shop":
            sheet.write_row(2, column, (store, store))
    for column in (*columns.values(), total):
        sheet.write_row(3, column, ("Qty", "Sum Eur"))
    row = 4
    for product in dict.fromkeys(line.product for line in lines):
        own_lines = [line for line in lines if line.product == product]
        sheet.write_row(row, 1, (product.ean, f"NORDLYS. {product.name.replace('Eau de Parfum', 'EDP')}"))
        for line in own_lines:
            sheet.write_row(row, columns[line.store], (line.units, float(line.amount)))
        sheet.write_row(row, total, _sum(own_lines))
        row += 1
    sheet.write(row, 1, "Total")
    for store, column in columns.items():
        sheet.write_row(row, column, _sum([line for line in lines if line.store == store]))
    sheet.write_row(row, total, _sum(lines))
    sheet.set_column("B:B", 17)
    sheet.set_column("C:C", 43)
    book.close()


def _sum(lines: list[Line]) -> tuple[int, float]:
    return sum(line.units for line in lines), float(sum((line.amount for line in lines), Decimal(0)))
