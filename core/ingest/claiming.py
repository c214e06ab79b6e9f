"""Which file's statement of a slice counts. Of the claims that were not undone the one whose file states the newest period wins, at a
tie the later upload. Facts are never deleted: a slice that repeats what is already stored shares the stored rows."""

from __future__ import annotations

from datetime import date

import polars as pl

from core.ingest.content import SLICE
from core.ingest.shapes import Schema

CLAIMS: Schema = {
    "id": pl.Int64,
    "upload_batch_id": pl.Int64,
    "view": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "content_key": pl.String,
    "facts_batch_id": pl.Int64,
    "stated_until": pl.Date,
    "live": pl.Boolean,
    "standing": pl.Boolean,  # its batch is stored, not undone
}
# view, period_start, period_end, content_key, wins, shared_from (batch whose rows hold that content), beaten (live content differs)
DECIDED: Schema = {
    **{name: CLAIMS[name] for name in (*SLICE, "content_key")},
    "wins": pl.Boolean,
    "shared_from": pl.Int64,
    "live_key": pl.String,
    "live_until": pl.Date,
}


def decide(keyed: pl.DataFrame, claims: pl.DataFrame, stated_until: date) -> pl.DataFrame:
    """For every slice of a new file (`keyed`: slice and content_key): whether it wins, and whose stored rows it shares.

    `claims` are all claims on these slices (CLAIMS), undone ones too: their rows are still there. `live_key`, `live_until`: what is live now.
    """
    shared = claims.sort("facts_batch_id").group_by(*SLICE, "content_key").agg(pl.col("facts_batch_id").first().alias("shared_from"))
    newest = claims.filter("standing").group_by(SLICE).agg(pl.col("stated_until").max().alias("newest"))
    live = claims.filter("live").select(*SLICE, pl.col("content_key").alias("live_key"), pl.col("stated_until").alias("live_until"))
    return (
        keyed.join(shared, on=[*SLICE, "content_key"], how="left", maintain_order="left")
        .join(newest, on=SLICE, how="left", maintain_order="left")
        .join(live, on=SLICE, how="left", maintain_order="left")
        .with_columns((pl.col("newest").is_null() | (pl.col("newest") <= stated_until)).alias("wins"))
        .select(DECIDED.keys())
    )


def changing(decided: pl.DataFrame) -> pl.DataFrame:
    """The slices whose live content the file would replace: it wins, and what is live there is another content."""
    return decided.filter(pl.col("wins") & pl.col("live_key").is_not_null() & (pl.col("live_key") != pl.col("content_key")))


def fresh(decided: pl.DataFrame) -> pl.DataFrame:
    """The slices nobody has stated yet."""
    return decided.filter(pl.col("wins") & pl.col("live_key").is_null())


def tied(decided: pl.DataFrame, stated_until: date) -> pl.DataFrame:
    """Slices to be replaced although the live file states the same newest period: a correction, or a mistake."""
    return changing(decided).filter(pl.col("live_until") == stated_until)
