"""The brand's articles as the catalogue knows them, with their list prices, found by name, code or EAN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from core.db.engine import Database
from core.sales.suggesting import nearest_names

_ARTICLES = """
select p.ean, p.functional_name, p.product_name, trim_scale(p.size_ml)::text as size, p.kind, p.category, p.rrp_eur, p.on_sale_from,
       p.on_sale_until, coalesce(p.functional_name || ' · ' || p.product_name, p.ean) as label
from products p order by lower(p.product_name), p.functional_name
"""
_PRICES = "select currency, valid_from, unit_price from price_list where ean = :ean and vat_basis = 'gross' order by currency, valid_from"


@dataclass(frozen=True)
class Article:
    """One product. `label`: its value in the dimension product. `rrp`: EUR incl. VAT, of the catalogue."""

    ean: str
    code: str
    name: str
    size: str | None
    kind: str
    category: str
    rrp: Decimal | None
    on_sale_from: date | None
    on_sale_until: date | None
    label: str

    @property
    def words(self) -> str:
        """`100 ml · perfume · EAN 9524001001008`"""
        return " · ".join(part for part in (f"{self.size} ml" if self.size else "", self.category, f"EAN {self.ean}") if part)


@dataclass(frozen=True)
class ListPrice:
    """The price of one unit on the list from a day on, incl. VAT, in its currency."""

    currency: str
    valid_from: date
    unit_price: Decimal


def read_articles(database: Database) -> tuple[Article, ...]:
    """All products, by name."""
    with database.read() as connection:
        return tuple(Article(*row) for row in connection.execute(sa.text(_ARTICLES)))


def read_list_prices(database: Database, ean: str) -> tuple[ListPrice, ...]:
    """What the price list says of a product, by currency, oldest first."""
    with database.read() as connection:
        return tuple(ListPrice(*row) for row in connection.execute(sa.text(_PRICES), {"ean": ean}))


def find_article(articles: Iterable[Article], text: str) -> Article | None:
    """The article of an EAN, code, name or label, whatever its case; None where there is none."""
    wanted = text.strip().casefold()
    found = (a for a in articles if wanted in (a.ean, a.code.casefold(), a.name.casefold(), a.label.casefold()))
    return next(found, None)


def near_articles(articles: Iterable[Article], text: str) -> list[Article]:
    """Up to three articles whose code or name comes near, nearest first."""
    known: Mapping[str, Article] = {a.ean: a for a in articles}
    return [known[ean] for ean in nearest_names(text, {ean: f"{a.code} {a.name}" for ean, a in known.items()})]


def current_prices(prices: Iterable[ListPrice], day: date) -> tuple[ListPrice, ...]:
    """The price of each currency that holds on `day`."""
    held = {price.currency: price for price in prices if price.valid_from <= day}
    return tuple(held.values())
