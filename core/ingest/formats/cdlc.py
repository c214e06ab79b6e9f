"""Creme de la Creme: one sheet a month, a pair of columns for each store, units and consumer prices in EUR."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from core.ingest import dates, periods
from core.ingest.cells import CellReader, Pair, facts_frame
from core.ingest.countries import country_of
from core.ingest.evidence import Clue, weigh
from core.ingest.formats.cdlc_matrix import (
    Matrix,
    Store,
    is_ean,
    matrix_on,
    pair_places,
    repeated_heads,
    stores_repeated,
)
from core.ingest.layout import (
    HEADER_ROWS,
    basis_remark,
    currency_named,
    first_text,
    header_of,
    hidden_sheets,
    name_tokens,
    rival_sheets,
    says_net,
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
    PeriodEvidence,
    PeriodReading,
    Problem,
    RawBook,
    ReadOptions,
    SalesFrame,
    SetAside,
    Slice,
)

KEY = "cdlc"
TITLE = "Creme de la Creme"

Basis = Literal["gross", "net"]
LIST_HEADERS = {"branch", "stockcode"}
REGIONS = {"e-shop", "lithuania", "latvia", "estonia"}
TOLERANCE = Decimal("0.01")


@dataclass
class Found:
    """What the matrix gave so far."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    controls: list[ControlTotal] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    zeros: int = 0
    below: list[int] = field(default_factory=list)
    second: int | None = None  # where another table begins


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
        (
            Clue("columns 'Branch' and 'StockCode', as in a till list", headers >= LIST_HEADERS, 0.6),
            Clue("months in the place of stores", matrix is not None and _heads_months(matrix), 0.6),
        ),
    )


def _heads_months(matrix: Matrix) -> bool:
    """True where periods, not stores, stand above the pairs."""
    names = [text for store in matrix.stores if not store.is_total for text in (store.name, store.region) if text]
    return bool(names) and all(dates.read_month(text) or dates.read_span(text) for text in names)


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """One fact for each product and store; the last row and the last pair prove them."""
    matrix, found = matrix_of(with_hidden(book, matrix_of)), Found()
    if matrix:
        read_matrix(matrix, found)
    period = period_of(book, matrix, options)
    heads = [matrix.sheet.grid[matrix.header.row][store.at.amount] for store in matrix.stores if store.at.amount] if matrix else []
    stated: Basis = "net" if says_net(heads) else "gross"
    basis = options.vat_basis or stated
    currency = next((named for text in heads if (named := currency_named(text))), "EUR")
    rows = facts_frame(found.rows, period_start=period.start, period_end=period.end, currency=currency, vat_basis=basis)
    name = matrix.sheet.name if matrix else None
    return SalesFrame(
        KEY,
        rows,
        period,
        currency,
        basis,
        controls=tuple(found.controls),
        slices=(Slice("main", period.start, period.end),) if period.start and period.end else (),
        set_aside=(*found.set_aside, *sheets_set_aside(book, {matrix.sheet.name} if matrix else set(), {})),
        problems=(
            *book.problems,
            *periods.describe(period),
            *found.problems,
            *(stores_repeated(matrix) if matrix else ()),
            *basis_remark(stated, "gross", name),
            *rival_sheets(book, name, matrix_of),
            *hidden_sheets(book, {name} if matrix else ()),
        ),
        explicit_zeros=found.zeros,
    )


def period_of(book: RawBook, matrix: Matrix | None, options: ReadOptions) -> PeriodReading:
    """Sheet name, file name and the title above the stores, which people forget to change."""
    evidence = [*periods.find_months(book.file_name)]
    if matrix is None:
        return periods.resolve(evidence, "month", options)
    evidence += months_in("sheet", matrix.sheet.name)
    titles = [hint for text in sorted({text for cells in matrix.sheet.head(matrix.header.row) for text in cells if text})
              for hint in months_in("title", text)]  # fmt: skip
    if titles and not evidence and options.period is None:  # nobody else says so, and people copy last month's file
        return periods.ask_between(titles, "month")
    return periods.resolve([*evidence, *titles], "month", options)


def months_in(source: periods.Source, text: str | None) -> list[PeriodEvidence]:
    """The month that a text is, else the months it names."""
    whole = periods.from_text(source, text)
    return [whole] if whole else [*periods.find_months(text or "", source)]


