"""Aromateque: a living 1C export with two cross-tabs that never meet, stores by month and products by month, and money for the whole span only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from core.errors import NotASalesReport
from core.ingest import dates, periods
from core.ingest.cells import CellReader, Columns, Pair, facts_frame, month_slices
from core.ingest.evidence import Clue, weigh
from core.ingest.formats.aromateque_blocks import (
    STORE,
    Block,
    blocks_of,
    money_of,
    month_doubts,
)
from core.ingest.layout import (
    first_text,
    header_of,
    hidden_sheets,
    name_tokens,
    rival_sheets,
    sheets_set_aside,
    text_at,
    total_of,
    unknown_columns,
    with_hidden,
)
from core.ingest.normalising import collapse, fold
from core.ingest.shapes import (
    ControlTotal,
    Guess,
    PeriodEvidence,
    PeriodReading,
    Problem,
    RawBook,
    ReadOptions,
    SalesFrame,
    SetAside,
    Slice,
)

KEY = "aromateque"
TITLE = "Aromateque"

BY_PRODUCT, BY_STORE, BY_SPAN = "product_month", "store_month", "product_span_euro"
NAME_HEADERS, SKU_HEADERS = ("Product", "Name", "Product name", "Номенклатура", "Товар"), ("SKU", "Code", "Артикул", "Код")

NUMBER = re.compile(r"[-−–+(]? ?\d[\d .,\u00a0\u202f]*\)?-?")


@dataclass
class Found:
    """What the cross-tabs gave so far."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    controls: list[ControlTotal] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    zeros: int = 0
    below: list[int] = field(default_factory=list)


def recognise(book: RawBook) -> Guess:
    """Guess from the header 'Store' beside months, the second header with 'Total in euro', and 1C's sheet name."""
    book = with_hidden(book, has_products)
    stores, products = blocks_of(book)
    headers = {name for sheet in book.visible for row in range(min(5, sheet.height)) for name in header_of(sheet, row).columns}
    texts = {fold(text) for sheet in book.visible for cells in sheet.head() for text in cells if text}
    return weigh(
        KEY,
        (
            Clue("a header row 'Store' beside months", stores is not None, 0.35),
            Clue("a header row of months with 'Total in euro'", products is not None, 0.4),
            Clue("a sheet 'TDSheet', as 1C names its exports", any(fold(sheet.name or "") == "tdsheet" for sheet in book.visible), 0.15),
            Clue("'sales' with a month and a two-digit year in the file name", "sales" in name_tokens(book.file_name), 0.1),
        ),
        (
            Clue("amounts in UAH", bool(texts & {"uah", "грн", "sum uah", "amount uah"}), 0.4),
            Clue("a list with order dates or EANs", bool(headers & {"orderdate", "order date", "ean", "stockcode"}), 0.4),
        ),
    )


def has_products(book: RawBook) -> bool:
    return blocks_of(book)[1] is not None


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """Units by product and month; the stores and the euros of the span are further views that prove them and are never added."""
    stores, products = blocks_of(with_hidden(book, has_products))
    if products is None:
        raise NotASalesReport(
            "The table of products by month, with its total in euro, was not found in this export. Ask the reseller for the whole export; "
            "nothing was stored."
        )
    period = period_of(book, [block for block in (stores, products) if block], options)
    found = Found()
    for block in (stores, products):
        if block:
            read_block(block, found, block is products)
    currency = money_of(products)
    rows = with_partial_months(facts_frame(found.rows, currency=currency, vat_basis=options.vat_basis or "gross"), period)
    used = {block.sheet.name for block in (stores, products) if block}
    return SalesFrame(
        KEY,
        rows,
        period,
        currency,
        options.vat_basis or "gross",
        controls=tuple(found.controls),
        slices=slices_of(stores, products),
        set_aside=(*found.set_aside, *sheets_set_aside(book, used, {})),
        problems=(
            *book.problems,
            *periods.describe(period),
            *found.problems,
            *remarks(stores, products, period),
            *unread_rows(products, found.below),
            *month_doubts(book, [block for block in (stores, products) if block]),
            *rival_sheets(book, products.sheet.name, has_products),
            *hidden_sheets(book, used),
        ),
        explicit_zeros=found.zeros,
        living=True,
    )


def period_of(book: RawBook, blocks: list[Block], options: ReadOptions) -> PeriodReading:
    """The month in the file name; columns after it are partial. Without one it is asked: nothing tells a whole month from a partial one."""
    named = periods.find_months(book.file_name)
    months = sorted({span for block in blocks for span in block.months.values()})
    if not named and len(months) > 1 and options.period is None:
        newest = [PeriodEvidence("header", f"month columns: {start:%Y-%m}", start, end) for start, end in reversed(months[-2:])]
        return replace(periods.ask_between(newest, "month"), history_start=months[0][0])
    column = next((span for span in months if named and span[0] == named[0].start), months[-1] if months else None)
    header = periods.from_months("header", [(column[0].year, column[0].month)], "month columns") if column else None
    return periods.resolve([*named, header], "month", options, months[0][0] if months else None)


