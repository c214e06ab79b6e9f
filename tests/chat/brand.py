"""A small invented brand over 17 months, written to the database and kept as a polars frame: the tests compute their figures from the frame.

Nothing is random: every quantity follows from the positions of product, store and month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.db import tables as t
from core.db.engine import Database
from core.sales.query import Period, months

TODAY = date(2025, 4, 15)
PRODUCTS = (
    ("9524001001008", "NLGOT100", "Glow of Tundra Eau de Parfum 100 ml", 100, "full", "perfume", 180),
    ("9524001001015", "NLGOT30", "Glow of Tundra Eau de Parfum 30 ml", 30, "full", "perfume", 86),
    ("9524001001107", "NLMS100", "Midnight Sauna Eau de Parfum 100 ml", 100, "full", "perfume", 175),
    ("9524001001114", "NLMS30", "Midnight Sauna Eau de Parfum 30 ml", 30, "full", "perfume", 84),
    ("9524001001206", "NLSR100", "Summer Rain Eau de Parfum 100 ml", 100, "full", "perfume", 178),
    ("9524001001312", "NLFL30", "Fjord Letters Eau de Parfum 30 ml", 30, "full", "perfume", 85),
    ("9524001001404", "NLBL100", "Birch Lullaby Eau de Parfum 100 ml", 100, "full", "perfume", 176),
    ("9524001001619", "NLLC30", "Lantern Choir Eau de Parfum 30 ml", 30, "full", "perfume", 83),
    ("9524001002005", "NLS47100", "Station 47 Eau de Parfum 100 ml", 100, "full", "perfume", 179),
    ("9524001002111", "NLXF30", "xFjord Eau de Parfum 30 ml", 30, "full", "perfume", 87),
    ("9524001009004", "NLWSC3", "Woolen Storm Scented Candle 290 g", None, "candle", "candle", 79),
    ("9524001009509", "NLFD5X2", "Discovery Set 5 x 2 ml", None, "set", "set", 32),
    ("9524001001039", "NLGOT2", "Glow of Tundra Vial 2 ml", 2, "sample", "sample", 7),
    ("9524001001046", "NLGOTT100", "Glow of Tundra Eau de Parfum Tester 100 ml", 100, "tester", "tester", 180),
    ("9524001001909", "NLHM100", "Harbour Mirage Eau de Parfum 100 ml", 100, "full", "perfume", 181),
)
RESELLERS = (
    ("liberty", "Liberty", "GB", "monthly"),
    ("galilu", "Galilu", "PL", "monthly"),
    ("boxnox", "BOXNOX", "ES", "monthly"),
    ("skins_sa", "Skins SA", "ZA", "monthly"),
    ("selfridges", "Selfridges", "GB", "monthly"),
    ("aromateque", "Aromateque", "UA", "monthly"),
    ("online", "Online", None, "any"),
)
STORES = (
    ("liberty", "Liberty Flagship", "offline", "London", "GB"),
    ("liberty", "Liberty Internet", "online", None, "GB"),
    ("galilu", "Galilu Kraków", "offline", "Kraków", "PL"),
    ("galilu", "Galilu Poznań", "offline", "Poznań", "PL"),
    ("boxnox", "Perfumería Sol", "offline", "Madrid", "ES"),
    ("skins_sa", "Skins Waterfront", "offline", "Cape Town", "ZA"),
    ("selfridges", "Selfridges London", "offline", "London", "GB"),
    ("aromateque", "Aromateque Lviv Forum", "offline", "Lviv", "UA"),
    ("online", "Nordlys Webshop", "online", None, None),
)
FIRST, LAST = months(2023, 11, 1), months(2025, 3, 1)
SHOP_LAST = date(2025, 4, 13)
LATE_PRODUCT = "9524001002111"  # xFjord 30 ml is launched in June 2024
SILENT_STORE, SILENT_MONTH = "Galilu Poznań", date(2025, 2, 1)
NEVER_SOLD = "9524001001909"  # Harbour Mirage
COUNTRIES, SOURCES = ("DE", "FR", "PL", "US"), ("google", "newsletter", None, "instagram")


@dataclass(frozen=True)
class Brand:
    """`lines`: every line in the database with source, channel, reseller, store, product, day, month, quantity, net, kind, order, …"""

    database: Database
    lines: pl.DataFrame

    def sold(self, *conditions: pl.Expr) -> pl.DataFrame:
        """Lines that count by default."""
        return self.lines.filter(pl.col("kind").is_in(["sale", "return", "adjustment"]), *conditions)

    def net(self, *conditions: pl.Expr) -> Decimal:
        return Decimal(self.sold(*conditions)["net"].sum())

    def units(self, *conditions: pl.Expr) -> int:
        return int(self.sold(*conditions)["quantity"].sum())


def month_of(year: int, month: int) -> pl.Expr:
    return pl.col("month") == date(year, month, 1)


def in_year(year: int) -> pl.Expr:
    return pl.col("month").dt.year() == year


D2C, SELL_OUT = pl.col("source") == "d2c", pl.col("source") == "sell-out"


@cache
def all_lines() -> tuple[dict[str, Any], ...]:
    """Every line of the brand, the same in every run."""
    return (*_sell_out(), *_orders())


def brand_in(database: Database) -> Brand:
    """The brand of a database that `seed` has filled."""
    return Brand(database, pl.DataFrame(list(all_lines()), schema=LINE, orient="row"))


def seed(database: Database) -> None:
    """Write the brand. Everything is covered through March 2025 at the resellers and through 13 April in the web shop."""
    with database.write() as c:
        for key, name, country, cadence in RESELLERS:
            c.execute(t.resellers.insert(), {"key": key, "name": name, "country": country, "cadence": cadence})
        resellers = {row.key: row.id for row in c.execute(sa.select(t.resellers.c.key, t.resellers.c.id))}
        for key, name, channel, city, country in STORES:
            c.execute(
                t.stores.insert(), {"reseller_id": resellers[key], "name": name, "channel": channel, "city": city, "country": country}
            )
        stores = {row.name: row.id for row in c.execute(sa.select(t.stores.c.name, t.stores.c.id))}
        columns = ("ean", "functional_name", "product_name", "size_ml", "kind", "category", "rrp_eur")
        c.execute(t.products.insert(), [dict(zip(columns, product, strict=True)) for product in PRODUCTS])
        batches = {key: _batch(c, resellers[key], key) for key, *_ in RESELLERS}
        lines = all_lines()
        c.execute(t.sellout_entries2.insert(), [_entry(line, resellers, stores, batches) for line in lines if line["source"] == "sell-out"])
        c.execute(t.ecommerce_orders.insert(), [_order(line, resellers, stores, batches) for line in lines if line["source"] == "d2c"])
        _claim(c, resellers, batches)


LINE: dict[str, Any] = {
    "source": pl.String,
    "channel": pl.String,
    "reseller": pl.String,
    "store": pl.String,
    "country": pl.String,
    "ean": pl.String,
    "name": pl.String,
    "category": pl.String,
    "day": pl.Date,
    "month": pl.Date,
    "quantity": pl.Int64,
    "net": pl.Decimal(38, 9),
    "kind": pl.String,
    "order": pl.String,
    "utm": pl.String,
    "cost": pl.Decimal(38, 9),
}


def all_months() -> list[Period]:
    return [months(2023 + (10 + i) // 12, (10 + i) % 12 + 1, 1) for i in range(17)]


def _line(
    source: str, store: tuple[Any, ...], product: tuple[Any, ...], day: date, quantity: int, net: Decimal, kind: str, **more: Any
) -> dict[str, Any]:
    names = {key: name for key, name, *_ in RESELLERS}
    base = {"source": source, "channel": store[2], "reseller": names[store[0]], "store": store[1], "country": store[4]}
    base |= {"ean": product[0], "name": product[2], "category": product[5], "day": day, "month": day.replace(day=1)}
    return {**base, "quantity": quantity, "net": net, "kind": kind, "order": None, "utm": None, "cost": None, **more}


def _sell_out() -> list[dict[str, Any]]:
    lines = []
    for number, period in enumerate(all_months()):
        for s, store in enumerate(store for store in STORES if store[0] != "online"):
            if store[1] == SILENT_STORE and period.start == SILENT_MONTH:
                continue
            lines += [line for p, product in enumerate(PRODUCTS) for line in _cell(number, s, store, p, product, period)]
    return lines


def _cell(number: int, s: int, store: tuple[Any, ...], p: int, product: tuple[Any, ...], period: Period) -> list[dict[str, Any]]:
    if product[0] == NEVER_SOLD or (product[0] == LATE_PRODUCT and number < 7) or (number + s + p) % 3 == 2:
        return []
    if product[5] in ("sample", "tester"):
        return (
            [_line("sell-out", store, product, period.end, 2, Decimal(0), "sample" if product[5] == "sample" else "tester")]
            if s == 0
            else []
        )
    units = 1 + (number * (s + 2) + p * 5) % 7 + (6 if period.start.month == 12 else 0) + (number // 6 if p % 2 else 0)
    price = Decimal(product[6]) - Decimal(number) / 4
    found = [_line("sell-out", store, product, period.end, units, units * price, "sale")]
    if (number + p) % 11 == 5 and s == 2:
        found.append(_line("sell-out", store, product, period.end, -1, -price, "return"))
    return found


def _orders() -> list[dict[str, Any]]:
    shop, lines = STORES[-1], []
    day, number = FIRST.start, 0
    while day <= SHOP_LAST:
        for order in range(1 + (day.day + day.month) % 2):
            number += 1
            lines += _order_lines(shop, day, number, order)
        day += timedelta(days=1)
    return lines


def _order_lines(shop: tuple[Any, ...], day: date, number: int, order: int) -> list[dict[str, Any]]:
    sold = [p for p in PRODUCTS[:12] if p[0] != LATE_PRODUCT or day >= date(2024, 6, 1)]
    country, utm = COUNTRIES[(number * 3 + day.month) % 4], SOURCES[(number + order) % 4]
    wanted = [sold[(number * 7) % len(sold)]] + ([sold[(number * 7 + 3) % len(sold)]] if number % 3 == 0 else [])
    lines = []
    for position, product in enumerate(wanted):
        units = 1 + (number + position) % 2
        net = units * (Decimal(product[6]) - Decimal(number % 5))
        cost = net * Decimal("0.25") if number % 4 else None
        more = {"order": f"A{number:05d}", "utm": utm, "cost": cost, "country": country}
        lines.append(_line("d2c", shop, product, day, units, net, "sale", **more))
    return lines


def _batch(c: sa.Connection, reseller: int, key: str) -> int:
    values = {"sha256": key, "file_name": f"{key}.xlsx", "file_size": 1, "status": "stored", "reseller_id": reseller, "vendor": key}
    values |= {"period_start": FIRST.start, "period_end": LAST.end if key != "online" else SHOP_LAST, "rows_stored": 10, "rows_read": 10}
    return int(c.execute(t.upload_batches.insert().returning(t.upload_batches.c.id), values).scalar_one())


def _claim(c: sa.Connection, resellers: dict[str, int], batches: dict[str, int]) -> None:
    rows = []
    for key, *_ in RESELLERS[:-1]:
        own = {"upload_batch_id": batches[key], "facts_batch_id": batches[key], "reseller_id": resellers[key], "view": "main"}
        rows += [
            {**own, "period_start": p.start, "period_end": p.end, "content_key": "a", "stated_until": p.end, "live": True}
            for p in all_months()
        ]
    c.execute(t.slice_claims.insert(), rows)


def _shared(line: dict[str, Any], resellers: dict[str, int], stores: dict[str, int], batches: dict[str, int]) -> dict[str, Any]:
    key = next(key for key, name, *_ in RESELLERS if name == line["reseller"])
    return {
        "reseller_id": resellers[key],
        "store_id": stores[line["store"]],
        "channel": line["channel"],
        "product_ean": line["ean"],
        "quantity": line["quantity"],
        "amount_local": line["net"],
        "currency": "EUR",
        "vat_basis": "net",
        "sales_eur_net": line["net"],
        "sales_eur_gross": line["net"] * Decimal("1.2"),
        "line_kind": line["kind"],
        "upload_batch_id": batches[key],
        "source_row": 1,
        "live": True,
    }


def _entry(line: dict[str, Any], resellers: dict[str, int], stores: dict[str, int], batches: dict[str, int]) -> dict[str, Any]:
    period = months(line["day"].year, line["day"].month, 1)
    when = {"period_start": period.start, "period_end": period.end, "year": period.start.year, "month": period.start.month}
    return {**_shared(line, resellers, stores, batches), **when, "view": "main", "primary_view": True}


def _order(line: dict[str, Any], resellers: dict[str, int], stores: dict[str, int], batches: dict[str, int]) -> dict[str, Any]:
    shop = {
        "order_id": line["order"],
        "order_date": line["day"],
        "country": line["country"],
        "utm_source": line["utm"],
        "cost_of_goods": line["cost"],
    }
    return {**_shared(line, resellers, stores, batches), **shop}