def matrix_of(book: RawBook) -> Matrix | None:
    """The visible sheet with pairs of 'Qty' and 'Sum Eur' under labels: of several the one of the file name's month, else the first."""
    found = [matrix for sheet in book.visible if (matrix := matrix_on(sheet))]
    named = {(hint.start, hint.end) for hint in periods.find_months(book.file_name)}
    own = (matrix for matrix in found if len(found) > 1 and any((h.start, h.end) in named for h in months_in("sheet", matrix.sheet.name)))
    return next(own, found[0] if found else None)


def read_matrix(matrix: Matrix, found: Found) -> None:
    """Every row under the header, up to the total row; what stands below is set aside."""
    sheet, header = matrix.sheet, matrix.header
    reader = CellReader.over(sheet, [store.at for store in matrix.stores], header.row + 1, places="0.0001")
    ended, repeated = False, repeated_heads(matrix)
    for row in range(header.row + 1, sheet.height):
        cells = sheet.grid[row]
        if first_text(cells) is None:
            continue
        if row in repeated and repeated[row] and not ended:
            ended, found.second = True, row
        if ended and found.second is not None:
            found.set_aside.append(SetAside("a row of another table", sheet.name, row + 1))
        elif row in repeated:
            found.set_aside.append(SetAside("header repeated", sheet.name, row + 1))
        elif ended:
            found.set_aside.append(SetAside("a text below the total row", sheet.name, row + 1))
            found.below += [row] if is_ean(text_at(cells, matrix.ean) or "") else []
        elif is_group_total(matrix, row):
            found.set_aside.append(SetAside("total row of a group", sheet.name, row + 1))
        elif is_total_row(matrix, row) or is_sum_row(matrix, reader, row, found):
            ended = True
            found.set_aside.append(SetAside("total row", sheet.name, row + 1))
            found.controls += [c for store in matrix.stores for c in store_total(reader, row, store)]
        else:
            read_product(matrix, reader, row, found)
    known = {sheet.grid[header.row][column] or "" for column in pair_places(matrix)}
    found.problems += [*reader.problems, *reader.text_numbers(), *unknown_columns(sheet, header, known), *unread_rows(matrix, found)]


def unread_rows(matrix: Matrix, found: Found) -> Iterator[Problem]:
    below = found.below
    if found.second is not None:
        message = (
            f"Another table with a header of its own begins in row {found.second + 1}; it was not read. Confirm that it is not of this month, "
            "or upload it as a file of its own."
        )
        yield Problem("second_list", message, "error", matrix.sheet.name, f"row {found.second + 1}")
    if below:
        rows = "1 row with a product stands" if len(below) == 1 else f"{len(below)} rows with products stand"
        message = (
            f"{rows} below the total row; nothing of it was read. Confirm that it belongs to no store of this month, or ask the reseller."
        )
        yield Problem("rows_below_total", message, "error", matrix.sheet.name, f"row {below[0] + 1}")


def is_total_row(matrix: Matrix, row: int) -> bool:
    """True where a text beside the pairs is 'Total' and no EAN stands in the row."""
    cells = matrix.sheet.grid[row]
    used = pair_places(matrix)
    totals = any(total_of(text) == "" for column, text in enumerate(cells) if column not in used)
    return totals and read_ean(text_at(cells, matrix.ean)).ean is None


def is_group_total(matrix: Matrix, row: int) -> bool:
    """True for '<group> Total' in a row without an EAN."""
    cells = matrix.sheet.grid[row]
    named = any(total_of(text_at(cells, column)) for column in (matrix.ean, matrix.name))
    return named and not is_ean(text_at(cells, matrix.ean) or "")


def is_sum_row(matrix: Matrix, reader: CellReader, row: int, found: Found) -> bool:
    """True for a row without EAN and name, whatever it is called, whose units are, store by store, the sums of the rows above."""
    cells = matrix.sheet.grid[row]
    if is_ean(text_at(cells, matrix.ean) or "") or text_at(cells, matrix.name) or len({fact["source_row"] for fact in found.rows}) < 2:
        return False
    stores = [store for store in matrix.stores if not store.is_total]
    sold = {s.name: sum(fact["quantity"] or 0 for fact in found.rows if fact["store_text"] == s.name) for s in stores}
    return all((reader.pair(row, store.at).units or 0) == sold[store.name] for store in stores)


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
            what = f"{name or 'row without a name'} / {store.name or 'Total'}"
            found.controls += reader.controls(what, row, store.at, {**store.where, "source_row": row + 1}, TOLERANCE)
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
        "held_reason": pair.held or missing or (None if store.name else "store_unnamed"),
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