def read_block(block: Block, found: Found, products: bool) -> None:
    """Units by month of every row, its total, and below them the totals of the columns."""
    columns = [Columns(column, None) for column in block.months]
    sums = [Columns(block.total, block.euros)]
    reader = CellReader.over(block.sheet, [*columns, *sums], block.header.row + 1, sign=",")
    name, sku = product_columns(block) if products else (store_column(block), None)
    figures, ended = {*block.months, block.total, block.euros}, False
    for row in range(block.header.row + 1, block.stop):
        cells = block.sheet.grid[row]
        texts = [text for column in (name, sku) if (text := text_at(cells, column))]
        labels = texts or [text for c in range(block.sheet.width) if c not in figures and (text := text_at(cells, c))]
        if first_text(cells) is None:
            continue
        if row in block.again:
            found.set_aside.append(SetAside("header repeated", block.sheet.name, row + 1))
        elif ended or (not texts and not any(total_of(text) == "" for text in labels)):
            found.set_aside.append(SetAside("a text that belongs to no row of the tables", block.sheet.name, row + 1))
            found.below += [row] if any(states_units(block, reader, row, column) for column in block.months) else []
        elif all(total_of(text) == "" for text in texts or labels[:1]):
            ended = True
            found.set_aside.append(SetAside("total row", block.sheet.name, row + 1))
            found.controls += column_totals(block, reader, row, products)
        elif products:
            read_product(block, reader, row, name, sku, found)
        else:
            read_months(block, reader, row, {"view": BY_STORE, "primary_view": False, "store_text": texts[0]}, texts[0], found)
    found.problems += [*reader.problems, *reader.text_numbers(), *unknown_columns(block.sheet, block.header, known(block))]


def states_units(block: Block, reader: CellReader, row: int, column: int) -> bool:
    """True for a number other than 0; a word, a date and the number of a page are none."""
    text = text_at(block.sheet.grid[row], column) or ""
    number = NUMBER.fullmatch(text.strip()) is not None and dates.read_date(text, "dmy", serials=False)[0] is None
    return number and reader.pair(row, Columns(column, None)).stated


def known(block: Block) -> tuple[str, ...]:
    months = (str(block.sheet.grid[block.header.row][column]) for column in block.months)
    sums = (str(block.sheet.grid[block.header.row][column]) for column in (block.total, block.euros) if column is not None)
    return (*STORE, *NAME_HEADERS, *SKU_HEADERS, *months, *sums)


def store_column(block: Block) -> int | None:
    """The column headed 'Store', else the one with the most texts."""
    named = block.header.first(*STORE)
    texts = bare_texts(block)
    if not any(texts.values()):  # under a head of its own word
        texts = texts_of(block, [c for c in range(min(block.months)) if c not in (block.total, block.euros)])
    return named if named is not None else max((c for c in texts if texts[c]), key=lambda c: len(texts[c]), default=None)


def bare_texts(block: Block) -> dict[int, list[str]]:
    """The texts below each blank header, blanks collapsed, without totals and numbers."""
    header = block.sheet.grid[block.header.row]
    return texts_of(block, [c for c in range(block.sheet.width) if text_at(header, c) is None])


def texts_of(block: Block, columns: list[int]) -> dict[int, list[str]]:
    rows = block.sheet.grid[block.header.row + 1 : block.stop]
    found = {c: [collapse(text) for cells in rows if (text := text_at(cells, c)) and total_of(text) is None] for c in columns}
    return {c: [text for text in texts if re.search(r"[^\W\d_]", text)] for c, texts in found.items()}


def product_columns(block: Block) -> tuple[int | None, int | None]:
    """The columns of name and SKU, which have no header: long texts, and codes without blanks of which no two are the same."""
    texts = {c: found for c, found in bare_texts(block).items() if found}
    name, sku = block.header.first(*NAME_HEADERS), block.header.first(*SKU_HEADERS)
    if name is None:
        name = max(texts, key=lambda c: sum(len(text) for text in set(texts[c])), default=None)
    if sku is None:
        codes = {c: [text for text in found if " " not in text] for c, found in texts.items() if c != name}
        different = [c for c, found in codes.items() if found and len(set(found)) == len(found)]
        sku = max(different, key=lambda c: (len(codes[c]), len("".join(codes[c]))), default=None)
    return name, sku


