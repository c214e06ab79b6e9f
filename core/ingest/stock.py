"""Stock that a file states beside its sales: kept by reseller, product and day, with its cell, and never a fact.

It counts as long as the slice of its file does, so that a later file and an undo need nothing of their own here. Stock of a product nobody
knows yet is kept without one and placed when the catalogue learns its key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.catalogue.records import Catalogue, Reseller
from core.ingest.copying import copy_frame, driver, fetch
from core.ingest.matching import match
from core.ingest.normalising import fold_column
from core.ingest.shapes import SalesFrame, Schema, StockLine, complete_rows

TEXTS = ("vendor_key", "ean", "code_text", "sku_text", "name_text", "product_text", "store_text")
KEYS = ("vendor_key", "ean", "code_text", "sku_text", "name_text")  # beside one of them a description tells nothing
STATED: Schema = {
    **dict.fromkeys(TEXTS, pl.String),
    "quantity": pl.Int64,
    "source_sheet": pl.String,
    "source_row": pl.Int32,
    "source_cells": pl.String,
}
STOCK: Schema = {
    **STATED,
    "view": pl.String,
    "period_start": pl.Date,
    "as_of": pl.Date,
    "store_id": pl.Int64,
    "product_ean": pl.String,
    "rule": pl.String,  # why it is held; null: placed
}
VIEW = "main"


def placed_stock(frame: SalesFrame, catalogue: Catalogue, reseller: Reseller) -> pl.DataFrame:
    """What a file states of its stock (STOCK), each product looked up as its sales are; empty for a file that states none."""
    period = frame.period
    if not frame.stock or period.start is None or period.end is None:
        return pl.DataFrame(schema=STOCK)
    stated = _stated(frame.stock)
    found = _match(stated.with_columns(pl.lit(period.start).alias("period_start")), catalogue, reseller)
    dated = (pl.lit(VIEW).alias("view"), pl.lit(period.start).alias("period_start"), pl.lit(period.end).alias("as_of"))
    return stated.with_columns(*dated, *found.get_columns()).select(*STOCK)


def stated_key(frame: SalesFrame) -> str:
    """The key of the stock that a file states, as it would be kept."""
    period = frame.period
    known = period.start is not None and period.end is not None
    return stock_key(_stated(frame.stock)) if frame.stock and known else ""


def store_stock(connection: sa.Connection, batch_id: int, reseller_id: int, stock: pl.DataFrame) -> None:
    """Keep the stock (STOCK) of a batch, in the transaction that stores its rows."""
    keys = (pl.lit(reseller_id).alias("reseller_id"), pl.lit(batch_id).alias("upload_batch_id"))
    copy_frame(driver(connection), "stock_levels", stock.select(*keys, pl.all()))


def stock_key(stock: pl.DataFrame) -> str:
    """One key over what a file states of its stock, whatever its spelling and the order of its lines; '' where it states none."""
    if not stock.height:
        return ""
    folded = stock.select(*(fold_column(stock[name]).alias(name) for name in TEXTS), "quantity")
    keyed = pl.any_horizontal(pl.col(name).is_not_null() for name in KEYS)
    lines = folded.with_columns(pl.when(~keyed).then(pl.col("product_text")).alias("product_text")).fill_null("").rows()
    return hashlib.sha256(repr(sorted(lines)).encode()).hexdigest()


def kept_key(connection: sa.Connection, batch_id: int) -> str:
    """The same key of the stock that is kept of a stored file."""
    query = f"select {', '.join(TEXTS)}, quantity from stock_levels where upload_batch_id = :batch"
    schema: Schema = {**dict.fromkeys(TEXTS, pl.String), "quantity": pl.Int64}
    return stock_key(fetch(connection, query, schema, {"batch": batch_id}))


def replay(connection: sa.Connection, reseller_id: int, catalogue: Catalogue, reseller: Reseller) -> int:
    """Look the products of a reseller's stock up anew, after the catalogue learned or lost a key; returns how many lines changed."""
    known = fetch(connection, _KEYS, _KEY, {"reseller": reseller_id})
    if not known.height:
        return 0
    found = _match(known, catalogue, reseller)
    renamed = known.select("ids", *(pl.col(name).alias(f"old_{name}") for name in found.columns)).with_columns(found.get_columns())
    changed = renamed.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"old_{name}")) for name in found.columns))
    rows = [
        {"ids": row["ids"], "ean": row["product_ean"], "store": row["store_id"], "rule": row["rule"]}
        for row in changed.iter_rows(named=True)
    ]
    if rows:
        connection.execute(sa.text(_MOVE), rows)
    return sum(len(row["ids"]) for row in rows)


_KEYS = f"""
select array_agg(id), {", ".join(TEXTS)}, product_ean, store_id, rule, period_start
from stock_levels where reseller_id = :reseller group by {", ".join(TEXTS)}, product_ean, store_id, rule, period_start
"""
_KEY: Schema = {
    "ids": pl.List(pl.Int64),
    **dict.fromkeys(TEXTS, pl.String),
    "product_ean": pl.String,
    "store_id": pl.Int64,
    "rule": pl.String,
    "period_start": pl.Date,
}
_MOVE = "update stock_levels set product_ean = :ean, store_id = :store, rule = :rule where id = any(cast(:ids as bigint[]))"


def _stated(lines: Sequence[StockLine]) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            **{name: getattr(line, name) for name in TEXTS},
            "quantity": line.quantity,
            "source_sheet": line.sheet,
            "source_row": line.row,
            "source_cells": line.cell,
        }
        for line in lines
    ]
    return pl.DataFrame(rows, schema=STATED, orient="row")


def _match(keyed: pl.DataFrame, catalogue: Catalogue, reseller: Reseller) -> pl.DataFrame:
    """store_id, product_ean and rule of each line, in order. `keyed`: TEXTS and period_start."""
    rows = complete_rows(keyed.select(*TEXTS, "period_start"))
    return match(rows, catalogue, reseller).select("store_id", "product_ean", "rule")
