"""Amounts that a file states once for a whole order: taken once, split over the order's lines so that any sum is right."""

from __future__ import annotations

import polars as pl

from core.ingest.formats.tables import Table
from core.ingest.shapes import MONEY, Problem

PRECISION = 9  # places of the stored money; sharing is done in whole numbers of the last stated place


def split_by_order(order_id: pl.Series, amounts: pl.Series, fees: pl.Series) -> pl.Series:
    """Share of each line in its order's single fee (Decimal(38, 9)), in proportion to the line's positive amount; all lines equally in an
    order without one. Largest remainder: the shares of an order add up to its fee exactly, to the cent (finer where the fee is finer).

    The fee of an order is the one its lines repeat; where they differ, the largest (`fee_conflict`). No fee stated: null.
    """
    places = 2 if (fees % pl.Series([0.01], dtype=MONEY)[0] == 0).fill_null(True).all() else PRECISION
    frame = pl.DataFrame({"order": order_id, "amount": amounts, "fee": fees}).with_row_index("at")
    known = frame.filter(pl.col("order").is_not_null()).with_columns(pl.col("fee").max().over("order")).filter(pl.col("fee").is_not_null())
    if not known.height:
        return (
            pl.Series("payment_fee", [None], dtype=MONEY).extend_constant(None, frame.height - 1)
            if frame.height
            else pl.Series([], dtype=MONEY)
        )
    weighted = known.select(
        "at",
        "order",
        _whole(pl.col("fee"), places).alias("total"),
        _whole(pl.max_horizontal(pl.col("amount").fill_null(0), pl.lit(0, MONEY)), 6).alias("weight"),
    )
    weighted = weighted.with_columns(
        pl.when(pl.col("weight").sum().over("order") == 0).then(pl.lit(1, pl.Int128)).otherwise("weight").alias("weight")
    ).with_columns(pl.col("weight").sum().over("order").alias("whole"))
    product = pl.col("total") * pl.col("weight")
    shared = weighted.with_columns((product // pl.col("whole")).alias("share"), (product % pl.col("whole")).alias("rest"))
    missing = pl.col("total") - pl.col("share").sum().over("order")
    ordered = shared.with_columns(missing.alias("missing")).sort("order", "rest", "at", descending=[False, True, False])
    filled = ordered.with_columns(
        (pl.col("share") + (pl.int_range(pl.len()).over("order") < pl.col("missing")).cast(pl.Int128)).alias("share")
    )
    shares = filled.select("at", (pl.col("share").cast(MONEY) / (10**places)).cast(MONEY).alias("payment_fee"))
    return frame.join(shares, on="at", how="left", maintain_order="left")["payment_fee"]


def _whole(value: pl.Expr, places: int) -> pl.Expr:
    whole: pl.Expr = (value * 10**places).round(0).cast(pl.Int128)
    return whole


def remarks(table: Table, fees: pl.Series) -> tuple[Problem, ...]:
    """`fee_repeated_per_line` where lines of one order repeat its fee, `fee_conflict` where they state different ones."""
    orders = pl.DataFrame({"row": table.rows, "order": table.column("order_id"), "fee": fees}).filter(
        pl.col("order").is_not_null() & pl.col("fee").is_not_null()
    )
    by = orders.group_by("order", maintain_order=True).agg(
        pl.col("row").first(),
        pl.len().alias("lines"),
        pl.col("fee").n_unique().alias("different"),
        pl.col("fee").max().alias("once"),
        pl.col("fee").sum().alias("summed"),
    )
    repeated, conflicts = by.filter(pl.col("lines") > 1), by.filter(pl.col("different") > 1)
    once, summed = by["once"].sum(), by["summed"].sum()
    found = [
        Problem(
            "fee_conflict",
            f"Order {order} states different fees on its lines; the largest was taken.",
            "warning",
            table.sheet.name,
            table.address(row, "fee"),
        )
        for order, row in conflicts.select("order", "row").head(20).iter_rows()
    ]
    if repeated.height:
        message = f"The order fee is repeated on the lines of {repeated.height:,} orders; it counts once an order: {once:,.2f} EUR, not {summed:,.2f}."
        found.append(Problem("fee_repeated_per_line", message, "info", table.sheet.name))
    return tuple(found)
