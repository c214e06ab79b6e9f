"""Which list prices prove themselves: over all that a file states, also where an earlier file's rows stand for it."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from core.ingest.copying import fetch
from core.ingest.shapes import Schema
from core.ingest.valuing import proven_products, value_from_price_list

_CLAIMED: Schema = {
    "statement": pl.Int64,
    "view": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "upload_batch_id": pl.Int64,
}


def value_by_statements(connection: sa.Connection, reseller_id: int, rows: pl.DataFrame) -> pl.DataFrame:
    """Stored rows (valued; with upload_batch_id) with revenue from the price list where their file proves it, see `value_from_price_list`.

    A file of a living document shares the rows of the periods that an earlier file stated just so; its money covers them too.
    """
    statement = """select upload_batch_id as statement, view, period_start, period_end, facts_batch_id as upload_batch_id
        from slice_claims where reseller_id = :reseller"""
    claims = fetch(connection, statement, _CLAIMED, {"reseller": reseller_id})
    stated = rows.join(claims, on=["view", "period_start", "period_end", "upload_batch_id"], how="inner", maintain_order="left")
    proven = proven_products(stated, ("statement",)).rename({"statement": "upload_batch_id"})
    return value_from_price_list(rows, proven)
