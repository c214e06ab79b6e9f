"""The names a question may use: resellers, stores, products … of this workbench, as one value. Read through the reader role, within a scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import psycopg

from core.chat.names import NameIndex, build_index
from core.db.engine import Database, Scope
from core.sales.fiscal import FiscalCalendar
from core.sales.running import calendar_of


@dataclass(frozen=True)
class KnownReseller:
    name: str
    key: str
    country: str | None = None
    own_shop: bool = False


@dataclass(frozen=True)
class KnownStore:
    name: str
    reseller: str
    channel: str = "offline"
    city: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class KnownProduct:
    ean: str
    code: str
    name: str
    category: str
    kind: str = "full"
    on_sale_until: date | None = None

    @property
    def label(self) -> str:
        """The value of the dimension `product`."""
        return f"{self.code} · {self.name}"


@dataclass(frozen=True)
class Vocabulary:
    """Every name a question can mean. `first_day`, `last_day`: what the live data span; `through`: last covered day by reseller."""

    resellers: tuple[KnownReseller, ...] = ()
    stores: tuple[KnownStore, ...] = ()
    products: tuple[KnownProduct, ...] = ()
    countries: tuple[str, ...] = ()
    utm_sources: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    shop_first_day: date | None = None
    through: Mapping[str, date] = field(default_factory=dict)
    brand: str = ""
    fiscal: FiscalCalendar | None = None  # None: the brand states none beside the calendar year

    @cached_property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(product.category for product in self.products))

    @cached_property
    def index(self) -> NameIndex:
        """Phrases → names, built once for all questions of this vocabulary."""
        return build_index(
            resellers=[(r.name, r.key) for r in self.resellers if not r.own_shop],
            own_shops=[r.name for r in self.resellers if r.own_shop],
            stores=[(s.name, s.reseller, s.city) for s in self.stores],
            products=[(p.ean, p.code, p.name, p.category, p.kind, p.label) for p in self.products],
            utm_sources=list(self.utm_sources),
            brand=self.brand,
        )


def read_vocabulary(database: Database, scope: Scope = None, brand: str = "") -> Vocabulary:
    """The names this person may use, of one moment."""
    with database.reader(scope) as connection:
        facts = "sales_rollup" if _rows(connection, "select exists (select from readable.sales_rollup)") == [(True,)] else "sales"
        span = _rows(connection, _SPAN.replace("{facts}", facts))[0]
        return Vocabulary(
            resellers=tuple(KnownReseller(*row) for row in _rows(connection, _RESELLERS)),
            stores=tuple(KnownStore(*row) for row in _rows(connection, _STORES)),
            products=tuple(KnownProduct(*row) for row in _rows(connection, _PRODUCTS)),
            countries=tuple(str(code) for (code,) in _rows(connection, _COUNTRIES.replace("{facts}", facts))),
            utm_sources=tuple(str(source) for (source,) in _rows(connection, _SOURCES)),
            first_day=span[0],
            last_day=span[1],
            shop_first_day=span[2],
            through={str(name): day for name, day in _rows(connection, _THROUGH.replace("{facts}", facts))},
            brand=brand,
            fiscal=None if (calendar := calendar_of(database)) == FiscalCalendar() else calendar,
        )


def _rows(connection: psycopg.Connection[Any], statement: str) -> list[tuple[Any, ...]]:
    return connection.execute(statement.encode()).fetchall()


_RESELLERS = """
select name, key, country, key = 'online' or exists (select from readable.ecommerce_orders o where o.reseller_id = r.id)
from readable.resellers r order by name"""
_STORES = "select name, reseller, channel, city, country from readable.stores order by reseller, name"
_PRODUCTS = "select ean, functional_name, product_name, category, kind, on_sale_until from readable.products order by functional_name"
_COUNTRIES = "select distinct country from readable.{facts} where country is not null order by 1"
_SOURCES = "select distinct utm_source from readable.ecommerce_orders where utm_source is not null order by 1 limit 500"
_SPAN = "select min(period_start), max(period_end), min(period_start) filter (where source = 'd2c') from readable.{facts}"
_THROUGH = """
select reseller, max(last_day) from (
  select reseller, max(period_end) as last_day from readable.covered_slices where period_end < 'infinity' group by 1
  union all select reseller, max(period_end) from readable.{facts} group by 1
) as days group by 1 order by 1"""
