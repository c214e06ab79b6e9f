"""What a judgement needs to know of rows, small enough to keep: gathered piece by piece and added up, so that no list has to be held whole.

`observe(a) + observe(b)` says of two pieces what `observe` says of both in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import reduce
from typing import Any

import numpy as np
import polars as pl

from core.ingest.content import SLICE
from core.ingest.normalising import is_valid_ean
from core.ingest.shapes import MONEY

SHOWN = 200  # of one kind of line; the rest is only counted
HIGH_SHOWN = 20
CELL = ("source_sheet", "source_row", "source_cells")
NAMES = (*CELL, "key_text", "vendor_key", "product_text", "store_text")
IDENTITY = ("view", "store_text", "vendor_key", "product_text", "period_start", "sale_date", "quantity", "amount_local", "vendor_channel")
ORDER_IDENTITY = ("order_id", "country", "is_gift", "city")


@dataclass(frozen=True)
class Lines:
    """Lines of one kind: the first ones with all their columns, and how many there are."""

    first: pl.DataFrame
    count: int
    shown: int = SHOWN

    @classmethod
    def of(cls, lines: pl.DataFrame, shown: int = SHOWN) -> Lines:
        return cls(lines.head(shown), lines.height, shown)

    def __add__(self, other: Lines) -> Lines:
        return Lines(pl.concat([self.first, other.first]).head(self.shown), self.count + other.count, self.shown)


@dataclass(frozen=True)
class Counts:
    """Rows of all views; of the primary ones how many, their units and money, and what of them is held."""

    rows: int
    primary: int
    held: int
    units: int
    amount: Decimal
    held_amount: Decimal

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Counts:
        primary = rows if rows["primary_view"].all() else rows.filter("primary_view")
        held = primary.filter(pl.col("rule").is_not_null())
        units = int(primary["quantity"].sum() or 0)
        return cls(rows.height, primary.height, held.height, units, _money(primary), _money(held))

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def _money(rows: pl.DataFrame) -> Decimal:
    return Decimal(rows["amount_local"].sum() or 0)


@dataclass(frozen=True)
class Observed:
    """The facts behind every remark on rows (`checking`), what they add up to, and which stores they name."""

    counts: Counts
    slices: pl.DataFrame  # SLICE and `lines` of the primary rows
    stores: frozenset[str]
    held: pl.DataFrame  # one row for each key that could not be placed, see `_held_keys`
    wrong_eans: pl.DataFrame
    without_ean: Lines
    texts: pl.DataFrame  # every different product, text and SKU that were placed together
    crossed: Lines  # units and money of opposite sign
    netted: Lines  # money without units
    bulk: Lines
    free: int  # units
    sold: int
    unflagged_gifts: Lines
    refunds: Lines
    fingerprints: tuple[np.ndarray, ...]  # one number a line that states units; equal lines have equal ones
    unconverted: pl.DataFrame
    untaxed: pl.DataFrame  # money whose VAT rate is not known, see `_untaxed`
    high: Lines  # unit prices far above the list price
    priced: int  # sales with a list price
    without_vat: int
    twice_vat: int

    def __add__(self, other: Observed) -> Observed:
        summed = {
            "slices": _slices,
            "held": _add_held,
            "wrong_eans": _first_eans,
            "texts": _first_texts,
            "unconverted": _add_unconverted,
            "untaxed": _add_untaxed,
        }
        parts: dict[str, Any] = {}
        for name in (f.name for f in fields(self)):
            mine, others = getattr(self, name), getattr(other, name)
            if name in summed:
                parts[name] = summed[name](pl.concat([mine, others])) if others.height else mine
            else:
                parts[name] = mine | others if name == "stores" else mine + others
        return Observed(**parts)

    @property
    def repeated(self) -> int:
        """Lines that repeat an earlier line exactly."""
        every = np.concatenate(self.fingerprints) if self.fingerprints else np.empty(0, np.uint64)
        every.sort()
        return int((every[1:] == every[:-1]).sum())


def total(observed: Sequence[Observed]) -> Observed:
    """Pieces in the order of the file, added up."""
    return reduce(lambda one, next_: one + next_, observed)


def observe(rows: pl.DataFrame) -> Observed:
    """`rows`: placed and valued (ROW_COLUMNS, MATCHED, VALUED), all of a file or a piece of it."""
    primary = rows if rows["primary_view"].all() else rows.filter("primary_view")
    held = primary.filter(pl.col("rule").is_not_null())
    wide = [name for name in rows.columns if name in {*NAMES, "quantity", "amount_local", "currency", "ean", "sku_text", "product_ean"}]
    orders = rows.filter(pl.col("order_id").is_not_null()) if rows["order_id"].null_count() < rows.height else rows.clear()
    signs = pl.col("quantity").sign() * pl.col("amount_local").sign()
    main = pl.col("ean").is_null() & pl.col("vendor_key").is_not_null() & pl.col("held_reason").is_null()
    kinds = primary.group_by("line_kind").agg(pl.col("quantity").sum()).rows()
    of_kind = {kind: int(units or 0) for kind, units in kinds}
    priced = _priced(primary)
    vat = pl.col("vat_rate").cast(pl.Float64)
    return Observed(
        Counts.of(rows),
        primary.group_by(SLICE).agg(pl.len().cast(pl.Int64).alias("lines")),
        frozenset(rows["store"].unique().drop_nulls()),
        _held_keys(held),
        _wrong_eans(rows.select(wide)),
        Lines.of(primary.select(wide).filter(False) if primary["ean"].null_count() == 0 else primary.filter(main).select(wide), 1),
        _first_texts(rows.filter(pl.col("product_ean").is_not_null()).select(wide)),
        Lines.of(primary.filter(signs < 0).select(wide)),
        Lines.of(primary.filter((pl.col("quantity") == 0) & (pl.col("amount_local") != 0)).select(wide)),
        Lines.of(primary.filter("bulk").select(wide)),
        of_kind.get("sample", 0),
        of_kind.get("sale", 0),
        Lines.of(orders.filter((pl.col("line_kind") == "sample") & ~pl.col("is_gift").fill_null(False)).select(wide), 1),
        Lines.of(orders.filter(pl.col("line_kind") == "return").select(wide), 1),
        _fingerprints(primary),
        _unconverted(primary),
        _untaxed(primary),
        Lines.of(priced.filter(pl.col("ratio") > 1.3).select(*wide, "ratio"), HIGH_SHOWN),
        priced.height,
        priced.filter((pl.col("vat_basis") == "gross") & ((pl.col("ratio") * (1 + vat) - 1).abs() < 0.005)).height,
        priced.filter((pl.col("vat_basis") == "net") & ((pl.col("ratio") / (1 + vat) - 1).abs() < 0.005)).height,
    )


def _slices(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.group_by(SLICE).agg(pl.col("lines").sum())


# Products and stores --------------------------------------------------------------------------------------------------

HELD_KEY = ("rule", "key_kind", "key")


def _held_keys(held: pl.DataFrame) -> pl.DataFrame:
    """One row for each key that could not be placed: its first line, and its lines, units and money."""
    return held.group_by(HELD_KEY, maintain_order=True).agg(
        pl.col(*NAMES, "currency").first(),
        pl.len().cast(pl.Int64).alias("lines"),
        pl.col("quantity").sum().alias("units"),
        pl.when(pl.col("amount_local").is_not_null().any()).then(pl.col("amount_local").sum()).cast(MONEY).alias("amount"),
    )


def _add_held(groups: pl.DataFrame) -> pl.DataFrame:
    return groups.group_by(HELD_KEY, maintain_order=True).agg(
        pl.col(*NAMES, "currency").first(),
        pl.col("lines", "units").sum(),
        pl.when(pl.col("amount").is_not_null().any()).then(pl.col("amount").sum()).cast(MONEY).alias("amount"),
    )


def _wrong_eans(rows: pl.DataFrame) -> pl.DataFrame:
    """The first line of each EAN whose check digit is wrong."""
    eans = rows["ean"].unique()
    wrong = [ean for ean in eans.drop_nulls() if len(ean) in (8, 12, 13, 14) and not is_valid_ean(ean)]
    return _first_eans(rows.filter(pl.col("ean").is_in(wrong))) if wrong else rows.clear()


def _first_eans(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique("ean", keep="first", maintain_order=True)


def _first_texts(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique(["product_ean", "product_text", "sku_text"], keep="first", maintain_order=True)


# Lines and money ------------------------------------------------------------------------------------------------------


def _fingerprints(primary: pl.DataFrame) -> tuple[np.ndarray, ...]:
    """One number for each line that states units; a column without any value adds nothing to it."""
    counted = primary if primary["quantity"].null_count() == 0 else primary.filter(pl.col("quantity").is_not_null())
    columns = [(seed, counted[name]) for seed, name in enumerate((*IDENTITY, *ORDER_IDENTITY), 1)]
    numbers = pl.repeat(0, counted.height, dtype=pl.UInt64, eager=True)
    for seed, column in columns:
        if column.null_count() < len(column):
            numbers = numbers + (column.hash(seed) if not column.null_count() else column.hash(seed).set(column.is_null(), 0))
    return (numbers.to_numpy(),) if counted.height else ()


def _unconverted(primary: pl.DataFrame) -> pl.DataFrame:
    """Money without a rate, by currency: the sum, the first and the last day."""
    if not primary["fx_rate"].null_count():
        primary = primary.clear()
    missing = primary.filter(pl.col("amount_local").is_not_null() & pl.col("fx_rate").is_null() & pl.col("period_end").is_not_null())
    return _add_unconverted(
        missing.select("currency", "amount_local", pl.col("period_end").alias("first"), pl.col("period_end").alias("last"))
    )


def _add_unconverted(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.group_by("currency").agg(pl.col("amount_local").sum().cast(MONEY), pl.col("first").min(), pl.col("last").max())


def _untaxed(primary: pl.DataFrame) -> pl.DataFrame:
    """Money without a VAT rate, by whether it is an order's, country, basis and currency: lines, the sum, the first and the last day."""
    if not primary["vat_rate"].null_count():
        primary = primary.clear()
    missing = primary.filter(pl.col("amount_local").is_not_null() & pl.col("vat_rate").is_null() & pl.col("period_end").is_not_null())
    order = pl.col("order_id").is_not_null()
    place = pl.when(order).then("country").otherwise("store_country")
    day = pl.col("period_end")
    return _add_untaxed(
        missing.select(
            order.alias("order"), place.alias("country"), "vat_basis", "currency", pl.lit(1, pl.Int64).alias("lines"), "amount_local",
            day.alias("first"), day.alias("last"),
        )
    )  # fmt: skip


def _add_untaxed(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.group_by("order", "country", "vat_basis", "currency").agg(
        pl.col("lines").sum(), pl.col("amount_local").sum().cast(MONEY), pl.col("first").min(), pl.col("last").max()
    )


def _priced(primary: pl.DataFrame) -> pl.DataFrame:
    """Sales with a list price, and `ratio`: the unit price over it, both in the row's basis; only for judging, never stored."""
    vat = pl.when(pl.col("vat_basis") == "net").then(1 + pl.col("vat_rate").cast(pl.Float64)).otherwise(1.0)
    ratio = pl.col("amount_local").cast(pl.Float64) * vat / pl.col("quantity") / pl.col("list_price").cast(pl.Float64)
    if primary["list_price"].null_count() == primary.height:
        primary = primary.clear()
    sold = (pl.col("line_kind") == "sale") & (pl.col("quantity") > 0) & (pl.col("amount_local") > 0) & (pl.col("list_price") > 0)
    return primary.filter(sold).with_columns(ratio.alias("ratio"))