def read_product(block: Block, reader: CellReader, row: int, name_at: int | None, sku_at: int | None, found: Found) -> None:
    """A product's units by month, and its euros over the whole span as a view of its own."""
    name, sku = (text_at(block.sheet.grid[row], column) for column in (name_at, sku_at))
    label = collapse(name or sku or "")
    keys = {
        "vendor_key": sku or label,
        "sku_text": sku,
        "name_text": None if sku else label,
        "product_text": None if name is None else collapse(name),
    }
    read_months(block, reader, row, {"view": BY_PRODUCT, "primary_view": True, **keys}, label, found)
    total = reader.pair(row, Columns(block.total, block.euros))
    if total.amount is not None or total.held:
        start, end = block.span
        cells = f"|{block.sheet.address(row, block.euros or 0)}"
        view = {"view": BY_SPAN, "primary_view": False, **keys, "period_start": start, "period_end": end}
        found.rows.append(fact(block, row, view, Pair(total.units, total.amount, cells, total.held)))
    if sku is None:
        message = f"'{label}' has no SKU. It is matched by its name."
        found.problems.append(Problem("sku_missing", message, "warning", block.sheet.name, reader.address(row, sku_at), label))


def read_months(block: Block, reader: CellReader, row: int, keys: dict[str, Any], label: str, found: Found) -> None:
    """The facts of one row, a month a fact, and the row's total as a control."""
    for column, (start, end) in block.months.items():
        pair = reader.pair(row, Columns(column, None))
        if pair.stated:
            found.rows.append(fact(block, row, {**keys, "period_start": start, "period_end": end}, pair))
        found.zeros += pair.explicit_zero
    view = str(keys["view"])
    found.controls += reader.controls(f"{label}, total", row, Columns(block.total, None), {"source_row": row + 1}, over=(view,))


def fact(block: Block, row: int, keys: dict[str, Any], pair: Pair) -> dict[str, Any]:
    return {
        "source_sheet": block.sheet.name,
        "source_row": row + 1,
        "source_cells": pair.cells,
        **keys,
        "quantity": pair.units,
        "amount_local": pair.amount,
        "held_reason": pair.held,
    }


def column_totals(block: Block, reader: CellReader, row: int, products: bool) -> Iterator[ControlTotal]:
    """Totals of the months, of everything and of the euros. Those of the stores must also be what the products come to."""
    title, own = ("Products", BY_PRODUCT) if products else ("Stores", BY_STORE)
    for column, (start, _) in block.months.items():
        where = {"period_start": start}
        yield from reader.controls(f"{title}, total {start:%Y-%m}", row, Columns(column, None), where, over=(own,))
        if not products:
            yield from reader.controls(f"Stores = products, {start:%Y-%m}", row, Columns(column, None), where, over=(BY_PRODUCT,))
    yield from reader.controls(f"{title}, total", row, Columns(block.total, None), {}, over=(own,))
    yield from reader.controls("Products, total in euro", row, Columns(None, block.euros), {}, over=(BY_SPAN,))


def with_partial_months(rows: pl.DataFrame, period: PeriodReading) -> pl.DataFrame:
    """The rows with the months after the report's own marked as provisional."""
    if period.end is None:
        return rows
    later = (pl.col("period_start") > period.end).fill_null(False) & (pl.col("view") != BY_SPAN)
    return rows.with_columns(later.alias("provisional"))


def remarks(stores: Block | None, products: Block, period: PeriodReading) -> Iterator[Problem]:
    """That money has no months here, or none in euro, that the stores are not to be found, and which columns are partial."""
    sheet, row = products.sheet, products.header.row
    if stores is None:
        yield Problem(
            "stores_missing", "The table of stores by month was not found; the store page has nothing of this file.", "warning", sheet.name
        )
    if products.euros is None or money_of(products) != "EUR":
        message = "The file states no total in euro per product, so revenue from list prices is not proven and stays empty."
        yield Problem("no_amount_per_product", message, "warning", sheet.name)
    if products.euros is not None:
        message = "The file states euros for the whole span only. Each month's money is worked out from list prices and marked so."
        yield Problem("no_amount_per_month", message, "info", sheet.name, sheet.address(row, products.euros))
    for column, (start, _) in products.months.items():
        if period.end and start > period.end:
            message = f"The column {start:%Y-%m} comes after the report's month. It is partial and marked as provisional."
            yield Problem("columns_after_nominal_period", message, "info", sheet.name, sheet.address(row, column), sheet.grid[row][column])


def unread_rows(products: Block, below: list[int]) -> Iterator[Problem]:
    if below:
        rows = "1 row with units belongs" if len(below) == 1 else f"{len(below)} rows with units belong"
        message = f"{rows} to no line of the tables; nothing of it was read. Confirm it, or ask the reseller."
        yield Problem("rows_below_total", message, "error", products.sheet.name, f"row {below[0] + 1}")


def slices_of(stores: Block | None, products: Block | None) -> tuple[Slice, ...]:
    """Every month of the columns, and the span of the euros."""
    views = [(BY_PRODUCT, products), (BY_STORE, stores)]
    months = [s for view, block in views if block for s in month_slices(view, pl.Series([start for start, _ in block.months.values()]))]
    return (*months, *([Slice(BY_SPAN, *products.span)] if products else []))
