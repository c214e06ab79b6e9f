"""Lines whose own date can not be read: held beside the newest that the file states, until a corrected file states that period again."""

from __future__ import annotations

from datetime import date

import polars as pl

from core.ingest.content import nominal
from core.ingest.shapes import SalesFrame

RULE = "missing_period"
Span = tuple[date, date]
UNDATED = pl.col("period_start").is_null() | pl.col("period_end").is_null()


def newest(rows: pl.DataFrame) -> Span | None:
    """The newest period of the rows that state one."""
    dated = rows.filter(~UNDATED) if has_undated(rows) else rows
    latest = dated.filter(pl.col("period_start") == pl.col("period_start").max())
    return (latest["period_start"][0], latest["period_end"].max()) if latest.height else None  # type: ignore[return-value]


def has_undated(rows: pl.DataFrame) -> bool:
    return bool(rows["period_start"].null_count() or rows["period_end"].null_count())


def undated_held(frame: SalesFrame, beside: Span | None = None) -> SalesFrame:
    """The frame with a place for every line without a readable period, so that it waits in the inbox and not nowhere: the newest period of
    the file, which the next file states again. An order line stands with its order, else at the file's first day. No such line is ever placed.

    `beside`: the newest period, where `frame` is only a piece of its file. While no period is known nothing changes; nothing can be stored then.
    """
    if not has_undated(frame.rows):
        return frame
    span = beside or (_first_day(frame) if frame.by_order else newest(frame.rows)) or nominal(frame)
    if span is None:
        return frame
    start, end = (pl.lit(day, pl.Date) for day in span)
    if frame.by_order:
        day = pl.when(pl.col("order_id").is_not_null()).then(pl.col("period_start").min().over("order_id"))
        start, end = pl.coalesce(day, start), pl.coalesce(day, start)
    undated = pl.when(UNDATED)
    return frame.with_rows(
        frame.rows.with_columns(
            undated.then(pl.lit(RULE)).otherwise("held_reason").alias("held_reason"),
            undated.then(start).otherwise("period_start").alias("period_start"),
            undated.then(end).otherwise("period_end").alias("period_end"),
        )
    )


def _first_day(frame: SalesFrame) -> Span | None:
    first = frame.rows["period_start"].min()
    return (first, first) if isinstance(first, date) else None


def as_printed(rows: pl.DataFrame) -> pl.DataFrame:
    """Matched rows without the place that `undated_held` gave some: they belong to the totals of the file and to those of no month."""
    held = (pl.col("rule") == RULE).fill_null(False)
    if not rows.select(held.any()).item():
        return rows
    return rows.with_columns(pl.when(~held).then(name).alias(name) for name in ("period_start", "period_end") if name in rows.columns)
