"""What a file states, apart from how it is written: equal content gives equal keys, whatever the name, format or order of its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from core.ingest.normalising import fold_column
from core.ingest.shapes import SalesFrame, Schema, Slice

SLICES: Schema = {"view": pl.String, "period_start": pl.Date, "period_end": pl.Date}
SUMS: Schema = {**SLICES, "lines": pl.Int64, "first": pl.UInt64, "second": pl.UInt64}
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


def stated_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """What each row states, whatever its spelling, as one number `line` beside its slice: texts folded, no row numbers, no descriptions
    beside a key. A column without a value adds nothing, so that a column more or less in a file tells nothing either."""
    columns = [
        fold_column(rows["store_text"]),
        _products(rows),
        fold_column(rows["vendor_channel"]),
        *(rows[name] for name in STATED),
    ]
    lines = pl.repeat(0, rows.height, dtype=pl.UInt64, eager=True)
    for seed, column in enumerate(columns, 1):
        if column.null_count() < len(column):
            lines = lines + (column.hash(seed) if not column.null_count() else column.hash(seed).set(column.is_null(), 0))
    return rows.select(*SLICE, lines.alias("line"))


def _products(rows: pl.DataFrame) -> pl.Series:
    ean = rows["ean"]
    if not ean.null_count():
        return ean
    keys = rows.select("ean", key=fold_column(rows["vendor_key"]), text=fold_column(rows["product_text"]))
    return keys.select(pl.coalesce("ean", "key", "text")).to_series()


def content_sums(rows: pl.DataFrame) -> pl.DataFrame:
    """What each slice of the rows states, as sums over its lines (SUMS): the order of the lines does not matter, and the sums of two pieces
    of a file add up to those of both."""
    return _summed(stated_lines(rows), SLICE)


def _summed(lines: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    first, second = (pl.col("line").hash(seed).sum().alias(name) for seed, name in ((11, "first"), (12, "second")))
    return lines.group_by(by).agg(pl.len().cast(pl.Int64).alias("lines"), first, second)


def add_sums(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """SUMS of several pieces as one."""
    return pl.concat(parts).group_by(SLICE).agg(pl.col("lines", "first", "second").sum())


def slice_keys(frame: SalesFrame, sums: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per slice the file states (also the empty ones): view, period_start, period_end, content_key.

    `sums`: the sums of all its rows, where they are known already.
    """
    sums = content_sums(frame.rows) if sums is None else sums
    keys = {row[:3]: _key(*row[3:]) for row in sums.select(SUMS.keys()).iter_rows()}
    keys |= {(s.view, s.period_start, s.period_end): NOTHING for s in _claimed(frame, keys)}
    rows = sorted((*slice_, key) for slice_, key in keys.items() if None not in slice_)
    return pl.DataFrame(rows, schema=KEYED_SLICES, orient="row")


def _claimed(frame: SalesFrame, found: Mapping[tuple[object, ...], str]) -> Iterable[Slice]:
    return (s for s in frame.slices if (s.view, s.period_start, s.period_end) not in found)


def file_key(keyed: pl.DataFrame) -> str:
    """One key over all slices: equal where two files state the same, slice by slice."""
    return hashlib.sha256(repr(keyed.sort(SLICE).rows()).encode()).hexdigest()


def timeless_key(rows: pl.DataFrame) -> str:
    """One key over the content without its dates: equal where one period's file was sent again as another's."""
    return _whole_key(stated_lines(rows.with_columns(pl.lit(None, pl.Date).alias("sale_date"))).select("view", "line"))


def order_lines_key(rows: pl.DataFrame) -> str:
    """One key over all order lines of an export."""
    return _whole_key(stated_lines(rows))


def _whole_key(lines: pl.DataFrame) -> str:
    """One key over lines with what they are told apart by besides (`view`, the slice)."""
    sums = _summed(lines, [name for name in lines.columns if name != "line"])
    return hashlib.sha256(repr(sorted(sums.rows(), key=repr)).encode()).hexdigest()


def _key(lines: int, first: int, second: int) -> str:
    return hashlib.sha256(f"{lines} {first} {second}".encode()).hexdigest()


def nominal(frame: SalesFrame) -> tuple[date, date] | None:
    """The newest complete period the file states, None while nobody has said."""
    period = frame.period
    return None if period.start is None or period.end is None else (period.start, period.end)
