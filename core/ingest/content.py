"""What a file states, apart from how it is written: equal content gives equal keys, whatever the name, format or order of its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from core.ingest.normalising import fold_column
from core.ingest.shapes import SalesFrame, Schema, Slice

SLICES: Schema = {"view": pl.String, "period_start": pl.Date, "period_end": pl.Date}
KEYED_SLICES: Schema = {**SLICES, "content_key": pl.String}
SLICE = list(SLICES)
STATED = (
    "primary_view",
    "sale_date",
    "quantity",
    "amount_local",
    "currency",
    "vat_basis",
    "provisional",
    "held_reason",
    "order_id",
    "country",
    "is_gift",
    "payment_fee",
    "cost_of_goods",
)
NOTHING = hashlib.sha256(b"").hexdigest()


def canonical(rows: pl.DataFrame) -> pl.DataFrame:
    """The facts of the rows in one order and one spelling: texts folded, no row numbers, no descriptions beside a key.

    The order is that of a hash of the row: equal rows meet, and a million rows are sorted by one number instead of by fifteen texts.
    """
    stated = rows.select(
        *SLICE,
        fold_column(rows["store_text"]).alias("store"),
        pl.coalesce("ean", fold_column(rows["vendor_key"]), fold_column(rows["product_text"])).alias("product"),
        fold_column(rows["vendor_channel"]).alias("vendor_channel"),
        *STATED,
    )
    return stated.with_columns(stated.hash_rows(seed=0).alias("_order")).sort("_order").drop("_order")


def slice_keys(frame: SalesFrame) -> pl.DataFrame:
    """One row per slice the file states (also the empty ones): view, period_start, period_end, content_key."""
    stated = canonical(frame.rows)
    parts = stated.partition_by(SLICE, maintain_order=True, as_dict=True, include_key=False)
    keys = {slice_: _digest(part) for slice_, part in parts.items()}
    keys |= {(s.view, s.period_start, s.period_end): NOTHING for s in _claimed(frame, keys)}
    rows = sorted((*slice_, key) for slice_, key in keys.items())
    return pl.DataFrame(rows, schema=KEYED_SLICES, orient="row")


def _claimed(frame: SalesFrame, found: Mapping[tuple[object, ...], str]) -> Iterable[Slice]:
    return (s for s in frame.slices if (s.view, s.period_start, s.period_end) not in found)


def file_key(keyed: pl.DataFrame) -> str:
    """One key over all slices: equal where two files state the same, slice by slice."""
    return hashlib.sha256(repr(keyed.sort(SLICE).rows()).encode()).hexdigest()


def timeless_key(rows: pl.DataFrame) -> str:
    """One key over the content without its dates: equal where one period's file was sent again as another's."""
    undated = canonical(rows.with_columns(pl.lit(None, pl.Date).alias(name) for name in ("period_start", "period_end", "sale_date")))
    return _digest(undated)


def order_lines_key(rows: pl.DataFrame) -> str:
    """One key over all order lines of an export."""
    return _digest(canonical(rows))


def _digest(part: pl.DataFrame) -> str:
    """A column nothing is stated in is told by its missing name, not line by line."""
    stated = part.select(column for column in part.get_columns() if column.null_count() < part.height)
    return hashlib.sha256(stated.write_csv(null_value="␀").encode()).hexdigest()


def nominal(frame: SalesFrame) -> tuple[date, date] | None:
    """The newest complete period the file states, None while nobody has said."""
    period = frame.period
    return None if period.start is None or period.end is None else (period.start, period.end)
