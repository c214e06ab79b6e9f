"""The lines of the files behind a figure: what was counted, and the sheet, row and cells where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.db.tables import upload_batches
from core.sales.asking import resolve
from core.sales.compiling import compile_lines
from core.sales.query import SalesQuery

MONEY = pl.Decimal(38, 9)
LINES: dict[str, Any] = {
    "counted_on": pl.Date,
    "reseller": pl.String,
    "store": pl.String,
    "product_ean": pl.String,
    "functional_name": pl.String,
    "product_name": pl.String,
    "line_kind": pl.String,
    "quantity": pl.Int64,
    "amount_local": MONEY,
    "currency": pl.String,
    "sales_eur_net": MONEY,
    "upload_batch_id": pl.Int64,
    "source_sheet": pl.String,
    "source_row": pl.Int64,
    "source_cells": pl.String,
}


@dataclass(frozen=True)
class Lines:
    """`frame`: columns LINES and `file_name`, newest first; `shortened`: there are more lines than were asked for."""

    frame: pl.DataFrame
    shortened: bool


def lines(database: Database, query: SalesQuery, scope: Scope = None, limit: int = 1_000) -> Lines:
    """The lines that count in the asked period of a question. A comparison is left out. Errors: BadQuestion."""
    statement = compile_lines(resolve(replace(query, compare=None)), limit)
    with database.reader(scope) as connection:
        rows = connection.execute(statement.text.encode(), statement.parameters).fetchall()
    frame = pl.DataFrame(rows[:limit], schema=LINES, orient="row")
    return Lines(frame.with_columns(_file_names(database, frame)), len(rows) > limit)


def _file_names(database: Database, frame: pl.DataFrame) -> pl.Series:
    wanted = frame["upload_batch_id"].unique().to_list()
    with database.read() as connection:
        query = sa.select(upload_batches.c.id, upload_batches.c.file_name).where(upload_batches.c.id.in_(wanted))
        names = {row.id: row.file_name for row in connection.execute(query)}
    return pl.Series("file_name", [names.get(batch) for batch in frame["upload_batch_id"]], dtype=pl.String)
