"""Creme de la Creme: one sheet a month, a pair of columns for each store, units and consumer prices in EUR."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.ingest import periods
from core.ingest.cells import CellReader, Columns, Pair, facts_frame, pair_columns
from core.ingest.countries import country_of
from core.ingest.evidence import Clue, weigh
from core.ingest.layout import (
    HEADER_ROWS,
    Header,
    carried_labels,
    first_text,
    header_of,
    hidden_sheets,
    name_tokens,
    sheets_set_aside,
    text_at,
    total_of,
    unknown_columns,
    with_hidden,
)
from core.ingest.normalising import EanReading, fold, read_ean
from core.ingest.shapes import (
    ControlTotal,
    Guess,
    PeriodReading,
    Problem,
    RawBook,
    RawSheet,
    ReadOptions,
    SalesFrame,
    SetAside,
    Slice,
)

KEY = "cdlc"
TITLE = "Creme de la Creme"

UNITS, EUROS = "Qty", "Sum Eur"
LIST_HEADERS = {"branch", "stockcode"}
REGIONS = {"e-shop", "lithuania", "latvia", "estonia"}
TOLERANCE = Decimal("0.01")


@dataclass(frozen=True)
class Store:
    """A pair of columns: a store, or ('Total') what all stores add up to."""

    name: str | None
    region: str | None
    at: Columns

    @property
    def is_total(self) -> bool:
        return total_of(self.name) is not None

    @property
    def where(self) -> dict[str, Any]:
        return {} if self.is_total else {"store_text": self.name}


@dataclass(frozen=True)
class Matrix:
    """The store matrix of a sheet: its header, its pairs, and the columns of EAN and name, which have no header."""

    sheet: RawSheet
    header: Header
    stores: tuple[Store, ...]
    ean: int | None
    name: int | None


@dataclass
class Found:
    """What the matrix gave so far."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    controls: list[ControlTotal] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    zeros: int = 0


def recognise(book: RawBook) -> Guess:
    """Guess from the pairs of 'Qty' and 'Sum Eur' under region labels, and a sheet named after a month."""
    book = with_hidden(book, matrix_of)
    matrix = matrix_of(book)
    regions = {fold(text) for store in matrix.stores for text in (store.name, store.region) if text} if matrix else set()
    headers = {name for sheet in book.visible for row in range(min(HEADER_ROWS, sheet.height)) for name in header_of(sheet, row).columns}
    return weigh(
        KEY,
        (
            Clue("pairs of 'Qty' and 'Sum Eur' for each store", matrix is not None, 0.5),
            Clue("regions above the stores (E-shop, Lithuania, Latvia …)", bool(regions & REGIONS), 0.2),
            Clue("a last pair 'Total'", matrix is not None and any(store.is_total for store in matrix.stores), 0.1),
            Clue("EANs beside the stores", matrix is not None and matrix.ean is not None, 0.1),
            Clue(
                "a sheet named after a month", any(re.fullmatch(r"\s*20\d\d\W?[01]\d\s*", sheet.name or "") for sheet in book.visible), 0.05
            ),
            Clue("'CDLC' or 'Sell Out' in the file name", bool({"cdlc", "sell"} & name_tokens(book.file_name)), 0.05),
        ),
        (Clue("columns 'Branch' and 'StockCode', as in a till list", headers >= LIST_HEADERS, 0.6),),
    )


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """One fact for each product and store; the last row and the last pair prove them."""
    matrix, found = matrix_of(with_hidden(book, matrix_of)), Found()
    if matrix:
        read_matrix(matrix, found)
    period = period_of(book, matrix, options)
    basis = options.vat_basis or "gross"
    rows = facts_frame(found.rows, period_start=period.start, period_end=period.end, currency="EUR", vat_basis=basis)
    return SalesFrame(
        KEY,
        rows,
        period,
        "EUR",
        basis,
        controls=tuple(found.controls),
        slices=(Slice("main", period.start, period.end),) if period.start and period.end else (),
        set_aside=(*found.set_aside, *sheets_set_aside(book, {matrix.sheet.name} if matrix else set(), {})),
        problems=(*book.problems, *periods.describe(period), *found.problems, *hidden_sheets(book, {matrix.sheet.name} if matrix else ())),
        explicit_zeros=found.zeros,
    )


def period_of(book: RawBook, matrix: Matrix | None, options: ReadOptions) -> PeriodReading:
    """Sheet name, file name and the title above the stores, which people forget to change."""
    evidence = [*periods.find_months(book.file_name)]
    if matrix:
        above = {text for cells in matrix.sheet.head(matrix.header.row) for text in cells if text}
        titles = (periods.from_text("title", text) for text in sorted(above))
        evidence += [hint for hint in (periods.from_text("sheet", matrix.sheet.name), *titles) if hint]
    return periods.resolve(evidence, "month", options)


def matrix_of(book: RawBook) -> Matrix | None:
    """The first visible sheet with pairs of 'Qty' and 'Sum Eur' under labels."""
    for sheet in book.visible:
        for row in range(min(HEADER_ROWS, sheet.height)):
            header = header_of(sheet, row)
            if len(header.columns.get(fold(UNITS), ())) > 1 and header.starting(EUROS):
                stores = stores_of(sheet, header)
                used = {column for store in stores for column in (store.at.units, store.at.amount)}
                return Matrix(sheet, header, stores, *product_columns(sheet, row, used))
    return None


