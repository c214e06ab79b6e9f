"""Read the catalogue out of the database, as one value."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

from core.catalogue.folding import fold
from core.catalogue.records import (
    PRICES,
    PRODUCT_ALIASES,
    PRODUCTS,
    STORE_ALIASES,
    STORES,
    VAT_RATES,
    Catalogue,
    Reseller,
    Schema,
)
from core.db import tables as t


def read_catalogue(connection: sa.Connection) -> Catalogue:
    """All resellers, products, aliases, stores, prices and VAT rates as of this transaction."""
    resellers = read_resellers(connection)
    return Catalogue(
        resellers,
        _reseller_keys(connection, resellers),
        _frame(connection, sa.select(*(t.products.c[name] for name in PRODUCTS)), PRODUCTS),
        _frame(connection, sa.select(*(t.product_aliases.c[name] for name in PRODUCT_ALIASES)), PRODUCT_ALIASES),
        _frame(connection, _stores(), STORES),
        _frame(connection, sa.select(*(t.store_aliases.c[name] for name in STORE_ALIASES)), STORE_ALIASES),
        _frame(connection, sa.select(*(t.price_list.c[name] for name in PRICES)), PRICES),
        _frame(connection, sa.select(*(t.vat_rates.c[name] for name in VAT_RATES)), VAT_RATES),
    )


def read_resellers(connection: sa.Connection) -> tuple[Reseller, ...]:
    """Every reseller with its reading rules, by name."""
    rows = connection.execute(sa.select(t.resellers).order_by(t.resellers.c.name)).mappings()
    return tuple(Reseller(**row) for row in rows)


def _reseller_keys(connection: sa.Connection, resellers: tuple[Reseller, ...]) -> dict[str, int]:
    aliases = connection.execute(sa.select(t.reseller_aliases.c.alias, t.reseller_aliases.c.reseller_id))
    keys = {fold(alias): reseller_id for alias, reseller_id in aliases}
    keys |= {fold(r.key): r.id for r in resellers}
    return keys | {fold(r.name): r.id for r in resellers}


def _stores() -> sa.Select[Any]:
    c = t.stores.c
    return sa.select(c.id.label("store_id"), c.reseller_id, c.name.label("store"), c.channel, c.city, c.country.label("store_country"))


def _frame(connection: sa.Connection, query: sa.Select[Any], schema: Schema) -> pl.DataFrame:
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=schema, orient="row")
