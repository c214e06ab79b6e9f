"""The rollup of freshly written rows, summed before they are sent: the same sums as the statement in `slices`, without reading them back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import polars as pl

from core.catalogue.records import RATE
from core.ingest.copying import is_constant

KEYS = (
    *("store_id", "channel", "product_ean", "view", "period_start", "period_end", "year", "month"),
    *("line_kind", "bulk", "valued", "currency", "vat_basis", "sale_date"),
)
ROLLED = (*KEYS, "quantity", "sales_eur_net", "sales_eur_gross", "amount_local", "fx_rate")
MERGED_AT = 200_000  # groups of pieces that wait to be merged


def roll_up(rows: pl.DataFrame) -> pl.DataFrame:
    """Live, placed, primary rows of resellers summed to the grain of `sales_rollup`; a sum over nothing is null, as in SQL."""
    return grouped(rows, KEYS, [pl.lit("sell-out").alias("source"), *_sums()])


def grouped(rows: pl.DataFrame, keys: Sequence[str], sums: Iterable[pl.Expr]) -> pl.DataFrame:
    """`group_by`, which costs as much as its keys are wide, by those that differ at all; the columns are those of all keys, then the sums."""
    varying = [name for name in keys if rows.height and not _is_same(rows[name])] or list(keys)
    groups = rows.group_by(varying).agg(*sums)
    whole = groups.with_columns(pl.lit(rows[name].head(1)).first().alias(name) for name in keys if name not in varying)
    return whole.select(*keys, *(name for name in groups.columns if name not in varying))


def _is_same(column: pl.Series) -> bool:
    return column.null_count() == len(column) or is_constant(column)


class Sums:
    """The sums of the pieces of a list (`roll_up`) on their way to those of the whole; texts are kept as numbers, so that they take little."""

    def __init__(self) -> None:
        self._whole: pl.DataFrame | None = None
        self._parts: list[pl.DataFrame] = []
        self._waiting = 0

    def add(self, part: pl.DataFrame) -> None:
        self._parts.append(part.with_columns(pl.col(pl.String).cast(pl.Categorical)))
        self._waiting += part.height
        if self._waiting > max(MERGED_AT, self._whole.height // 2 if self._whole is not None else 0):
            self._merge()

    def _merge(self) -> None:
        if len(self._parts) > 1 or self._whole is not None:
            groups = pl.concat([*([] if self._whole is None else [self._whole]), *self._parts])
            sums = [name for name in groups.columns if name not in KEYS and name != "source"]
            self._whole = grouped(groups, (*KEYS, "source"), [_sum(pl.col(name)).alias(name) for name in sums])
        else:
            self._whole = self._parts[0]
        self._parts, self._waiting = [], 0

    @property
    def total(self) -> pl.DataFrame:
        """The sums of everything that was added."""
        if self._parts:
            self._merge()
        assert self._whole is not None
        return self._whole.with_columns(pl.col(pl.Categorical).cast(pl.String))


def roll_up_orders(lines: pl.DataFrame) -> pl.DataFrame:
    """Live, placed order lines summed to days; year and month are the day's, whatever the rows say."""
    day = pl.coalesce("sale_date", "period_end")
    dated = lines.with_columns(
        *(day.alias(name) for name in ("period_start", "period_end")),
        day.dt.year().alias("year"),
        day.dt.month().alias("month"),
        pl.lit("main").alias("view"),
        pl.lit(None, pl.Date).alias("sale_date"),
    )
    stated = pl.col("cost_of_goods").is_not_null() & pl.col("sales_eur_net").is_not_null()
    return dated.group_by(*KEYS, "country").agg(
        pl.lit("d2c").alias("source"),
        *_sums(),
        *(_sum(pl.col(name)).alias(name) for name in ("cost_of_goods", "payment_fee")),
        _sum(pl.col("cost_of_goods").filter(stated)).alias("cost_with_net"),
        _sum(pl.col("sales_eur_net").filter(stated)).alias("net_with_cost"),
    )


def without_stores(rollup: pl.DataFrame, countries: pl.DataFrame) -> pl.DataFrame:
    """Rows of the rollup of resellers summed over stores and views, with the country of the store (`countries`: store_id, store_country): what
    `coarsening` makes of them in SQL."""
    placed = rollup.join(countries, on="store_id", how="left").rename({"store_country": "country"})
    left_out = ("store_id", "view")
    keys = [name for name in (*KEYS, "source", "reseller_id", "country") if name not in left_out]
    sums = [name for name in placed.columns if name not in (*keys, *left_out)]
    return grouped(placed, keys, [_sum(pl.col(name)).alias(name) for name in sums])


def by_store(rollup: pl.DataFrame) -> pl.DataFrame:
    """Rows of the rollup of resellers summed over products, views and days of a month; a period stands only where it reaches out of it: what
    `coarsening` makes of them in SQL."""
    first = pl.date("year", "month", 1)
    inside = (pl.col("period_start") >= first) & (pl.col("period_end") < first.dt.offset_by("1mo"))
    undated = pl.col("sale_date").is_null() & (pl.col("period_start") != pl.col("period_end"))
    long = undated & (pl.col("period_end") - pl.col("period_start") >= pl.duration(days=7))
    told = rollup.with_columns(
        *(pl.when(~inside).then(name).alias(name) for name in ("period_start", "period_end")),
        *(pl.when(one).then("lines").otherwise(0).alias(name) for name, one in (("undated", undated), ("undated_long", long))),
    )
    left_out = ("product_ean", "view", "sale_date", "rated_quantity", "rated_gross")
    keys = [name for name in (*KEYS, "source", "reseller_id") if name not in left_out]
    sums = [name for name in told.columns if name not in (*keys, *left_out)]
    return grouped(told, keys, [_sum(pl.col(name)).alias(name) for name in sums])


def _sums() -> list[pl.Expr]:
    net, unconverted = pl.col("sales_eur_net"), pl.col("sales_eur_net").is_null()
    return [
        pl.len().alias("lines"),
        *(_sum(pl.col(name)).alias(name) for name in ("quantity", "sales_eur_net", "sales_eur_gross", "amount_local")),
        (pl.col("amount_local").is_not_null() & unconverted).sum().alias("unconverted_lines"),
        _sum(pl.col("amount_local").filter(unconverted)).alias("unconverted_local"),
        _sum(pl.col("quantity").filter(net.is_not_null())).alias("priced_quantity"),
        _sum(net.filter(pl.col("quantity").is_not_null())).alias("priced_net"),
        _sum(net.filter(pl.col("sales_eur_gross").is_not_null())).alias("net_with_gross"),
        *_rated(),
    ]


def _rated() -> list[pl.Expr]:
    """Units × rate and gross of the lines whose units can be priced at list; the rate is worked on in its smallest unit, so it stays exact."""
    rated = pl.all_horizontal(pl.col("quantity", "sales_eur_net", "sales_eur_gross").is_not_null()) & (pl.col("amount_local") != 0)
    units = (pl.col("quantity").cast(pl.Int128) * pl.col("fx_rate").to_physical()).filter(rated)
    exact = _sum(units).cast(pl.Decimal(38, 0)) * pl.lit(Decimal(1).scaleb(-RATE.scale), pl.Decimal(38, RATE.scale))
    return [exact.alias("rated_quantity"), _sum(pl.col("sales_eur_gross").filter(rated)).alias("rated_gross")]


def _sum(column: pl.Expr) -> pl.Expr:
    return pl.when(column.count() > 0).then(column.sum())