def stores_of(sheet: RawSheet, header: Header) -> tuple[Store, ...]:
    """The pairs with the labels above them: the store's own, else the region's ('E-shop', 'Total'), which spans its stores."""
    used = [*header.columns[fold(UNITS)], *header.starting(EUROS)]
    above = [row for row in range(header.row - 1, -1, -1) if any(text_at(sheet.grid[row], column) for column in used)][:2]
    nothing: list[str | None] = [None] * sheet.width
    regions = carried_labels(sheet, above[-1]) if above else nothing
    own = carried_labels(sheet, above[0], to_next=False) if len(above) > 1 else nothing
    labels = [store or region for store, region in zip(own, regions, strict=True)]
    return tuple(
        Store(text_at(labels, at.units), None if own[at.units] is None else text_at(regions, at.units), at)
        for at in pair_columns(header.columns[fold(UNITS)], header.starting(EUROS), labels)
        if at.units is not None
    )


def product_columns(sheet: RawSheet, row: int, used: set[int | None]) -> tuple[int | None, int | None]:
    """The columns of EAN and name, told by what stands in them."""
    body = {c: [text for cells in sheet.grid[row + 1 :] if (text := text_at(cells, c))] for c in range(sheet.width) if c not in used}
    eans = {c: sum(1 for text in texts if read_ean(text).ean) for c, texts in body.items()}
    ean = max((c for c in eans if eans[c]), key=lambda c: eans[c], default=None)
    names = {c: sum(len(text) for text in set(texts) if not text.isdigit()) for c, texts in body.items() if c != ean}
    return ean, max((c for c in names if names[c]), key=lambda c: names[c], default=None)


def read_matrix(matrix: Matrix, found: Found) -> None:
    """Every row under the header, up to the total row; what stands below is set aside."""
    sheet, header = matrix.sheet, matrix.header
    reader = CellReader.over(sheet, [store.at for store in matrix.stores], header.row + 1, places="0.0001")
    ended = False
    for row in range(header.row + 1, sheet.height):
        cells = sheet.grid[row]
        if first_text(cells) is None:
            continue
        if ended:
            found.set_aside.append(SetAside("a text below the total row", sheet.name, row + 1))
        elif is_total_row(matrix, row):
            ended = True
            found.set_aside.append(SetAside("total row", sheet.name, row + 1))
            found.controls += [c for store in matrix.stores for c in store_total(reader, row, store)]
        else:
            read_product(matrix, reader, row, found)
    found.problems += [*reader.problems, *reader.text_numbers(), *unknown_columns(sheet, header, (UNITS, EUROS))]


def is_total_row(matrix: Matrix, row: int) -> bool:
    """True where a text beside the pairs is 'Total' and no EAN stands in the row."""
    cells = matrix.sheet.grid[row]
    used = {column for store in matrix.stores for column in (store.at.units, store.at.amount)}
    totals = any(total_of(text) == "" for column, text in enumerate(cells) if column not in used)
    return totals and read_ean(text_at(cells, matrix.ean)).ean is None


def store_total(reader: CellReader, row: int, store: Store) -> Iterator[ControlTotal]:
    return reader.controls(f"Total / {store.name or 'store without a name'}", row, store.at, store.where, TOLERANCE)


def read_product(matrix: Matrix, reader: CellReader, row: int, found: Found) -> None:
    """One product row: a fact for each store that sold or took back something, and the row's own total."""
    cells = matrix.sheet.grid[row]
    name, ean = text_at(cells, matrix.name), read_ean(text_at(cells, matrix.ean))
    facts = []
    for store in matrix.stores:
        pair = reader.pair(row, store.at)
        if store.is_total:
            what = f"{name or 'row without a name'} / Total"
            found.controls += reader.controls(what, row, store.at, {"source_row": row + 1}, TOLERANCE)
        elif pair.stated:
            facts.append(fact(matrix, row, store, ean, name, pair))
        else:
            found.zeros += pair.explicit_zero
    found.rows += facts
    if facts:
        found.problems += ean_problems(matrix, row, ean, name)
    else:
        found.set_aside.append(SetAside("a row without figures", matrix.sheet.name, row + 1))


def fact(matrix: Matrix, row: int, store: Store, ean: EanReading, name: str | None, pair: Pair) -> dict[str, Any]:
    printed = text_at(matrix.sheet.grid[row], matrix.ean)
    missing = None if ean.ean else ean.rule or "ean_missing"
    return {
        "source_sheet": matrix.sheet.name,
        "source_row": row + 1,
        "source_cells": pair.cells,
        "store_text": store.name,
        "vendor_key": printed or name,
        "ean": ean.ean,
        "name_text": name if missing else None,
        "product_text": name,
        "quantity": pair.units,
        "amount_local": pair.amount,
        "country": country_of(store.region, store.name),
        "held_reason": pair.held or missing,
    }


def ean_problems(matrix: Matrix, row: int, ean: EanReading, name: str | None) -> Iterator[Problem]:
    """What is wrong with the EAN of a row that has sales."""
    printed = text_at(matrix.sheet.grid[row], matrix.ean)
    rule = ean.rule or (None if ean.ean else "ean_missing")
    if rule is None or rule == "ean_check_digit":
        return
    sentences = {
        "ean_missing": f"'{name}' has sales but no EAN. It waits in the inbox until someone says which product it is.",
        "ean_lost_digits": f"The EAN of '{name}' lost its last digits ({printed}). Ask the reseller to send the column as text.",
        "ean_format": f"The EAN of '{name}' is written as {printed}.",
    }
    at = matrix.sheet.address(row, matrix.ean) if matrix.ean is not None else None
    yield Problem(rule, sentences[rule], "warning", matrix.sheet.name, at, printed)
