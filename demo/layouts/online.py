"""The web shop's exports: an `Orders` workbook a month, and a WooCommerce-like CSV for the newest months; net EUR, one fee per order."""

from __future__ import annotations

import csv
import random
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import xlsxwriter

from demo.brand import SCENTS, Product
from demo.market import SEASON, Span, assortment, demand, draw_units, month_end

SIX = Decimal("0.000001")
VAT = {"DE": "0.19", "SE": "0.25", "NL": "0.21", "FR": "0.20", "GB": "0.20", "PL": "0.23", "DK": "0.25", "IE": "0.23"}
WEIGHT = {"DE": 30, "SE": 18, "NL": 14, "FR": 12, "GB": 10, "PL": 7, "DK": 5, "IE": 4}
CITY = {"DE": "Berlin", "SE": "Stockholm", "NL": "Utrecht", "FR": "Paris", "GB": "Leeds", "PL": "Kraków", "DK": "Aarhus", "IE": "Cork"}
UTM = (
    ("google", "cpc", "17846201355902231"),
    ("instagram", "social", ""),
    ("newsletter", "email", "spring"),
    ("(direct)", "", ""),
    ("", "", ""),
)
SHEET = ("Order ID", "Product EAN", "Functional Name", "Product Name", "Quantity", "Sales EUR", "Cost of Goods", "Stripe Fee", "Order Date",
         "Country", "City", "Reseller")  # fmt: skip
CSV = ("id,order_id,product_ean,order_date,quantity,sales_eur,country,functional_name,is_gift,city,utm_source,utm_medium,utm_campaign,"
       "session_pages,session_count,device_type,stripe_fee,product_name,cost_of_goods,reseller")  # fmt: skip
CODES = " ".join(f"NL{letters}{size}" for _, letters in SCENTS for size in ("100", "30", "10")) + " NLFD5X2 NLXD2X10 NLWSC3 NLPPC3"
VIALS = " ".join(f"NL{letters}2" for _, letters in SCENTS)


@dataclass(frozen=True)
class OrderLine:
    line_id: str
    order: int
    day: date
    product: Product
    units: int
    amount: Decimal
    cost: Decimal | None
    fee: Decimal | None
    country: str
    utm: tuple[str, str, str]
    device: str


def files(folder: Path, span: Span, seed: int) -> list[tuple[Path, list[OrderLine]]]:
    """A workbook for each month but the last three, which come as one CSV that also repeats the month before."""
    rng, first_order, monthly, written = random.Random(f"online {seed}"), 4000, [], []
    for first in span.months:
        lines = month(rng, first, span, first_order)
        first_order = max(line.order for line in lines) + 1
        monthly.append(lines)
    for first, lines in zip(span.months[:-3], monthly[:-3], strict=True):
        path = folder / f"NORDLYS_Online_{first:%Y_%m_%B}.xlsx"
        write_workbook(path, lines)
        written.append((path, lines))
    newest = [line for lines in monthly[-4:] for line in lines]
    path = folder / f"wc-orders-export-{span.end:%Y-%m-%d}.csv"
    write_csv(path, newest)
    return [*written, (path, newest)]


def month(rng: random.Random, first: date, span: Span, order: int) -> list[OrderLine]:
    products, vials, lines = assortment(CODES), assortment(VIALS), []
    weights = [demand(product, first, span) for product in products]
    age = (first - span.months[0]).days / 730
    for day in (first + timedelta(days=n) for n in range(month_end(first).day)):
        edge = day.day in (1, month_end(first).day)  # an order on the first and last day, so that a month's export covers the month
        for _ in range(max(draw_units(rng, 1.6 * SEASON[first.month] * (1 + 0.25 * age)), edge)):
            lines += _order(rng, order, day, rng.choices(products, weights, k=1 + draw_units(rng, 0.6)), vials)
            order += 1
    return [*lines, *_refunds(rng, lines, month_end(first))]


def _order(rng: random.Random, order: int, day: date, bought: list[Product], vials: list[Product]) -> list[OrderLine]:
    country = rng.choices(list(WEIGHT), list(WEIGHT.values()))[0]
    utm, device = rng.choice(UTM), rng.choice(("Mobile", "Mobile", "Desktop", ""))
    lines = []
    for product in dict.fromkeys(bought):
        units = 1 + (rng.random() < 0.06)
        net = (product.price("EUR", day) * units / (1 + Decimal(VAT[country]))).quantize(SIX, ROUND_HALF_UP)
        cost = (product.price("EUR", day) * units * Decimal("0.085")).quantize(Decimal("0.01")) if rng.random() < 0.7 else None
        lines.append(OrderLine(_line_id(rng), order, day, product, units, net, cost, None, country, utm, device))
    lines += [
        OrderLine(_line_id(rng), order, day, vial, 1, Decimal(0), None, None, country, utm, device)
        for vial in rng.sample(vials, 1 + (rng.random() < 0.4))
    ]
    fee = (Decimal("0.25") + sum((line.amount for line in lines), Decimal(0)) * Decimal("0.015")).quantize(Decimal("0.01"))
    return [OrderLine(**{**line.__dict__, "fee": fee if number == 0 or rng.random() < 0.6 else None}) for number, line in enumerate(lines)]


def _refunds(rng: random.Random, lines: list[OrderLine], last: date) -> list[OrderLine]:
    return [
        OrderLine(
            _line_id(rng),
            line.order,
            min(line.day + timedelta(days=6), last),
            line.product,
            -line.units,
            -line.amount,
            None,
            None,
            line.country,
            line.utm,
            line.device,
        )
        for line in lines
        if line.amount > 0 and rng.random() < 0.018
    ]


def _line_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def write_workbook(path: Path, lines: list[OrderLine]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    sheet, date_format = book.add_worksheet("Orders"), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, SHEET)
    for row, line in enumerate(lines, start=1):
        product = line.product
        sheet.write_row(row, 0, (line.order, product.ean, product.code, product.name, line.units, float(line.amount)))
        for column, money in ((6, line.cost), (7, line.fee)):
            if money is not None:
                sheet.write_number(row, column, float(money))
        sheet.write_datetime(row, 8, line.day, date_format)
        sheet.write_row(row, 9, (line.country, CITY[line.country], "Online"))
    book.close()


def write_csv(path: Path, lines: list[OrderLine]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(CSV.split(","))
        for line in lines:
            gift = str(line.amount == 0).lower()
            writer.writerow((line.line_id, line.order, line.product.ean, line.day, line.units, line.amount, line.country, line.product.code, gift,
                             CITY[line.country], *line.utm, 4, "", line.device, line.fee, line.product.name, line.cost, "Online"))  # fmt: skip
