"""What only a person can decide about a vendor's list: rival columns, another currency, lines without a store."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from core.ingest import layout
from core.ingest.dates import read_month
from core.ingest.formats.remarks import Remark
from core.ingest.formats.tables import Spellings, Table, header_key
from core.ingest.normalising import map_texts, read_eans
from core.ingest.numbers import NumberColumn, read_number
from core.ingest.shapes import Problem


def rival_columns(table: Table, spellings: Spellings, meanings: Iterable[str]) -> tuple[Problem, ...]:
    """Two columns for one of `meanings` that do not say the same: asked, never merged."""
    heads: tuple[str | None, ...] = table.sheet.frame.row(table.header_row)
    spelled = {header_key(name): meaning for meaning in meanings if meaning in table for name in spellings[meaning]}
    rivals = [(column, spelled[key]) for column in table.unknown if (key := header_key(heads[column])) in spelled]
    return tuple(
        layout.rival_column(table.sheet, table.header_row, table.places[meaning], column)
        for column, meaning in rivals
        if layout.contradicts(_plainly(meaning, table.body[f"c{column}"]), _plainly(meaning, table.column(meaning)))
    )


def _plainly(meaning: str, column: pl.Series) -> pl.Series:
    """A column of texts in one spelling: EANs as digits, months by their number."""
    if meaning == "ean":
        return read_eans(column)[0].fill_null(column)
    return map_texts(column, lambda text: str(month) if (month := read_month(text)) else text, pl.String) if meaning == "month" else column


def foreign_headers(table: Table, meanings: Iterable[str], own: str) -> tuple[Problem, ...]:
    """Headers of money that name another currency than the report's; a person confirms or names the currency."""
    columns = [table.places[meaning] for meaning in meanings if meaning in table]
    heads = [(column, table.sheet.frame.row(table.header_row)[column]) for column in columns]
    return tuple(
        Problem(
            "currency_conflict",
            f"The header “{(head or '').strip()}” names {code}, but this report is in {own} and its amounts were read as {own}. "
            "Confirm the currency, or ask the reseller.",
            "error",
            table.sheet.name,
            table.sheet.address(table.header_row, column),
            head,
        )
        for column, head in heads
        if (code := layout.currency_named(head)) not in (None, own)
    )


def foreign_remark(table: Table, meaning: str, numbers: NumberColumn, own: str) -> Remark:
    """Amounts that name another currency than the report's; they were read as its own, which a person has to confirm."""
    others = set(numbers.currencies) - {own}
    mask = pl.repeat(False, table.height, dtype=pl.Boolean, eager=True)
    if others:  # a long list is looked at text by text only where it names any
        mask = map_texts(table.column(meaning), lambda text: read_number(text, ",").currency in others, pl.Boolean)
    named = " and ".join(sorted(others))
    message = f"amounts name {named}, but this report is in {own} and they were read as {own}"
    return table.sum_up(mask, meaning, "currency_conflict", message, "error", "Confirm the currency, or ask the reseller.")


def storeless_remark(table: Table, meaning: str) -> Remark:
    """Lines without a store in a list of stores; they would count for none, which a person has to confirm."""
    then = (
        "If it stands only on the first line of its block, fill it down in the file and upload it again; else confirm that they have none."
    )
    return table.sum_up(~table.written(meaning), meaning, "store_blank", "lines name no store", "error", then)
