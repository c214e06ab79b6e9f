"""The rows of a list below its header: blank ones left out, merged texts in all their rows, repeated header rows taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from core.ingest.shapes import RawSheet

FIGURES = frozenset({"quantity", "amount", "gross", "cost", "fee"})  # meanings that are summed


def body_below(sheet: RawSheet, header_row: int, first_row: int = 1) -> pl.DataFrame:
    """Every row below the header that holds something other than blanks."""
    body = sheet.frame.with_row_index("row", offset=first_row).slice(header_row + 1)
    cells = pl.exclude("row")
    first = body.select(pl.coalesce(sheet.frame.columns).str.contains(r"\S").alias("written"))["written"]
    if first.all() and not first.null_count():
        return body
    return body.filter(first.fill_null(False) | pl.any_horizontal(cells.str.contains(r"\S")))


def filled_down(sheet: RawSheet, header_row: int, places: Mapping[str, int]) -> RawSheet:
    """The sheet with the text of each range merged over rows in all of them; figures are left as they are, they would count twice."""
    texts = {column for meaning, column in places.items() if meaning not in FIGURES}
    merges = [merge for merge in sheet.merges if merge.bottom > merge.top > header_row and merge.left in texts]
    filled = {}
    for column in sorted({merge.left for merge in merges}):
        values = sheet.frame[f"c{column}"].to_list()
        for merge in (one for one in merges if one.left == column and one.top < len(values)):
            below = slice(merge.top + 1, merge.bottom + 1)
            values[below] = [text or values[merge.top] for text in values[below]]
        filled[column] = pl.Series(f"c{column}", values, pl.String)
    return replace(sheet, frame=sheet.frame.with_columns(filled.values())) if filled else sheet


def heads_of(sheet: RawSheet, header_row: int, places: Mapping[str, int]) -> dict[int, str]:
    """The text of the header of each column that is read."""
    cells = sheet.frame.row(header_row)
    return {column: (cells[column] or "").strip() for column in places.values()}


def without_heads(body: pl.DataFrame, heads: Mapping[int, str]) -> pl.DataFrame:
    """The rows but for those that repeat the header row, as a printout has it on each page."""
    again = pl.repeat(True, body.height, dtype=pl.Boolean, eager=True)
    for column, head in heads.items():
        again &= (body[f"c{column}"].str.strip_chars() == head).fill_null(False)
        if not again.any():
            return body
    return body.filter(~again)
