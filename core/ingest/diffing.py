"""What a file would change: the live cells of its slices against the cells it states. Pure: two frames in, the difference out.

A cell is (view, store, product, period, vendor channel). Lines that share a cell are compared as sums and by their number, so that a
third identical till line is `changed: lines 2 → 3`, and no line needs an identity of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from core.ingest.shapes import CHANGES, MONEY, Schema

CELL = ["view", "store", "product", "period_start", "period_end", "vendor_channel"]
CELLS: Schema = {
    **{name: CHANGES[name] for name in CELL},
    "units": pl.Int64,
    "amount": MONEY,
    "lines": pl.Int64,
}


def cells(rows: pl.DataFrame) -> pl.DataFrame:
    """Matched rows summed to CELLS: store and product by their canonical names, by the printed text where they are held."""
    product = pl.coalesce("product_ean", "vendor_key", "product_text")
    return rows.group_by(
        "view",
        pl.coalesce("store", "store_text").alias("store"),
        product.alias("product"),
        "period_start",
        "period_end",
        "vendor_channel",
    ).agg(
        _stated("quantity", pl.Int64).alias("units"), _stated("amount_local", MONEY).alias("amount"), pl.len().cast(pl.Int64).alias("lines")
    ).select(CELLS.keys())  # fmt: skip


def add_cells(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """CELLS of several pieces of a list as one."""
    if not parts:
        return pl.DataFrame(schema=CELLS)
    summed = [_stated("units", pl.Int64).alias("units"), _stated("amount", MONEY).alias("amount"), pl.col("lines").sum()]
    return pl.concat(parts).group_by(CELL).agg(summed).select(CELLS.keys())


def _stated(column: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """The sum, null where no line of the cell states anything."""
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum()).cast(dtype)


def difference(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """CHANGES between two frames of CELLS: restated periods first (vanished, changed, added), oldest first; equal cells are absent."""
    names = {"units": "units", "amount": "amount", "lines": "lines"}
    old = before.rename({name: f"before_{name}" for name in names})
    new = after.rename({name: f"after_{name}" for name in names})
    both = old.join(new, on=CELL, how="full", coalesce=True, nulls_equal=True)
    equal = pl.all_horizontal(pl.col(f"before_{n}").eq_missing(pl.col(f"after_{n}")) for n in names)
    kind = (
        pl.when(pl.col("before_lines").is_null())
        .then(pl.lit("added"))
        .when(pl.col("after_lines").is_null())
        .then(pl.lit("vanished"))
        .otherwise(pl.lit("changed"))
    )
    ranks = {"vanished": 0, "changed": 1, "added": 2}
    return (
        both.filter(~equal)
        .with_columns(kind.alias("change"))
        .sort(pl.col("change").replace_strict(ranks, return_dtype=pl.Int8), "period_start", "view", "store", "product", "vendor_channel", nulls_last=True)
        .select(pl.col(name).cast(dtype) for name, dtype in CHANGES.items())
    )  # fmt: skip
