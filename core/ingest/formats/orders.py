"""What the shop's lines say of their orders: the number in one spelling, a state that is no sale, a currency that is not the shop's."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from core.ingest.formats.tables import Table, header_key
from core.ingest.normalising import collapse, fold_column, map_texts, present_column
from core.ingest.numbers import read_currency
from core.ingest.shapes import Problem

STATES = re.compile(r"\b(?:status|state|financial|payment|paid|fulfil\w*|etat|statut|estado|stato|stan|busena|statuss)\b")
UNSOLD = re.compile(
    r"(?<!partially )(?<!partially_)(?<!not )\b(?:cancel\w*|void\w*|fail\w*|pending\w*|on[ _-]?hold|trash\w*|draft|unpaid|abandon\w*|expired|refunded|annul\w*|"
    r"storn\w*|anulow\w*|rejected|declined|chargeback|test|quot\w*|offer)\b"
)
CURRENCIES = ("currency", "order currency", "currency code", "ccy")
STATE_WORDS = 20  # a column of more different texts names no states


def order_numbers(column: pl.Series) -> pl.Series:
    """Order numbers in one spelling (`#6402`, ` 6402 `, `6402.0` → `6402`), so that an order that is exported again is the same one."""
    bare = present_column(column).str.strip_chars().str.replace(r"^'?#?\s*", "").str.replace(r"^(\d+)\.0+$", "$1")
    return present_column(bare)


def unsold(table: Table, order_id: pl.Series, amounts: pl.Series) -> Iterator[Problem]:
    """A column that calls orders cancelled, unpaid or refunded whose lines come to money all the same."""
    for column in table.unknown:
        words = fold_column(table.body[f"c{column}"])
        if not STATES.search(header_key(_head(table, column))) or words.n_unique() > STATE_WORDS:
            continue
        telling = [word for word in words.unique().to_list() if word and UNSOLD.search(word)]
        lines = pl.DataFrame({"order": order_id, "amount": amounts, "said": words.is_in(telling).fill_null(False)})
        mask = lines.select((pl.col("said") & (pl.col("amount").sum().over("order") > 0)).fill_null(False)).to_series()
        if mask.any():
            text = collapse(table.body[f"c{column}"].filter(mask)[0])
            message = (
                f"The column “{collapse(_head(table, column))}” calls {_lines(mask)} “{text}”, and they were read as sales. "
                "Confirm it, or export the orders again without them."
            )
            yield _problem(table, "not_a_sale", message, int(table.rows.filter(mask)[0]), column, text)


def other_currencies(table: Table, own: str) -> Iterator[Problem]:
    """A column of currencies that names another one than the amounts are said to be in."""
    for column in table.unknown:
        if header_key(_head(table, column)) not in CURRENCIES:
            continue
        codes = map_texts(table.body[f"c{column}"], lambda text: read_currency(text or ""), pl.String)
        mask = (codes != own).fill_null(False)
        if mask.any():
            message = (
                f"The column “{collapse(_head(table, column))}” says {codes.filter(mask)[0]} on {_lines(mask)}, but the amounts are headed "
                f"as {own} and were read so. Confirm it, or export the amounts in {own}."
            )
            yield _problem(table, "currency_conflict", message, int(table.rows.filter(mask)[0]), column, codes.filter(mask)[0])


def _lines(mask: pl.Series) -> str:
    return "1 line" if mask.sum() == 1 else f"{mask.sum():,} lines"


def _head(table: Table, column: int) -> str:
    return table.sheet.frame.row(table.header_row)[column] or ""


def _problem(table: Table, rule: str, message: str, row: int, column: int, value: str) -> Problem:
    return Problem(rule, message, "error", table.sheet.name, table.sheet.address(row - 1, column), value)
