"""Skins NL's monthly report: an often stale Info sheet, article × month and location × month, whole euros net, floods of free vials."""

from __future__ import annotations

import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import xlsxwriter

from demo.brand import BY_CODE, SCENTS, Product, skins_nl_article
from demo.market import Line, Span, assortment, demand, draw_units, month_end

LOCATIONS = {"NL01 Amsterdam": 0.4, "NL04 Utrecht": 0.25, "NL90 Webshop": 0.35}
CODES = " ".join(f"NL{letters}{size}" for _, letters in SCENTS for size in ("100", "30"))
NUMBERS = ("SalesAmount", "SalesAmountSPLY", "SalesAmountVariance", "SalesQuantity", "SalesQuantitySPLY", "SalesQuantityVariance")
EURO = Decimal(1)


def files(folder: Path, span: Span, seed: int) -> list[tuple[Path, list[Line]]]:
    rng, written = random.Random(f"skins nl {seed}"), []
    last_year: dict[date, list[Line]] = {}
    for first in span.months:
        lines = last_year[first] = month(rng, first, span)
        path = folder / f"NORDLYSPARF_ReportPeriod{first:%m-%Y}.xlsx"
        write(path, lines, last_year.get(first.replace(year=first.year - 1), []), first)
        written.append((path, lines))
    return written


def month(rng: random.Random, first: date, span: Span) -> list[Line]:
    """One line per article; the location view is another cut of the same sales."""
    lines = []
    for product in assortment(CODES):
        units = draw_units(rng, demand(product, first, span) * 0.8)
        if units:
            net = product.price("EUR", first) * units / Decimal("1.21")
            lines.append(Line("", product, first, month_end(first), units, net.quantize(EURO, ROUND_HALF_UP)))
    for vial in assortment("NLGOT2 NLMS2 NLSR2"):
        lines.append(Line("", vial, first, month_end(first), 80 + rng.randrange(240), Decimal(0)))
    if rng.random() < 0.4:
        lines.append(Line("", BY_CODE["NLGOTT100"], first, month_end(first), 2, Decimal(64)))
    return lines


def _article(product: Product) -> str:
    words = product.name.replace("Eau de Parfum Tester", "Tester").replace("Eau de Parfum", "EDP").replace(" ml", "ml")
    return f"{skins_nl_article(product)} - {words}"


def _figures(now: list[Line], before: list[Line]) -> tuple[object, ...]:
    cells: list[object] = []
    for pick in (lambda line: int(line.amount), lambda line: line.units):
        this, last = (sum(map(pick, lines)) if lines else None for lines in (now, before))
        cells += [this, last, round(this / last - 1, 3) if this is not None and last else None]
    return tuple(cells)


def write(path: Path, lines: list[Line], last_year: list[Line], first: date) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    info = book.add_worksheet("Info")
    info.write_row(0, 0, ("Brand", "BrandName", "Month", "Information"))
    stale = first.month if first.month % 3 else first.month - 1
    info.write_row(1, 0, ("NORDLYSPARF", "NORDLYS PARFUM", stale, "Sales excl. VAT, SPLY = same period last year"))
    sheet = book.add_worksheet("SalesPerSKU")
    sheet.write_row(0, 0, ("Brand", "Article", "EANCode", *NUMBERS))
    products = dict.fromkeys(line.product for line in [*lines, *last_year])
    for row, product in enumerate(products, start=1):
        own, before = ([line for line in some if line.product == product] for some in (lines, last_year))
        sheet.write_row(row, 0, ("NORDLYSPARF", _article(product), product.ean, *_figures(own, before)))
    _locations(book, lines)
    book.close()


def _locations(book: xlsxwriter.Workbook, lines: list[Line]) -> None:
    """The same units and euros shared out over the locations; the last location takes what rounding leaves."""
    sheet = book.add_worksheet("SalesPerLocation")
    sheet.write_row(0, 0, ("Brand", "Location", *NUMBERS))
    units, euros = sum(line.units for line in lines), sum(int(line.amount) for line in lines)
    left_units, left_euros = units, euros
    for row, (location, share) in enumerate(LOCATIONS.items(), start=1):
        last = row == len(LOCATIONS)
        own_units, own_euros = (left_units, left_euros) if last else (int(units * share), int(euros * share))
        left_units, left_euros = left_units - own_units, left_euros - own_euros
        sheet.write_row(row, 0, ("NORDLYSPARF", location, own_euros, None, None, own_units, None, None))
