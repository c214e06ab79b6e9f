"""One sheet of a list nobody knows, read: which rows are lines, what its columns mean, and the figures of each part."""

from __future__ import annotations

import polars as pl

from core.ingest import periods
from core.ingest.formats import tables
from core.ingest.formats.column_mapping import Mapped, map_columns
from core.ingest.formats.generic_layout import Found
from core.ingest.formats.generic_rows import Part, Rows, decimal_sign, line_or_unit, lines_of, read_part, split, tell_rows
from core.ingest.normalising import fold
from core.ingest.shapes import RawBook, ReadOptions


def together(lists: list[Found]) -> list[Found]:
    """The best list, with those of other sheets that have the same headers and are named after other months."""
    best = lists[0]
    months = {found.sheet.name: periods.from_text("sheet", found.sheet.name or "") for found in lists if _same_headers(best, found)}
    spans = [(hint.start, hint.end) for hint in months.values() if hint is not None]
    if len(months) > 1 and len(spans) == len(months) == len(set(spans)):
        return sorted((found for found in lists if found.sheet.name in months), key=lambda found: months[found.sheet.name].start)  # type: ignore[union-attr]
    return [best]


def _same_headers(one: Found, other: Found) -> bool:
    return [fold(column.key) for column in one.columns] == [fold(column.key) for column in other.columns]


class Sheet:
    """One sheet, read: its list, what its columns mean, which rows are lines, and the parts with their figures."""

    def __init__(self, found: Found, mapped: Mapped, rows: Rows, parts: list[Part], example: str | None) -> None:
        self.found, self.mapped, self.rows, self.parts, self.example = found, mapped, rows, parts, example
        self.lines = pl.DataFrame()
        self.amount_is: tuple[str | None, str] = (None, "")


def read_sheet(book: RawBook, found: Found, options: ReadOptions) -> Sheet:
    mapped = map_columns(found, options.columns, options.known_columns)
    rows = tell_rows(found, mapped, options.brand, options.reseller)
    parts = split(found, mapped)
    only = [(table.only(rows.lines), money, band) for table, money, band in parts]
    sign, example = decimal_sign([table for table, *_ in only], "amount", options)
    counted, unsure = decimal_sign([table for table, *_ in only], "quantity", options)
    counts = None
    if sign and counted and sign != counted and found.sheet.typed is None:  # `1,000` beside `12,345.67`: a thousand, or one?
        counts, unsure = options.decimal or sign, None if options.decimal else _first_unit(only[0][0])
    read_parts = [read_part(table, money, band, book, found, options, sign or counted, counts) for table, money, band in only]
    sheet = Sheet(found, mapped, rows, read_parts, example or unsure)
    sheet.amount_is = _amount_is(sheet, options)
    lines = [lines_of(part, sheet.amount_is[0]) for part in read_parts]
    sheet.lines = pl.concat(lines).with_columns(pl.lit(found.sheet.name, pl.String).alias("source_sheet")) if lines else pl.DataFrame()
    return sheet


def _first_unit(table: tables.Table) -> str | None:
    return next((text for text in table.column("quantity").to_list() if text and set(text) & set(".,")), None)


def _amount_is(sheet: Sheet, options: ReadOptions) -> tuple[str | None, str]:
    """Whether the money is the line's or one unit's, and what says so; None while only a person knows."""
    money = sheet.mapped.money()
    if options.amount_is is not None:
        return options.amount_is, "a person said so"
    if sheet.found.bands or sheet.mapped.stores or money in (None, "unit_price") or "units" not in sheet.mapped.places:
        return "line", ""
    table, figures = sheet.parts[0].table, sheet.parts[0].figures
    price = None
    if "unit_price" in sheet.mapped.places:
        price = (
            tables.Table(table.sheet, table.header_row, {"amount": sheet.mapped.places["unit_price"]}, (), table.body)
            .numbers("amount")
            .values
        )
    proven = line_or_unit(table, figures, price)
    if proven[0] is None and sheet.mapped.headers[str(money)].said.line:
        return "line", "the header says it"
    return proven
